"""Tests of tools/make-random-checkpoint: the files that it writes are read with the standard
library alone, by the rules of their formats."""

import contextlib
import importlib.machinery
import importlib.util
import io
import json
import math
import struct
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

TOOLS = Path(__file__).resolve().parents[2] / "tools"
INDEX = "model.safetensors.index.json"
BYTES = {"F32": 4, "BF16": 2, "F16": 2}


def loaded(name):
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), str(TOOLS / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


sys.dont_write_bytecode = True
make_random_checkpoint = loaded("make-random-checkpoint")

TINY = ["--layers", "2", "--width", "16", "--heads", "4", "--groups", "2", "--intermediate", "24",
        "--vocab", "40", "--context", "32"]


def run(*arguments):
    """@return the exit code and what was printed"""
    text = io.StringIO()
    with mock.patch.object(sys, "argv", ["make-random-checkpoint", *map(str, arguments)]), \
            contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
        try:
            code = make_random_checkpoint.main()
        except SystemExit as end:
            code = end.code
    return code or 0, text.getvalue()


def read_shard(path):
    """@return tensors by name: type, shape, bytes; the header's own rules are checked"""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    assert length % 8 == 0
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__")
    body, end, tensors = data[8 + length:], 0, {}
    for name, entry in header.items():
        begin, after = entry["data_offsets"]
        assert begin == end, name
        end = after
        assert after - begin == math.prod(entry["shape"]) * BYTES[entry["dtype"]], name
        tensors[name] = entry["dtype"], entry["shape"], body[begin:after]
    assert end == len(body)
    return tensors


def values_of(dtype, data):
    if dtype == "BF16":
        wide = b"".join(b"\0\0" + data[i:i + 2] for i in range(0, len(data), 2))
        return struct.unpack(f"<{len(data) // 2}f", wide)
    letter = {"F32": "f", "F16": "e"}[dtype]
    return struct.unpack(f"<{len(data) // BYTES[dtype]}{letter}", data)


class MadeCheckpoints(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name)

    def made(self, name, *more):
        code, text = run(*TINY, *more, self.path / name)
        self.assertEqual(code, 0, text)
        return self.path / name

    def test_shards_and_index(self):
        out = self.made("a", "--shards", "3")
        shards = sorted(path.name for path in out.glob("*.safetensors"))
        self.assertEqual(shards, [f"model-0000{i}-of-00003.safetensors" for i in (1, 2, 3)])
        index = json.loads((out / INDEX).read_text())
        stands_in, total = {}, 0
        for shard in shards:
            for tensor, (_, _, data) in read_shard(out / shard).items():
                stands_in[tensor] = shard
                total += len(data)
        self.assertEqual(index, {"metadata": {"total_size": total}, "weight_map": stands_in})
        self.assertEqual(len(stands_in), 3 + 2 * 9)

    def test_shapes_follow_the_configuration(self):
        out = self.made("a")
        self.assertEqual(sorted(path.name for path in out.iterdir()),
                         ["config.json", "model.safetensors"])
        config = json.loads((out / "config.json").read_text())
        tensors = read_shard(out / "model.safetensors")
        at = "model.layers.1."
        self.assertEqual(config["model_type"], "llama")
        self.assertEqual(config["num_key_value_heads"], 2)
        self.assertEqual(tensors["lm_head.weight"][1], [40, 16])
        self.assertEqual(tensors[at + "self_attn.k_proj.weight"][1], [8, 16])
        self.assertEqual(tensors[at + "mlp.down_proj.weight"][1], [16, 24])

    def test_numbers_are_small_of_both_signs_and_norms_are_one(self):
        for dtype in ("f32", "bf16", "f16"):
            with self.subTest(dtype):
                tensors = read_shard(self.made(dtype, "--dtype", dtype) / "model.safetensors")
                for name, (stored, shape, data) in tensors.items():
                    values = values_of(stored, data)
                    if len(shape) == 1:
                        self.assertEqual(set(values), {1.0}, name)
                        continue
                    self.assertTrue(all(2**-7 <= abs(value) < 2**-5 for value in values), name)
                    self.assertTrue(min(values) < 0 < max(values), name)
                    self.assertGreater(len(set(values)), len(values) // 8, name)

    def test_a_seed_names_the_bytes(self):
        def bytes_of(name, seed):
            out = self.made(name, "--seed", seed, "--shards", "2")
            return [path.read_bytes() for path in sorted(out.iterdir())]

        self.assertEqual(bytes_of("a", 7), bytes_of("b", 7))
        self.assertNotEqual(bytes_of("a2", 7), bytes_of("c", 8))

    def test_a_masked_diffusion_family(self):
        out = self.made("a", "--family", "llada")
        config = json.loads((out / "config.json").read_text())
        tensors = read_shard(out / "model.safetensors")
        self.assertEqual(config["mask_token_id"], 39)
        self.assertEqual(tensors["model.transformer.blocks.0.ff_out.weight"][1], [16, 24])
        self.assertEqual(tensors["model.transformer.ff_out.weight"][1], [40, 16])

    def test_what_cannot_be_made_is_refused(self):
        taken = self.path / "taken"
        taken.mkdir()
        (taken / "file").write_text("x")
        for arguments in (["--heads", "3"], ["--groups", "3"], ["--layers", "0"],
                          ["--shards", "1000"], ["--dtype", "f64"]):
            with self.subTest(arguments):
                code, _ = run(*TINY, *arguments, self.path / "never")
                self.assertNotEqual(code, 0)
                self.assertFalse((self.path / "never").exists())
        self.assertNotEqual(run(*TINY, taken)[0], 0)
        self.assertEqual([path.name for path in taken.iterdir()], ["file"])


if __name__ == "__main__":
    unittest.main()
