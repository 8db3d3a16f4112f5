#!/usr/bin/env python3
"""Denoises rows as `smdm-eval bench --generation` does, in plain PyTorch, and prints its speed.

usage: tools/denoise_reference.py [--dtype f32|bf16] [--head all|masked] [sizes] [--seconds S]

One line of JSON: {"steps_per_second", "steps", "head"}. Needs the Python package `torch`. The model is that of
tools/train_reference.py, and the step what one writes first: scaled_dot_product_attention, all weights in the type
of the arithmetic; logits of every position and the likeliest token of each, of which the masked ones are kept.
`--head masked` takes logits at masked positions alone.
"""

import argparse
import json
import time

import torch
from train_reference import Model


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed of denoising in plain PyTorch.")
    parser.add_argument("--dtype", choices=("f32", "bf16"), default="f32")
    parser.add_argument("--head", choices=("all", "masked"), default="all")
    sizes = {"layers": 12, "width": 768, "heads": 12, "intermediate": 3072, "vocabulary": 32000,
             "rows": 1, "length": 256, "masked": 64, "threads": 0}
    for name, value in sizes.items():
        parser.add_argument("--" + name, type=int, default=value)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.set_defaults(backend="mdm")
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
        return torch.where(masked, model(ids, ...).argmax(-1), ids)

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
