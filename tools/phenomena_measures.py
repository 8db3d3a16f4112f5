"""What tools/phenomena.py measures: for each table of docs/phenomena.md a function that runs the program
and returns figures. How they are shown: phenomena_tables.py.
"""

import argparse
import hashlib
import json
import math
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "smdm-eval"
KINDS = ("mdm", "arm")


class Runs:
    """Runs of the program for one table, and what they were made by."""

    def __init__(self) -> None:
        self.revisions: set[str] = set()
        self.checkpoints: dict[str, str] = {}

    def run(self, *arguments: object, samples: bool = False) -> dict:
        """Evaluates and returns the results file; with `samples` also the lines of each task."""
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "run"
            done = subprocess.run([PROGRAM, *map(str, arguments), "--output", output], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, text=True)
            if done.returncode != 0:
                raise SystemExit("phenomena: " + done.stderr.strip().splitlines()[-1])
            results = json.loads(next(output.glob("results_*.json")).read_text())
            if samples:
                results["samples"] = {task: [json.loads(line) for line in
                                             next(output.glob(f"samples_{task}_2*.jsonl")).read_text().splitlines()]
                                      for task in results["smdm_eval"]["tasks"]}
        self.revisions.add(results["git_hash"])
        model = results["smdm_eval"]["model"]
        folder = Path(model["weights"]).parent
        self.checkpoints[f"{folder.name}, seed {seed_of(folder)}"] = model["weights_sha256"]
        return results

    def note(self, name: str, weights_sha256: str, revision: str) -> None:
        """A checkpoint that was measured elsewhere."""
        self.checkpoints[name] = weights_sha256
        self.revisions.add(revision)


def seed_of(folder: Path) -> int:
    return json.loads((folder / "training.json").read_text())["settings"]["seed"]


def metric(results: dict, task: str, name: str) -> tuple[float, float]:
    scores = results["results"]["micro_" + task]
    return scores[name + ",none"], scores[name + "_stderr,none"]


def folder_of(seeds: Path | None, name: str, kind: str) -> Path:
    return (ROOT / "embedded" if seeds is None else seeds) / f"micro-{name}-{kind}"


def options_of(seeds: Path | None, name: str, kind: str) -> list[str]:
    """Options for the checkpoint of a seed; of the embedded one, its kind alone."""
    if seeds is None:
        return ["--backend", kind]
    return ["--model", str(folder_of(seeds, name, kind)), "--data", "embedded"]


def recall(runs: Runs, args: argparse.Namespace) -> list:
    figures = []
    for folder in [None, *args.seeds]:
        for kind in KINDS:
            options = options_of(folder, "reverse", kind)
            asked = runs.run("--task", "reverse_curse", *options)
            ranked = runs.run("--task", "reverse_curse", "--probe", "likelihood", *options)
            line = {"seed": seed_of(folder_of(folder, "reverse", kind)), "kind": kind}
            for way in ("n2d", "d2n", "n2d_reverse", "d2n_reverse"):
                line[way] = {"contained": metric(asked, "reverse_curse_" + way, "contained"),
                             "top1": metric(ranked, "reverse_curse_" + way, "top1")}
            figures.append(line)
    return figures


def gsm8k(runs: Runs, args: argparse.Namespace) -> list:
    figures = []
    for folder in [None, *args.seeds]:
        for kind in KINDS:
            results = runs.run("--task", "gsm8k", *options_of(folder, "gsm8k", kind))
            figures.append({"seed": seed_of(folder_of(folder, "gsm8k", kind)), "kind": kind,
                            "exact_match": metric(results, "gsm8k", "exact_match")})
    return figures


CHANCE = {"arc_easy": 1 / 4, "boolq": 1 / 2, "hellaswag": 1 / 4, "openbookqa": 1 / 4, "piqa": 1 / 2,
          "race": 1 / 4, "social_iqa": 1 / 3, "lambada_standard": 1 / 2}


def zero_shot(runs: Runs, _: argparse.Namespace) -> list:
    figures = []
    results = {kind: runs.run("--task", "zero-shot", "--backend", kind) for kind in KINDS}
    for task, chance in CHANCE.items():
        for kind in KINDS:
            value = metric(results[kind], task, "acc")
            documents = results[kind]["n-samples"]["micro_" + task]["effective"]
            above = (value[0] - chance) / math.sqrt(chance * (1 - chance) / documents)
            figures.append({"task": task, "kind": kind, "chance": chance, "acc": value, "errors_above_chance": above})
    return figures


