#!/usr/bin/env python3
"""Trains the model of `smdm-eval bench --train` in a plain PyTorch loop and prints its speed.

usage: tools/train_reference.py [--dtype f32|bf16] [--backend mdm|arm] [sizes] [--seconds S]

One line of JSON: {"tokens_per_second", "steps", "loss"}. Needs the Python package `torch`. It is what
one writes first: modules, scaled_dot_product_attention, autocast, AdamW, clipping; the head on every
position with a loss.
"""

import argparse
import json
import time

import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, width: int, heads: int, intermediate: int, causal: bool):
        super().__init__()
        self.heads = heads
        self.causal = causal
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
        attended = F.scaled_dot_product_attention(query, key, value, is_causal=self.causal)
        x = x + self.proj(attended.transpose(1, 2).reshape(rows, length, width))
        normed = self.norm_2(x)
        return x + self.w3(F.silu(self.w1(normed)) * self.w2(normed))


def rotated(x, cosine, sine):
    first, second = x.chunk(2, -1)
    turned = torch.cat((first * cosine - second * sine, first * sine + second * cosine), -1)
    return turned.to(x.dtype)


class Model(nn.Module):
    def __init__(self, args: argparse.Namespace):
        super().__init__()
        causal = args.backend == "arm"
        self.wte = nn.Embedding(args.vocabulary + (not causal), args.width)
        self.blocks = nn.ModuleList(
            Block(args.width, args.heads, args.intermediate, causal) for _ in range(args.layers)
        )
        self.norm = nn.RMSNorm(args.width, eps=1e-5)
        self.head = nn.Linear(args.width, args.vocabulary, bias=False)
        size = args.width // args.heads
        angles = torch.outer(
            torch.arange(args.length), 10000.0 ** (-torch.arange(0, size, 2) / size)
        )
        self.register_buffer("cosine", angles.cos())
        self.register_buffer("sine", angles.sin())

    def forward(self, ids, chosen):
        x = self.wte(ids)
        for block in self.blocks:
            x = block(x, self.cosine, self.sine)
        return self.head(self.norm(x)[chosen])


def loss_of(model: Model, ids: torch.Tensor, args: argparse.Namespace) -> torch.Tensor:
    if args.backend == "arm":
        chosen = torch.ones_like(ids, dtype=torch.bool)
        chosen[:, -1] = False
        logits = model(ids, chosen)
        return F.cross_entropy(logits.float(), ids[:, 1:].reshape(-1))
    probability = (1 - 1e-3) * torch.rand(ids.shape[0], 1) + 1e-3
    probability = probability.expand_as(ids)
    chosen = torch.rand(ids.shape) < probability
    logits = model(torch.where(chosen, args.vocabulary, ids), chosen)
    losses = F.cross_entropy(logits.float(), ids[chosen], reduction="none") / probability[chosen]
    return losses.sum() / ids.numel()


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed of training in a plain PyTorch loop.")
    parser.add_argument("--dtype", choices=("f32", "bf16"), default="f32")
    parser.add_argument("--backend", choices=("mdm", "arm"), default="mdm")
    sizes = {"layers": 4, "width": 192, "heads": 4, "intermediate": 512, "vocabulary": 320,
             "rows": 128, "length": 96, "threads": 0}
    for name, value in sizes.items():
        parser.add_argument("--" + name, type=int, default=value)
    parser.add_argument("--seconds", type=float, default=10.0)
    args = parser.parse_args()
    if args.threads > 0:
        torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    model = Model(args)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-4, betas=(0.9, 0.95), weight_decay=0.1)
    autocast = torch.autocast("cpu", torch.bfloat16, enabled=args.dtype == "bf16")

    def step() -> float:
        ids = torch.randint(args.vocabulary, (args.rows, args.length))
        with autocast:
            loss = loss_of(model, ids, args)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss.item()

    step()  # warm-up
    begin = time.monotonic()
    steps = 0
    while True:
        loss = step()
        steps += 1
        elapsed = time.monotonic() - begin
        if elapsed >= args.seconds:
            break
    tokens = steps * args.rows * args.length
    print(json.dumps({"tokens_per_second": tokens / elapsed, "steps": steps, "loss": loss}))


if __name__ == "__main__":
    main()
