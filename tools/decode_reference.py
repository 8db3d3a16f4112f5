#!/usr/bin/env python3
"""Decoding of a checkpoint in the layout of Llama beside llama.cpp, which gets the same values as GGUF.

usage: tools/decode_reference.py CHECKPOINT [--dtype f32|bf16] [--batch 1,8] [--threads N] [--rounds N]

The checkpoint is a folder with one file model.safetensors (tools/make-random-checkpoint --shards 1 makes one). Both
programs continue the same prompts of 16 ids by their likeliest tokens, in turns. Of smdm-eval the time is that of
long answers less that of short ones, so that start, weights and prompts are not counted; of llama.cpp that of the
steps. Prints tokens per second of each round, the median of their ratios, and how many of the first tokens agree.
Needs the Python packages `numpy`, `gguf` and `llama-cpp-python`.
"""

import argparse
import ctypes
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import gguf
import numpy

PROMPT = 16
SHORT, LONG = 4, 132  # new tokens of smdm-eval's two answers
STEPS = LONG - SHORT
ROOT = pathlib.Path(__file__).resolve().parents[1]


class Checkpoint:
    """Tensors of model.safetensors, in float32."""

    def __init__(self, folder: pathlib.Path):
        self.config = json.loads((folder / "config.json").read_text())
        file = folder / "model.safetensors"
        with file.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            self.index = json.loads(stream.read(length))
        self.data = numpy.memmap(file, numpy.uint8, "r", 8 + length)

    def tensor(self, name: str) -> numpy.ndarray:
        entry = self.index[name]
        begin, end = entry["data_offsets"]
        raw = numpy.array(self.data[begin:end])
        if entry["dtype"] == "BF16":
            values = (raw.view(numpy.uint16).astype(numpy.uint32) << 16).view(numpy.float32)
        elif entry["dtype"] == "F32":
            values = raw.view(numpy.float32)
        else:
            raise SystemExit(f"{name}: wanted F32 or BF16, got {entry['dtype']}")
        return values.reshape(entry["shape"])