def infill(runs: Runs, _: argparse.Namespace) -> list:
    return [{"kind": "mdm", "exact_match": metric(runs.run("--task", "infill"), "infill", "exact_match"),
             "acc": metric(runs.run("--task", "infill", "--probe", "likelihood"), "infill", "acc")}]


def steps(runs: Runs, _: argparse.Namespace) -> list:
    figures = []
    for kind, number in [*(("mdm", n) for n in (1, 2, 4, 8, 16, 32)), ("arm", None)]:
        results = runs.run("--task", "gsm8k", "--backend", kind, *([] if number is None else ["--steps", number]))
        documents = results["n-samples"]["micro_gsm8k"]["effective"]
        figures.append({"kind": kind, "steps": number, "exact_match": metric(results, "gsm8k", "exact_match"),
                        "forwards_per_answer": results["smdm_eval"]["tasks"]["micro_gsm8k"]["forwards"] / documents})
    return figures


LINE_TASKS = ("line_copy", "line_reverse", "line_shuffle")


def made_world(folder: str, *options: str) -> Path:
    """Test sets of a world with 2000 rows each."""
    world = Path(folder) / "world"
    subprocess.run([PROGRAM, "microworld", "--rows", "2000", *options, "--output", world], check=True,
                   stderr=subprocess.DEVNULL)
    return world / "data"


def line_scores(runs: Runs, data: Path, kind: str, *arguments: str) -> dict:
    """Scores of the three tasks, forwards an answer, and the limit of the last."""
    results = runs.run("--task", "line", "--model", ROOT / "embedded" / f"micro-line-{kind}", "--data", data,
                       "--temperature", "1", *arguments)
    own = results["smdm_eval"]["tasks"]["micro_line_shuffle"]
    documents = results["n-samples"]["micro_line_shuffle"]["effective"]
    return {"kind": kind, "documents": documents, "forwards_per_answer": own["forwards"] / documents,
            "limit": own["parallel_limit"], **{task: metric(results, task, "exact_match") for task in LINE_TASKS}}


def line(runs: Runs, _: argparse.Namespace) -> list:
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        data = made_world(folder)
        for number in (6, 5, 4, 3, 2, 1):
            scores = line_scores(runs, data, "mdm", "--steps", str(number))
            ranked = line_scores(runs, data, "mdm", "--steps", str(number), "--remasking", "low_confidence")
            figures.append({**scores, "steps": number, "surest_first": ranked["line_shuffle"]})
        figures.append({**line_scores(runs, data, "arm"), "steps": None})
    return figures


def guidance(runs: Runs, _: argparse.Namespace) -> list:
    figures = []
    for number in (1, 2, 4, 24):
        for scale in (0, 0.5, 1, 2, 4):
            results = runs.run("--task", "reverse_curse", "--steps", number, "--cfg", scale)
            values = [metric(results, "reverse_curse_" + way, "contained") for way in ("n2d_reverse", "d2n_reverse")]
            figures.append({"steps": number, "cfg": scale,
                            "reverse_contained": (sum(v for v, _ in values) / 2,
                                                  math.hypot(*(e for _, e in values)) / 2)})
    return figures


SCALES = (0, 0.25, 0.5, 1, 2, 4)
GUIDED_TASKS = tuple(task for task in CHANCE if task != "lambada_standard")


def fact_of(document: dict, answer: str, keys: list[str]) -> str:
    """What a question asks for: questions that differ in words around the key alone share it."""
    text = json.dumps(document).lower()
    found = [key for key in keys if key.lower() in text]
    return max(found, key=len) + "|" + answer if found else text


def in_first_half(fact: str) -> bool:
    return hashlib.sha256(fact.encode()).digest()[0] % 2 == 0


def clustered(differences: list[float], facts: list[str]) -> tuple[float, float]:
    """Mean and standard error, where what shares a fact goes up and down together."""
    mean = sum(differences) / len(differences)
    sums: dict[str, float] = {}
    for difference, fact in zip(differences, facts):
        sums[fact] = sums.get(fact, 0.0) + difference - mean
    count = len(sums)
    return mean, math.sqrt(count / (count - 1) * sum(s * s for s in sums.values())) / len(differences)


def guided_samples(runs: Runs, data: Path, scale: float) -> dict:
    results = runs.run("--task", ",".join(GUIDED_TASKS), "--model", ROOT / "embedded" / "micro-base-mdm", "--data",
                       data, "--cfg", scale, samples=True)
    return {task: results["samples"]["micro_" + task] for task in GUIDED_TASKS}


