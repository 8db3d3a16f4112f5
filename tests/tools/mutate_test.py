"""tools/mutate: every entry of the tree's list stands in its file, and a made tree is told apart rightly.

usage: mutate_test.py
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = "int sum(int a, int b) {\n  return a + b;\n}\nint unused() {\n  return 7;\n}\n"
# Stands for cmake and ctest: a "test" is a line that the source must have.
FAKE = """#!/bin/sh
case "$0 $*" in
  *cmake*) if grep -q garbage "$TREE/unit/sum.cpp"; then exit 1; fi ;;
  *ctest*) if ! grep -q 'a + b' "$TREE/unit/sum.cpp"; then echo '1/1 Test #1: unit/sum_test ...***Failed'; exit 1; fi
           echo "$*" >>"$TREE/ctest.log"; echo '1/1 Test #1: unit/sum_test ... Passed' ;;
esac
"""


def entry(name: str, old: str, new: str, **more: str) -> dict:
    return {"name": name, "file": "unit/sum.cpp", "old": old, "new": new, "tests": "unit", **more}


def made_tree(tree: Path, entries: list) -> None:
    for folder in ("tools", "tests", "unit", "build", "bin"):
        (tree / folder).mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "mutate", tree / "tools" / "mutate")
    (tree / "unit" / "sum.cpp").write_text(SOURCE)
    (tree / "tests" / "mutations.json").write_text(json.dumps(entries))
    for program in ("cmake", "ctest"):
        (tree / "bin" / program).write_text(FAKE)
        (tree / "bin" / program).chmod(0o755)
    git = ["git", "-c", "user.name=made", "-c", "user.email=made@example.org"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "made"]):
        subprocess.run([*git, *command], cwd=tree, check=True)


def mutate(tree: Path, *arguments: str) -> subprocess.CompletedProcess:
    path = f"{tree / 'bin'}:{os.environ['PATH']}"
    return subprocess.run([sys.executable, tree / "tools" / "mutate", *arguments], capture_output=True,
                          text=True, env={**os.environ, "PATH": path, "TREE": str(tree)})


def check(holds: bool, what: object) -> None:
    if not holds:
        sys.exit(f"mutate_test: {what}")


def check_made_tree(folder: Path) -> None:
    tree = folder / "tree"
    made_tree(tree, [entry("minus", "a + b", "a - b", by="unit/sum_test"),
                     entry("eight", "return 7", "return 8"),
                     entry("nine", "return 7", "return 9", justified="nobody calls it"),
                     entry("broken", "return 7", "garbage")])
    done = mutate(tree)
    check(done.returncode == 1, done)
    for line in ("noticed: minus (unit/sum.cpp)\n    by unit/sum_test", "unnoticed: eight (unit/sum.cpp)",
                 "justified: nine (unit/sum.cpp): nobody calls it", "does not compile: broken (unit/sum.cpp)",
                 "1 noticed, 1 justified, 1 unnoticed, 1 does not compile"):
        check(line in done.stdout, (line, done))
    check((tree / "unit" / "sum.cpp").read_text() == SOURCE, "the source was not put back")
    # What is known is not tried again, until its file changes.
    runs = (tree / "ctest.log").read_text()
    again = mutate(tree)
    check(again.stdout.startswith("mutate: 1 noticed") and (tree / "ctest.log").read_text() == runs, again)
    check("unnoticed: eight" in mutate(tree, "--list").stdout, "--list")
    with (tree / "unit" / "sum.cpp").open("a") as source:
        source.write("// more\n")
    check("uncommitted" in mutate(tree).stderr, "uncommitted changes are not refused")


def check_lines(folder: Path) -> None:
    tree = folder / "other"
    made_tree(tree, [entry("gone", "a * b", "a"), entry("twice", "return", "throw")])
    done = mutate(tree, "--check")
    check(done.returncode == 1 and "gone (unit/sum.cpp): wanted its line once, got it 0 times" in done.stdout
          and "got it 2 times" in done.stdout, done)


def main() -> None:
    own = subprocess.run([sys.executable, ROOT / "tools" / "mutate", "--check"], capture_output=True, text=True)
    check(own.returncode == 0, own.stdout + own.stderr)
    with tempfile.TemporaryDirectory() as folder:
        check_made_tree(Path(folder))
        check_lines(Path(folder))


if __name__ == "__main__":
    main()
