"""How fast our tokenizers are beside pip's, on one core: tokenizer_speed.py DUMP_TOKENS

needs: pip install tokenizers==0.22.2, and the shared data. Prints the table of docs/tokenizers.md: megabytes of English
text a second of processor time, line by line, the best of five turns of each, which follow one another.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
import tokenizer_files as files

TURNS = 5


def english():
    """Stories and abstracts, 4 MB."""
    lambada = (files.SHARED / "data" / "lambada" / "lambada_test_plain_text.txt").read_text(encoding="utf-8")
    arxiv = (files.SHARED / "data" / "temporal_arxiv" / "2024-02.jsonl").read_text(encoding="utf-8")
    return (lambada + arxiv)[:4_000_000].split("\n")


def theirs(tokenizer, lines):
    start = time.process_time()
    for line in lines:
        tokenizer.encode(line, add_special_tokens=False)
    return sum(len(line.encode()) for line in lines) / 1e6 / (time.process_time() - start)


def ours(program, path, text):
    run = subprocess.run([program, str(path), str(text)], capture_output=True, encoding="utf-8", check=True)
    return float(run.stdout.split()[0])


def main():
    lines = english()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        text = folder / "text"
        text.write_text("\n".join(lines) + "\n", encoding="utf-8")
        for title, found in {"GPT-2": files.gpt2(), "Qwen 3": files.qwen3(folder), "SmolLM2": files.smollm2(),
                             "like Llama 3, 1508 tokens": files.recorded("llama_style"),
                             "like Llama 2 with byte fallback, 902 tokens, no pre-tokenizer": files.recorded("llama2_style")}.items():
            if not found:
                continue
            path, tokenizer = found
            turns = [(ours(sys.argv[1], path, text), theirs(tokenizer, lines)) for _ in range(TURNS)]
            print(f"| {title} | {max(a for a, _ in turns):.1f} | {max(b for _, b in turns):.1f} |", flush=True)


main()