def in_pairs(weight: numpy.ndarray, heads: int) -> numpy.ndarray:
    """Rows in llama.cpp's order: it rotates neighbours, where checkpoints rotate halves of a head."""
    rows, columns = weight.shape
    halves = weight.reshape(heads, 2, rows // heads // 2, columns)
    return halves.swapaxes(1, 2).reshape(rows, columns)


def write_settings(writer: gguf.GGUFWriter, config: dict, dtype: str) -> None:
    words = config["vocab_size"]
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config.get("rope_theta", 10000.0))
    writer.add_rope_dimension_count(config["hidden_size"] // config["num_attention_heads"])
    writer.add_vocab_size(words)
    types = {"f32": gguf.LlamaFileType.ALL_F32, "bf16": gguf.LlamaFileType.MOSTLY_BF16}
    writer.add_file_type(types[dtype])
    writer.add_tokenizer_model("llama")  # never used: prompts are ids
    writer.add_token_list([f"<{word}>" for word in range(words)])
    writer.add_token_scores([0.0] * words)
    writer.add_token_types([1] * words)


def write_gguf(folder: pathlib.Path, dtype: str, file: pathlib.Path) -> None:
    checkpoint = Checkpoint(folder)
    config = checkpoint.config
    writer = gguf.GGUFWriter(file, "llama")
    write_settings(writer, config, dtype)

    def add(name: str, values: numpy.ndarray) -> None:
        values = numpy.ascontiguousarray(values, numpy.float32)
        if dtype == "f32" or values.ndim == 1:
            writer.add_tensor(name, values)
            return
        kind = gguf.GGMLQuantizationType.BF16
        stored = gguf.quantize(values, kind)
        writer.add_tensor(name, stored, raw_shape=stored.shape, raw_dtype=kind)

    tied = "lm_head.weight" not in checkpoint.index
    add("token_embd.weight", checkpoint.tensor("model.embed_tokens.weight"))
    add("output_norm.weight", checkpoint.tensor("model.norm.weight"))
    add("output.weight", checkpoint.tensor("model.embed_tokens.weight" if tied else "lm_head.weight"))
    names = {"attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj",
             "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
             "attn_output": "self_attn.o_proj", "ffn_norm": "post_attention_layernorm",
             "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj"}
    heads = {"attn_q": config["num_attention_heads"], "attn_k": config["num_key_value_heads"]}
    for layer in range(config["num_hidden_layers"]):
        for name, stored in names.items():
            values = checkpoint.tensor(f"model.layers.{layer}.{stored}.weight")
            add(f"blk.{layer}.{name}.weight", in_pairs(values, heads[name]) if name in heads else values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def prompts(batch: int) -> list[list[int]]:
    return [list(range(5 + row, 5 + row + PROMPT)) for row in range(batch)]


class LlamaCpp:
    def __init__(self, file: pathlib.Path, batch: int, threads: int):
        import llama_cpp

        self.api = llama_cpp
        llama_cpp.llama_backend_init()
        self.quiet = llama_cpp.llama_log_callback(lambda level, text, data: None)
        llama_cpp.llama_log_set(self.quiet, ctypes.c_void_p(0))
        settings = llama_cpp.llama_model_default_params()
        self.model = llama_cpp.llama_model_load_from_file(str(file).encode(), settings)
        self.batch, self.threads = batch, threads
        self.words = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(self.model))
        self.input = llama_cpp.llama_batch_init(PROMPT * batch, 0, 1)

    def decode(self, tokens: list[tuple[int, int, int, bool]]) -> None:
        """Of (id, position, sequence, whether logits are wanted)."""
        for at, (token, position, sequence, wanted) in enumerate(tokens):
            self.input.token[at], self.input.pos[at], self.input.logits[at] = token, position, wanted
            self.input.n_seq_id[at], self.input.seq_id[at][0] = 1, sequence
        self.input.n_tokens = len(tokens)
        if self.api.llama_decode(self.context, self.input) != 0:
            raise SystemExit("llama_decode failed")

    def likeliest(self, at: int) -> int:
        logits = self.api.llama_get_logits_ith(self.context, at)
        return int(numpy.ctypeslib.as_array(logits, (self.words,)).argmax())

    def run(self) -> tuple[float, list[int]]:
        """Tokens per second, and those of the first sequence."""
        settings = self.api.llama_context_default_params()
        settings.n_ctx = self.batch * 256
        settings.n_seq_max = self.batch
        settings.n_threads = settings.n_threads_batch = self.threads
        self.context = self.api.llama_init_from_model(self.model, settings)
        last = []
        for sequence, ids in enumerate(prompts(self.batch)):
            self.decode([(id_, at, sequence, at == PROMPT - 1) for at, id_ in enumerate(ids)])
            last.append(self.likeliest(PROMPT - 1))
        out = [last[0]]
        begin = time.monotonic()
        for step in range(STEPS):
            self.decode([(id_, PROMPT + step, row, True) for row, id_ in enumerate(last)])
            last = [self.likeliest(row) for row in range(self.batch)]
            out.append(last[0])
        seconds = time.monotonic() - begin
        self.api.llama_free(self.context)
        return self.batch * STEPS / seconds, out


def smdm_eval(arguments: argparse.Namespace, file: pathlib.Path, tokens: int) -> tuple[float, list[int]]:
    command = [arguments.program, "--prompts", str(file), "--model", str(arguments.checkpoint),
               "--dtype", arguments.dtype, "--gen-length", str(tokens),
               "--threads", str(arguments.threads), "--output", "-"]
    begin = time.monotonic()
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return time.monotonic() - begin, json.loads(out.splitlines()[0])["output_ids"][PROMPT:]


def compared(arguments: argparse.Namespace, weights: pathlib.Path, batch: int) -> dict:
    file = weights.with_name("prompts.jsonl")
    lines = [json.dumps({"id": row, "prompt_ids": ids}) for row, ids in enumerate(prompts(batch))]
    file.write_text("\n".join(lines) + "\n")
    peer = LlamaCpp(weights, batch, arguments.threads)
    ours, theirs = [], []
    for _ in range(arguments.rounds):
        short, _ids = smdm_eval(arguments, file, SHORT)
        long, ids = smdm_eval(arguments, file, LONG)
        ours.append(batch * STEPS / (long - short))
        rate, peer_ids = peer.run()
        theirs.append(rate)
    same = [a == b for a, b in zip(ids, peer_ids)]
    return {"dtype": arguments.dtype, "batch": batch, "threads": arguments.threads,
            "ratio": round(statistics.median(a / b for a, b in zip(ours, theirs)), 2),
            "smdm_eval": [round(rate, 1) for rate in ours],
            "llama_cpp": [round(rate, 1) for rate in theirs],
            "equal_tokens": same.index(False) if False in same else len(same),
            "llama_cpp_python": peer.api.__version__}


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed of decoding beside llama.cpp.")
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("--dtype", choices=("f32", "bf16"), default="f32", help="of the checkpoint's tensors")
    parser.add_argument("--batch", default="1,8")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--program", default=str(ROOT / "smdm-eval"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        weights = pathlib.Path(folder) / "model.gguf"
        write_gguf(arguments.checkpoint, arguments.dtype, weights)
        for batch in map(int, arguments.batch.split(",")):
            print(json.dumps(compared(arguments, weights, batch)), flush=True)


if __name__ == "__main__":
    sys.exit(main())