def guided_task(task: str, samples: dict[float, list], keys: list[str]) -> dict:
    """The scale that is best on one half, and what it does on the other."""
    plain = samples[0]
    facts = [fact_of(sample["doc"], sample["arguments"][f"gen_args_{int(sample['target'])}"]["arg_1"], keys)
             for sample in plain]
    first = [i for i, fact in enumerate(facts) if in_first_half(fact)]
    second = [i for i, fact in enumerate(facts) if not in_first_half(fact)]
    right = {scale: sum(lines[i]["acc"] for i in first) for scale, lines in samples.items()}
    chosen = min(SCALES, key=lambda scale: (-right[scale], scale))

    def differences(value) -> tuple[float, float]:
        return clustered([value(samples[chosen][i]) - value(plain[i]) for i in second], [facts[i] for i in second])

    def of_right(sample: dict) -> float:
        return sample["smdm_eval"]["choices"][int(sample["target"])]["values"]["any_order"]

    of_second = [facts[i] for i in second]
    return {"task": task, "chosen_by": {str(scale): count / len(first) for scale, count in right.items()},
            "cfg": chosen, "documents": [len(first), len(second)],
            "facts": [len({facts[i] for i in first}), len(set(of_second))],
            "acc": clustered([plain[i]["acc"] for i in second], of_second),
            "acc_guided": clustered([samples[chosen][i]["acc"] for i in second], of_second),
            "acc_difference": differences(lambda sample: sample["acc"]),
            "any_order_difference": differences(of_right)}


def guided_zero_shot(runs: Runs, _: argparse.Namespace) -> list:
    with tempfile.TemporaryDirectory() as folder:
        data = made_world(folder)
        facts = json.loads((data.parent / "world.json").read_text())["facts"]
        keys = sorted({key for relation in facts.values() for key in relation})
        samples = {scale: guided_samples(runs, data, scale) for scale in SCALES}
    return [guided_task(task, {scale: samples[scale][task] for scale in SCALES}, keys) for task in GUIDED_TASKS]


def temporal(runs: Runs, _: argparse.Namespace) -> list:
    figures = []
    results = {kind: runs.run("--task", "temporal_shift", "--backend", kind) for kind in KINDS}
    for name in sorted(results["mdm"]["smdm_eval"]["tasks"]):
        for kind in KINDS:
            figures.append({"kind": kind, **results[kind]["smdm_eval"]["tasks"][name]["period"]})
    return figures


GAP_PAIRS = (("mdm", "arm"), ("mdm_chunks_bound", "arm_chunks"), ("mdm_chunks_any_order", "arm_chunks"),
             ("mdm_chunks_bound", "mdm_chunks_any_order"))
GAP_LOSSES = (1.2, 1.1, 1.0, 0.95)


def scaling(runs: Runs, args: argparse.Namespace) -> dict:
    study = json.loads((args.scaling / "study.json").read_text())
    for run in study["runs"]:
        runs.note(f"{run['kind']}-{run['params']}-{run['budget']:.2g}-{run['seed']}", run["weights_sha256"],
                  run["revision"])
    losses = [option for loss in GAP_LOSSES for option in ("--loss", str(loss))]
    done = subprocess.run([PROGRAM, "scaling", "fit", args.scaling / "losses.csv", "--method", "isoflop", "--json",
                           *losses], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit("phenomena: " + done.stderr.strip().splitlines()[-1])
    fit = json.loads(done.stdout)
    return {"study": study, "refused": fit["refused"],
            "fits": {family["family"]: {name: family[name] for name in ("optima", "loss", "params", "refused")}
                     for family in fit["fits"]},
            "gaps": [{name: value for name, value in gap.items() if name != "curve"} for gap in fit["gaps"]
                     if (gap["more"], gap["less"]) in GAP_PAIRS]}


MEASURES = {"recall": recall, "gsm8k": gsm8k, "zero-shot": zero_shot, "infill": infill, "steps": steps, "line": line,
            "guidance": guidance, "guided-zero-shot": guided_zero_shot, "temporal": temporal, "scaling": scaling}


def measure(name: str, args: argparse.Namespace) -> dict:
    """A table's figures, with the revision and the checkpoints that they were made by."""
    runs = Runs()
    figures = MEASURES[name](runs, args)
    return {"revisions": sorted(runs.revisions), "checkpoints": dict(sorted(runs.checkpoints.items())),
            "figures": figures}
