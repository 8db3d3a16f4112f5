"""Tasks on a real model, from their texts on, beside lm-evaluation-harness's own backend.

usage: smollm2_text.py SMDM_EVAL SHARED [LIMIT]        (documents of each task, default 12)

Runs piqa, arc_easy and lambada_openai on SmolLM2-135M-Instruct (smollm2_likelihoods.py says where it
comes from) in f32 and bf16, then gives the very same texts to lm-eval's Hugging Face backend on the
same weights in float32. In f32 every verdict must be the same, but for ties below 1e-4 nats; in bf16
verdicts may differ where the two best lie within 2^-6 of their size: each moves by about 2^-7, here and in the library. Prints what both took. Exits
with 77 where the package, the data or lm-eval cannot be had.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time
from types import SimpleNamespace

from smollm2_likelihoods import skip, write_model

TASKS = ["piqa", "arc_easy", "lambada_openai"]
TIE = 1e-4  # nats


def run(program, model, shared, folder, dtype, limit):
    began = time.monotonic()
    subprocess.run([program, "--task", ",".join(TASKS), "--model", model, "--data", shared / "data",
                    "--limit", str(limit), "--dtype", dtype, "--output", folder], check=True,
                   stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def samples(folder, task):
    file, = folder.glob(f"samples_{task}_*.jsonl")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def arguments(sample):
    return [(one["arg_0"], one["arg_1"]) for one in sample["arguments"].values()]


def values(sample):
    """Log-likelihood and greedy verdict of each request."""
    return [(float(one[0][0]), one[0][1] in (True, "True")) for one in sample["resps"]]


def backend(model, texts):
    """What lm-eval gives for pairs of texts, and the seconds that it took."""
    import torch
    from lm_eval.models.huggingface import HFLM

    torch.set_num_threads(2)
    began = time.monotonic()
    lm = HFLM(pretrained=str(model), dtype="float32", batch_size=16, device="cpu")
    answers = lm.loglikelihood([SimpleNamespace(args=pair, arguments=pair) for pair in texts],
                               disable_tqdm=True)
    return answers, time.monotonic() - began


def best(nats):
    return max(range(len(nats)), key=lambda k: nats[k])


def margin(nats):
    first, second = sorted(nats, reverse=True)[:2]
    return first - second


def compare(task, ours, theirs, slack):
    """Checks the documents of a task. @return verdicts compared, and those that differ in a tie"""
    ties = 0
    for sample, answers in zip(ours, theirs):
        own = values(sample)
        nats = [one[0] for one in own]
        others = [one[0] for one in answers]
        if task == "lambada_openai":
            same = own[0][1] == bool(answers[0][1])
            assert same or slack > 0, (task, sample["doc_id"], own, answers)
            ties += not same
        elif best(nats) != best(others):
            allowed = max(TIE, slack * abs(max(others)))
            assert margin(others) <= allowed, (task, sample["doc_id"], nats, others)
            ties += 1
    return len(ours), ties


def worst_difference(ours, theirs):
    return max(abs(a[0] - b[0]) / abs(b[0])
               for sample, answers in zip(ours, theirs) for a, b in zip(values(sample), answers))


def main():
    program, shared = map(pathlib.Path, sys.argv[1:3])
    limit = int(sys.argv[3]) if len(sys.argv) > 3 else 12
    if not (shared / "data/piqa").exists():
        skip("no shared data beside the source tree")
    try:
        import lm_eval.models.huggingface  # noqa: F401
    except ImportError:
        skip("no lm-eval with its Hugging Face backend")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_model(shared, folder / "model")
        seconds = {dtype: run(program, folder / "model", shared, folder / dtype, dtype, limit)
                   for dtype in ("f32", "bf16")}
        ours = {dtype: {task: samples(folder / dtype, task) for task in TASKS} for dtype in seconds}
        per_document = [arguments(sample) for task in TASKS for sample in ours["f32"][task]]
        answers, theirs_took = backend(folder / "model", [pair for one in per_document for pair in one])
    taken = iter(answers)
    by_document = iter([[next(taken) for _ in one] for one in per_document])
    theirs = {task: [next(by_document) for _ in ours["f32"][task]] for task in TASKS}
    for dtype, slack, limit_of_values in (("f32", 0.0, 1e-4), ("bf16", 2.0 ** -6, 0.1)):
        for task in TASKS:
            count, ties = compare(task, ours[dtype][task], theirs[task], slack)
            difference = worst_difference(ours[dtype][task], theirs[task])
            assert count > 0 and difference <= limit_of_values, (dtype, task, difference)
            # Of a greedy verdict the files do not say how close it was.
            assert ties <= max(1, count // 10), (dtype, task, ties, count)
            print(f"{dtype} {task}: {count} verdicts, {ties} differ in ties, "
                  f"largest relative difference of a log-likelihood {difference:.1e}")
    print(f"seconds: here f32 {seconds['f32']:.1f}, bf16 {seconds['bf16']:.1f}; "
          f"lm-eval's backend in float32 {theirs_took:.1f}")


if __name__ == "__main__":
    main()
