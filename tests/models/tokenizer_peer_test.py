"""Holds our tokenizers against pip's: tokenizer_peer_test.py DUMP_TOKENS

needs: pip install tokenizers==0.22.2, or the 0.23 that newer packages bring along
Every code point in four surroundings, added tokens in texts, texts of the shared data, and random
texts, through tokenizers that are trained or put together here, and through published ones where the
shared data lies beside the tree. Ids and decoded texts must be equal; what may differ is listed in
docs/tokenizers.md and below.
"""
import gzip
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

try:
    import tokenizers
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
except ImportError:
    print("SKIPPED: no package tokenizers")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("SMDM_SHARED", ROOT.parent / "shared"))
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN = LLAMA3.replace("{1,3}", "")
O200K = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
DEEPSEEK = r"[!-/:-~]?[A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
BLOCK = 24  # code points a line
# Digits asks Rust's standard library, of Unicode 17.0; ours are of 16.0.
YOUNG_NUMBERS = set(range(0x11DE0, 0x11DEA)) | set(range(0x16FF4, 0x16FF7))
ALPHABET = (list("abcdefgstmlvrd'’ſK  \t\n\r\x0b\x85\xa0\u3000\u200b0123456789½²Ⅷ٣.,!?-_()[]{}<>|/#@\"")
            + list("éÉßñçłжЖяαΩאبहिन्दी漢字かなハングル각ᄀ각e\u0301\u0323\u0327😀👍🏽\u200d\ufe0f\x00\x1c▁Ġ×") + ["\U0001F1E9", "\U00020000"])


def spec(**parts):
    """A tokenizer.json whose model is trained elsewhere."""
    whole = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
             "pre_tokenizer": None, "post_processor": None, "decoder": None}
    whole.update(parts)
    return whole


def split(pattern, behavior="isolated", invert=False):
    return pre_tokenizers.Split(Regex(pattern), behavior, invert)


def byte_level(*front):
    return pre_tokenizers.Sequence([*front, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def trained(texts, normalizer, cutter, decoder, model=None, alphabet=(), added=(), post=None, size=1500):
    tokenizer = Tokenizer(model or models.BPE())
    if normalizer:
        tokenizer.normalizer = normalizer
    if cutter:
        tokenizer.pre_tokenizer = cutter
    if decoder:
        tokenizer.decoder = decoder
    special = ["<|begin|>", "<|end|>"] + (["<unk>"] if model and model.unk_token else [])
    special += [f"<0x{b:02X}>" for b in range(256)] if model and model.byte_fallback else []
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=list(alphabet), special_tokens=special, show_progress=False))
    tokenizer.add_tokens(list(added))
    if post:
        tokenizer.post_processor = post
    return tokenizer


def added_tokens():
    return [AddedToken("<mask>", lstrip=True, normalized=False, special=True), AddedToken("<tag>", rstrip=True, normalized=False),
            AddedToken("zephyr", single_word=True, normalized=False), AddedToken("<tool>", normalized=False),
            AddedToken("<tool>x", normalized=False, special=True), AddedToken("[X]", normalized=True),
            AddedToken(" lead", normalized=True, lstrip=True, rstrip=True), AddedToken("é", single_word=True, normalized=True)]


def template():
    return processors.TemplateProcessing(single="<|begin|> $A <|end|>", special_tokens=[("<|begin|>", 0), ("<|end|>", 1)])


