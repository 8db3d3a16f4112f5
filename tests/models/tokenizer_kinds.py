"""One small tokenizer for each kind of step, flag and field that tokenizer.json may have.

tools/record-tokenizer-lines records what the library makes of TEXTS with each of them, as
tests/golden/tokenizers/kinds.jsonl. Every kind has a plain one beside it that lacks it, and is there
only if the two differ somewhere.
"""
LETTERS = list("abcdefgxyzAB0129²Ⅷ .,'!_▁\n\té中") + ["e\u0301", "\u0301", "\u00a0", "\U0001F600"]
WORDS = ["ab", "abc", "bc", "de", "xy", "12", "▁a", "▁ab", " a", "aa", "aaa", "cd", "abcd"]
MERGES = [["a", "b"], ["b", "c"], ["d", "e"], ["ab", "c"], ["x", "y"], ["1", "2"], ["▁", "a"], ["▁", "ab"], [" ", "a"], ["a", "a"], ["aa", "a"]]
TEXTS = ["", "abc abcd", "  ab  c ", "a", "aaaaa", "abcxy12 0129 x²Ⅷ9", "it's e\u0301é\u0301 ABba", "a,b.c!!,x..y", "\n\tab\n\n c\u00a0d ", "▁ab▁▁x y▁", "q中\U0001F600zQ",
         "é中q\U0001F600 ab", "<m> x<m>y <m>\t<t> a ab<t>b", "axxb ax b", "ab12'a 9'9", "x a", "ABba A", "a a", "abcd"]


