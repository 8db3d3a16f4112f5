"""Runs of smdm-eval by several ranks: whatever happens to them, the files are those of one process.

usage: rank_runs.py PROGRAM SAME_RESULTS WORK [--kills N] [--group-kills N] [--times N] [--seed S] [CHECK ...]

Checks, all of them unless some are named:
  numbers     1, 2, 4 and 7 ranks give the same files, and each rank computes at least half of its fair share
  lines       so do --requests and --prompts with 3 ranks
  kills       one of four ranks is killed (SIGKILL), N times at times drawn anew from their meeting on; the others
              finish
  group       torchrun --max-restarts 3: any rank is killed, N times, and the group goes on from the journal;
              skipped without torchrun
  stopped     a rank is stopped until its work has gone to the others, and goes on then
  leader      rank 0 is killed, or stopped: the others end with one line each; asked to end: with none; the ranks
              started again go on
  refused     ranks of other models, settings or data are refused before anything is computed; ranks that do
              not come, that come twice, or that have no address, are told
Exit code: 0, 1 if something was not as it should be, 77 if all that was asked for had to be skipped.
"""

import argparse
import importlib.util
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from checks import Wrong, check_nothing_left, check_same, exit_code

TASKS = ["--task", "hellaswag,gsm8k", "--limit", "60", "--mc-samples", "64", "--steps", "48", "--threads", "1",
         "--rank-timeout", "3"]
LONGER = ["--task", "hellaswag,race,gsm8k", "--limit", "200", "--mc-samples", "64", "--steps", "48", "--threads", "1"]
# A busy machine may hold a rank up for a second or two.
SILENCE = ["--rank-timeout", "3"]
PATIENCE = 120  # seconds after which something hangs


def free_port():
    with socket.socket() as probe:
        probe.bind(("", 0))
        return probe.getsockname()[1]


class Group:
    """Ranks that RANK and WORLD_SIZE start."""

    def __init__(self, runs, size, arguments, name, other=None, without=(), environment=None, by_rank=None):
        self.logs = [runs.work / f"{name}.{rank}.log" for rank in range(size)]
        self.processes = {}
        port = free_port()
        for rank in range(size):
            if rank in without:
                continue
            own = {**os.environ, "RANK": str(rank), "WORLD_SIZE": str(size), "MASTER_ADDR": "127.0.0.1",
                   "MASTER_PORT": str(port), **(environment or {}), **(by_rank or {}).get(rank, {})}
            words = arguments + ((other or {}).get(rank, []))
            with open(self.logs[rank], "wb") as log:
                self.processes[rank] = subprocess.Popen(
                    [runs.program, *words], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                    env={key: value for key, value in own.items() if value is not None}, start_new_session=True)

    def send(self, rank, number):
        os.killpg(self.processes[rank].pid, number)

    def wait(self):
        """The exit codes, by rank."""
        end = time.monotonic() + PATIENCE
        try:
            return {rank: process.wait(max(end - time.monotonic(), 0.1)) for rank, process in self.processes.items()}
        except subprocess.TimeoutExpired as late:
            raise Wrong(f"ranks hang: {self.texts()}") from late
        finally:
            for process in self.processes.values():
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)

    def text(self, rank):
        return self.logs[rank].read_text(errors="replace")

    def texts(self):
        return {rank: self.text(rank)[-500:] for rank in self.processes}


def expect(condition, what):
    if not condition:
        raise Wrong(what)


