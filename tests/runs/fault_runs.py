"""Lets every k-th call of the system fail that a run makes on its own files, once each, and wants a clear
error or a good run, never a wrong or half file, and a next start that completes it.

usage: fault_runs.py PROGRAM LIBRARY SAME_RESULTS WORK [--every K]

LIBRARY is made of failing_calls.cpp. Exit code: 0, or 1 if something was not as it should be.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from checks import Wrong, check_nothing_left, check_same, exit_code

COMMAND = ["--task", "piqa,infill", "--limit", "4", "--steps", "8", "--threads", "1"]
HOWS = ("EIO", "ENOSPC", "EINTR", "SHORT")
# Calls of the journal itself that have to be among those that fail.
JOURNAL_CALLS = {"pwrite", "open", "close"}
SYNCS = {"fsync", "fdatasync"}


class Faults:
    def __init__(self, options):
        self.options = options
        self.work = Path(options.work).resolve()
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)

    def run(self, folder, at=0, how="EIO", log=None):
        environment = dict(os.environ)
        if at > 0 or log:
            environment.update({"LD_PRELOAD": self.options.library, "SMDM_FAIL_UNDER": str(folder),
                                "SMDM_FAIL_AT": str(at), "SMDM_FAIL_HOW": how})
        if log:
            environment["SMDM_FAIL_LOG"] = str(log)
        return subprocess.run([self.options.program, *COMMAND, "--output", str(folder)],
                              env=environment, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)

    def check(self, what, folder, call):
        """The lock goes last: one that could not be removed is left to the next start."""
        lock = folder / "run.lock"
        if call == ["unlink", str(lock)]:
            lock.unlink(missing_ok=True)
        check_nothing_left(what, folder)
        check_same(self.options.same_results, what, self.work / "reference", folder)

    def failed_call(self, log, at):
        """Name and path of the call that failed; nothing if the run ended before it."""
        calls = [line.split(" ", 2) for line in log.read_text().splitlines()] if log.exists() else []
        return next((call[1:] for call in calls if int(call[0]) == at), None)

    def counted_calls(self):
        log = self.work / "calls.txt"
        if self.run(self.work / "counted", log=log).returncode != 0:
            raise Wrong("the run with the library failed without a fault")
        lines = [line.split(" ", 2) for line in log.read_text().splitlines()]
        of_journal = {name for _, name, path in lines if "journal.sqlite" in path}
        if not JOURNAL_CALLS <= of_journal or not SYNCS & of_journal:
            raise Wrong(f"calls of the journal that are interposed: {sorted(of_journal)}")
        return len(lines)

    def one_fault(self, at, how):
        what = f"call {at}, {how}"
        folder = self.work / "run"
        shutil.rmtree(folder, ignore_errors=True)
        log = self.work / "failed.txt"
        log.unlink(missing_ok=True)
        result = self.run(folder, at, how, log)
        call = self.failed_call(log, at)
        what += f" of {call}"
        if result.returncode not in (0, 1, 6):
            raise Wrong(f"{what}: exit code {result.returncode}: {result.stderr}")
        errors = [line for line in result.stderr.splitlines() if line.startswith("smdm-eval: error: ")]
        if result.returncode != 0 and len(errors) != 1:
            raise Wrong(f"{what}: wanted one line of error, got:\n{result.stderr}")
        complete = any(folder.rglob("results_*.json"))
        if result.returncode == 0 and not complete:
            raise Wrong(f"{what}: said to be good, and there are no results")
        if result.returncode != 0 or (folder / "journal.sqlite").exists():
            again = self.run(folder)
            if again.returncode != 0:
                raise Wrong(f"{what}: the next start failed: {again.stderr}")
        self.check(what, folder, call)
        return result.returncode != 0

    def all(self):
        if self.run(self.work / "reference").returncode != 0:
            raise Wrong("the reference failed")
        calls = self.counted_calls()
        failed = 0
        tried = 0
        for at in range(1, calls + 1, self.options.every):
            failed += self.one_fault(at, HOWS[(at // self.options.every) % len(HOWS)])
            tried += 1
        print(f"{calls} calls, {tried} of them failed once, {failed} runs ended with an error")
        if failed == 0:
            raise Wrong("no fault was noticed")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("library")
    parser.add_argument("same_results")
    parser.add_argument("work")
    parser.add_argument("--every", type=int, default=7)
    options = parser.parse_args()
    return exit_code(lambda: Faults(options).all())


if __name__ == "__main__":
    sys.exit(main())