def byte_letters():
    """The alphabet in which byte-level vocabularies are written."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    strange = [b for b in range(256) if b not in plain]
    return {**{b: chr(b) for b in plain}, **{b: chr(256 + i) for i, b in enumerate(strange)}}


def model(tokens, merges, **fields):
    whole = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
             "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
             "vocab": {token: i for i, token in enumerate(dict.fromkeys(tokens))}, "merges": merges}
    return {**whole, **fields}


def letters(extra=(), merges=MERGES, **fields):
    return model([*LETTERS, *WORDS, *extra], merges, **fields)


def byte_level(extra=(), **fields):
    alphabet = byte_letters()
    space = alphabet[ord(" ")]
    merges = [["a", "b"], [space, "a"], [space, "ab"], ["1", "2"], [alphabet[0xC3], alphabet[0xA9]], [space, space]]
    return model([*alphabet.values(), *("".join(pair) for pair in merges), *extra], merges, **fields)


def added(start, *tokens):
    """Added tokens as (content, flags)."""
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    return [{"id": start + i, "content": content, **flags, **given} for i, (content, given) in enumerate(tokens)]


def spec(the_model=None, **parts):
    whole = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None, "pre_tokenizer": None,
             "post_processor": None, "decoder": {"type": "Fuse"}, "model": the_model or letters()}
    return {**whole, **parts}


def split(pattern, behavior, invert=False, kind="Regex"):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def steps(field, *of):
    return {"type": "Sequence", field: list(of)}


def replace(pattern, content, kind="String"):
    return {"type": "Replace", "pattern": {kind: pattern}, "content": content}


def metaspace(scheme, cut=True):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": cut}


def level(prefix, regex):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}


def template(*names):
    parts = [{"Sequence": {"id": "A", "type_id": 0}} if name == "A" else {"SpecialToken": {"id": name, "type_id": 0}} for name in names]
    ids = {"abc": [LETTERS.index("a")], "x": [2, 1]}
    tokens = {name: {"id": name, "ids": ids[name], "tokens": ["t"] * len(ids[name])} for name in names if name != "A"}
    return {"type": "TemplateProcessing", "single": parts, "pair": [], "special_tokens": tokens}


def strip(left, right):
    return {"type": "Strip", "strip_left": left, "strip_right": right}


def cut_off(content, start, stop):
    return {"type": "Strip", "content": content, "start": start, "stop": stop}


FALLBACK = [f"<0x{b:02X}>" for b in range(256)]
PREPEND = {"type": "Prepend", "prepend": "▁"}
NFC = {"type": "NFC"}


def normalizers():
    strict = spec()
    for name, normalizer in {
            "NFC": NFC, "Replace a text": replace("a", "x"), "Replace by nothing": replace(" ", ""), "Replace a pattern": replace(r"\s+", "▁", "Regex"),
            "Replace what is empty": replace(r"x*(?=\d)", "_", "Regex"), "Prepend": PREPEND, "Strip": strip(True, True),
            "Sequence of normalizers": steps("normalizers", strip(True, False), replace("a", "bb"), replace("bbb", "c"), PREPEND)}.items():
        yield name, spec(normalizer=normalizer), strict
    yield "Strip on the left alone", spec(normalizer=strip(True, False)), spec(normalizer=strip(True, True))
    yield "Strip on the right alone", spec(normalizer=strip(False, True)), spec(normalizer=strip(True, True))


def pre_tokenizers():
    plain = spec()
    for behavior in ("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"):
        for invert in (False, True):
            yield f"Split {behavior}{', inverted' if invert else ''}", spec(pre_tokenizer=split(r"[\s,.]|ab?", behavior, invert)), plain
    yield "Split at a text", spec(pre_tokenizer=split("b", "MergedWithPrevious", kind="String")), plain
    yield "Digits each alone", spec(pre_tokenizer={"type": "Digits", "individual_digits": True}), plain
    yield "Digits together", spec(pre_tokenizer={"type": "Digits", "individual_digits": False}), spec(pre_tokenizer={"type": "Digits", "individual_digits": True})
    bare = spec(byte_level(), pre_tokenizer=level(False, False), decoder=level(True, True))
    yield "ByteLevel", bare, plain
    yield "ByteLevel with its pattern", {**bare, "pre_tokenizer": level(False, True), "model": byte_level(ignore_merges=True)}, {**bare, "model": byte_level(ignore_merges=True)}
    yield "ByteLevel with a blank in front", {**bare, "pre_tokenizer": level(True, False)}, bare
    yield "ByteLevel with both", {**bare, "pre_tokenizer": level(True, True)}, bare
    yield "Digits, then ByteLevel", {**bare, "pre_tokenizer": steps("pretokenizers", {"type": "Digits", "individual_digits": True}, level(False, True))}, bare
    yield "ByteLevel, then Split", {**bare, "pre_tokenizer": steps("pretokenizers", level(False, False), split("[0-9]Ġ*", "Isolated"))}, bare
    for scheme, other in (("always", "never"), ("first", "always"), ("never", "first")):
        for cut in (True, False):
            added_tokens = added(len(letters()["vocab"]), ("<m>", {}), ("<t>", {}))
            make = lambda one, with_cut: spec(added_tokens=added_tokens, pre_tokenizer=metaspace(one, with_cut), decoder=metaspace(one, with_cut))
            yield f"Metaspace {scheme}{'' if cut else ', not cut'}", make(scheme, cut), make(other, cut)
    words = letters(["a▁a"], ignore_merges=True)
    yield "Metaspace that cuts", spec(words, pre_tokenizer=metaspace("never", True)), spec(words, pre_tokenizer=metaspace("never", False))
    behind = lambda scheme: spec(pre_tokenizer=steps("pretokenizers", split("[ax]", "Removed"), metaspace(scheme)))
    yield "Metaspace first behind Split", behind("first"), behind("always")
    yield "Metaspace behind Split, against never", behind("first"), behind("never")


def models():
    plain = spec()
    yield "unk_token", spec(letters(["<unk>"], unk_token="<unk>")), plain
    yield "fuse_unk", spec(letters(["<unk>"], unk_token="<unk>", fuse_unk=True)), spec(letters(["<unk>"], unk_token="<unk>"))
    fallback = lambda **fields: spec(letters([*FALLBACK, "<unk>"], **fields))
    yield "byte_fallback", fallback(byte_fallback=True), fallback()
    some = [token for token in FALLBACK if token not in ("<0xE4>", "<0xF0>")]
    yield "byte_fallback without all bytes", spec(letters([*some, "<unk>"], byte_fallback=True, unk_token="<unk>", fuse_unk=True)), fallback(byte_fallback=True)
    yield "ignore_merges", spec(letters(ignore_merges=True)), plain
    yield "ignore_merges over bytes", spec(byte_level(["abcd"], ignore_merges=True), pre_tokenizer=level(False, True), decoder=level(True, True)), \
        spec(byte_level(["abcd"]), pre_tokenizer=level(False, True), decoder=level(True, True))
    yield "merges as texts", spec(letters(merges=["#version: 0.2", *(" ".join(pair) for pair in MERGES if pair != [" ", "a"])])), spec(letters(merges=[]))
    yield "the order of merges", spec(letters(merges=MERGES[::-1])), plain
    yield "a merge that comes twice", spec(letters(merges=[*MERGES, MERGES[0]])), plain
    yield "byte_fallback behind ByteLevel", spec(letters(FALLBACK, byte_fallback=True), pre_tokenizer=level(False, True)), spec(letters(FALLBACK, byte_fallback=True))


def post_processors():
    plain = spec()
    yield "TemplateProcessing in front", spec(post_processor=template("abc", "A")), plain
    yield "TemplateProcessing on both sides, several ids", spec(post_processor=template("abc", "x", "A", "x")), spec(post_processor=template("abc", "A"))
    yield "Sequence of post-processors", spec(post_processor=steps("processors", level(True, True), template("A", "x"))), plain


def decoder_kinds():
    plain = spec()
    for name, decoder in {
            "no decoder": None, "decoder Replace": replace("a", "xx"), "decoder Replace of a pattern": replace(r"[ab]+|\s", "_", "Regex"),
            "decoder Metaspace, always": metaspace("always"), "decoder Metaspace, never": metaspace("never"),
            "decoder Strip in front": cut_off("a", 2, 0), "decoder Sequence": steps("decoders", replace("▁", " "), {"type": "Fuse"}, cut_off(" ", 1, 0))}.items():
        yield name, spec(decoder=decoder), plain
    yield "decoder Strip behind", spec(decoder=cut_off("b", 0, 1)), plain
    yield "decoder Fuse", spec(decoder=steps("decoders", {"type": "Fuse"}, cut_off("a", 1, 0))), spec(decoder=cut_off("a", 1, 0))
    back = lambda *of: spec(letters(FALLBACK, byte_fallback=True), decoder=steps("decoders", *of))
    yield "decoder ByteFallback", back({"type": "ByteFallback"}, {"type": "Fuse"}), back({"type": "Fuse"})
    yield "decoder ByteLevel", spec(byte_level(), pre_tokenizer=level(False, True), decoder=level(False, False)), spec(byte_level(), pre_tokenizer=level(False, True))


def added_kinds():
    start = len(letters()["vocab"])
    make = lambda flags, other=None, **parts: spec(added_tokens=added(start, ("<m>", flags), ("<t>", other or {})), **parts)
    plain = make({})
    yield "added tokens", plain, spec()
    for flag in ("special", "lstrip", "rstrip", "single_word"):
        yield f"an added token with {flag}", make({flag: True}), plain
    ids = plain["model"]["vocab"]
    words = lambda flags: spec(added_tokens=[*added(ids["x"], ("x", flags)), *added(ids["ab"], ("ab", flags))])
    yield "words as added tokens", words({}), spec()
    yield "words as added tokens with single_word", words({"single_word": True}), words({})
    upper = lambda flags: spec(added_tokens=added(start, ("Ab", flags), ("<m>", {})), normalizer=steps("normalizers", replace("A", "a"), replace("B", "b")))
    yield "an added token that is looked for in the normalised text", upper({"normalized": True}), upper({})
    longest = spec(added_tokens=added(start, ("<m", {}), ("<m>", {}), ("<m>y", {"special": True})))
    yield "the longest added token", longest, plain
    known = spec(added_tokens=added(ids["abc"], ("abc", {"special": True})))
    yield "an added token of the vocabulary", known, spec()


def kinds():
    """(name, the tokenizer, the plain one beside it)"""
    for group in (normalizers, pre_tokenizers, models, post_processors, decoder_kinds, added_kinds):
        yield from group()
