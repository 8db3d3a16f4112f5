"""Reads a folder written by smdm-eval with lm-evaluation-harness 0.4.4's own code.

usage: read_results.py FOLDER [--table FILE]

FOLDER holds results_<date>.json and samples_<task>_<date>.jsonl; the latest run in it is read. FILE is
the table that smdm-eval printed for it. Exits non-zero, saying why on standard error, if that code
cannot read something or makes another value of it.
"""
import argparse
import json
import math
import os
import pathlib
import sys
import tempfile

CACHE = tempfile.TemporaryDirectory(prefix="smdm-read-results-")
os.environ.update(HF_HOME=CACHE.name, HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", TQDM_DISABLE="1")

import datasets
import lm_eval.loggers.evaluation_tracker as tracker
from lm_eval.api import metrics as lm_metrics
from lm_eval.loggers import EvaluationTracker, WandbLogger
from lm_eval.utils import (
    get_file_datetime,
    get_file_task_name,
    get_latest_filename,
    get_results_filenames,
    get_sample_results_filenames,
    handle_non_serializable,
    hash_string,
    make_table,
    sanitize_list,
    sanitize_model_name,
    sanitize_task_name,
)
from sacrebleu.metrics import BLEU

SACREBLEU = BLEU()
SAMPLE_FIELDS = [
    "doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "doc_hash", "prompt_hash", "target_hash",
]


def check(condition, text):
    if not condition:
        sys.exit(f"read_results: {text}")


def same_number(left, right):
    """Equal up to the rounding of sums, also where both are no numbers."""
    numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
    return math.isclose(left, right, rel_tol=1e-12, abs_tol=1e-15) if numbers else left == right


def strict_json(text, where):
    """JSON without the NaN and Infinity that Python would accept."""

    def refuse(constant):
        sys.exit(f"read_results: {where}: {constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


class Run:
    """One run, found and loaded through lm-eval's own functions."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.names = [path.as_posix() for path in self.folder.iterdir() if path.is_file()]
        found = get_results_filenames(self.names)
        check(found, f"lm-eval finds no results file in {folder}")
        self.path = pathlib.Path(get_latest_filename(found))
        self.results = strict_json(self.path.read_text(encoding="utf-8"), self.path)
        self.date = get_file_datetime(self.path.name).removesuffix(".json")
        self.samples_paths = self.find_samples()
        self.samples = {
            task: [strict_json(line, path) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
            for task, path in self.samples_paths.items()
        }

    def find_samples(self):
        paths = {}
        for name in get_sample_results_filenames(self.names):
            path = pathlib.Path(name)
            if get_file_datetime(path.name) == self.date:
                paths[get_file_task_name(path.name)] = path
        wanted = set(self.results["configs"])
        check(set(paths) == wanted, f"samples of {sorted(paths)}, configs of {sorted(wanted)}")
        return paths


def check_blocks(run):
    """Every task is in every block, every group has a row, and the model has lm-eval's names."""
    results = run.results
    for task in results["configs"]:
        for block in ("results", "versions", "n-shot", "higher_is_better", "n-samples", "task_hashes"):
            check(task in results[block], f"{task} is missing in {block!r}")
        check(results["n-samples"][task]["effective"] == len(run.samples[task]), f"{task}: number of samples")
    for group, tasks in results["group_subtasks"].items():
        check(group in results["results"], f"group {group} has no row")
        check(all(task in results["configs"] for task in tasks), f"group {group} names unknown tasks")
    arguments = results["config"]["model_args"]
    name = EvaluationTracker().general_config_tracker._get_model_name(arguments)
    check(name == results["model_name"], f"lm-eval calls the model {name!r}")
    check(sanitize_model_name(name) == results["model_name_sanitized"], "model_name_sanitized")
    seconds = results["end_time"] - results["start_time"]
    check(abs(float(results["total_evaluation_time_seconds"]) - seconds) < 1e-3, "total_evaluation_time_seconds")
    check("start_time" in results and isinstance(results["date"], float), "date")


def check_sample_hashes(run, task):
    """The digests are those that lm-eval would compute from what stands beside them."""
    digests = []
    for sample in run.samples[task]:
        where = f"{task}, document {sample['doc_id']}"
        check(list(sample)[: len(SAMPLE_FIELDS)] == SAMPLE_FIELDS, f"{where}: fields {list(sample)}")
        document = json.dumps(sample["doc"], indent=2, default=handle_non_serializable, ensure_ascii=False)
        check(sample["doc_hash"] == hash_string(document), f"{where}: doc_hash")
        check(sample["prompt_hash"] == hash_string(sample["arguments"]["gen_args_0"]["arg_0"]), f"{where}: prompt_hash")
        check(sample["target_hash"] == hash_string(sample["target"]), f"{where}: target_hash")
        for field in ("resps", "filtered_resps"):
            check(sanitize_list(sample[field]) == sample[field], f"{where}: {field} are not strings")
        digests.append(sample["doc_hash"] + sample["prompt_hash"] + sample["target_hash"])
    check(run.results["task_hashes"][task] == hash_string("".join(digests)), f"{task}: task_hashes")


def resampled(statistic, values):
    """The statistic of bootstrap samples, drawn by lm-eval's own code."""
    count = 20000 if len(values) <= 200 else 1000
    return lm_metrics._bootstrap_internal(statistic, count)((0, values))


def check_bootstrap_stderr(statistic, values, written, where):
    """Two bootstraps agree within five standard deviations of their own error."""
    draws = resampled(statistic, values)
    deviation = lm_metrics.sample_stddev(draws)
    centre = sum(draws) / len(draws)
    kurtosis = sum((draw - centre) ** 4 for draw in draws) / len(draws) / max(deviation**4, 1e-300)
    error = math.sqrt(max(kurtosis, 1.0) / 4 / min(len(draws), 10000)) * math.sqrt(2)
    check(abs(written - deviation) <= 5 * error * deviation + 1e-9, f"{where}: stderr {written}, lm-eval's {deviation}")


def bleu_of_counts(rows):
    """sacrebleu's score of a corpus whose documents have these counts."""
    return SACREBLEU._compute_score_from_stats([sum(column) for column in zip(*rows)]).score


def check_bleu(values, samples, written, stderr, where):
    """The counts are sacrebleu's of the generation and the target; the score is lm-eval's of all of them."""
    pairs = [(sample["target"], sample["resps"][0][0]) for sample in samples]
    for counts, (target, generation) in zip(values, pairs):
        wanted = SACREBLEU._extract_corpus_statistics([generation], [[target]])[0]
        check(counts == wanted, f"{where}: counts {counts}, sacrebleu's {wanted}")
    wanted = lm_metrics.bleu(pairs)
    check(math.isclose(written, wanted, rel_tol=1e-12), f"{where}: {written}, lm-eval's {wanted}")
    if len(values) < 2:
        check(stderr == "N/A", f"{where}: stderr {stderr} of one value")
    else:
        check_bootstrap_stderr(bleu_of_counts, values, stderr, where)


def check_metric(run, task, metric):
    """lm-eval's aggregation of the per-document values is the value in the results."""
    name, key = metric["name"], f"{metric['name']},{metric['filter']}"
    where = f"{task} {key}"
    values = [sample["smdm_eval"]["metrics"][key] for sample in run.samples[task]]
    written = run.results["results"][task][key]
    stderr = run.results["results"][task][f"{name}_stderr,{metric['filter']}"]
    check(metric["value"] == written, f"{where}: the two blocks differ")
    check(run.results["higher_is_better"][task][name] == metric["higher_is_better"], f"{where}: direction")
    if metric["filter"] == "none":
        check(values == [sample[name] for sample in run.samples[task]], f"{where}: fields of the samples")
    if metric["aggregation"] == "bleu":
        return check_bleu(values, run.samples[task], written, stderr, where)
    if None in values:
        return
    aggregate = getattr(lm_metrics, metric["aggregation"])
    try:
        wanted = aggregate(values)
    except OverflowError:
        wanted = None
    # lm-eval adds in the order of the documents, we in one that does not depend on it; and perplexity goes
    # through exp, which two libraries may round differently.
    check(same_number(wanted, written), f"{where}: {written}, lm-eval's {wanted}")
    if len(values) < 2:
        check(stderr == "N/A", f"{where}: stderr {stderr} of one value")
    elif metric["aggregation"] == "mean":
        wanted = lm_metrics.mean_stderr(values)
        check(same_number(stderr, wanted), f"{where}: stderr {stderr}, lm-eval's {wanted}")
    elif stderr != "N/A":
        check_bootstrap_stderr(aggregate, values, stderr, where)


def numbers(cell):
    """A cell as a number where it is one: pytablewriter drops trailing zeros that we keep."""
    try:
        return float(cell)
    except ValueError:
        return cell


def cells(table):
    rows = []
    table = table.strip("\n").split("\n\n")[0]  # without lines below it, on clusters of documents
    for line in table.split("\n"):
        row = line.replace("\\|", "\0")[1:-1].split("|")
        rows.append([numbers(cell.replace("\0", "|").strip()) for cell in row])
    return rows[:1] + rows[2:]  # without the line of rules


def check_table(run, ours):
    """make_table accepts the run, and says what our own table says, cell by cell."""
    copy = json.loads(json.dumps(run.results))  # it removes the aliases
    for task, own in copy["smdm_eval"]["tasks"].items():  # ours shows errors over clusters
        for key, error in own["stderr_clustered"].items():
            name, kept = key.split(",")
            copy["results"][task][f"{name}_stderr,{kept}"] = "N/A" if error is None else error
    theirs = make_table(copy)
    check("|" in theirs, "lm-eval makes no table")
    if ours is None:
        return
    left, right = cells(theirs), cells(ours)
    check(len(left) == len(right), f"lm-eval's table has {len(left)} rows, ours {len(right)}")
    for a, b in zip(left, right):
        check(a == b, f"lm-eval's table says {a}, ours {b}")


def in_memory(sample):
    """A sample as lm-eval holds it before it is stored: tuples of numbers instead of strings."""
    out = dict(sample)
    out["arguments"] = [tuple(value.values()) for value in sample["arguments"].values()]
    if "choices" in sample["smdm_eval"]:
        pairs = [(float(nats), greedy == "True") for nats, greedy in sample["filtered_resps"]]
        out["resps"], out["filtered_resps"] = [[pair] for pair in pairs], pairs
    elif "likelihood" in sample["smdm_eval"]:
        nats = float(sample["filtered_resps"][0])
        out["resps"], out["filtered_resps"] = [[nats]], [nats]
    return out


def check_wandb(run):
    """The Weights & Biases logger, as far as it goes without that package."""
    logger = object.__new__(WandbLogger)
    logger.post_init(run.results)
    logger._get_config()
    summary, flat = logger._sanitize_results_dict()
    for task, config in run.results["configs"].items():
        frame = logger._generate_dataset([in_memory(sample) for sample in run.samples[task]], config)
        check(len(frame) == len(run.samples[task]), f"{task}: rows of the data frame")
        for metric in config["metric_list"]:
            # Of a log-likelihood and its bytes the logger makes two columns.
            columns = {"bits_per_byte": ["bits_per_byte_loglikelihood", "bits_per_byte_bytes"]}
            for column in columns.get(metric["metric"], [metric["metric"]]):
                check(column in frame, f"{task}: no column {column}")
        if config["output_type"] == "multiple_choice" and "acc" in frame:
            for got, gold, acc in zip(frame["raw_predictions"], frame["labels"], frame["acc"]):
                check((got == int(gold)) == bool(acc), f"{task}: acc is not that of the likeliest choice")
        for metric in run.results["smdm_eval"]["tasks"][task]["metrics"]:
            name = metric["name"] if metric["filter"] == "none" else f"{metric['name']},{metric['filter']}"
            check(flat[f"{task}/{name}"] == metric["value"], f"{task}: the logger's {name}")
        check(f"{task}/alias" in summary, f"{task}: alias")


def check_datasets(run):
    """The data sets library, through which lm-eval's hub repositories are read."""
    for task, path in run.samples_paths.items():
        loaded = datasets.load_dataset("json", data_files=str(path), split="train")
        check(loaded.num_rows == len(run.samples[task]), f"{task}: rows of the data set")
        check(list(loaded["doc_hash"]) == [sample["doc_hash"] for sample in run.samples[task]], f"{task}: data set")


class LocalHub:
    """The calls of the hub that the tracker makes for its card, answered from the folder."""

    def __init__(self, run):
        self.run = run

    def list_repo_files(self, **_):
        return [f"model/{pathlib.Path(name).name}" for name in self.run.names]


class Card:
    """Keeps the card that would have been pushed."""

    pushed = None

    @classmethod
    def from_template(cls, data, **_):
        cls.pushed = data
        return cls()

    def push_to_hub(self, *_, **__):
        pass


def check_card(run):
    """The tracker's reader: it finds the latest files and loads the results into its card."""
    evaluation_tracker = EvaluationTracker()
    evaluation_tracker.api = LocalHub(run)
    tracker.hf_hub_url = lambda filename, **_: str(run.folder / pathlib.Path(filename).name)
    tracker.DatasetCard = Card
    evaluation_tracker.recreate_metadata_card()
    summary = Card.pushed.dataset_summary
    loaded = json.loads(summary[summary.index("```python\n{") + len("```python\n") : summary.rindex("```")])
    for task, scores in run.results["results"].items():
        for key, value in scores.items():
            check(loaded[task][key] == value, f"the card says {loaded[task][key]} for {task} {key}, not {value}")
    configs = [entry["config_name"] for entry in Card.pushed.configs]
    for task in run.results["configs"]:
        check(any(name.endswith(f"__{sanitize_task_name(task)}") for name in configs), f"the card lacks the samples of {task}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--table", type=pathlib.Path)
    arguments = parser.parse_args()
    datasets.disable_progress_bars()
    run = Run(arguments.folder)
    check_blocks(run)
    for task in run.results["configs"]:
        check_sample_hashes(run, task)
        for metric in run.results["smdm_eval"]["tasks"][task]["metrics"]:
            check_metric(run, task, metric)
    check_table(run, arguments.table.read_text(encoding="utf-8") if arguments.table else None)
    check_wandb(run)
    check_datasets(run)
    check_card(run)
    print(f"lm-eval reads {run.path.name}: {len(run.samples)} task(s), {sum(map(len, run.samples.values()))} samples")


if __name__ == "__main__":
    main()
