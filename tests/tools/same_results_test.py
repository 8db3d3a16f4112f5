"""Tests of tools/same-results and tools/record-results, on recordings made by hand and on those of
a program that is a few lines of shell."""

import contextlib
import hashlib
import importlib.machinery
import importlib.util
import io
import json
import struct
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

TOOLS = Path(__file__).resolve().parents[2] / "tools"


def loaded(name):
    """A script as a module: many starts of an interpreter would take longer than all the rest."""
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), str(TOOLS / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


sys.dont_write_bytecode = True
same_results = loaded("same-results")
record_results = loaded("record-results")


def run(script, *arguments):
    """@return the exit code and what was printed"""
    text = io.StringIO()
    with mock.patch.object(sys, "argv", [script.__name__, *map(str, arguments)]), \
            contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
        try:
            code = script.main()
        except SystemExit as end:
            code = end.code
    return code, text.getvalue()


def sample(i, rows=31, nats=-1.25):
    choices = [{"nats": nats, "rows": rows, "tokens": 12 * rows}]
    return {"doc_id": i, "resps": [[str(nats), "None"]], "smdm_eval": {"choices": choices}}


def results(samples, date=1795873882.25, seconds=1.5, value=0.1 + 0.2, rows=62, tree="/old",
            revision="a" * 40):
    digest = hashlib.sha256(samples.encode()).hexdigest()
    return {
        "results": {"micro_piqa": {"acc,none": value}},
        "git_hash": revision,
        "date": date,
        "smdm_eval": {
            "version": "0.1.0",
            "command_line": ["--task", "piqa", "--output", "run"],
            "model": {"weights": f"{tree}/embedded/m/model.safetensors", "weights_sha256": "f00"},
            "rows": rows,
            "seconds": seconds,
            "tasks": {"micro_piqa": {"rows": rows, "samples_sha256": digest,
                                     "period": {"tokens": 280}}}}}


class Recording:
    """A small recording of three commands: an evaluation, one that prints JSON, one that fails."""

    def __init__(self, folder, tree="/old", date="2026-01-01T10-00-00.000001", seconds="0:00:01"):
        self.folder = folder
        self.write("recording.json", json.dumps({
            "recording": 1, "places": {"tree": [tree], "recording": [str(folder)]},
            "commands": [["001-piqa", "--task", "piqa"], ["002-json", "compare", "--json"],
                         ["003-bad", "--mistake"]]}))
        self.name = f"001-piqa/ran/run/{{}}_{date}.{{}}"
        self.samples = self.name.format("samples_micro_piqa", "jsonl")
        self.results = self.name.format("results", "json")
        self.lines([sample(i) for i in range(3)], tree=tree)
        self.write("001-piqa/exit-code", "0\n")
        self.write("001-piqa/stdout",
                   "|Task|Rows|Tokens|Seconds|\n|----|---:|-----:|------:|\n"
                   f"|piqa|  62|   744|   {'~1.5' if tree == '/old' else '~12.25'}|\n")
        self.write("001-piqa/stderr",
                   f"reading {tree}/embedded/data\npiqa: 3/3 requests, 12.5/s, {seconds}\n"
                   f"piqa: racing took 62 rows and saved 10 of 72; undecided: 0\n"
                   f"wrote run/results_{date}.json\n")
        self.write("002-json/exit-code", "0\n")
        self.write("002-json/stdout",
                   json.dumps({"p": 0.25, "run": f"{folder}/001-piqa"}, indent=2))
        self.write("003-bad/exit-code", "2\n")
        self.write("003-bad/stderr", "smdm-eval: error: no such option\n")

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def change(self, name, old, new):
        text = (self.folder / name).read_text()
        assert old in text, (old, text)
        self.write(name, text.replace(old, new))

    def lines(self, lines, **about):
        """Writes samples, and results that have their digest."""
        text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
        self.write(self.samples, text)
        self.write(self.results, json.dumps(results(text, **about), indent=2))


class SameResults(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = Path(temporary.name)
        self.old = Recording(self.root / "old")
        self.new = Recording(self.root / "new")

    def compare(self, *options, old=None, new=None):
        return run(same_results, old or self.old.folder, new or self.new.folder, *options)

    def check_differs(self, *parts, options=()):
        for some in (options, (*options, "--costs")):
            code, text = self.compare(*some)
            self.assertEqual(code, 1, text)
            for part in parts:
                self.assertIn(part, text)

    def test_equal_recordings_pass(self):
        code, text = self.compare()
        self.assertEqual(code, 0, text)
        self.assertIn("no difference", text)

    def test_the_last_bit_of_a_number_counts(self):
        value = 0.1 + 0.2
        bits, = struct.unpack("<q", struct.pack("<d", value))
        beside, = struct.unpack("<d", struct.pack("<q", bits ^ 1))
        self.new.lines([sample(i) for i in range(3)], value=beside)
        self.check_differs("results_<date>.json: results/micro_piqa/acc,none: "
                           f"{value!r} -> {beside!r}")

    def test_the_last_bit_in_samples_counts(self):
        self.new.lines([sample(0), sample(1, nats=-1.2500000000000002), sample(2)])
        self.check_differs("samples_micro_piqa_<date>.jsonl: line 2/smdm_eval/choices/0/nats",
                           "samples_sha256")

    def test_samples_keep_their_order(self):
        self.new.lines([sample(0), sample(2), sample(1)])
        self.check_differs("the same lines -> in another order")

    def test_samples_are_compared_as_they_are_written(self):
        self.new.change(self.new.samples, '"doc_id":0', '"doc_id": 0')
        self.check_differs("line 1 (spelling)")
        self.new.change(self.new.samples, '"doc_id": 0', '"doc_id":0.0')
        self.check_differs("line 1/doc_id: 0 -> 0.0")

    def test_exit_codes_and_messages_count(self):
        self.new.write("003-bad/exit-code", "3\n")
        self.check_differs("003-bad/exit-code: line 1: 2 -> 3")
        self.new.write("003-bad/exit-code", "2\n")
        self.new.change("003-bad/stderr", "no such", "unknown")
        self.check_differs("003-bad/stderr: line 1: smdm-eval: error: no such option -> ")

    def test_files_are_all_there(self):
        (self.new.folder / self.new.samples).unlink()
        self.check_differs("samples_micro_piqa_<date>.jsonl: (file): 1 of this name -> (absent)")
        self.setUp()
        self.new.write("003-bad/ran/half-written", "")
        self.check_differs("003-bad/ran/half-written: (file): (absent) -> 1 of this name")

    def test_empty_folders_count(self):
        (self.new.folder / "003-bad" / "ran").mkdir()
        self.check_differs("003-bad/ran/: (file): (absent) -> 1 of this name")

    def test_missing_and_new_keys_count(self):
        self.new.change(self.new.results, '"version": "0.1.0",', "")
        self.check_differs("smdm_eval/version: 0.1.0 -> (absent)")
        self.setUp()
        self.new.change(self.new.results, '"date": 1795873882.25,', "")  # the key has to be there
        self.check_differs("date: 1795873882.25 -> (absent)")
        self.setUp()
        self.new.change(self.new.results, '"seconds": 1.5', '"seconds": null')
        self.check_differs("smdm_eval/seconds: 1.5 -> null")

    def test_another_version_counts(self):
        self.new.change(self.new.results, '"0.1.0"', '"0.2.0"')
        self.check_differs("smdm_eval/version: 0.1.0 -> 0.2.0")

    def test_the_order_of_keys_counts(self):
        self.new.change("002-json/stdout", '"p": 0.25,', "")
        self.new.change("002-json/stdout", '/001-piqa"', '/001-piqa", "p": 0.25')
        self.check_differs("002-json/stdout: (order of keys): p, run -> run, p")

    def test_date_seconds_revision_and_places_may_differ(self):
        self.new = Recording(self.root / "elsewhere", tree="/a/new/tree",
                             date="2027-12-31T23-59-59.999999", seconds="0:59:59")
        self.new.lines([sample(i) for i in range(3)], date=1.5, seconds=99.25, tree="/a/new/tree",
                       revision="b" * 40)
        code, text = self.compare()
        self.assertEqual(code, 0, text)

    def test_lines_of_unfinished_progress_may_come_or_not(self):
        line = "piqa: 3/3 requests"
        self.new.change("001-piqa/stderr", line, f"piqa: 1/3 requests, 0.1/s, 0:00:20 left\n{line}")
        code, text = self.compare()
        self.assertEqual(code, 0, text)

    def test_other_columns_of_a_table_with_seconds_count(self):
        self.new.change("001-piqa/stdout", "|piqa|", "|race|")
        self.check_differs("001-piqa/stdout: line 3")

    def test_costs_are_told_apart(self):
        self.new.lines([sample(0), sample(1, rows=15), sample(2)], rows=46)
        self.new.change("001-piqa/stdout", "|  62|   744|", "|  46|   552|")
        self.new.change("001-piqa/stderr", "took 62 rows and saved 10", "took 46 rows and saved 26")
        code, text = self.compare()
        self.assertEqual(code, 1, text)
        code, text = self.compare("--costs")
        self.assertEqual(code, 0, text)
        for part in ("line 2/smdm_eval/choices/0/rows: 31 -> 15", "smdm_eval/rows: 62 -> 46",
                     "samples_sha256", "stdout: line 3", "stderr: line 3",
                     "no difference; costs: "):
            self.assertIn(part, text)

    def test_costs_hide_nothing_else(self):
        self.new.lines([sample(0), sample(1, rows=15, nats=-1.5), sample(2)], rows=46)
        self.check_differs("line 2/smdm_eval/choices/0/nats: -1.25 -> -1.5", "samples_sha256")
        self.setUp()  # tokens of a period are no cost
        self.new.change(self.new.results, '"tokens": 280', '"tokens": 281')
        self.check_differs("period/tokens: 280 -> 281")
        self.setUp()
        self.new.change(self.new.results, '"samples_sha256": "', '"samples_sha256": "0')
        self.check_differs("samples_sha256")

    def test_commands_are_the_same(self):
        self.new.change("recording.json", "--mistake", "--other")
        self.check_differs("list of commands: 003-bad: --mistake -> --other")

    def test_one_command_alone(self):
        self.new.write("003-bad/exit-code", "3\n")
        self.assertEqual(self.compare("--only", "pi*")[0], 0)
        self.assertEqual(self.compare("--only", "b*")[0], 1)

    def test_long_lists_are_cut(self):
        self.new.lines([sample(i, nats=-9.0) for i in range(3)])
        code, text = self.compare("--lines", "2")
        self.assertEqual(code, 1)
        self.assertIn("jsonl: and 4 more", text)

    def test_run_folders(self):
        old, new = (side.folder / "001-piqa" / "ran" / "run" for side in (self.old, self.new))
        self.new.lines([sample(i) for i in range(3)], tree="/elsewhere", seconds=7.5)
        self.new.change(self.new.results, '"run"', '"another-run"')
        self.assertEqual(self.compare(old=old, new=new)[0], 0)
        self.new.change(self.new.results, "model.safetensors", "other.safetensors")
        self.assertEqual(self.compare(old=old, new=new)[0], 1)

    def test_usage_errors(self):
        for options in ({"new": self.root / "nowhere"}, {"new": self.new.folder / "001-piqa"}):
            code, text = self.compare(**options)
            self.assertEqual(code, 2)
            self.assertIn("same-results: error: wanted", text)
        self.assertEqual(self.compare("--cost-nothing")[0], 2)
        (self.new.folder / "recording.json").unlink()
        (self.new.folder / "tree").symlink_to(self.root)
        self.assertIn("without recording.json", self.compare()[1])


PROGRAM = """#!/bin/sh
echo "got $*"
case $* in
  *--mc-sampels*) exit 2 ;;
  *--task*) mkdir -p run && echo '{"date": 1}' >run/x.json ;;
esac
"""


class RecordResults(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = Path(temporary.name)
        model = self.root / "tree" / "embedded" / "micro-base-mdm"
        model.mkdir(parents=True)
        head = json.dumps({"lm_head.weight": {"dtype": "BF16", "shape": [4],
                                              "data_offsets": [0, 8]}}).encode()
        (model / "model.safetensors").write_bytes(struct.pack("<Q", len(head)) + head + b"12345678")
        (model / "config.json").write_text("{}")
        (model / "tokenizer.model").write_text("")
        self.program = self.root / "tree" / "build" / "bin" / "smdm-eval"
        self.program.parent.mkdir(parents=True)
        self.program.write_text(PROGRAM)
        self.program.chmod(0o755)

    def record(self, name, *options, program=None):
        return run(record_results, program or self.program, self.root / name, *options)

    def test_a_recording_equals_its_repetition(self):
        for name in ("a", "b"):
            code, text = self.record(name, "--only", "unknown-option")
            self.assertEqual(code, 0, text)
        code, text = run(same_results, self.root / "a", self.root / "b")
        self.assertEqual(code, 0, text)
        folder, = (self.root / "a").glob("*-unknown-option")
        self.assertEqual((folder / "exit-code").read_text(), "2\n")
        self.assertEqual((folder / "stdout").read_text(), "got --mc-sampels 3\n")

    def test_what_a_command_reads_is_recorded_with_it(self):
        code, text = self.record("a", "--only", "compare-json")
        self.assertEqual(code, 0, text)
        names = sorted(path.name.split("-", 1)[1] for path in (self.root / "a").glob("[0-9]*"))
        self.assertEqual(names, ["compare-json", "gsm8k-arm", "gsm8k-mdm"])
        folder, = (self.root / "a").glob("*-compare-json")
        words = (folder / "command").read_text().split()
        self.assertTrue((folder / "ran" / words[1] / "x.json").is_file())

    def test_a_wrong_exit_code_is_told(self):
        code, text = self.record("a", "--only", "unknown-task")  # the program takes it
        self.assertEqual(code, 1)
        self.assertIn("another exit code than wanted: unknown-task", text)
        self.assertTrue((self.root / "a" / "recording.json").is_file())

    def test_usage_errors(self):
        (self.root / "full").mkdir()
        (self.root / "full" / "x").write_text("")
        self.assertEqual(self.record("full")[0], 2)
        self.assertEqual(self.record("a", "--only", "no-such-name")[0], 2)
        self.assertEqual(self.record("a", program=self.root / "nothing")[0], 2)
        self.assertFalse((self.root / "a").exists())


if __name__ == "__main__":
    unittest.main()
