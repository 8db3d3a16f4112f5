"""MT-Bench's first questions on a real model, SmolLM2-135M-Instruct, beside its own library.

usage: smollm2_mt_bench.py SMDM_EVAL SHARED [LIMIT]        (questions, default 4)

Both turns are answered greedily under the template chatml, 32 tokens each. The file of answers must
have FastChat's form. Where transformers can be imported, each turn's conversation, with the answers
that were written for the turns before it, is rendered here, encoded by the model's own tokenizer, and
continued greedily by the library in float32: the answer must be the same text, but for a tie of the two
best tokens below 1e-3. The answers then go to a judge on this machine, who must be asked about each turn
and whose key must stand in nothing that is written. Exits with 77 where the package or the questions cannot be had.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "judging"))
from fake_judge import MODEL, FakeJudge, grade
from smollm2_likelihoods import skip, write_model

TOKENS = 32
TIE = 1e-3
SYSTEM = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
ENDS = ["<|im_end|>", "<|endoftext|>"]
KEY = "sk-test-a94c1e7730b25d68"


def answered(program, model, shared, folder, limit):
    subprocess.run([program, "--task", "mt_bench", "--model", model, "--data", shared / "data",
                    "--template", "chatml", "--gen-length", str(TOKENS), "--limit", str(limit),
                    "--dtype", "f32", "--output", folder], check=True, stdout=subprocess.DEVNULL)
    file, = folder.glob("model_answer_mt_bench_*.jsonl")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def check_form(lines, questions, model):
    assert [line["question_id"] for line in lines] == [one["question_id"] for one in questions]
    for line in lines:
        assert list(line) == ["question_id", "answer_id", "model_id", "choices", "tstamp"], line
        assert line["model_id"] == model.name and len(line["answer_id"]) == 22
        choice, = line["choices"]
        assert choice["index"] == 0 and len(choice["turns"]) == 2
        assert all(turn and turn == turn.strip() for turn in choice["turns"]), choice
    assert len({line["answer_id"] for line in lines}) == len(lines)


def rendered(turns, answers):
    text = SYSTEM
    for turn, answer in zip(turns, answers + [None]):
        text += f"<|im_start|>user\n{turn}<|im_end|>\n<|im_start|>assistant\n"
        if answer is not None:
            text += f"{answer}<|im_end|>\n"
    return text


class Library:
    def __init__(self, model):
        import torch
        from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

        torch.set_num_threads(2)
        self.torch = torch
        self.tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(model / "tokenizer.json"))
        self.model = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32).eval()
        self.ends = {self.tokenizer.convert_tokens_to_ids(end) for end in ENDS}

    def follows(self, text, answer):
        """Whether the answer is what greedy decoding writes, ties aside."""
        ids = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        begin, cache, feed, tied = len(ids), None, list(ids), False
        with self.torch.no_grad():
            while len(ids) < begin + TOKENS:
                out = self.model(self.torch.tensor([feed]), past_key_values=cache, use_cache=True)
                cache, best = out.past_key_values, out.logits[0, -1].topk(2)
                tied = tied or (best.values[0] - best.values[1]).item() < TIE
                if best.indices[0].item() in self.ends:
                    break
                feed = [best.indices[0].item()]
                ids += feed
        return tied or self.tokenizer.decode(ids[begin:], skip_special_tokens=True).strip() == answer


def check_library(lines, questions, model):
    try:
        library = Library(model)
    except ImportError:
        print("transformers is not installed: answers are not compared")
        return
    turns = 0
    for line, question in zip(lines, questions):
        answers = line["choices"][0]["turns"]
        for k, answer in enumerate(answers):
            text = rendered(question["turns"][:k + 1], answers[:k])
            assert library.follows(text, answer), (question["question_id"], k, answer)
            turns += 1
    print(f"{turns} turns as the library writes them")


def check_judged(program, folder, asked, lines):
    answers, = (folder / "run").glob("model_answer_mt_bench_*.jsonl")
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    with FakeJudge(lambda request, attempt: grade("Good enough. Rating: [[6]]")) as judge:
        done = subprocess.run([program, "judge", "--questions", asked, "--answers", answers, "--url", judge.url,
                               "--model", MODEL, "--output", folder / "judged.jsonl"],
                              env={**environment, "OPENAI_API_KEY": KEY}, text=True, capture_output=True)
        assert done.returncode == 0, done.stderr
        prompts = [request["body"]["messages"][-1]["content"] for request in judge.asked]
    turns = [turn for line in lines for turn in line["choices"][0]["turns"]]
    assert len(prompts) == len(turns), (len(prompts), len(turns))
    assert all(any(turn in prompt for prompt in prompts) for turn in turns)
    judged = [json.loads(line) for line in (folder / "judged.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["score"] for line in judged] == [6] * len(turns), judged
    written = [path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".safetensors"]
    told = (done.stdout + done.stderr).encode()
    assert not any(KEY[:12].encode() in text for text in [*written, told]), "the key is told"
    print(f"{len(turns)} turns judged")


def main():
    program, shared = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    limit = int(sys.argv[3]) if len(sys.argv) > 3 else 4
    asked = shared / "data/mt_bench/question.jsonl"
    if not asked.exists():
        skip("no MT-Bench questions beside the source tree")
    questions = [json.loads(line) for line in asked.read_text(encoding="utf-8").splitlines()][:limit]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        model = folder / "SmolLM2-135M-Instruct"
        write_model(shared, model)
        lines = answered(program, model, shared, folder / "run", limit)
        check_form(lines, questions, model)
        check_library(lines, questions, model)
        check_judged(program, folder, asked, lines)


if __name__ == "__main__":
    main()
