"""Damages the journal of a run that was killed, at random places, and wants the next start to end with the
right files, or with one clear line of error that --fresh gets over.

usage: damage_runs.py PROGRAM SAME_RESULTS WORK [--times N] [--seed S]

The database or the log beside it is cut, or one of its bits is flipped. Exit code: 0, or 1 if something
was not as it should be.
"""

import argparse
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from checks import Wrong, check_same, exit_code

COMMAND = ["--task", "piqa", "--limit", "40", "--estimator", "mc", "--mc-samples", "128", "--threads", "1"]
FILES = ("journal.sqlite", "journal.sqlite-wal")


class Damages:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(options.seed)
        self.work = Path(options.work)
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)

    def run(self, folder, *more):
        return subprocess.run([self.options.program, *COMMAND, "--output", str(folder), *more], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    @staticmethod
    def holds_answers(folder):
        """The tables are in the database by then, and what is in the log are answers."""
        database, log = (folder / name for name in FILES)
        return (database.exists() and log.exists() and database.stat().st_size > 8192
                and log.stat().st_size > 12000)

    def killed(self):
        """A folder with the journal of a run that was killed when its log held answers."""
        folder = self.work / "killed"
        for _ in range(20):
            shutil.rmtree(folder, ignore_errors=True)
            process = subprocess.Popen([self.options.program, *COMMAND, "--output", str(folder)],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while process.poll() is None and not self.holds_answers(folder):
                time.sleep(0.001)
            process.send_signal(signal.SIGKILL)
            if process.wait() == -signal.SIGKILL and self.holds_answers(folder):
                return folder
        raise Wrong("the run was always over before it could be killed")

    def damage(self, folder):
        file = folder / self.random.choice(FILES)
        content = bytearray(file.read_bytes())
        at = self.random.randrange(len(content))
        if self.random.random() < 0.5:
            file.write_bytes(content[:at])
            return f"{file.name} cut at {at}"
        bit = self.random.randrange(8)
        content[at] ^= 1 << bit
        file.write_bytes(content)
        return f"{file.name}, bit {bit} of byte {at} flipped"

    def check(self, what, folder, reference="whole"):
        check_same(self.options.same_results, what, self.work / reference, folder)

    def one(self, killed):
        folder = self.work / "run"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(killed, folder)
        what = self.damage(folder)
        result = self.run(folder)
        if result.returncode == 0:
            self.check(what, folder)
            return 0
        errors = [line for line in result.stderr.splitlines() if line.startswith("smdm-eval: error: ")]
        if result.returncode != 6 or len(errors) != 1 or "--fresh" not in errors[0]:
            raise Wrong(f"{what}: exit code {result.returncode}:\n{result.stderr}")
        if self.run(folder, "--fresh").returncode != 0:
            raise Wrong(f"{what}: --fresh does not get over it")
        self.check(what, folder, "whole-fresh")
        return 1

    def all(self):
        for name, more in (("whole", []), ("whole-fresh", ["--fresh"])):
            if self.run(self.work / name, *more).returncode != 0:
                raise Wrong("the reference failed")
        killed = self.killed()
        errors = sum(self.one(killed) for _ in range(self.options.times))
        print(f"{self.options.times} damaged journals: {errors} refused, the others gone on with")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("same_results")
    parser.add_argument("work")
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    return exit_code(lambda: Damages(options).all())


if __name__ == "__main__":
    sys.exit(main())
