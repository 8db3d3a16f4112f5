"""Gives exports of real runs to the programs that they are for.

usage: check_exports.py SMDM_EVAL FOLDER

Every group of tasks of the embedded micro world is run on two documents and exported in both formats. Every Eval Ever's
own validator must find nothing, not even a warning, and its converter must see the same questions and values in
lm-eval's files as stand in its own. lm-evaluation-harness 0.4.13 must know every key, and its table must show every
value. Exits non-zero, saying why, if something does not fit.
"""
import collections
import json
import math
import pathlib
import shutil
import subprocess
import sys

TASKS = ["zero-shot", "reverse_curse", "gsm8k", "temporal_shift", "mt_bench", "infill", "line"]


def check(condition, text):
    if not condition:
        sys.exit(f"check_exports: {text}")


def smdm_eval(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    check(done.returncode == 0, f"{arguments}: {done.stderr}")
    return done.stdout


def results_of(run):
    """Values by task and metric, as the run's own file has them."""
    (file,) = run.glob("**/results_*.json")
    tasks = json.loads(file.read_text())["smdm_eval"]["tasks"]
    return {(task, metric["name"], metric["filter"]): metric["value"]
            for task, block in tasks.items() for metric in block["metrics"]}


def validate(folder):
    command = [sys.executable, "-m", "every_eval_ever", "validate", "--format", "json", "data/*/*/*/*.json*"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    check(done.stdout.startswith("["), f"the validator says {done.stdout} {done.stderr}")
    for report in json.loads(done.stdout):
        check(report["valid"] and not report["errors"] and not report["warnings"], f"{folder}: {report}")
    check(done.returncode == 0, f"the validator ends with {done.returncode}")
    return len(json.loads(done.stdout))


def is_refused(folder):
    """The validator sees a fault where there is one."""
    file = next(folder.glob("data/*/*/*/*_samples.jsonl"))
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[1:]))
    command = [sys.executable, "-m", "every_eval_ever", "validate", "data/*/*/*/*.json*"]
    refused = subprocess.run(command, cwd=folder, capture_output=True).returncode != 0
    file.write_text("".join(lines))
    return refused


def rows_beside(file):
    return [json.loads(line) for line in file.with_name(file.stem + "_samples.jsonl").read_text().splitlines()]


def check_records(folder, values):
    """Values of records are the run's, and rows of means give them."""
    seen = set()
    for file in folder.glob("data/*/*/*/*.json"):
        record = json.loads(file.read_text())
        rows = collections.defaultdict(list)
        for row in rows_beside(file):
            rows[row["evaluation_result_id"]].append(row["evaluation"]["score"])
        task = record["evaluation_id"].split("/")[0]
        for result in record["evaluation_results"]:
            name, name_filter = result["evaluation_result_id"].split("/")[1].split(",")
            score = result["score_details"]["score"]
            seen.add((task, name, name_filter))
            # A value beyond the metric's bounds by its last bits is put onto them.
            check(math.isclose(score, values[task, name, name_filter], rel_tol=1e-12), f"{task} {name}: {score}")
            own = rows[result["evaluation_result_id"]]
            check(len(own) == 2, f"{task} {name}: {len(own)} rows")
            if result["metric_config"]["additional_details"]["aggregation"] == "mean":
                check(math.isclose(sum(own) / len(own), score), f"{task} {name}: rows give another mean")
    check(seen == set(values), f"results that are missing: {set(values) - seen}")


def numbers_in(table):
    """Of the cells of a Markdown table; lm-eval's has four decimals, and none where they are zeros."""
    numbers = []
    for cell in table.replace("\n", "|").split("|"):
        try:
            numbers.append(float(cell))
        except ValueError:
            pass
    return numbers


def check_lm_eval(folder, values):
    from lm_eval.result_schema import EvalResults, SampleResult
    from lm_eval.utils import make_table, sanitize_model_name
    (file,) = folder.glob("*/results_*.json")
    results = json.loads(file.read_text())
    unknown = set(results) - set(EvalResults.__annotations__)
    check(not unknown, f"keys that lm-eval has not: {unknown}")
    wanted = set(EvalResults.__annotations__) - {"groups", "samples"}
    check(wanted <= set(results), f"keys of lm-eval that are missing: {wanted - set(results)}")
    check(file.parent.name == sanitize_model_name(results["model_name"]), f"folder {file.parent.name}")
    shown = numbers_in(make_table(results))
    for (task, metric, name_filter), value in values.items():
        check(results["results"][task][f"{metric},{name_filter}"] == value, f"{task} {metric}")
        check(any(abs(value - number) < 5.1e-5 for number in shown), f"{task} {metric}: {value} is not in lm-eval's table")
    for samples in folder.glob("*/samples_*.jsonl"):
        for line in map(json.loads, samples.read_text().splitlines()):
            check(set(SampleResult.__annotations__) | set(line["metrics"]) == set(line), f"keys of {samples}")
    return file


def converted_questions(file, folder):
    """Questions and values that Every Eval Ever's converter finds in lm-eval's files, where values are numbers."""
    from every_eval_ever.converters.lm_eval.instance_level_adapter import LMEvalInstanceLevelAdapter
    questions = collections.Counter()
    for samples in file.parent.glob("samples_*.jsonl"):
        task = samples.name[len("samples_"):samples.name.rindex("_")]
        for log in LMEvalInstanceLevelAdapter().transform_samples(samples, "id", "model", task):
            if log.evaluation_result_id is not None:
                questions[log.evaluation_name, log.sample_id, log.sample_hash, log.evaluation.score] += 1
    return questions


def own_questions(folder):
    questions = collections.Counter()
    for file in folder.glob("data/*/*/*/*.json"):
        details = {result["evaluation_result_id"]: result["metric_config"]["additional_details"]
                   for result in json.loads(file.read_text())["evaluation_results"]}
        for row in rows_beside(file):
            if details[row["evaluation_result_id"]]["aggregation"] in ("mean", "perplexity"):
                questions[row["evaluation_name"], row["sample_id"], row["sample_hash"], row["evaluation"]["score"]] += 1
    return questions


def main(program, folder):
    shutil.rmtree(folder, ignore_errors=True)
    files = 0
    for task in TASKS:
        run = folder / "runs" / task
        smdm_eval(program, "--task", task, "--limit", 2, "--threads", 1, "--output", run)
        values = results_of(run)
        ever, theirs = folder / "ever" / task, folder / "theirs" / task
        for texts in ("off", "on"):
            shutil.rmtree(ever, ignore_errors=True)
            smdm_eval(program, "export", run, "--to", "every-eval-ever", "--output", ever, "--texts", texts)
            files += validate(ever)
            check_records(ever, values)
        smdm_eval(program, "export", run, "--to", "lm-eval", "--output", theirs)
        file = check_lm_eval(theirs, values)
        converted, own = converted_questions(file, theirs), own_questions(ever)
        check(converted == own, f"{task}: {converted - own} in lm-eval's files, {own - converted} in the others")
    check(is_refused(ever), "the validator accepts samples of which one is missing")
    print(f"{files} files of {len(TASKS)} runs are valid")


if len(sys.argv) != 3:
    sys.exit(__doc__)
main(sys.argv[1], pathlib.Path(sys.argv[2]))
