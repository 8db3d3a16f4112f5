"""Tests of tools/fetch_data.py without a network: the package `datasets` is played by a fake."""

import contextlib
import hashlib
import importlib.util
import io
import json
import re
import sys
import tempfile
import types
import unittest
from dataclasses import replace
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("fetch_data", ROOT / "tools" / "fetch_data.py")
fetch_data = importlib.util.module_from_spec(SPEC)
sys.modules["fetch_data"] = fetch_data
SPEC.loader.exec_module(fetch_data)

CHOICES = {"text": ["x", "y"], "label": ["A", "B"]}
ROWS = {
    "hellaswag": {"ind": 1, "activity_label": "l", "ctx_a": "a", "ctx_b": "b", "ctx": "a b",
                  "endings": ["1", "2", "3", "4"], "source_id": "s", "split": "val",
                  "split_type": "t", "label": "3"},
    "openbookqa": {"id": "i", "question_stem": "q", "choices": CHOICES, "answerKey": "A"},
    "arc_easy": {"id": "i", "question": "q", "choices": CHOICES, "answerKey": "A"},
    "arc_challenge": {"id": "i", "question": "q", "choices": CHOICES, "answerKey": "A"},
    "boolq": {"question": "q", "passage": "p", "idx": 0, "label": 1},
    "piqa": {"goal": "g", "sol1": "1", "sol2": "2", "label": 0},
    "social_iqa": {"context": "c", "question": "q", "answerA": "a", "answerB": "b", "answerC": "c",
                   "label": "1"},
    "race": {"article": "a", "problems": "[{'question': 'q'}]"},
    "lambada_standard": {"text": "caf\u00e9 t", "domain": None},
    "lambada_openai": {"text": "t t"},
    "gsm8k": {"question": "q", "answer": "#### 1"},
}


def fake_datasets(load):
    module = types.ModuleType("datasets")
    module.load_dataset = load
    return mock.patch.dict(sys.modules, {"datasets": module})


