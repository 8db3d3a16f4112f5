#!/usr/bin/env python3
"""Converts a llama2.c checkpoint (the headerless "version 0" .bin) into an autoregressive checkpoint.

    convert_llama2c.py MODEL.bin DIR            writes DIR/model.safetensors and DIR/config.json
    convert_llama2c.py --decode TOKENIZER.bin   reads ids on standard input, writes their text

Needs nothing but Python 3. docs/checkpoints.md says what changes on the way.
"""
import argparse
import array
import json
import math
import os
import struct
import sys

FLOAT_BYTES = 4
BOS = 1


class ConversionError(Exception):
    """One line: what was wanted and what came."""


class Reader:
    """A file of little-endian numbers, read from front to back."""

    def __init__(self, path):
        self.path = path
        try:
            with open(path, "rb") as file:
                self.data = file.read()
        except OSError as error:
            raise ConversionError(f"{path}: cannot be read: {error.strerror}") from error
        self.at = 0

    def take(self, count):
        if count < 0 or self.at + count > len(self.data):
            raise ConversionError(
                f"{self.path}: truncated: wanted {count} bytes at byte {self.at}, "
                f"the file has {len(self.data)}")
        self.at += count
        return self.data[self.at - count:self.at]

    def integers(self, count):
        return struct.unpack(f"<{count}i", self.take(4 * count))

    def matrices(self, layers, rows, columns):
        """Per layer, the rows of a matrix, each as bytes."""
        width = FLOAT_BYTES * columns
        flat = [self.take(width) for _ in range(layers * rows)]
        return [flat[layer * rows:(layer + 1) * rows] for layer in range(layers)]

    def at_end(self):
        return self.at == len(self.data)


class Shape:
    """The header: seven integers; a negative vocabulary says that the head is not tied."""

    def __init__(self, reader):
        (self.width, self.inner, self.layers, self.heads, self.groups, vocabulary,
         self.length) = reader.integers(7)
        self.tied = vocabulary > 0
        self.vocabulary = abs(vocabulary)
        sizes = (self.width, self.inner, self.layers, self.heads, self.groups, self.vocabulary,
                 self.length)
        if min(sizes) < 1 or self.width % self.heads or self.heads % self.groups:
            raise ConversionError(f"{reader.path}: wanted a llama2.c version 0 header, got the "
                                  f"sizes {sizes}")
        self.head_size = self.width // self.heads
        if self.head_size % 2:
            raise ConversionError(f"{reader.path}: wanted an even head size, got {self.head_size}")


def floats(data):
    values = array.array("f")
    values.frombytes(data)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def check_tables(reader, shape):
    """The stored rotary tables must be those of base 10000, which the converted model computes."""
    half = shape.head_size // 2
    tables = [floats(reader.take(FLOAT_BYTES * shape.length * half)) for _ in range(2)]
    for position in range(min(shape.length, 64)):
        for j in range(half):
            angle = position / 10000.0 ** (2 * j / shape.head_size)
            stored = [table[position * half + j] for table in tables]
            if max(abs(stored[0] - math.cos(angle)), abs(stored[1] - math.sin(angle))) > 1e-3:
                raise ConversionError(f"{reader.path}: wanted rotary tables of base 10000, found "
                                      f"others at position {position}")


def halves(rows, head_size):
    """Rotary pairs (2j, 2j + 1) of each head become (j, head_size / 2 + j)."""
    order = list(range(0, head_size, 2)) + list(range(1, head_size, 2))
    return [rows[head + j] for head in range(0, len(rows), head_size) for j in order]


def joint_projection(query, key, value, shape):
    """Per group of query heads: those heads, then the group's key, then its value."""
    size = shape.head_size
    per_group = shape.heads // shape.groups * size
    rows = []
    for group in range(shape.groups):
        rows += query[group * per_group:(group + 1) * per_group]
        rows += key[group * size:(group + 1) * size]
        rows += value[group * size:(group + 1) * size]
    return rows