class Runs:
    def __init__(self, options):
        self.program = options.program
        self.same_results = options.same_results
        self.work = Path(options.work)
        self.kill_count = options.kills
        self.group_kill_count = options.group_kills
        self.times = options.times
        self.random = random.Random(options.seed)
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        self.references = {}

    def folder(self, name):
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        return folder

    def reference(self, name, arguments):
        """The folder of a run by one process, and its seconds."""
        if name not in self.references:
            folder = self.folder(f"reference-{name}")
            begin = time.monotonic()
            with open(self.work / "reference.log", "wb") as log:
                done = subprocess.run([self.program, *arguments, "--output", str(folder)], stdout=log, stderr=log)
            expect(done.returncode == 0, f"the reference failed: see {self.work}/reference.log")
            self.references[name] = folder, time.monotonic() - begin
        return self.references[name]

    def check_files(self, what, reference, folder):
        check_nothing_left(what, folder)
        check_same(self.same_results, what, reference, folder)

    # Checks

    def numbers(self):
        reference, _ = self.reference("longer", LONGER)
        for size in (1, 2, 4, 7):
            folder = self.folder(f"by-{size}")
            group = Group(self, size, [*LONGER, "--output", str(folder)], f"by-{size}")
            codes = group.wait()
            expect(set(codes.values()) == {0}, f"{size} ranks: exit codes {codes}: {group.texts()}")
            self.check_files(f"{size} ranks", reference, folder)
            for rank in range(1, size):
                expect(group.text(rank) == "", f"rank {rank} is not silent: {group.text(rank)}")
            if size == 1:
                continue
            shares = shares_of(group.text(0))
            print(f"{size} ranks: work by rank {shares}")
            expect(len(shares) == size, f"{size} ranks: shares of {len(shares)}")
            expect(min(shares) >= sum(shares) / size / 2, f"{size} ranks: a rank had too little: {shares}")
            expect("7/7 ranks" in group.text(0) or size != 7, f"no progress of the whole: {group.text(0)}")

    def lines(self):
        requests = self.work / "requests.jsonl"
        requests.write_text("".join(
            json.dumps({"id": i, "context_ids": [i % 50 + 3] * (i % 7 + 1), "continuation_ids": [5, i % 40 + 3]}) + "\n"
            for i in range(200)))
        prompts = self.work / "prompts.jsonl"
        prompts.write_text("".join(json.dumps({"id": i, "prompt_ids": [i % 50 + 3, 9]}) + "\n" for i in range(60)))
        model = Path(__file__).resolve().parents[2] / "embedded" / "micro-base-mdm"
        for kind, words in (("requests", ["--requests", str(requests)]),
                            ("prompts", ["--prompts", str(prompts), "--total-length", "32", "--steps", "16"])):
            texts = []
            for size in (1, 3):
                output = self.work / f"{kind}-{size}.jsonl"
                group = Group(self, size, [*words, "--model", str(model), "--threads", "1", "--output", str(output)],
                              f"{kind}-{size}")
                codes = group.wait()
                expect(set(codes.values()) == {0}, f"--{kind}, {size} ranks: {codes}: {group.texts()}")
                texts.append(output.read_text())
            expect(texts[0] == texts[1] and texts[0].count("\n") >= 60, f"--{kind}: 3 ranks give another file")
            left = [path.name for path in self.work.glob(f"{kind}-*.jsonl.*")]
            expect(not left, f"--{kind}: left behind: {left}")

    def kills(self):
        reference, seconds = self.reference("tasks", TASKS)
        counts = {"killed": 0, "too late": 0, "work came back": 0, "before the work": 0}
        while counts["killed"] < self.kill_count:
            folder = self.folder("killed")
            group = Group(self, 4, [*TASKS, "--output", str(folder)], "killed")
            victim = self.random.randint(1, 3)
            # From the meeting on, some while they load: until then, all are needed.
            expect(wait_for(lambda: "ranks by" in group.text(0)), f"they do not meet: {group.texts()}")
            time.sleep(self.random.uniform(0.0, 0.5) * seconds)
            died = group.processes[victim].poll() is None
            group.send(victim, signal.SIGKILL) if died else None
            codes = group.wait()
            others = {code for rank, code in codes.items() if rank != victim}
            expect(others == {0}, f"rank {victim} was killed, the others ended with {codes}: {group.texts()}")
            self.check_files(f"rank {victim} killed", reference, folder)
            counts["killed" if died and codes[victim] != 0 else "too late"] += 1
            counts["work came back"] += "that it had go to the others" in group.text(0)
            counts["before the work"] += "goes on without it" in group.text(0)
        expect(counts["work came back"] > 0, f"no kill hit a rank with work: {counts}")
        print(counts)

    def stopped(self):
        reference, _ = self.reference("silence", LONGER + SILENCE)
        for _ in range(self.times):
            folder = self.folder("stopped")
            group = Group(self, 3, [*LONGER, *SILENCE, "--output", str(folder)], "stopped")
            expect(wait_for(lambda: (folder / "journal.sqlite").exists()), f"no work begins: {group.texts()}")
            time.sleep(self.random.uniform(0.1, 0.5))
            group.send(2, signal.SIGSTOP)
            expect(wait_for(lambda: "no sign of life" in group.text(0)), f"nobody misses it: {group.texts()}")
            group.send(2, signal.SIGCONT)
            codes = group.wait()
            expect(set(codes.values()) == {0}, f"after a stop: {codes}: {group.texts()}")
            expect(re.search("rank 2 on .*: is back", group.text(0)), f"it is not seen again: {group.text(0)}")
            self.check_files("a rank stopped", reference, folder)
        print(f"stopped: {self.times}")

    def leader(self):
        reference, _ = self.reference("silence", LONGER + SILENCE)
        folder = self.folder("leader")
        words = [*LONGER, *SILENCE, "--output", str(folder)]
        slowest = {}
        for number in range(2 * self.times):
            way = (signal.SIGKILL, signal.SIGSTOP)[number % 2]
            if number % 2 == 0:
                folder = self.folder("leader")  # each run ends both ways
            group = Group(self, 3, words, f"leader-{way.name}")
            expect(wait_for(lambda: (folder / "journal.sqlite").exists()
                            and ("resuming" in group.text(0) or number % 2 == 0)), f"no work begins: {group.texts()}")
            time.sleep(self.random.uniform(0.05, 0.3))
            group.send(0, way)
            gone = time.monotonic()
            expect(wait_for(lambda: all(group.processes[rank].poll() is not None for rank in (1, 2)), 30),
                   f"the others go on for over 30 s: {group.texts()}")
            slowest[way.name] = max(slowest.get(way.name, 0.0), time.monotonic() - gone)
            for rank in (1, 2):
                lines = group.text(rank).splitlines()
                expect(group.processes[rank].returncode == 1 and len(lines) == 1 and "rank 0 has gone" in lines[0],
                       f"rank {rank} ends with {group.processes[rank].returncode}: {lines}")
            group.send(0, signal.SIGKILL)
            group.wait()
            if number % 2 == 1:
                self.leader_ended(words, folder)
                self.leader_again(words, folder, reference)
        print(f"rank 0 gone, {self.times} times each way: the others ended after "
              + ", ".join(f"{seconds:.1f} s ({name})" for name, seconds in slowest.items()))

    def leader_again(self, words, folder, reference):
        """Started again, the ranks go on to the end."""
        group = Group(self, 3, words, "leader-again")
        codes = group.wait()
        expect(set(codes.values()) == {0} and "resuming" in group.text(0), f"started again: {codes}: {group.texts()}")
        self.check_files("rank 0 gone", reference, folder)

    def leader_ended(self, words, folder):
        """Rank 0 is asked to end: it says what is kept, and the others say nothing."""
        group = Group(self, 3, words, "leader-ended")
        expect(wait_for(lambda: "resuming" in group.text(0)), f"no work begins: {group.texts()}")
        time.sleep(0.2)
        group.send(0, signal.SIGTERM)
        codes = group.wait()
        expect(codes == {0: -signal.SIGTERM, 1: 1, 2: 1}, f"rank 0 was asked to end: {codes}: {group.texts()}")
        expect(re.search("stopped by SIGTERM.* are kept; the same ranks started again go on", group.text(0)),
               f"it does not say what is kept: {group.text(0)}")
        expect(group.text(1) == group.text(2) == "", f"the others are not silent: {group.texts()}")

    def group(self):
        if importlib.util.find_spec("torch") is None:
            print("skipped: group: no torchrun in this Python")
            return False
        reference, seconds = self.reference("tasks", TASKS)
        counts = {"killed": 0, "too late": 0, "gone on": 0, "several agents": 0}
        while counts["killed"] < self.group_kill_count:
            folder = self.folder("group")
            log = self.work / "group.log"
            # Now and then by an agent for each rank, as on two nodes, which count their restarts apart.
            agents = 2 if counts["killed"] % 3 == 2 else 1
            words = [sys.executable, "-m", "torch.distributed.run", "--no-python", "--nproc-per-node",
                     str(2 // agents), "--nnodes", str(agents), "--max-restarts", "3", "--monitor-interval", "0.1",
                     "--rdzv-backend", "c10d", "--rdzv-endpoint", f"127.0.0.1:{free_port()}",
                     self.program, *TASKS, "--output", str(folder)]
            with open(log, "wb") as output:
                processes = [subprocess.Popen(words, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                                              env={**os.environ, "OMP_NUM_THREADS": "1"}, start_new_session=True)
                             for _ in range(agents)]
            expect(wait_for(lambda: (folder / "journal.sqlite").exists() or processes[0].poll() is not None),
                   f"no work begins: {log.read_text()[-2000:]}")
            time.sleep(self.random.uniform(0.05, 0.4) * seconds)
            ranks = [rank for process in processes for rank in ranks_below(process.pid)]
            # Where all is done, an agent whose ranks have ended well does not start them again with another's.
            done = "answers by rank" in log.read_text(errors="replace")
            victim = self.random.choice(ranks) if ranks and not done else None
            killed = victim is not None and kill(victim)
            try:
                codes = [process.wait(PATIENCE) for process in processes]
            except subprocess.TimeoutExpired as late:
                for process in processes:
                    os.killpg(process.pid, signal.SIGKILL)
                raise Wrong(f"torchrun hangs: {log.read_text()[-3000:]}") from late
            expect(set(codes) == {0}, f"torchrun ends with {codes}: {log.read_text()[-3000:]}")
            counts["several agents"] += agents > 1
            check_same(self.same_results, "group", reference, folder)
            check_nothing_left("group", folder)
            text = log.read_text(errors="replace")
            expect("by torchrun" in text, f"torchrun is not seen: {text[-2000:]}")
            counts["killed" if killed else "too late"] += 1
            counts["gone on"] += "resuming" in text
        expect(counts["gone on"] > 0, f"no group went on: {counts}")
        print(counts)
        return True

    def refused(self):
        def ended(what, wanted, code, group):
            codes = group.wait()
            lines = [line for rank in group.processes for line in group.text(rank).splitlines() if "error: " in line]
            expect(all(value != 0 for value in codes.values()), f"{what}: exit codes {codes}")
            expect(codes[min(codes)] == code, f"{what}: wanted code {code}, got {codes}")
            expect(any(re.search(wanted, line) for line in lines), f"{what}: wanted \"{wanted}\", got {lines}")

        folder = self.folder("refused")
        words = [*TASKS, "--output", str(folder)]
        # Who waits says for whom after 10 seconds: looked at in the end, as everything else goes on meanwhile.
        patient = Group(self, 3, [*words, "--rendezvous-timeout", "11"], "patient", without=(2,))
        alone = Group(self, 2, [*words, "--rendezvous-timeout", "11"], "alone", without=(0,))
        other = Path(__file__).resolve().parents[2] / "embedded" / "micro-base-arm"
        models = other.parent
        words_of_one = ["--task", "piqa", "--limit", "20", "--threads", "1", "--data", "embedded", "--output", str(folder)]
        ended("another model", r"rank 2 on .*as rank 0 has them, got models\.model\.model\.", 2,
              Group(self, 3, words_of_one, "refused",
                    {rank: ["--model", str(models / f"micro-{name}-mdm")]
                     for rank, name in enumerate(("base", "base", "reverse"))}))
        ended("other settings", r"rank 1 on .*\.seed: 5 there, 0 here", 2,
              Group(self, 2, words, "refused", {1: ["--seed", "5"]}))
        ended("other documents", r"rank 1 on .*documents: 21 there, 20 here", 2,
              Group(self, 2, ["--task", "piqa", "--threads", "1", "--output", str(folder)], "refused",
                    {0: ["--limit", "20"], 1: ["--limit", "21"]}))
        ended("another level", r"rank 1 on .*got (level|environment)", 2,
              Group(self, 2, words, "refused", by_rank={1: {"ATEN_CPU_CAPABILITY": "avx2"}}))
        ended("no such model", r"rank 1 on .*: nothing/here", 4,
              Group(self, 2, words_of_one, "refused",
                    {0: ["--model", str(models / "micro-base-mdm")], 1: ["--model", "nothing/here"]}))
        ended("missing ranks", r"waiting for ranks 1 and 3 of 4 .*--rendezvous-timeout", 1,
              Group(self, 4, [*words, "--rendezvous-timeout", "2"], "refused", without=(1, 3)))
        ended("nobody serves", r"rank 1: waiting for rank 0 at .*--rendezvous-timeout", 1,
              Group(self, 2, [*words, "--rendezvous-timeout", "1"], "refused", without=(0,)))
        ended("no address", r"MASTER_ADDR: wanted the host of rank 0", 2,
              Group(self, 2, words, "refused", environment={"MASTER_ADDR": None}))
        ended("no number", r"WORLD_SIZE: wanted a number", 2,
              Group(self, 2, words, "refused", environment={"WORLD_SIZE": "many"}))
        ended("a job of one process", r"describe: wanted one process, got 2 ranks", 2,
              Group(self, 2, ["describe", "--model", str(other)], "refused"))
        ended("who is missing", r"waiting for rank 2 of 3 ", 1, patient)
        expect(re.search(r"^waiting for rank 2 of 3 at \S+$", patient.text(0), re.M),
               f"nobody says who is missing: {patient.text(0)}")
        expect(patient.text(1) == "", f"rank 1 is not silent: {patient.text(1)}")
        ended("no rank 0", r"rank 1: waiting for rank 0 ", 1, alone)
        expect(re.search(r"^rank 1: waiting for rank 0 at \S+$", alone.text(1), re.M),
               f"nobody says that rank 0 is missing: {alone.text(1)}")
        expect(not folder.exists(), f"a refused run leaves {folder}")


def shares_of(text):
    """Each rank's part of the work, in %."""
    found = re.search(r"answers by rank: .*; of the work, in %: ([\d. ]+)", text)
    return [float(share) for share in found.group(1).split()] if found else []


def wait_for(condition, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return False


def kill(process):
    try:
        os.kill(process, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False


def ranks_below(parent):
    """Processes of the engine that another has started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            name = (folder / "comm").read_text()
        except (OSError, IndexError):
            continue
        if int(fields[1]) == parent and name.startswith("smdm-eval"):
            found.append(int(folder.name))
    return found


CHECKS = ("numbers", "lines", "kills", "group", "stopped", "leader", "refused")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("same_results")
    parser.add_argument("work")
    parser.add_argument("checks", nargs="*")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--group-kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    skipped = []

    def work():
        runs = Runs(options)
        for name in options.checks or CHECKS:
            begin = time.monotonic()
            if getattr(runs, name)() is False:
                skipped.append(name)
            print(f"{name}: {time.monotonic() - begin:.1f} s", flush=True)

    code = exit_code(work)
    return 77 if code == 0 and options.checks and len(skipped) == len(options.checks) else code


if __name__ == "__main__":
    sys.exit(main())
