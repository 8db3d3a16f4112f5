"""Lets lm-evaluation-harness 0.4.4 evaluate the documents of a run again, with its own tasks.

usage: evaluate_again.py FOLDER

FOLDER is one written by smdm-eval; the latest run in it is taken. lm-eval asks a model that answers with
the log-likelihoods stored in the samples, so that everything but the model is its own: prompts, choices,
targets, metrics, standard errors, file layout. What it writes is compared with what stands in FOLDER.
Tasks that lm-eval has not, or has with another protocol (gsm8k), are named and left out. Exits non-zero,
saying why on standard error, if something differs.
"""
import argparse
import json
import logging
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True  # nothing beside the sources
from read_results import Run, check, same_number  # first: it sets the environment of the data sets library

import datasets
from lm_eval.api.model import LM
from lm_eval.api.task import ConfigurableTask
from lm_eval.evaluator import evaluate
from lm_eval.loggers import EvaluationTracker
from lm_eval.tasks import TaskManager

OTHER_PROTOCOL = {"gsm8k"}  # two stages, no shots, answers in the paper's form
BOOTSTRAP = 1000  # only perplexity needs it; its error is compared by read_results.py


class Stored(LM):
    """Answers with what the samples say; a request that they have not is a prompt that differs."""

    def __init__(self, run, tasks):
        super().__init__()
        self.answers = {}
        for task in tasks:
            for sample in run.samples[task]:
                for arguments, (nats, greedy) in zip(sample["arguments"].values(), sample["filtered_resps"]):
                    self.answers[arguments["arg_0"], arguments["arg_1"]] = (float(nats), greedy == "True")

    def loglikelihood(self, requests, **_):
        for request in requests:
            check(request.args in self.answers, f"{request.task_name}: lm-eval asks {request.args!r}, which was not asked")
        return [self.answers[request.args] for request in requests]

    def loglikelihood_rolling(self, requests, **_):
        raise NotImplementedError

    def generate_until(self, requests, **_):
        raise NotImplementedError


def own_task(manager, run, task, folder):
    """lm-eval's task over the documents of the run."""
    documents = folder / f"{task}.jsonl"
    documents.write_text("".join(json.dumps(sample["doc"]) + "\n" for sample in run.samples[task]), encoding="utf-8")
    config = dict(manager._get_config(task))
    split = "test" if config.get("test_split") else "validation"
    config.update(
        dataset_path="json",
        dataset_name=None,
        dataset_kwargs={"data_files": {split: str(documents)}},
        training_split=None,
        validation_split="validation" if split == "validation" else None,
        test_split="test" if split == "test" else None,
        fewshot_split=None,
    )
    config.pop("tag", None)
    if config.get("num_fewshot") is None:
        config["num_fewshot"] = 0  # as lm-eval's simple_evaluate does
    return ConfigurableTask(config=config)


def evaluate_and_store(run, names):
    """@return what lm-eval itself wrote: its results and its samples, read by the same functions"""
    with tempfile.TemporaryDirectory(prefix="smdm-again-") as name:
        folder = pathlib.Path(name)
        manager = TaskManager()
        tasks = {task: own_task(manager, run, task, folder) for task in names}
        results = evaluate(lm=Stored(run, names), task_dict=tasks, bootstrap_iters=BOOTSTRAP, verbosity="ERROR")
        samples = results.pop("samples")
        writer = EvaluationTracker(output_path=str(folder / "out"))
        writer.general_config_tracker.model_name_sanitized = ""
        writer.save_results_aggregated(results, samples)
        for task in names:
            writer.save_results_samples(task, samples[task])
        return Run(folder / "out")


def comparable(sample):
    """A sample without our block; lm-eval knows no verdict that was not asked for."""
    out = {key: value for key, value in sample.items() if key != "smdm_eval"}
    for field in ("resps", "filtered_resps"):
        out[field] = json.loads(json.dumps(sample[field]).replace('"None"', '"False"'))
    return out


def compare_samples(ours, theirs, task):
    check(len(ours.samples[task]) == len(theirs.samples[task]), f"{task}: number of samples")
    for mine, own in zip(ours.samples[task], theirs.samples[task]):
        left, right = comparable(mine), comparable(own)
        check(list(left) == list(right), f"{task}: fields {list(left)}, lm-eval's {list(right)}")
        # Documents are compared with the order of their fields, which their digests depend on.
        for key in left:
            a, b = (json.dumps(side[key]) if key == "doc" else side[key] for side in (left, right))
            check(a == b, f"{task}, document {mine['doc_id']}: {key} is {a}, lm-eval's {b}")


def compare_results(ours, theirs, task):
    left, right = dict(ours.results["results"][task]), dict(theirs.results["results"][task])
    left["alias"] = left["alias"].removeprefix(" - ")  # where a group was asked for
    for side in (left, right):
        side.pop("perplexity_stderr,none", None)
    check(list(left) == list(right), f"{task}: results {list(left)}, lm-eval's {list(right)}")
    for key in left:
        check(same_number(left[key], right[key]), f"{task} {key} is {left[key]}, lm-eval's {right[key]}")
    for block in ("versions", "n-shot", "higher_is_better", "task_hashes"):
        check(ours.results[block][task] == theirs.results[block][task], f"{task}: {block}")
    left, right = (side.results["configs"][task] for side in (ours, theirs))
    check(left["output_type"] == right["output_type"], f"{task}: output_type")
    # A task of lm-eval's may leave out what it has as a default; ours are complete.
    filled = [{**mine, **own} for mine, own in zip(left["metric_list"], right["metric_list"])]
    check(left["metric_list"] == filled, f"{task}: metric_list is {left['metric_list']}, lm-eval's {right['metric_list']}")
    effective = theirs.results["n-samples"][task]["effective"]
    check(ours.results["n-samples"][task]["effective"] == effective, f"{task}: n-samples")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    ours = Run(parser.parse_args().folder)
    datasets.disable_progress_bars()
    logging.getLogger("lm-eval").setLevel(logging.ERROR)
    known = set(TaskManager().all_subtasks) - OTHER_PROTOCOL
    names = [task for task in ours.results["configs"] if task in known]
    for task in sorted(set(ours.results["configs"]) - set(names)):
        print(f"evaluate_again: {task} is not lm-eval's, left out")
    check(names, "no task that lm-eval has")
    theirs = evaluate_and_store(ours, names)
    for task in names:
        compare_samples(ours, theirs, task)
        compare_results(ours, theirs, task)
    print(f"lm-eval writes the same for {len(names)} task(s): {', '.join(names)}")


if __name__ == "__main__":
    main()