def read_tensors(reader, shape):
    """name -> (shape, rows)"""
    layers, width, inner = shape.layers, shape.width, shape.inner
    narrow = shape.groups * shape.head_size
    embedding = reader.matrices(1, shape.vocabulary, width)[0]
    norm_1 = reader.matrices(layers, 1, width)
    query = reader.matrices(layers, width, width)
    key = reader.matrices(layers, narrow, width)
    value = reader.matrices(layers, narrow, width)
    projection = reader.matrices(layers, width, width)
    norm_2 = reader.matrices(layers, 1, width)
    gate = reader.matrices(layers, inner, width)
    down = reader.matrices(layers, width, inner)
    up = reader.matrices(layers, inner, width)
    norm_f = reader.matrices(1, 1, width)[0]
    check_tables(reader, shape)
    head = embedding if shape.tied else reader.matrices(1, shape.vocabulary, width)[0]
    if not reader.at_end():
        raise ConversionError(f"{reader.path}: wanted {reader.at} bytes for its header's sizes, "
                              f"the file has {len(reader.data)}")
    tensors = {
        "transformer.wte.weight": ([shape.vocabulary, width], embedding),
        "transformer.ln_f.weight": ([width], norm_f),
        "lm_head.weight": ([shape.vocabulary, width], head),
    }
    for i in range(layers):
        at = f"transformer.h.{i}."
        joint = joint_projection(halves(query[i], shape.head_size),
                                 halves(key[i], shape.head_size), value[i], shape)
        tensors[at + "norm_1.weight"] = ([width], norm_1[i])
        tensors[at + "attn.attn.weight"] = ([len(joint), width], joint)
        tensors[at + "attn.proj.weight"] = ([width, width], projection[i])
        tensors[at + "norm_2.weight"] = ([width], norm_2[i])
        tensors[at + "mlp.swiglu.w1.weight"] = ([inner, width], gate[i])
        tensors[at + "mlp.swiglu.w2.weight"] = ([inner, width], up[i])
        tensors[at + "mlp.swiglu.w3.weight"] = ([width, inner], down[i])
    return tensors


def safetensors(tensors):
    header, begin = {}, 0
    for name, (sizes, rows) in tensors.items():
        end = begin + sum(len(row) for row in rows)
        header[name] = {"dtype": "F32", "shape": sizes, "data_offsets": [begin, end]}
        begin = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    parts = [struct.pack("<Q", len(text)), text]
    for _, rows in tensors.values():
        parts += rows
    return b"".join(parts)


def configuration(shape, name):
    return {
        "name": name,
        "block_size": shape.length,
        "vocab_size": shape.vocabulary,
        "padded_vocab_size": shape.vocabulary,
        "n_layer": shape.layers,
        "n_head": shape.heads,
        "n_embd": shape.width,
        "n_query_groups": shape.groups,
        "intermediate_size": shape.inner,
        "rotary_percentage": 1.0,
        "parallel_residual": False,
        "shared_attention_norm": False,
        "bias": False,
        "_norm_class": "RMSNorm",
        "norm_eps": 1e-5,
        "_mlp_class": "LLaMAMLP",
        "condense_ratio": 1,
        "x_model_type": "arm",
        "rope_tables": "f32",
    }


def replace_file(path, content):
    """Never leaves half a file under the final name."""
    with open(path + ".part", "wb") as file:
        file.write(content)
    os.replace(path + ".part", path)


def convert(model, folder):
    reader = Reader(model)
    shape = Shape(reader)
    tensors = read_tensors(reader, shape)
    name = os.path.splitext(os.path.basename(model))[0]
    os.makedirs(folder, exist_ok=True)
    replace_file(os.path.join(folder, "model.safetensors"), safetensors(tensors))
    config = json.dumps(configuration(shape, name), indent=1) + "\n"
    replace_file(os.path.join(folder, "config.json"), config.encode())


def read_pieces(path):
    """llama2.c's tokenizer.bin: the longest piece's length, then (score, length, bytes) each."""
    reader = Reader(path)
    reader.take(4)
    pieces = []
    while not reader.at_end():
        reader.take(FLOAT_BYTES)
        pieces.append(reader.take(reader.integers(1)[0]))
    return pieces


def is_byte(piece):
    return len(piece) == 6 and piece.startswith(b"<0x") and piece.endswith(b">")


def decode(ids, pieces):
    """The space that begins the first word behind BOS is dropped; <0x..> pieces are bytes."""
    text, before = b"", None
    for token in ids:
        if not 0 <= token < len(pieces):
            raise ConversionError(f"id {token} is outside the tokenizer's 0..{len(pieces) - 1}")
        piece = pieces[token]
        if before == BOS and piece.startswith(b" "):
            piece = piece[1:]
        if is_byte(piece):
            piece = bytes([int(piece[3:5], 16)])
        if token != BOS:
            text += piece
        before = token
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--decode", metavar="TOKENIZER.bin",
                        help="decode the ids on standard input instead of converting")
    parser.add_argument("model", nargs="?", metavar="MODEL.bin")
    parser.add_argument("folder", nargs="?", metavar="DIR")
    arguments = parser.parse_args()
    try:
        if arguments.decode:
            ids = [int(word) for word in sys.stdin.read().split()]
            sys.stdout.buffer.write(decode(ids, read_pieces(arguments.decode)))
        elif arguments.model and arguments.folder:
            convert(arguments.model, arguments.folder)
        else:
            parser.error("wanted MODEL.bin and DIR, or --decode TOKENIZER.bin")
    except (ConversionError, ValueError, OSError) as error:
        sys.exit(f"convert_llama2c.py: {error}")


if __name__ == "__main__":
    main()
