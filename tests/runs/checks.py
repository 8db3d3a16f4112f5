"""What the scripts of this folder check of a run's files, and how they end."""

import subprocess
import sys


class Wrong(Exception):
    """Something is not as it should be."""


def check_same(same_results, what, reference, folder):
    """The files are those of a run that nothing happened to (tools/same-results)."""
    same = subprocess.run([sys.executable, same_results, str(reference), str(folder)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if same.returncode != 0:
        raise Wrong(f"{what}: other files in {folder}:\n{same.stdout}")


def check_nothing_left(what, folder, may_stay=()):
    """Nothing but results, samples and answers is there, and names that begin as those which may stay."""
    left = [path.name for path in folder.rglob("*") if path.is_file()
            and not path.name.startswith(("results_", "samples_", "model_answer_", *may_stay))]
    if left:
        raise Wrong(f"{what}: left behind: {left}")


def exit_code(work):
    """0 where the work ends well, 1 with a line where something is wrong."""
    try:
        work()
    except Wrong as wrong:
        print(f"FAILED: {wrong}")
        return 1
    return 0
