#!/usr/bin/env python3
"""Fetches the benchmark data that smdm-eval reads and writes it as JSON lines below a folder.

usage: tools/fetch_data.py DIR [--task NAME[,NAME...]] [--force]

Needs a network and the Python package `datasets`. Each set becomes one file, in the layout that
`smdm-eval --data DIR` reads (docs/data.md). A file is put in place only when it is complete and its
number of documents is right; what is already there and right is left alone, so that a run that was
interrupted can simply be started again.
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional


class FetchError(Exception):
    """One line: what was wanted and what came."""


def pick(*names: str) -> Callable[[dict], dict]:
    """A conversion that keeps the named fields, in this order."""

    def convert(row: dict) -> dict:
        missing = [name for name in names if name not in row]
        if missing:
            raise FetchError(f"wanted the field {missing[0]!r}, got the fields {sorted(row)}")
        return {name: row[name] for name in names}

    return convert


def lettered(question: str) -> Callable[[dict], dict]:
    """A conversion for rows with {"choices": {"text": [...], "label": [...]}}."""

    def convert(row: dict) -> dict:
        kept = pick("id", question, "choices", "answerKey")(row)
        kept["choices"] = {key: list(kept["choices"][key]) for key in ("text", "label")}
        return kept

    return convert


def race(row: dict) -> dict:
    kept = pick("article", "problems")(row)
    if not isinstance(kept["problems"], str):
        kept["problems"] = str(kept["problems"])
    return kept


def lambada(row: dict) -> dict:
    return {"text": pick("text")(row)["text"], "domain": row.get("domain") or None}


@dataclass(frozen=True)
class DataSet:
    """One task's documents on the hub, and the file that they become."""

    task: str
    path: str  # on the hub
    config: Optional[str]
    split: str
    file: str  # below DIR
    documents: int
    convert: Callable[[dict], dict]
    sha256: Optional[str]  # of the file, where it is known
    parquet_config: str = "default"  # in the hub's own conversion to Parquet


DATA_SETS = [
    DataSet("hellaswag", "Rowan/hellaswag", None, "validation", "hellaswag/validation.jsonl", 10042,
            pick("ind", "activity_label", "ctx_a", "ctx_b", "ctx", "endings", "source_id", "split",
                 "split_type", "label"),
            "d5c08c3e5771307e73886dc9d2744df8ca5f372a7857f32fe77df8c58942f950"),
    DataSet("openbookqa", "allenai/openbookqa", "main", "test", "openbookqa/test.jsonl", 500,
            lettered("question_stem"), "bbaca15e985ba386b2f73e9659fce608cf7722a35343864dbe7115cbbda341ab", "main"),
    DataSet("arc_easy", "allenai/ai2_arc", "ARC-Easy", "test", "arc_easy/test.jsonl", 2376,
            lettered("question"), "874354cf372667530bd6cbd2d78dca2d657c5e2e746f53cf01d1e9d3a90cbc3d", "ARC-Easy"),
    DataSet("arc_challenge", "allenai/ai2_arc", "ARC-Challenge", "test", "arc_challenge/test.jsonl",
            1172, lettered("question"), "03227c30fd557ad1416c2cb955eeb6dc79eeb21e0679456a1ccd42eaccc0ff87", "ARC-Challenge"),
    DataSet("boolq", "aps/super_glue", "boolq", "validation", "boolq/validation.jsonl", 3270,
            pick("question", "passage", "idx", "label"), "2f7ec4dd1d9a6b85cb131d69cbd4acd5400d4d55faf333d4e75a5a4650b9383b", "boolq"),
    DataSet("piqa", "ybisk/piqa", None, "validation", "piqa/validation.jsonl", 1838,
            pick("goal", "sol1", "sol2", "label"), "61533005e22f175534909b1ec8eacb6da03c233933558d1bafb15787453b1f55", "plain_text"),
    DataSet("social_iqa", "allenai/social_i_qa", None, "validation", "social_iqa/validation.jsonl",
            1954, pick("context", "question", "answerA", "answerB", "answerC", "label"),
            "17c8ece78c7b3f61cb21f53ad635940620c941542799580db06df5e47bf5e77e"),
    DataSet("race", "EleutherAI/race", "high", "test", "race/test.jsonl", 1045, race, None, "high"),
    DataSet("lambada_standard", "cimec/lambada", None, "test", "lambada_standard/test.jsonl", 5153,
            lambada, "d8dd08f5b937246b022fd0eb2b36ed67e17c48f377cd983e16bf3f4948bb5da3", "plain_text"),
    DataSet("lambada_openai", "EleutherAI/lambada_openai", "default", "test",
            "lambada_openai/test.jsonl", 5153, pick("text"), "9acdcb12e8c2ef4eb3d0958b547a8c7076488df2d6ff460377881ab3841f3d97"),
    DataSet("gsm8k", "openai/gsm8k", "main", "test", "gsm8k/test.jsonl", 1319,
            pick("question", "answer"), "752adc99f23132275139f1f7be57126b08735a55daf0c56859ee6df70abafbac", "main"),
]


