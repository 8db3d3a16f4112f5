"""Holds our tokenizers against pip's: tokenizer_peer_test.py DUMP_TOKENS [--long] [--only NAME] [--lines N]

needs: pip install tokenizers==0.22.2, or the 0.23 that newer packages bring along
Four tokenizers, of GPT-2, Qwen 3 and SmolLM2 where their files are, and one like Llama 3's that is
trained here, are asked 100,000 lines, most of them those of tokenizer_lines.py; with --long a million lines each:
every code point in four surroundings, all texts of the shared data, and random texts with added
tokens. Some thirty small ones of every other kind are asked fewer. Ids and decoded texts must be
equal; what may differ is listed in docs/tokenizers.md and below.
"""
import argparse
import gzip
import io
import itertools
import json
import pathlib
import random
import subprocess
import sys
import tarfile
import tempfile
import time

try:
    import tokenizers
except ImportError:
    print("SKIPPED: no package tokenizers")
    sys.exit(77)

import tokenizer_files as files
import tokenizer_kinds as kinds
import tokenizer_lines as made
import tokenizer_trained as trained
from tokenizers import Tokenizer

LONG_LINES = 1_000_000
AT_ONCE = 25_000  # lines that are in memory together
# Digits asks Rust's standard library, of Unicode 17.0; ours are of 16.0.
YOUNG_NUMBERS = set(range(0x11DE0, 0x11DEA)) | set(range(0x16FF4, 0x16FF7))


def code_point_texts(count):
    """Each code point in four surroundings, `count` of them in a text."""
    for first in range(0, len(made.CODE_POINTS), count):
        yield from made.surrounded([chr(c) for c in made.CODE_POINTS[first:first + count]])


