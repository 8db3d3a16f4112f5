#!/usr/bin/env python3
"""Denoises rows as `smdm-eval bench --generation` does, in plain PyTorch, and prints its speed.

usage: tools/denoise_reference.py [--dtype f32|bf16] [--head all|masked] [sizes] [--seconds S]

One line of JSON: {"steps_per_second", "steps", "head"}. Needs the Python package `torch`. It is what one
writes first: modules, scaled_dot_product_attention, all weights in the type of the arithmetic; logits of every position
and the likeliest token of each, of which the masked ones are kept. `--head masked` takes logits at masked positions alone.
"""

import argparse
import json
import time

import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, width: int, heads: int, intermediate: int):
        super().__init__()
        self.heads = heads
        self.norm_1 = nn.RMSNorm(width, eps=1e-5)
        self.attn = nn.Linear(width, 3 * width, bias=False)
        self.proj = nn.Linear(width, width, bias=False)
        self.norm_2 = nn.RMSNorm(width, eps=1e-5)
        self.w1 = nn.Linear(width, intermediate, bias=False)
        self.w2 = nn.Linear(width, intermediate, bias=False)
        self.w3 = nn.Linear(intermediate, width, bias=False)

    def forward(self, x, cosine, sine):
        rows, length, width = x.shape
        qkv = self.attn(self.norm_1(x)).view(rows, length, 3, self.heads, -1)
        query, key, value = (part.transpose(1, 2) for part in qkv.unbind(2))
        query, key = rotated(query, cosine, sine), rotated(key, cosine, sine)
        attended = F.scaled_dot_product_attention(query, key, value)
        x = x + self.proj(attended.transpose(1, 2).reshape(rows, length, width))
        normed = self.norm_2(x)
        return x + self.w3(F.silu(self.w1(normed)) * self.w2(normed))


def rotated(x, cosine, sine):
    first, second = x.chunk(2, -1)
    return torch.cat((first * cosine - second * sine, first * sine + second * cosine), -1)


class Model(nn.Module):
    def __init__(self, args: argparse.Namespace):
        super().__init__()
        self.wte = nn.Embedding(args.vocabulary + 1, args.width)
        self.blocks = nn.ModuleList(
            Block(args.width, args.heads, args.intermediate) for _ in range(args.layers)
        )
        self.norm = nn.RMSNorm(args.width, eps=1e-5)
        self.head = nn.Linear(args.width, args.vocabulary, bias=False)
        size = args.width // args.heads
        angles = torch.outer(
            torch.arange(args.length), 10000.0 ** (-torch.arange(0, size, 2) / size)
        )
        self.register_buffer("cosine", angles.cos())
        self.register_buffer("sine", angles.sin())

    def forward(self, ids, chosen=None):
        x = self.wte(ids)
        for block in self.blocks:
            x = block(x, self.cosine, self.sine)
        x = self.norm(x)
        return self.head(x if chosen is None else x[chosen])


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed of denoising in plain PyTorch.")
    parser.add_argument("--dtype", choices=("f32", "bf16"), default="f32")
    parser.add_argument("--head", choices=("all", "masked"), default="all")
    sizes = {"layers": 12, "width": 768, "heads": 12, "intermediate": 3072, "vocabulary": 32000,
             "rows": 1, "length": 256, "masked": 64, "threads": 0}
    for name, value in sizes.items():
        parser.add_argument("--" + name, type=int, default=value)
    parser.add_argument("--seconds", type=float, default=10.0)
    args = parser.parse_args()
    if args.threads > 0:
        torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    model = Model(args).eval().to(torch.bfloat16 if args.dtype == "bf16" else torch.float32)
    ids = torch.randint(args.vocabulary, (args.rows, args.length))
    ids[:, args.length - args.masked:] = args.vocabulary
    masked = ids == args.vocabulary

    @torch.inference_mode()
    def step() -> torch.Tensor:
        if args.head == "masked":
            chosen = ids.clone()
            chosen[masked] = model(ids, masked).argmax(-1)
            return chosen
        return torch.where(masked, model(ids).argmax(-1), ids)

    step()  # warm-up
    begin = time.monotonic()
    steps = 0
    while True:
        step()
        steps += 1
        elapsed = time.monotonic() - begin
        if elapsed >= args.seconds:
            break
    print(json.dumps({"steps_per_second": steps / elapsed, "steps": steps, "head": args.head}))


if __name__ == "__main__":
    main()
