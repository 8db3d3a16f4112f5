#!/usr/bin/env python3
"""Trains models of the micro world for a scaling law in small, and measures their losses.

usage: tools/scaling_study.py --output DIR [--jobs N] [--budgets C ...] [--first N]

Both kinds of model; at each budget of 6 N D FLOPs five sizes, and two further seeds of the best one.
Autoregressive models also have four smaller budgets: what masked diffusion comes to with the larger
ones they come to with these, so that the gap is read between measured losses. Every training reads other rows than those it has read: no token is seen twice. The learning rate is
swept at the smallest budget and carried to other widths by 1 / width. All models are measured on the
same rows of held-out text, 64 tokens each, of which the first is given:

  whole    the bound of masked diffusion (balanced estimator), the exact loss of autoregressive models
  chunks   chunks of 8 tokens, revealed left to right: of masked diffusion the bound and the likelihood
           over all orders, both by enumeration. The rows behind a chunk are masks, as under a sampler
           that fills blocks from left to right, so that this is the block sampler's likelihood

Each result is kept in DIR as it ends, and skipped when the script starts again. DIR/losses.csv is for
`smdm-eval scaling fit`, DIR/study.json says what it was made by. docs/phenomena.md shows both.

  --jobs N       trainings at a time, of one thread each (default 2)
  --budgets C    FLOPs, rising (default 1e11 3e11 9e11 2.7e12)
  --first N      measure on N rows instead of 1000, for a quick look

Needs nothing but Python and the program, of which DIR keeps a copy.
"""

import argparse
import csv
import hashlib
import json
import math
import os
import resource
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("mdm", "arm")

# Layers, width, intermediate: about twice as many parameters from one to the next.
SIZES = ((1, 8, 16), (1, 12, 32), (1, 16, 40), (1, 24, 64), (1, 32, 88), (2, 32, 88), (2, 48, 128), (2, 64, 176), (3, 80, 216),
         (4, 96, 256))
SIZES_A_BUDGET = 5
BUDGETS = (1e11, 3e11, 9e11, 2.7e12)
SMALL_ARM_BUDGETS = (1.2e9, 3.7e9, 1.1e10, 3.3e10)
SEEDS_AT_BEST = (1, 2)

CONTEXT = 64
ROWS_A_STEP = 16
CORPUS_TEXTS = 3_000_000
TOKENS_A_TEXT = 19.0  # fewer than there are (19.4), so that a corpus is never too short
REFERENCE_WIDTH = 48
RATES = (4e-3, 8e-3, 16e-3, 32e-3)  # at the reference width

FEW = "validation-few.jsonl"  # what rates are chosen by
MEASURED_ROWS = 1000
CHUNK = 8
CHUNKED_ROWS = 50
SAMPLES = 16


@dataclass(frozen=True)
class Training:
    """One training: what it is made of, and where it lies."""

    kind: str
    size: int
    flops: float
    rate: float  # at the reference width
    seed: int = 0

    @property
    def name(self) -> str:
        return f"{self.kind}-{parameters(self.size)}-{self.flops:.2g}-{self.rate:g}-{self.seed}"


def parameters(size: int) -> int:
    """Outside embedding and head."""
    layers, width, intermediate = SIZES[size]
    return layers * (4 * width * width + 3 * width * intermediate + 2 * width) + width


def sizes_of(flops: float) -> range:
    """Five sizes each, around those that trials found best: one size up for three times the compute."""
    first = round(3 + math.log(flops / 3e11, 3))
    first = min(max(first, 0), len(SIZES) - SIZES_A_BUDGET)
    return range(first, first + SIZES_A_BUDGET)