def strings_in(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings_in(part)


def texts_of(name, content):
    """The texts of a file: every string of JSON lines, else its lines."""
    text = content.decode(errors="replace")
    for line in text.split("\n"):
        if ".json" in name and line[:1] in "{[":
            try:
                yield from strings_in(json.loads(line))
                continue
            except ValueError:
                pass
        yield line


def shared_texts():
    """All texts of the shared data, each once and cut where it is very long."""
    found = {}
    for path in sorted((files.SHARED / "data").rglob("*")):
        if not path.is_file() or {"models", "tokenizers"} & set(path.parts):
            continue
        content = path.read_bytes()
        if path.name.endswith(".tar.gz"):
            with tarfile.open(fileobj=io.BytesIO(content)) as archive:
                parts = [(member.name, archive.extractfile(member).read()) for member in archive if member.isfile()]
        else:
            parts = [(path.name, gzip.decompress(content) if path.suffix == ".gz" else content)]
        for name, part in parts:
            found.update((text[:4000], None) for text in texts_of(name, part))
    return list(found)


def in_parts(rows):
    rows = iter(rows)
    while part := list(itertools.islice(rows, AT_ONCE)):
        yield part


class Comparison:
    """Asks a program and the library the same, and counts."""

    def __init__(self, program):
        self.program = program
        self.answers = self.differences = self.excused = 0

    def ours(self, path, jobs):
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as taken:  # faster than pipes
            given.writelines(json.dumps(job).encode() + b"\n" for job in jobs)
            given.seek(0)
            run = subprocess.run([self.program, str(path)], stdin=given, stdout=taken, stderr=subprocess.PIPE)
            if run.returncode:
                sys.exit(f"tokenizer_peer_test: {path}: {run.stderr.decode()}")
            taken.seek(0)
            answers = [json.loads(line) for line in taken]
        if len(answers) != len(jobs):
            sys.exit(f"tokenizer_peer_test: {path}: wanted {len(jobs)} answers, got {len(answers)}")
        return answers

    def check(self, name, path, jobs, wanted, excuse=lambda job: False):
        wrong = [(job, got, want) for job, got, want in zip(jobs, self.ours(path, jobs), wanted) if got != want]
        excused = [one for one in wrong if excuse(one[0])]
        real = [one for one in wrong if not excuse(one[0])]
        for job, got, want in real[:3]:
            print(f"{name}: {job}: wanted {want}, got {got}", file=sys.stderr)
        self.answers += len(jobs)
        self.differences += len(real)
        self.excused += len(excused)

    def ask(self, name, path, tokenizer, texts, rows):
        """Texts to ids; these ids and other rows of ids to texts, with and without special tokens."""
        ids = [encoding.ids for encoding in tokenizer.encode_batch_fast(texts)]
        rows = list(filter(decodes_alike(tokenizer), ids + rows))
        some = rows[::4]
        jobs = [["encode", text] for text in texts] + [["decode_all", row] for row in rows] + [["decode", row] for row in some]
        wanted = ids + tokenizer.decode_batch(rows, skip_special_tokens=False) + tokenizer.decode_batch(some, skip_special_tokens=True)
        asks_rust = '"Digits"' in tokenizer.to_str()
        self.check(name, path, jobs, wanted, lambda job: asks_rust and job[0] == "encode" and any(ord(c) in YOUNG_NUMBERS for c in job[1]))

    def tokenizer(self, name, path, tokenizer, texts):
        start = time.monotonic()
        lines = 0
        odd = made.odd_rows(1000, tokenizer.get_vocab_size())
        for part in in_parts(texts):
            self.ask(name, path, tokenizer, part, odd)
            lines += len(part)
            odd = []
        print(f"{name}: {lines} lines in {time.monotonic() - start:.0f} s, {self.differences} differences so far, {self.excused} excused", flush=True)


def decodes_alike(tokenizer):
    """Whether a row of ids has one decoding: 0.23 shows added tokens that are normalised in another way."""
    normalised = {i for i, token in tokenizer.get_added_tokens_decoder().items() if token.normalized}
    return lambda row: tokenizers.__version__ == "0.22.2" or normalised.isdisjoint(row)


def ordinary_texts():
    """A hundred thousand lines: the recorded ones, with others in the place of most lines of code points that are unassigned or private."""
    composer = made.Composer(20261129)
    lines = made.lines()
    for i in range(made.RARE_FROM, made.RARE_FROM + made.RARE_LINES):
        if i % 32 >= 4:
            lines[i] = composer.line().encode()
    return [line.decode(errors="replace") for line in lines]


def long_texts(real):
    """A million lines."""
    source = random.Random(20261129)
    composer = made.Composer(20261129)
    lines = itertools.chain(code_point_texts(7), real, (trained.random_text(source) if i % 2 else composer.line() for i in itertools.count()))
    return itertools.islice(lines, LONG_LINES)


def small_ones(real):
    """By name what makes a small tokenizer: trained ones of every kind, the first like Llama 3's, and those of one step, flag or field each."""
    source = random.Random(20261129)
    training = [trained.random_text(source) for _ in range(1000)] + [text[:200] for text in real[::max(1, len(real) // 1000)]]
    one_step = {f"kind: {kind}": lambda spec=spec: Tokenizer.from_str(json.dumps(spec)) for kind, spec, _ in kinds.kinds()}
    return trained.small_tokenizers(training) | one_step


def stored(folder, tokenizer):
    """@return a new file of the tokenizer, and itself"""
    path = folder / f"{len(list(folder.iterdir()))}.json"
    path.write_text(tokenizer.to_str(), encoding="utf-8")
    return path, tokenizer


def ask_large(comparison, folder, llama3, texts, options):
    large = {"like Llama 3's": stored(folder, llama3), "GPT-2": files.gpt2(), "Qwen 3": files.qwen3(folder), "SmolLM2": files.smollm2()}
    for name, found in large.items():
        if options.only and options.only != name:
            continue
        if found:
            comparison.tokenizer(name, *found, texts())
        else:
            print(f"{name}: its files are not there")


def ask_small(comparison, folder, small, real, options):
    source = random.Random(20)
    randoms = [trained.random_text(source) for _ in range(5000)] + real[::max(1, len(real) // 1000)]
    for name, make in small.items():
        few = name.startswith("kind: ")
        texts = randoms[::5] if few else randoms + list(itertools.islice(code_point_texts(24), 0, None, 16))
        comparison.tokenizer(name, *stored(folder, make()), texts[::max(1, len(texts) // options.lines)])


def main():
    if tokenizers.__version__ != "0.22.2" and not tokenizers.__version__.startswith("0.23."):
        print(f"SKIPPED: wanted tokenizers 0.22.2 or 0.23, got {tokenizers.__version__}")
        sys.exit(77)
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only", help="one of: like Llama 3's, GPT-2, Qwen 3, SmolLM2")
    parser.add_argument("--lines", type=int, default=LONG_LINES, help="for a quick look: this many of the lines, taken evenly")
    options = parser.parse_args()
    comparison = Comparison(options.program)
    real = shared_texts()
    print(f"{len(real)} texts in the shared data", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        small = small_ones(real)
        llama3 = small.pop("llama3")()
        if options.long:
            ask_large(comparison, folder, llama3, lambda: long_texts(real), options)
        else:
            lines = ordinary_texts()
            lines = lines[::max(1, len(lines) // options.lines)]
            ask_large(comparison, folder, llama3, lambda: lines, options)
            if not options.only:
                ask_small(comparison, folder, small, real, options)
    if comparison.differences:
        sys.exit(f"tokenizer_peer_test: {comparison.differences} of {comparison.answers} answers differ")
    print(f"{comparison.answers} answers are those of tokenizers {tokenizers.__version__}, {comparison.excused} of them but for a reason that is listed")


main()
