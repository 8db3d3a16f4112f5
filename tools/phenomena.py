#!/usr/bin/env python3
"""Measures what the embedded models show and fills the tables of docs/phenomena.md.

usage: tools/phenomena.py [--seeds DIR ...] [--scaling DIR] [--only NAME ...]

  --seeds DIR    checkpoints of a further training seed (tools/train_embedded --seed S --output DIR)
  --scaling DIR  trains models of three sizes into this folder (or takes what lies there) and compares
                 validation losses
  --only NAME    tables to make again: recall, gsm8k, zero-shot, infill, steps, line, guidance,
                 temporal, scaling

Every figure comes from `./smdm-eval` run here and now; figures go to docs/phenomena.json and, as
tables, between the marks of docs/phenomena.md. Needs nothing but Python.
"""

import argparse
import json
import math
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("mdm", "arm")


def run(*arguments: str) -> dict:
    """Evaluates and returns the results file."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "run"
        done = subprocess.run([ROOT / "smdm-eval", *arguments, "--output", output],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise SystemExit("phenomena: " + done.stderr.strip().splitlines()[-1])
        return json.loads(next(output.glob("results_*.json")).read_text())


def metric(results: dict, task: str, name: str) -> tuple[float, float]:
    scores = results["results"]["micro_" + task]
    return scores[name + ",none"], scores[name + "_stderr,none"]


def shown(value: tuple[float, float]) -> str:
    return f"{value[0]:.3f} ± {value[1]:.3f}"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def checkpoint(folder: Path | None, name: str, kind: str) -> list[str]:
    """Options for the checkpoint of a seed; none for the embedded one."""
    if folder is None:
        return ["--backend", kind]
    return ["--model", str(folder / f"micro-{name}-{kind}"), "--data", "embedded"]


def seed_of(folder: Path | None, name: str, kind: str) -> int:
    root = ROOT / "embedded" if folder is None else folder
    training = json.loads((root / f"micro-{name}-{kind}" / "training.json").read_text())
    return training["settings"]["seed"]


def recall(args: argparse.Namespace) -> tuple[list, str]:
    figures, rows = [], []
    for folder in [None, *args.seeds]:
        for kind in KINDS:
            seed = seed_of(folder, "reverse", kind)
            options = checkpoint(folder, "reverse", kind)
            asked = run("--task", "reverse_curse", *options)
            ranked = run("--task", "reverse_curse", "--probe", "likelihood", *options)
            line = {"seed": seed, "kind": kind}
            row = [str(seed), kind]
            for way in ("n2d", "d2n", "n2d_reverse", "d2n_reverse"):
                told = metric(asked, "reverse_curse_" + way, "contained")
                top = metric(ranked, "reverse_curse_" + way, "top1")
                line[way] = {"contained": told, "top1": top}
                row.append(f"{shown(told)} ({top[0]:.2f})")
            figures.append(line)
            rows.append(row)
    head = ["seed", "model", "name first", "description first", "reversed: name first",
            "reversed: description first"]
    return figures, table(head, rows)


def gsm8k(args: argparse.Namespace) -> tuple[list, str]:
    figures, rows = [], []
    for folder in [None, *args.seeds]:
        for kind in KINDS:
            seed = seed_of(folder, "gsm8k", kind)
            results = run("--task", "gsm8k", *checkpoint(folder, "gsm8k", kind))
            value = metric(results, "gsm8k", "exact_match")
            figures.append({"seed": seed, "kind": kind, "exact_match": value})
            rows.append([str(seed), kind, shown(value)])
    return figures, table(["seed", "model", "exact match"], rows)


CHANCE = {"arc_easy": 1 / 4, "boolq": 1 / 2, "hellaswag": 1 / 4, "openbookqa": 1 / 4, "piqa": 1 / 2,
          "race": 1 / 4, "social_iqa": 1 / 3}  # lambada_standard: docs/phenomena.md says why it is not here


def zero_shot(_: argparse.Namespace) -> tuple[list, str]:
    results = {kind: run("--task", "zero-shot", "--backend", kind) for kind in KINDS}
    figures, rows = [], []
    for task, chance in CHANCE.items():
        row = [task, f"{chance:.2f}"]
        for kind in KINDS:
            value = metric(results[kind], task, "acc")
            documents = results[kind]["n-samples"]["micro_" + task]["effective"]
            above = (value[0] - chance) / math.sqrt(chance * (1 - chance) / documents)
            figures.append({"task": task, "kind": kind, "acc": value, "errors_above_chance": above})
            row.append(f"{shown(value)} ({above:.1f})")
        rows.append(row)
    return figures, table(["task", "chance", "mdm", "arm"], rows)


def infill(_: argparse.Namespace) -> tuple[list, str]:
    written = metric(run("--task", "infill"), "infill", "exact_match")
    ranked = metric(run("--task", "infill", "--probe", "likelihood"), "infill", "acc")
    figures = [{"kind": "mdm", "exact_match": written, "acc": ranked}]
    return figures, table(["model", "written", "ranked first of four"],
                          [["mdm", shown(written), shown(ranked)], ["arm", "cannot", "cannot"]])


def steps(_: argparse.Namespace) -> tuple[list, str]:
    figures, rows = [], []
    for kind, number in [*(("mdm", n) for n in (1, 2, 4, 8, 16, 32)), ("arm", None)]:
        results = run("--task", "gsm8k", "--backend", kind,
                      *([] if number is None else ["--steps", str(number)]))
        value = metric(results, "gsm8k", "exact_match")
        own = results["smdm_eval"]["tasks"]["micro_gsm8k"]
        documents = results["n-samples"]["micro_gsm8k"]["effective"]
        forwards = own["forwards"] / documents
        figures.append({"kind": kind, "steps": number, "exact_match": value,
                        "forwards_per_answer": forwards})
        rows.append([kind, "-" if number is None else str(number), f"{forwards:.1f}", shown(value)])
    head = ["model", "steps", "forwards an answer", "exact match"]
    return figures, table(head, rows)


LINE_TASKS = ("line_copy", "line_reverse", "line_shuffle")


def line_scores(data: Path, kind: str, *arguments: str) -> dict:
    """Scores of the three tasks, forwards an answer, and the limit of the last."""
    results = run("--task", "line", "--model", str(ROOT / "embedded" / f"micro-line-{kind}"), "--data", str(data),
                  "--temperature", "1", *arguments)
    own = results["smdm_eval"]["tasks"]["micro_line_shuffle"]
    documents = results["n-samples"]["micro_line_shuffle"]["effective"]
    scores = {task: metric(results, task, "exact_match") for task in LINE_TASKS}
    return {"kind": kind, "documents": documents, "forwards_per_answer": own["forwards"] / documents,
            "limit": own["parallel_limit"], **scores}


def line(_: argparse.Namespace) -> tuple[list, str]:
    figures, rows = [], []
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder) / "world"
        subprocess.run([ROOT / "smdm-eval", "microworld", "--rows", "2000", "--output", world], check=True,
                       stderr=subprocess.DEVNULL)
        for number in (6, 5, 4, 3, 2, 1):
            scores = line_scores(world / "data", "mdm", "--steps", str(number))
            ranked = line_scores(world / "data", "mdm", "--steps", str(number), "--remasking", "low_confidence")
            figures.append({**scores, "steps": number, "surest_first": ranked["line_shuffle"]})
            rows.append(["mdm", str(number), f"{6 / number:.1f}", *(shown(scores[task]) for task in LINE_TASKS),
                         f"{scores['limit']:.4f}", shown(ranked["line_shuffle"])])
        scores = line_scores(world / "data", "arm")
        figures.append({**scores, "steps": None})
        rows.append(["arm", "-", "1.0", *(shown(scores[task]) for task in LINE_TASKS), f"{scores['limit']:.4f}", "-"])
    head = ["model", "steps", "tokens a step", "copy", "reverse", "shuffle", "shuffle: best", "shuffle, surest first"]
    return figures, table(head, rows)


def guidance(_: argparse.Namespace) -> tuple[list, str]:
    scales = (0, 0.5, 1, 2, 4)
    figures, rows = [], []
    for number in (1, 2, 4, 24):
        row = [str(number)]
        for scale in scales:
            results = run("--task", "reverse_curse", "--steps", str(number), "--cfg", str(scale))
            values = [metric(results, "reverse_curse_" + way, "contained")
                      for way in ("n2d_reverse", "d2n_reverse")]
            mean = (sum(v for v, _ in values) / 2, math.hypot(*(e for _, e in values)) / 2)
            figures.append({"steps": number, "cfg": scale, "reverse_contained": mean})
            row.append(shown(mean))
        rows.append(row)
    return figures, table(["steps", *(f"w = {scale}" for scale in scales)], rows)


def temporal(_: argparse.Namespace) -> tuple[list, str]:
    results = {kind: run("--task", "temporal_shift", "--backend", kind) for kind in KINDS}
    figures, rows = [], []
    names = sorted(results["mdm"]["smdm_eval"]["tasks"])
    for name in names:
        row = [name.removeprefix("micro_temporal_shift_")]
        for kind in KINDS:
            period = results[kind]["smdm_eval"]["tasks"][name]["period"]
            figures.append({"kind": kind, **period})
            row.append(f"{period['perplexity']['value']:.3f}")
            change = period["change"]
            row.append("-" if change is None else
                       f"{100 * change['value']:+.1f} % ({100 * change['interval'][0]:+.1f} .. "
                       f"{100 * change['interval'][1]:+.1f})")
        rows.append(row)
    head = ["month", "mdm: perplexity (upper bound)", "change", "arm: perplexity", "change"]
    return figures, table(head, [rows[i] for i in (0, 5, 11, 12, 14, 17, 20, 23)])


SIZES = {"small": (3, 64, 4, 192), "middle": (4, 96, 4, 256), "large": (6, 144, 4, 384)}
BUDGETS = (2.5e11, 1e12, 4e12)


def train(args: argparse.Namespace, size: str, flops: float, kind: str) -> Path:
    layers, width, heads, intermediate = (str(n) for n in SIZES[size])
    output = args.scaling / f"{size}-{flops:.2g}-{kind}"
    if not (output / "training.json").exists():
        world = args.scaling / "world"
        corpus = world / "training" / "base"
        subprocess.run(
            [ROOT / "smdm-eval", "train", "--backend", kind, "--corpus", corpus / "train.jsonl",
             "--validation", corpus / "validation.jsonl", "--tokenizer", corpus / "tokenizer.model",
             "--layers", layers, "--width", width, "--heads", heads, "--intermediate", intermediate,
             "--context", "64", "--no-end", "--batch-rows", "96", "--optimizer", "muon", "--learning-rate",
             "4e-3", "--mask-schedule", "exact", "--warm-up", "100", "--lowest-rate-share", "0.05",
             "--flops", str(flops), "--threads", "1", "--resume", "--output", output],
            check=True, stderr=subprocess.DEVNULL)
    return output


def scaling(args: argparse.Namespace) -> tuple[list, str]:
    world = args.scaling / "world"
    if not world.exists():
        args.scaling.mkdir(parents=True, exist_ok=True)
        subprocess.run([ROOT / "smdm-eval", "microworld", "--output", world], check=True,
                       stderr=subprocess.DEVNULL)
    jobs = [(size, flops, kind) for flops in BUDGETS for size in SIZES for kind in KINDS]
    with ThreadPoolExecutor(2) as pool:
        folders = list(pool.map(lambda job: train(args, *job), jobs))
    losses, figures = {}, []
    for (size, flops, kind), folder in zip(jobs, folders):
        training = json.loads((folder / "training.json").read_text())
        losses[size, flops, kind] = training["validation_loss"]
        figures.append({"size": size, "kind": kind,
                        "parameters": training["parameters_outside_embedding_and_head"],
                        "flops": training["flops"], "tokens": training["tokens"],
                        "validation_loss": training["validation_loss"]})
    parameters = {f["size"]: f["parameters"] for f in figures}
    rows = [[f"{size} ({parameters[size]})", kind,
             *(f"{losses[size, flops, kind]:.4f}" for flops in BUDGETS)]
            for kind in KINDS for size in SIZES]
    return figures, table(["model", "kind", *(f"{flops:.2g} FLOPs" for flops in BUDGETS)], rows)


TABLES = {"recall": recall, "gsm8k": gsm8k, "zero-shot": zero_shot, "infill": infill, "steps": steps, "line": line,
          "guidance": guidance, "temporal": temporal, "scaling": scaling}


def fill(document: str, name: str, text: str) -> str:
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    before, rest = document.split(begin)
    return before + begin + "\n" + text + "\n" + end + rest.split(end)[1]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures what the embedded models show.")
    parser.add_argument("--seeds", type=Path, nargs="*", default=[])
    parser.add_argument("--scaling", type=Path)
    parser.add_argument("--only", nargs="*", choices=TABLES, default=list(TABLES))
    args = parser.parse_args()
    if "scaling" in args.only and args.scaling is None:
        parser.error("the table of scaling wants --scaling DIR")
    if not args.seeds and {"recall", "gsm8k"} & set(args.only):
        parser.error("the tables recall and gsm8k want --seeds DIR ...")
    args.seeds = [folder.resolve() for folder in args.seeds]
    page, record = ROOT / "docs" / "phenomena.md", ROOT / "docs" / "phenomena.json"
    figures = json.loads(record.read_text()) if record.exists() else {}
    for name in args.only:
        figures[name], text = TABLES[name](args)
        page.write_text(fill(page.read_text(), name, text))
        record.write_text(json.dumps(figures, indent=1) + "\n")
        print(name + "\n" + text + "\n", flush=True)


if __name__ == "__main__":
    main()