def small_tokenizers(texts):
    """By name: tokenizers of every kind that is known."""
    level = pre_tokenizers.ByteLevel.alphabet()
    bytes_back = decoders.ByteLevel()
    fallback = lambda **flags: models.BPE(byte_fallback=True, unk_token="<unk>", **flags)
    llama2 = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    spaces = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    make = lambda *args, **more: trained(texts, *args, **more)
    bytewise = lambda normalizer, cutter, **more: make(normalizer, cutter, bytes_back, alphabet=level, **more)
    found = {
        "llama3": bytewise(None, byte_level(split(LLAMA3)), model=models.BPE(ignore_merges=True), added=added_tokens(),
                           post=processors.Sequence([processors.ByteLevel(trim_offsets=False), template()])),
        "gpt2": bytewise(None, pre_tokenizers.ByteLevel(add_prefix_space=True), added=added_tokens()),
        "qwen": bytewise(normalizers.NFC(), byte_level(split(QWEN)), added=added_tokens()),
        "o200k": bytewise(None, byte_level(split(O200K))),
        "deepseek": bytewise(normalizers.Sequence([]), byte_level(split(r"\p{N}{1,3}"), split("[一-龥぀-ゟ゠-ヿ]+"), split(DEEPSEEK))),
        "digits": bytewise(None, pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
                                                          pre_tokenizers.ByteLevel(add_prefix_space=False)])),
        "runs": bytewise(normalizers.Strip(left=True, right=False),
                         pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=False),
                                                  pre_tokenizers.ByteLevel(add_prefix_space=True)])),
        "middle": bytewise(None, pre_tokenizers.Sequence([pre_tokenizers.ByteLevel(add_prefix_space=False), split("[0-9]Ġ*")])),
        "llama2": make(spaces, None, llama2, model=fallback(fuse_unk=True), added=added_tokens(), post=template()),
        "metaspace": make(None, pre_tokenizers.Metaspace("▁", "first", True), decoders.Metaspace("▁", "first", True),
                          model=fallback(), added=added_tokens()),
        "always": make(normalizers.Replace(Regex(r"\s{2,}"), " "), pre_tokenizers.Metaspace("▁", "always", False),
                       decoders.Sequence([decoders.Metaspace("▁", "always", False), decoders.Strip("s", 2, 0)]),
                       model=models.BPE(unk_token="<unk>", fuse_unk=True), added=added_tokens()),
        "strip first": make(normalizers.Sequence([normalizers.Replace("'", ""), normalizers.Strip(), normalizers.Replace("a", "bb")]),
                            pre_tokenizers.Metaspace("▁", "first", True), None, model=models.BPE(unk_token="<unk>"), added=added_tokens()),
        "word": make(None, split(r"\w+|\W"), decoders.Fuse(), model=models.BPE(unk_token="<unk>")),
        "empty matches": make(normalizers.Replace(Regex(r"x*(?=\d)"), "_"), split(r"\d*(?!\s)", "contiguous"), None),
    }
    for behavior in ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]:
        for invert in [False, True]:
            found[f"{behavior} {invert}"] = make(None, split(r"[\s,.]|ab?", behavior, invert), decoders.Fuse(), model=models.BPE(unk_token="<unk>"))
    found["string"] = make(None, pre_tokenizers.Split("a.", "merged_with_next"), decoders.Fuse(), model=models.BPE(unk_token="<unk>"))
    return found


def every_code_point():
    """Each code point at the beginning, between letters, behind a quote, and among digits and blanks."""
    for first in range(0, len(CODE_POINTS), BLOCK):
        some = [chr(c) for c in CODE_POINTS[first:first + BLOCK]]
        yield "".join(some)
        yield "".join(f"a{c}b " for c in some)
        yield "".join(f"x'{c} " for c in some)
        yield "".join(f"1{c}  {c}\n" for c in some)


def random_text(source):
    pieces = ["<mask>", "<tag>", "zephyr", "<tool>", "<tool>x", "[X]", " lead", "é", "e\u0301", "<|begin|>", "the ", " and", "ing", "'S", "'ſ", "'LL"]
    text = ""
    for _ in range(source.randint(0, 24)):
        kind = source.random()
        if kind < 0.25:
            text += source.choice(pieces)
        elif kind < 0.3:
            text += source.choice(ALPHABET) * source.randint(1, 40)
        elif kind < 0.35:
            text += chr(source.choice(CODE_POINTS))
        else:
            text += source.choice(ALPHABET)
    return text


def shared_texts():
    lines = []
    for name in ["lambada/lambada_test_plain_text.txt", "gsm8k/test.jsonl", "temporal_arxiv/2022-09.jsonl"]:
        path = SHARED / "data" / name
        if path.exists():
            lines += [line[:2000] for line in path.read_text(encoding="utf-8").split("\n")[:2000]]
    return lines


