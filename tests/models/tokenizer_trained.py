"""Small tokenizers of every kind that is known, trained here with pip's tokenizers, and random texts for them."""
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from tokenizer_lines import CODE_POINTS

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN = LLAMA3.replace("{1,3}", "")
O200K = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
DEEPSEEK = r"[!-/:-~]?[A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
ALPHABET = (list("abcdefgstmlvrd'’ſK  \t\n\r\x0b\x85\xa0\u3000\u200b0123456789½²Ⅷ٣.,!?-_()[]{}<>|/#@\"")
            + list("éÉßñçłжЖяαΩאبहिन्दी漢字かなハングル각ᄀ각e\u0301\u0323\u0327😀👍🏽\u200d\ufe0f\x00\x1c▁Ġ×") + ["\U0001F1E9", "\U00020000"])


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
    """By name: tokenizers of every kind that is known, each trained when it is called."""
    level = pre_tokenizers.ByteLevel.alphabet()
    bytes_back = decoders.ByteLevel()
    fallback = lambda **flags: models.BPE(byte_fallback=True, unk_token="<unk>", **flags)
    llama2 = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    spaces = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    make = lambda *args, **more: lambda: trained(texts, *args, **more)
    bytewise = lambda normalizer, cutter, **more: make(normalizer, cutter, bytes_back, alphabet=level, **more)
    found = {
        "llama3": bytewise(None, byte_level(split(LLAMA3)), model=models.BPE(ignore_merges=True), added=added_tokens(), size=8000,
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
    found["metaspace behind"] = make(None, pre_tokenizers.Sequence([split(r"\d", "removed"), pre_tokenizers.Metaspace("▁", "first", True)]),
                                     decoders.Metaspace("▁", "first", True), model=fallback(), added=added_tokens())
    return found


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
