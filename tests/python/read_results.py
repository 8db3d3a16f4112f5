"""Reads a folder written by smdm-eval with lm-evaluation-harness 0.4.4's own code.

usage: read_results.py FOLDER    exits non-zero, saying why, if anything is not as that code expects
"""
import json
import pathlib
import sys

from lm_eval.utils import (
    get_latest_filename,
    get_results_filenames,
    get_sample_results_filenames,
    make_table,
)


def check(condition, text):
    if not condition:
        sys.exit(f"read_results: {text}")


def check_task(folder, run, task, names):
    """One task's entries agree with each other and with its samples."""
    for block in ("configs", "versions", "n-shot", "higher_is_better", "n-samples"):
        check(task in run[block], f"{task} is missing in {block!r}")
    mine = [name for name in names if pathlib.Path(name).name.startswith(f"samples_{task}_")]
    check(mine, f"no samples file of {task}")
    latest = pathlib.Path(folder, get_latest_filename(mine))
    samples = [json.loads(line) for line in latest.read_text(encoding="utf-8").splitlines()]
    check(len(samples) == run["n-samples"][task]["effective"], f"{task}: another number of samples")
    for field in ("doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "doc_hash", "prompt_hash", "target_hash"):
        check(all(field in sample for sample in samples), f"{task}: samples lack {field!r}")
    result = run["results"][task]
    for metric in ("acc", "acc_norm", "exact_match"):
        key = f"{metric},none"
        if key in result:
            mean = sum(float(sample[metric]) for sample in samples) / len(samples)
            check(abs(mean - result[key]) < 1e-12, f"{task}: mean of samples {mean} is not {key} {result[key]}")


def main(folder):
    everything = [str(path) for path in pathlib.Path(folder).iterdir()]
    results = get_results_filenames(everything)
    check(results, "lm-eval finds no results file")
    latest = pathlib.Path(folder, get_latest_filename(results))
    run = json.loads(latest.read_text(encoding="utf-8"))
    for column in ("results", "groups"):
        if column == "results" or run.get("groups"):
            table = make_table(run, column)
            check("|" in table, f"lm-eval makes no table of {column}")
    samples = get_sample_results_filenames(everything)
    tasks = list(run["configs"])
    for task in tasks:
        check_task(folder, run, task, samples)
    print(f"lm-eval reads {latest.name}: {len(tasks)} task(s)")


if __name__ == "__main__":
    main(sys.argv[1])
