"""Kills runs of smdm-eval at any time and lets them go on, until their files are compared with those of a
run that nobody killed.

usage: kill_runs.py PROGRAM SAME_RESULTS WORK [--kills N] [--seed S] [--new]

Three commands take turns: together they have all kinds of tasks, both kinds of model, a race, two
stages, prompts that are reused, periods, and repeats. Each is killed (SIGKILL to its whole group, so
that PROGRAM may be a script) at times drawn anew, most of them while between 5 and 95 % of its answers
are kept, also while it goes on, and between the first file that gets its name and the last; then it
runs to its end. Checked are:
  - no answer that was kept is computed again: what the last start computed and what the journal held
    before it are together no more than all answers
  - the files are those of a run that was not killed, byte by byte but for dates, times and counts
    (tools/same-results)
  - nothing else is left in the folder
WORK keeps references, the count, and what failed: a second call goes on counting, unless --new is given.
Exit code: 0, or 1 if something was not as it should be.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from checks import Wrong, check_nothing_left, check_same, exit_code

COMMANDS = {
    "mdm": ["--task", "piqa,lambada_standard,gsm8k,reverse_curse_d2n,temporal_shift,infill,mt_bench", "--limit", "4",
            "--mc-samples", "16", "--steps", "16", "--repeat", "2"],
    "racing": ["--task", "hellaswag,boolq,race", "--racing", "--prompt-reuse", "on", "--limit", "40"],
    "arm": ["--task", "piqa,arc_easy,gsm8k,temporal_shift,mt_bench", "--backend", "arm", "--limit", "40"],
}
THREADS = ["--threads", "1"]
BETWEEN_FILES = 0.15  # the share of kills that wait for the first file


def kept_in(folder):
    """Answers in the journal, read from a copy: reading the journal itself would clean it up."""
    journal = folder / "journal.sqlite"
    if not journal.exists():
        return None
    copy = folder.parent / f"{folder.name}.copy"
    shutil.copyfile(journal, copy)
    log = Path(f"{journal}-wal")
    if log.exists():
        shutil.copyfile(log, f"{copy}-wal")
    try:
        with sqlite3.connect(copy) as database:
            return database.execute("SELECT count(*) FROM answers").fetchone()[0]
    except sqlite3.Error:
        return 0  # cut off before its tables were made
    finally:
        for end in ("", "-wal", "-shm"):
            Path(f"{copy}{end}").unlink(missing_ok=True)


def result_files(folder):
    return sorted(folder.rglob("results_*.json"))


def own_block(file):
    return json.loads(file.read_text())["smdm_eval"]


def answers_of(files):
    blocks = [own_block(file) for file in files]
    return {key: sum(block[key] for block in blocks)
            for key in ("computed_answers", "resumed_answers", "cache_hits")}


class Runs:
    def __init__(self, options):
        self.program = options.program
        self.same_results = options.same_results
        self.work = Path(options.work)
        self.random = random.Random(options.seed)
        self.counts_file = self.work / "counts.json"
        self.counts = {"kills": 0, "runs": 0, "between_files": 0, "too_early_or_late": 0}
        self.work.mkdir(parents=True, exist_ok=True)
        if self.counts_file.exists():
            self.counts = json.loads(self.counts_file.read_text())

    def start(self, name, folder):
        with open(self.work / "last.log", "ab") as log:
            return subprocess.Popen([self.program, *COMMANDS[name], *THREADS, "--output", str(folder)],
                                    stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                    start_new_session=True)

    def reference(self, name):
        """The folder, the number of answers and the seconds of a run that nobody kills."""
        folder = self.work / f"reference-{name}"
        seconds = folder / "seconds.txt"
        if not seconds.exists():
            shutil.rmtree(folder, ignore_errors=True)
            begin = time.monotonic()
            if self.start(name, folder / "run").wait() != 0:
                raise Wrong(f"{name}: the reference failed: see {self.work}/last.log")
            seconds.write_text(str(time.monotonic() - begin))
        files = result_files(folder / "run")
        return folder / "run", answers_of(files)["computed_answers"], float(seconds.read_text())

    def kill(self, process):
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def killed_once(self, name, folder, seconds):
        """Starts the run and kills it. Returns whether it was killed before its end."""
        process = self.start(name, folder)
        between = self.random.random() < BETWEEN_FILES
        until = time.monotonic() + (10 * seconds if between else self.random.uniform(0.1, 1.0) * seconds)
        while time.monotonic() < until and process.poll() is None:
            if between and any(folder.rglob("samples_*")):
                break
            time.sleep(0.0005 if between else 0.005)
        if process.poll() is not None:
            if process.returncode != 0:
                raise Wrong(f"{name}: a start over a journal failed: see {self.work}/last.log")
            return False
        self.kill(process)
        if between:
            self.counts["between_files"] += 1
        return True

    def one_run(self, name, number):
        reference, answers, seconds = self.reference(name)
        folder = self.work / f"run-{name}-{number}"
        shutil.rmtree(folder, ignore_errors=True)
        last_kept = 0
        for _ in range(self.random.randint(1, 4)):
            if not self.killed_once(name, folder, seconds):
                break  # it was quicker than the kill
            kept = kept_in(folder)
            if kept is None and result_files(folder):
                break  # it was complete, and another start would be another run
            if kept is not None and kept < last_kept:
                raise Wrong(f"{name}: {last_kept} answers were kept, then {kept}")
            last_kept = kept or 0
            within = 0.05 * answers <= last_kept <= 0.95 * answers
            self.counts["kills" if within or result_files(folder) else "too_early_or_late"] += 1
        self.finish(name, folder, reference, answers)
        self.counts["runs"] += 1
        shutil.rmtree(folder)

    def finish(self, name, folder, reference, answers):
        before = set(result_files(folder))
        kept = kept_in(folder)
        if kept is not None or not before:
            if self.start(name, folder).wait() != 0:
                raise Wrong(f"{name}: the last start failed: see {self.work}/last.log")
            written = answers_of([file for file in result_files(folder) if file not in before])
            if sum(answers_of(result_files(folder)).values()) != answers:
                raise Wrong(f"{name}: {answers} answers, the files say "
                            f"{answers_of(result_files(folder))}")
            # Fewer, where equal questions have one answer.
            if written["computed_answers"] > answers - (kept or 0):
                raise Wrong(f"{name}: {kept} of {answers} answers were kept, and "
                            f"{written['computed_answers']} were computed again")
        # The lock goes last: one that was killed just then leaves it to the next start.
        check_nothing_left(name, folder, () if kept is not None else ("run.lock",))
        (folder / "run.lock").unlink(missing_ok=True)
        check_same(self.same_results, name, reference, folder)

    def run(self, kills):
        number = 0
        while self.counts["kills"] < kills:
            for name in COMMANDS:
                self.one_run(name, number)
                self.counts_file.write_text(json.dumps(self.counts))
            number += 1
        print(self.counts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("same_results")
    parser.add_argument("work")
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--new", action="store_true")
    options = parser.parse_args()
    if options.new:
        shutil.rmtree(options.work, ignore_errors=True)
    return exit_code(lambda: Runs(options).run(options.kills))


if __name__ == "__main__":
    sys.exit(main())