def as_line(row: dict) -> bytes:
    return (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8")


def is_complete(data_set: DataSet, path: Path) -> bool:
    """Is the file there, with the right number of documents?"""
    try:
        with open(path, "rb") as file:
            return sum(1 for line in file if line.strip()) == data_set.documents
    except OSError:
        return False


def write_atomically(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def load_rows(datasets, data_set: DataSet):
    """The rows of a split, from the set itself or from the hub's conversion of it to Parquet, which
    versions of `datasets` that run no loading scripts need."""
    try:
        return datasets.load_dataset(data_set.path, data_set.config, split=data_set.split)
    except Exception as first:  # the package has no common class for its errors
        files = (f"hf://datasets/{data_set.path}@refs/convert/parquet/"
                 f"{data_set.parquet_config}/{data_set.split}/*.parquet")
        try:
            return datasets.load_dataset("parquet", data_files={data_set.split: files},
                                         split=data_set.split)
        except Exception as second:
            reasons = " and ".join(" ".join(str(e).split()) or type(e).__name__
                                   for e in (first, second))
            raise FetchError(f"{data_set.task}: wanted {data_set.path} ({data_set.split}), "
                             f"got: {reasons}") from second


def fetch(datasets, data_set: DataSet, root: Path) -> Optional[str]:
    """Writes one set's file; returns a warning if its checksum is not the known one."""
    rows = load_rows(datasets, data_set)
    try:
        content = b"".join(as_line(data_set.convert(dict(row))) for row in rows)
    except FetchError as error:
        raise FetchError(f"{data_set.task}: {error}") from error
    documents = content.count(b"\n")
    if documents != data_set.documents:
        raise FetchError(f"{data_set.task}: wanted {data_set.documents} documents, got {documents}")
    write_atomically(root / data_set.file, content)
    digest = hashlib.sha256(content).hexdigest()
    if data_set.sha256 is not None and digest != data_set.sha256:
        return f"{data_set.file} has sha256 {digest}, not the known {data_set.sha256}"
    return None


def chosen(names: Optional[str]) -> list:
    if names is None:
        return DATA_SETS
    known = {data_set.task: data_set for data_set in DATA_SETS}
    wanted = [name.strip() for name in names.split(",")]
    for name in wanted:
        if name not in known:
            raise FetchError(f"wanted one of the tasks {', '.join(known)}, got {name!r}")
    return [known[name] for name in wanted]


def import_datasets():
    try:
        import datasets
    except ImportError as error:
        raise FetchError("wanted the Python package datasets (pip install datasets), got: "
                         f"{error}") from error
    return datasets


def run(arguments) -> int:
    data_sets = chosen(arguments.task)
    root = Path(arguments.folder)
    missing = [d for d in data_sets if arguments.force or not is_complete(d, root / d.file)]
    for data_set in data_sets:
        if data_set not in missing:
            print(f"{data_set.file}: already there")
    datasets = import_datasets() if missing else None
    failed = 0
    for data_set in missing:
        try:
            warning = fetch(datasets, data_set, root)
        except (FetchError, OSError) as error:
            print(f"error: {error}", file=sys.stderr)
            failed += 1
            continue
        print(f"{data_set.file}: {data_set.documents} documents")
        if warning:
            print(f"warning: {warning}", file=sys.stderr)
    return 1 if failed else 0


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", metavar="DIR", help="the folder to write below")
    parser.add_argument("--task", help="comma-separated names; all of them if not given")
    parser.add_argument("--force", action="store_true", help="fetch what is already there, too")
    try:
        return run(parser.parse_args(arguments))
    except FetchError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