class Study:
    def __init__(self, folder: Path, jobs: int, rows: int) -> None:
        self.folder = folder.resolve()
        self.jobs = jobs
        self.rows = rows
        self.program = self.folder / "program" / "smdm-eval"

    def run(self, *arguments: object, output: Path | None = None) -> None:
        """Starts the program; its last words are the error."""
        done = subprocess.run([self.program, *map(str, arguments)], cwd=self.folder, text=True,
                              stdout=subprocess.PIPE if output else subprocess.DEVNULL, stderr=subprocess.PIPE)
        if done.returncode != 0:
            raise SystemExit("scaling_study: " + done.stderr.strip().splitlines()[-1])
        if output:
            write(output, done.stdout)

    def prepare(self) -> None:
        """The program, the world, and its texts with prompts and answers joined."""
        self.program.parent.mkdir(parents=True, exist_ok=True)
        for name in ("smdm-eval", "smdm-eval-engine"):
            if not (self.program.parent / name).exists():
                shutil.copy(ROOT / "build" / "bin" / name, self.program.parent / name)
        world = self.folder / "world"
        if not world.exists():
            self.run("microworld", "--training-rows", CORPUS_TEXTS, "--output", world)
        for name in ("train", "validation"):
            target = self.folder / f"{name}.jsonl"
            if not target.exists():
                with (world / "training" / "base" / f"{name}.jsonl").open() as source:
                    write(target, "".join(joined(line) for line in source))
        write(self.folder / FEW, "".join(lines_of(self.folder / "validation.jsonl", 4000)))

    def train(self, training: Training, folder: str = "runs") -> Path:
        """The folder of a training that has come to its end."""
        output = self.folder / folder / training.name
        if (output / "training.json").exists() and at_end(output):
            return output
        layers, width, intermediate = SIZES[training.size]
        tokens = training.flops / (6 * parameters(training.size))
        corpus = self.folder / f"{training.name}.jsonl"
        take_lines(self.folder / "train.jsonl", int(tokens / TOKENS_A_TEXT) + 100, corpus)
        steps = tokens / (CONTEXT * ROWS_A_STEP)
        self.run("train", "--backend", training.kind, "--corpus", corpus.name, "--validation", FEW,
                 "--tokenizer", "world/training/base/tokenizer.model", "--layers", layers, "--width", width,
                 "--heads", max(2, width // 16), "--intermediate", intermediate, "--context", CONTEXT,
                 "--rows", "stream", "--batch-rows", ROWS_A_STEP, "--optimizer", "muon",
                 "--learning-rate", f"{training.rate * REFERENCE_WIDTH / width:.6g}",
                 "--mask-schedule", "exact", "--warm-up", max(10, round(steps / 10)),
                 "--lowest-rate-share", 0.05, "--flops", training.flops, "--seed", training.seed,
                 "--threads", 1, "--log-interval", 50, "--validation-interval", 10**9,
                 "--checkpoint-interval", 2000, "--resume", "--output", f"{folder}/{training.name}")
        corpus.unlink()
        (output / "training_state.safetensors").unlink(missing_ok=True)
        record = record_of(output)
        if record["tokens"] > record["settings"]["corpus"]["tokens"]:
            raise SystemExit(f"scaling_study: {training.name}: the corpus is too short: tokens were seen twice")
        return output

    def loss_of(self, training: Training, folder: str) -> float:
        return record_of(self.train(training, folder))["validation_loss"]

    def best_rates(self, flops: float, pool: ThreadPoolExecutor) -> dict[str, float]:
        """For each kind the rate with the least mean loss over the three middle sizes of a budget."""
        sizes = sizes_of(flops)[1:-1]
        swept = [Training(kind, size, flops, rate) for kind in KINDS for rate in RATES for size in sizes]
        losses = dict(zip(swept, pool.map(lambda training: self.loss_of(training, "sweep"), swept)))
        best = {}
        for kind in KINDS:
            sums = {rate: sum(loss for training, loss in losses.items()
                              if (training.kind, training.rate) == (kind, rate)) for rate in RATES}
            best[kind] = min(sums, key=sums.get)
            say(f"{kind}: sums of {len(sizes)} losses by learning rate at width {REFERENCE_WIDTH}: "
                + ", ".join(f"{rate:g} {total:.4f}" for rate, total in sums.items()))
        return best

    def requests(self, model: Path) -> None:
        """Writes what is measured, as token ids: any model of the study tells the ids."""
        if (self.folder / "chunks-arm.jsonl").exists():
            return
        prompts, answers = self.folder / "texts.jsonl", self.folder / "text-ids.jsonl"
        texts = [json.loads(line)["text"] for line in lines_of(self.folder / "validation.jsonl", 4 * self.rows)]
        write(prompts, "".join(json.dumps({"id": i, "prompt": text}) + "\n" for i, text in enumerate(texts)))
        self.run("--prompts", prompts, "--gen-length", 1, "--steps", 1, "--model", model, output=answers)
        ids = []
        for line in answers.read_text().splitlines():
            ids += json.loads(line)["output_ids"][:-1] + [2]  # 2 ends a text; what the model wrote is cut off
        rows = [ids[i:i + CONTEXT] for i in range(0, len(ids) - CONTEXT + 1, CONTEXT)][:self.rows]
        if len(rows) < self.rows:
            raise SystemExit(f"scaling_study: wanted {self.rows} rows of held-out text, got {len(rows)}")
        write(self.folder / "whole.jsonl", request_lines((row, 1, CONTEXT) for row in rows))
        chunked = rows[::max(1, self.rows // CHUNKED_ROWS)][:CHUNKED_ROWS]
        chunks = [(row, max(1, begin), begin + CHUNK) for row in chunked for begin in range(0, CONTEXT, CHUNK)]
        write(self.folder / "chunks-mdm.jsonl", request_lines(chunks, masks=True))
        write(self.folder / "chunks-arm.jsonl", request_lines(chunks))

    def measure(self, training: Training) -> None:
        """The losses of a training, beside it."""
        output = self.train(training)
        options = ["--model", output, "--threads", 1]
        whole = output / "whole.jsonl"
        estimator = ["--estimator", "balanced", "--mc-samples", SAMPLES] if training.kind == "mdm" else []
        if not whole.exists():
            self.run("--requests", "whole.jsonl", *estimator, *options, output=whole)
        chunks = output / "chunks.jsonl"
        exact = ["--estimator", "exact", "--values"] if training.kind == "mdm" else []
        if not chunks.exists():
            self.run("--requests", f"chunks-{training.kind}.jsonl", *exact, *options, output=chunks)
        say(f"{training.name}: " + ", ".join(f"{family} {loss:.4f}"
                                            for family, _, loss in losses_of(training.kind, output)))

    def best_size(self, trainings: list[Training]) -> Training:
        return min(trainings, key=lambda t: losses_of(t.kind, self.folder / "runs" / t.name)[0][2])


def say(text: str) -> None:
    print(text, flush=True)


def write(path: Path, text: str) -> None:
    """The whole file or none of it."""
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    os.replace(part, path)


def joined(line: str) -> str:
    row = json.loads(line)
    return json.dumps({"text": row.get("text") or row["prompt"] + row["answer"]}) + "\n"


def lines_of(path: Path, count: int) -> list[str]:
    with path.open() as source:
        return [line for _, line in zip(range(count), source)]


def take_lines(source: Path, count: int, target: Path) -> None:
    if not target.exists():
        write(target, "".join(lines_of(source, count)))


def record_of(folder: Path) -> dict:
    return json.loads((folder / "training.json").read_text())


def at_end(folder: Path) -> bool:
    record = record_of(folder)
    return record["step"] == record["steps"]


def request_lines(chunks, masks: bool = False) -> str:
    """Requests of row[begin:end] given what is before; the rest of the row is masks, or nothing."""
    lines = []
    for i, (row, begin, end) in enumerate(chunks):
        request = {"id": i, "context_ids": row[:begin], "continuation_ids": row[begin:end]}
        if masks:
            request["masks_behind"] = CONTEXT - end
        lines.append(json.dumps(request) + "\n")
    return "".join(lines)


def losses_of(kind: str, run: Path) -> list[tuple[str, str, float]]:
    """Family, kind of bound and loss in nats a token of all that was measured of a training."""
    whole = [json.loads(line) for line in (run / "whole.jsonl").read_text().splitlines()]
    chunks = [json.loads(line) for line in (run / "chunks.jsonl").read_text().splitlines()]
    tokens = (CONTEXT - 1) * len(whole)
    chunk_tokens = (CONTEXT - 1) * (len(chunks) * CHUNK // CONTEXT)
    of_whole = -sum(answer["nats"] for answer in whole) / tokens
    of_chunks = -sum(answer["nats"] for answer in chunks) / chunk_tokens
    if kind == "arm":
        return [("arm", "exact", of_whole), ("arm_chunks", "exact", of_chunks)]
    any_order = -sum(answer["values"]["any_order"] for answer in chunks) / chunk_tokens
    return [("mdm", "lower", of_whole), ("mdm_chunks_bound", "lower", of_chunks),
            ("mdm_chunks_any_order", "any_order", any_order)]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_results(study: Study, trainings: list[Training], rates: dict) -> None:
    """losses.csv and study.json."""
    runs, rows = [], []
    for training in trainings:
        folder = study.folder / "runs" / training.name
        record = record_of(folder)
        losses = losses_of(training.kind, folder)
        runs.append({"kind": training.kind, "params": record["parameters_outside_embedding_and_head"],
                     "budget": training.flops, "flops": record["flops"], "tokens": record["tokens"],
                     "seed": training.seed, "learning_rate": record["settings"]["learning_rate"],
                     "losses": {family: loss for family, _, loss in losses},
                     "weights_sha256": digest(folder / "model.safetensors"),
                     "revision": record["provenance"]["revision"]})
        for family, bound, loss in losses:
            # A whole number of steps costs a little more than the budget, for each size otherwise.
            rows.append([family, f"{training.flops:.4g}", runs[-1]["params"], record["tokens"], f"{loss:.6f}",
                         training.seed, bound, "nats_per_token", "microworld"])
    table = study.folder / "losses.csv"
    with table.open("w", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(["family", "flops", "params", "tokens", "loss", "seed", "bound", "unit", "tokenizer"])
        writer.writerows(rows)
    write(study.folder / "study.json",
          json.dumps({"rates_at_width_48": rates, "rows": study.rows,
                      "chunks": CHUNKED_ROWS * CONTEXT // CHUNK, "runs": runs}, indent=1) + "\n")
    say(f"wrote {table.name} and study.json: {len(runs)} trainings")


def run_study(args: argparse.Namespace) -> None:
    study = Study(args.output, args.jobs, args.first)
    study.prepare()
    budgets = args.budgets
    with ThreadPoolExecutor(args.jobs) as pool:
        rates = study.best_rates(budgets[0], pool)
        study.requests(study.train(Training("mdm", sizes_of(budgets[0])[1], budgets[0], rates["mdm"])))
        trainings = []
        small = [flops for flops in SMALL_ARM_BUDGETS if flops < budgets[0]]
        for flops in [*small, *budgets]:
            kinds = KINDS if flops in budgets else ("arm",)
            of_budget = {kind: [Training(kind, size, flops, rates[kind]) for size in sizes_of(flops)]
                         for kind in kinds}
            list(pool.map(study.measure, [t for both in zip(*of_budget.values()) for t in both]))
            repeats = []
            for kind in kinds:
                best = study.best_size(of_budget[kind])
                repeats += [Training(kind, best.size, flops, rates[kind], seed) for seed in SEEDS_AT_BEST]
            list(pool.map(study.measure, repeats))
            trainings += [t for kind in kinds for t in of_budget[kind]] + repeats
            write_results(study, trainings, rates)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    say(f"{(spent.ru_utime + spent.ru_stime) / 60:.1f} minutes of one core in this call")


def main() -> None:
    parser = argparse.ArgumentParser(description="A scaling law of the micro world.")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--budgets", type=float, nargs="+", default=list(BUDGETS))
    parser.add_argument("--first", type=int, default=MEASURED_ROWS)
    args = parser.parse_args()
    if not (ROOT / "build" / "bin" / "smdm-eval-engine").exists():
        sys.exit("scaling_study: the program is not built: run ./smdm-eval --version")
    run_study(args)


if __name__ == "__main__":
    main()
