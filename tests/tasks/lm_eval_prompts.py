"""Compares what the tasks make of their documents with what lm-evaluation-harness 0.4.4 makes of
the same rows: requests, targets, metrics and task configuration, for every document.

usage: lm_eval_prompts.py DUMP_REQUESTS DATA_ROOT

DUMP_REQUESTS is the program of dump_requests.cpp. Exits with 77 where lm-evaluation-harness 0.4.4
or the data is absent.
"""

import hashlib
import json
import os
import subprocess
import sys
from importlib import metadata

SKIPPED = 77
YAML = {
    "hellaswag": "hellaswag/hellaswag.yaml",
    "openbookqa": "openbookqa/openbookqa.yaml",
    "arc_easy": "arc/arc_easy.yaml",
    "arc_challenge": "arc/arc_challenge.yaml",
    "boolq": "super_glue/boolq/default.yaml",
    "piqa": "piqa/piqa.yaml",
    "social_iqa": "siqa/siqa.yaml",
    "race": "race/race.yaml",
    "lambada_standard": "lambada/lambada_standard.yaml",
    "lambada_openai": "lambada/lambada_openai.yaml",
}
# What the harness's preprocessing adds to a row.
ADDED = {"hellaswag": ("query", "choices", "gold")}
# Their protocol is the SMDM paper's, not the harness's: only our own templates can be checked.
OWN_PROTOCOL = ("gsm8k", "reverse_curse_d2n", "reverse_curse_n2d", "reverse_curse_d2n_reverse",
                "reverse_curse_n2d_reverse")


def skip(why):
    print(f"SKIPPED: {why}")
    sys.exit(SKIPPED)


def import_lm_eval():
    try:
        version = metadata.version("lm_eval")
    except metadata.PackageNotFoundError:
        skip("lm-evaluation-harness is not installed")
    if version != "0.4.4":
        skip(f"lm-evaluation-harness {version} is installed, not 0.4.4")


def digest(requests):
    return hashlib.sha256(json.dumps(requests).encode()).hexdigest()


def build_task(name, rows):
    """The harness's own task object over the given rows instead of a download."""
    import lm_eval.tasks
    from datasets import Dataset
    from lm_eval import utils
    from lm_eval.api.task import ConfigurableTask

    class OverRows(ConfigurableTask):
        def download(self, dataset_kwargs=None):
            data = Dataset.from_list(rows)
            few = data.select(range(1))
            split = self.config.test_split or self.config.validation_split
            self.dataset = {"train": few, "validation": few, "test": few, split: data}

    folder = os.path.dirname(lm_eval.tasks.__file__)
    config = utils.load_yaml_config(os.path.join(folder, YAML[name]))
    task = OverRows(config=config)
    task.set_config(key="num_fewshot", value=0)
    return task


class Comparison:
    def __init__(self):
        self.failures = 0

    def equal(self, what, ours, theirs):
        if ours != theirs:
            self.failures += 1
            if self.failures <= 20:
                print(f"FAILED: {what}\n  ours:   {ours!r}\n  theirs: {theirs!r}")


def compare_config(name, config, task, check):
    theirs = json.loads(json.dumps(task.dump_config(), default=str))
    for key in ("metric_list", "doc_to_text", "doc_to_target", "doc_to_choice", "process_docs"):
        if str(config.get(key)).startswith("<function"):  # the harness writes its source text
            config.pop(key)
            theirs.pop(key)
    for metric in theirs["metric_list"]:  # boolq's configuration leaves the defaults out
        metric.setdefault("aggregation", "mean")
        metric.setdefault("higher_is_better", True)
    check.equal(f"{name}: configuration", config, theirs)


def compare_task(name, config, lines, check):
    rows = [{k: v for k, v in line["doc"].items() if k not in ADDED.get(name, ())}
            for line in lines]
    task = build_task(name, rows)
    compare_config(name, config, task, check)
    theirs = []
    for line, doc in zip(lines, task.eval_docs, strict=True):
        check.equal(f"{name}: document", list(line["doc"].items()), list(doc.items()))
        made = task.construct_requests(doc, task.fewshot_context(doc, 0))
        made = made if isinstance(made, list) else [made]
        theirs.append([list(instance.args) for instance in made])
        check.equal(f"{name}: requests", line["requests"], theirs[-1])
        check.equal(f"{name}: target", line["target"], task.doc_to_target(doc))
        values = task.process_results(doc, [tuple(score) for score in line["scores"]])
        check.equal(f"{name}: metrics", line["values"], {k: float(v) for k, v in values.items()})
    check.equal(f"{name}: sha256 of all requests",
                digest([line["requests"] for line in lines]), digest(theirs))
    print(f"{name}: {len(lines)} documents, requests {digest(theirs)}")


def compare_own(name, config, lines, check):
    from lm_eval.utils import apply_template

    for line in lines:
        check.equal(f"{name}: prompt", line["requests"],
                    [apply_template(config["doc_to_text"], line["doc"])])
        check.equal(f"{name}: target", line["target"],
                    apply_template(config["doc_to_target"], line["doc"]))
    print(f"{name}: {len(lines)} documents, own protocol")


def main():
    program, data = sys.argv[1:]
    import_lm_eval()
    if not os.path.isdir(data):
        skip(f"no benchmark data at {data}")
    dump = subprocess.run([program, data], check=True, stdout=subprocess.PIPE).stdout
    configs, lines = {}, {}
    for line in map(json.loads, dump.decode().splitlines()):
        if "config" in line:
            configs[line["task"]] = line["config"]
            lines[line["task"]] = []
        else:
            lines[line["task"]].append(line)
    check = Comparison()
    check.equal("tasks compared", sorted(configs), sorted([*YAML, *OWN_PROTOCOL]))
    for name, config in configs.items():
        compare = compare_own if name in OWN_PROTOCOL else compare_task
        compare(name, config, lines[name], check)
    if check.failures:
        print(f"{check.failures} differences")
    return 1 if check.failures else 0


if __name__ == "__main__":
    sys.exit(main())
