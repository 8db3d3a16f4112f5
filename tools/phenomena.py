#!/usr/bin/env python3
"""Measures what the embedded models show and fills the tables of docs/phenomena.md.

usage: tools/phenomena.py [--seeds DIR ...] [--scaling DIR] [--only NAME ...] | --check | --fill

  --seeds DIR    checkpoints of a further training seed (tools/train_embedded --seed S --output DIR)
  --scaling DIR  what tools/scaling_study.py has written
  --only NAME    what is measured again: recall, gsm8k, zero-shot, infill, steps, line, guidance,
                 guided-zero-shot, temporal, scaling
  --fill         measures nothing: fills the page from docs/phenomena.json
  --check        measures nothing: exit code 1 if the page is not what docs/phenomena.json says

Every figure comes from `./smdm-eval` run here and now; figures go to docs/phenomena.json with the
revision of the program and the SHA-256 of the checkpoints and, as tables and sentences, between the
marks of docs/phenomena.md. Needs nothing but Python.
"""

import argparse
import json
import sys
from pathlib import Path

from phenomena_measures import MEASURES, ROOT, measure
from phenomena_tables import faults_of, fill

PAGE, RECORD = ROOT / "docs" / "phenomena.md", ROOT / "docs" / "phenomena.json"


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures what the embedded models show.")
    parser.add_argument("--seeds", type=Path, nargs="*", default=[])
    parser.add_argument("--scaling", type=Path)
    parser.add_argument("--only", nargs="*", choices=MEASURES, default=list(MEASURES))
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--fill", action="store_true")
    args = parser.parse_args()
    if args.check or args.fill:
        return args
    if "scaling" in args.only and args.scaling is None:
        parser.error("the tables of scaling want --scaling DIR")
    if not args.seeds and {"recall", "gsm8k"} & set(args.only):
        parser.error("the tables recall and gsm8k want --seeds DIR ...")
    args.seeds = [folder.resolve() for folder in args.seeds]
    return args


def main() -> None:
    args = options()
    records = json.loads(RECORD.read_text())
    if args.check:
        faults = faults_of(PAGE.read_text(), records)
        for fault in faults:
            print(fault)
        sys.exit(1 if faults else 0)
    for name in [] if args.fill else args.only:
        records[name] = measure(name, args)
        records = {key: records[key] for key in MEASURES if key in records}
        RECORD.write_text(json.dumps(records, indent=1) + "\n")
        print(f"{name}: measured", flush=True)
    PAGE.write_text(fill(PAGE.read_text(), records))


if __name__ == "__main__":
    main()