class FetchData(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name) / "new"
        # Two documents a set, without known checksums.
        small = [replace(d, documents=2, sha256=None) for d in fetch_data.DATA_SETS]
        patch = mock.patch.object(fetch_data, "DATA_SETS", small)
        patch.start()
        self.addCleanup(patch.stop)
        self.calls = []

    def rows(self, path, config, split):
        data_set = next(d for d in fetch_data.DATA_SETS if (d.path, d.config) == (path, config))
        self.assertEqual(split, data_set.split)
        return [{"extra": 1, **ROWS[data_set.task]}] * 2

    def load(self, path, config=None, split=None, **options):
        self.calls.append(path)
        return self.rows(path, config, split)

    def run_tool(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = fetch_data.main([str(self.root), *arguments])
        return code, out.getvalue(), err.getvalue()

    def files(self):
        return sorted(str(p.relative_to(self.root)) for p in self.root.rglob("*") if p.is_file())

    def test_every_set_is_written_in_its_layout(self):
        with fake_datasets(self.load):
            code, _, err = self.run_tool()
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(self.files(), sorted(d.file for d in fetch_data.DATA_SETS))
        for data_set in fetch_data.DATA_SETS:
            lines = (self.root / data_set.file).read_text(encoding="utf-8").splitlines()
            self.assertEqual(lines, [json.dumps(ROWS[data_set.task], ensure_ascii=False)] * 2)

    def test_what_is_there_is_left_alone(self):
        with fake_datasets(self.load):
            self.run_tool("--task", "piqa,race")
            before = (self.root / "piqa/validation.jsonl").stat().st_mtime_ns
            (self.root / "race/test.jsonl").write_text("{}\n")  # one document is missing
            code, out, _ = self.run_tool("--task", "piqa,race")
            self.assertEqual(code, 0)
            self.assertIn("piqa/validation.jsonl: already there", out)
            self.assertEqual((self.root / "piqa/validation.jsonl").stat().st_mtime_ns, before)
            self.assertEqual(self.calls, ["ybisk/piqa", "EleutherAI/race", "EleutherAI/race"])
            self.run_tool("--task", "piqa", "--force")
            self.assertEqual(self.calls[-1], "ybisk/piqa")

    def test_nothing_is_imported_if_nothing_is_missing(self):
        with fake_datasets(self.load):
            self.run_tool("--task", "piqa")
        with mock.patch.dict(sys.modules, {"datasets": None}):
            self.assertEqual(self.run_tool("--task", "piqa")[0], 0)

    def test_without_the_package(self):
        with mock.patch.dict(sys.modules, {"datasets": None}):
            code, _, err = self.run_tool("--task", "piqa")
        self.assertEqual(code, 2)
        self.assertIn("wanted the Python package datasets (pip install datasets)", err)
        self.assertEqual(len(err.splitlines()), 1)

    def test_a_wrong_count_writes_nothing_and_the_others_go_on(self):
        def load(path, config=None, split=None, **options):
            rows = self.rows(path, config, split)
            return rows[:1] if path == "ybisk/piqa" else rows

        with fake_datasets(load):
            code, _, err = self.run_tool("--task", "piqa,race")
        self.assertEqual(code, 1)
        self.assertEqual(err, "error: piqa: wanted 2 documents, got 1\n")
        self.assertEqual(self.files(), ["race/test.jsonl"])

    def test_a_missing_field(self):
        with fake_datasets(lambda *a, **k: [{"goal": "g"}] * 2):
            code, _, err = self.run_tool("--task", "piqa")
        self.assertEqual(code, 1)
        self.assertEqual(err, "error: piqa: wanted the field 'sol1', got the fields ['goal']\n")

    def test_parquet_is_tried_where_a_set_cannot_be_loaded(self):
        def load(path, config=None, split=None, data_files=None):
            if path != "parquet":
                raise RuntimeError("Dataset scripts are no longer supported")
            self.assertEqual(data_files, {"validation": "hf://datasets/ybisk/piqa@refs/convert/"
                                          "parquet/plain_text/validation/*.parquet"})
            return [ROWS["piqa"]] * 2

        with fake_datasets(load):
            self.assertEqual(self.run_tool("--task", "piqa")[0], 0)

    def test_no_network(self):
        def load(path, *arguments, **options):
            raise ConnectionError(f"cannot reach\n{path}")

        with fake_datasets(load):
            code, _, err = self.run_tool("--task", "piqa")
        self.assertEqual(code, 1)
        self.assertEqual(err, "error: piqa: wanted ybisk/piqa (validation), got: cannot reach "
                         "ybisk/piqa and cannot reach parquet\n")

    def test_another_checksum_is_a_warning(self):
        changed = [replace(d, sha256="0" * 64) for d in fetch_data.DATA_SETS]
        with mock.patch.object(fetch_data, "DATA_SETS", changed), fake_datasets(self.load):
            code, _, err = self.run_tool("--task", "gsm8k")
        self.assertEqual(code, 0)
        digest = hashlib.sha256((self.root / "gsm8k/test.jsonl").read_bytes()).hexdigest()
        self.assertEqual(err, f"warning: gsm8k/test.jsonl has sha256 {digest}, "
                         f"not the known {'0' * 64}\n")

    def test_an_unwritable_folder(self):
        self.root.write_text("a file")
        with fake_datasets(self.load):
            code, _, err = self.run_tool("--task", "gsm8k")
        self.assertEqual(code, 1)
        self.assertTrue(err.startswith("error: "), err)

    def test_a_failed_write_leaves_no_trace(self):
        with fake_datasets(self.load), mock.patch("os.fsync", side_effect=OSError("disk full")):
            code, _, err = self.run_tool("--task", "gsm8k")
        self.assertEqual((code, err), (1, "error: disk full\n"))
        self.assertEqual(self.files(), [])

    def test_an_unknown_task(self):
        code, _, err = self.run_tool("--task", "piqua")
        self.assertEqual(code, 2)
        self.assertIn("got 'piqua'", err)


class Catalogue(unittest.TestCase):
    def test_the_program_knows_these_files_and_checksums(self):
        text = "".join(p.read_text() for p in (ROOT / "tasks" / "catalogue").glob("*.cpp"))
        digests = set(re.findall(r'"([0-9a-f]{64})"', text))
        for data_set in fetch_data.DATA_SETS:
            self.assertIn(f'"{data_set.file}"', text)
            if data_set.sha256 is not None:
                self.assertIn(data_set.sha256, digests)


if __name__ == "__main__":
    unittest.main()
