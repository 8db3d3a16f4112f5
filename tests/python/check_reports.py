"""Checks files that smdm-eval writes for other programs, with those programs' own readers.

usage: check_reports.py leaderboard FOLDER
       check_reports.py junit FILE

leaderboard: leaderboard.json against docs/leaderboard-v2.schema.json (jsonschema), a file with a fault
against it too, and leaderboard.csv against leaderboard.json (csv). junit: well-formed XML whose counts
are those of its cases. Exits non-zero, saying why on standard error, if something does not fit.
"""
import copy
import csv
import json
import pathlib
import sys
import xml.etree.ElementTree

SCHEMA = pathlib.Path(__file__).parent.parent.parent / "docs" / "leaderboard-v2.schema.json"


def check(condition, text):
    if not condition:
        sys.exit(f"check_reports: {text}")


def faults_of(board):
    """The same leaderboard with one fault each."""
    table = "embedded" if board["embedded"] else "benchmarks"
    for key in board[table][0]:
        faulty = copy.deepcopy(board)
        del faulty[table][0][key]
        yield f"without {key}", faulty
    for key, value in [("value", "good"), ("direction", "up"), ("seed", -1), ("interval", [0]), ("more", 1),
                       ("bound", None), ("stderr_clustered", -1), ("clusters", 0), ("rank", 1)]:
        faulty = copy.deepcopy(board)
        faulty[table][0][key] = value
        yield f"with {key} = {value}", faulty
    yield "of schema 3", {**board, "schema": 3}


def check_leaderboard(folder):
    import jsonschema

    board = json.loads((folder / "leaderboard.json").read_text())
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    for error in validator.iter_errors(board):
        sys.exit(f"check_reports: {error.json_path}: {error.message}")
    for name, faulty in faults_of(board):
        check(not validator.is_valid(faulty), f"the schema accepts a leaderboard {name}")
    with open(folder / "leaderboard.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    entries = board["benchmarks"] + board["embedded"]
    check(len(rows) == len(entries), f"wanted {len(entries)} rows in the CSV, got {len(rows)}")
    for row, entry in zip(rows, entries):
        check(row["table"] == ("embedded" if entry["embedded"] else "benchmarks"), f"table of {row}")
        check(row["task"] == entry["task"]["name"], f"task of {row}")
        check(float(row["value"]) == entry["value"], f"value of {row}")
        check(json.loads(row["command_line"] or "null") == entry["command_line"], f"command line of {row}")
        rank = entry["rank"]
        check(1 <= rank["low"] <= rank["high"] <= rank["entries"], f"rank of {row}")
        for part in ("group", "low", "high", "entries"):
            check(int(row[f"rank_{part}"]) == rank[part], f"rank of {row}")
        check(row["samples_sha256"] == entry["samples"]["sha256"], f"samples of {row}")
    text = (folder / "leaderboard.md").read_text()
    for entry in entries:
        check(entry["task"]["name"] in text, f"{entry['task']['name']} is not in the Markdown")


def check_junit(path):
    root = xml.etree.ElementTree.parse(path).getroot()
    check(root.tag == "testsuites", f"wanted testsuites, got {root.tag}")
    for suite in root:
        cases = suite.findall("testcase")
        failed = [case for case in cases if case.find("failure") is not None]
        check(int(suite.get("tests")) == len(cases) > 0, "the number of test cases")
        check(int(suite.get("failures")) == len(failed), "the number of failures")
        erred = [case for case in cases if case.find("error") is not None]
        check(int(suite.get("errors")) == len(erred), "the number of errors")
        check(all(case.get("name") and case.get("classname") for case in cases), "names of cases")
        check(all(case.find("failure").get("message") for case in failed), "messages of failures")


if len(sys.argv) != 3 or sys.argv[1] not in ("leaderboard", "junit"):
    sys.exit(__doc__)
if sys.argv[1] == "leaderboard":
    check_leaderboard(pathlib.Path(sys.argv[2]))
else:
    check_junit(sys.argv[2])