def ours(program, path, jobs):
    run = subprocess.run([program, str(path)], input="\n".join(map(json.dumps, jobs)) + "\n", capture_output=True, encoding="utf-8")
    if run.returncode:
        sys.exit(f"tokenizer_peer_test: {path}: {run.stderr}")
    answers = [json.loads(line) for line in run.stdout.split("\n")[:-1]]
    if len(answers) != len(jobs):
        sys.exit(f"tokenizer_peer_test: {path}: wanted {len(jobs)} answers, got {len(answers)}")
    return answers


def decodes_alike(tokenizer):
    """Whether a row of ids has one decoding: 0.23 shows added tokens that are normalised in another way."""
    normalised = {i for i, token in tokenizer.get_added_tokens_decoder().items() if token.normalized}
    return lambda row: tokenizers.__version__ == "0.22.2" or normalised.isdisjoint(row)


def may_differ(name, text):
    return name in ("digits", "runs") and any(ord(c) in YOUNG_NUMBERS for c in text)


def compare(program, name, path, tokenizer, texts, source):
    """@return how many answers were compared"""
    ids = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    most = tokenizer.get_vocab_size() + 2
    odd = [[source.randrange(most) for _ in range(source.randint(0, 12))] for _ in range(4000)]
    some = [row for row in ids if len(row) < 400][::3] + odd
    some = list(filter(decodes_alike(tokenizer), some))
    jobs = [["encode", text] for text in texts]
    jobs += [["decode", row] for row in some] + [["decode_all", row] for row in some]
    wanted = ids + tokenizer.decode_batch(some, skip_special_tokens=True) + tokenizer.decode_batch(some, skip_special_tokens=False)
    differences = 0
    for job, got, want in zip(jobs, ours(program, path, jobs), wanted):
        if got == want or (job[0] == "encode" and may_differ(name, job[1])):
            continue
        differences += 1
        if differences <= 3:
            print(f"{name}: {job}: wanted {want}, got {got}", file=sys.stderr)
    if differences:
        print(f"{name}: {differences} of {len(jobs)} differ", file=sys.stderr)
    return len(jobs), differences


def published(folder):
    """Tokenizers of the shared data, as (name, file, tokenizer)."""
    data = SHARED / "data" / "tokenizers"
    if (data / "qwen3" / "tokenizer.json.gz").exists():
        path = folder / "qwen3.json"
        path.write_bytes(gzip.decompress((data / "qwen3" / "tokenizer.json.gz").read_bytes()))
        yield "qwen3", path, Tokenizer.from_file(str(path))
    if (data / "gpt2" / "encoder.json").exists():
        tokenizer = Tokenizer(models.BPE.from_file(str(data / "gpt2" / "encoder.json"), str(data / "gpt2" / "vocab.bpe")))
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        tokenizer.add_special_tokens([AddedToken("<|endoftext|>", normalized=False, special=True)])
        yield "gpt2", data / "gpt2" / "encoder.json", tokenizer


def main():
    if tokenizers.__version__ != "0.22.2" and not tokenizers.__version__.startswith("0.23."):
        print(f"SKIPPED: wanted tokenizers 0.22.2 or 0.23, got {tokenizers.__version__}")
        sys.exit(77)
    source = random.Random(20261129)
    everything = list(every_code_point())
    randoms = [random_text(source) for _ in range(20000)]
    real = shared_texts()
    training = randoms[:3000] + real[:1500]
    compared = differences = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        whole = {"llama3", "qwen", "digits"}
        small = small_tokenizers(training)
        for i, (name, tokenizer) in enumerate(small.items()):
            (folder / f"{i}.json").write_text(tokenizer.to_str(), encoding="utf-8")
        cases = [(name, folder / f"{i}.json", tokenizer) for i, (name, tokenizer) in enumerate(small.items())]
        for name, path, tokenizer in cases + list(published(folder)):
            texts = randoms[:5000] + (everything + real[::4] + randoms[5000:] if name in whole else everything[::16] + real[::10])
            print(f"{name}: {len(texts)} texts", flush=True)
            count, bad = compare(sys.argv[1], name, path, tokenizer, texts, source)
            compared += count
            differences += bad
    if differences:
        sys.exit(f"tokenizer_peer_test: {differences} of {compared} answers differ")
    print(f"{compared} answers are those of tokenizers {tokenizers.__version__}")


main()
