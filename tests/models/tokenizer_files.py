"""Tokenizers whose files are published or recorded, opened with pip's tokenizers."""
import gzip
import os
import pathlib

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "tokenizers"
SHARED = pathlib.Path(os.environ.get("SMDM_SHARED", ROOT.parent / "shared"))


def recorded(name):
    """@return the file and the tokenizer of tests/golden/tokenizers/NAME.tokenizer.json"""
    path = GOLDEN / f"{name}.tokenizer.json"
    return path, Tokenizer.from_file(str(path))


def qwen3(folder):
    """Unpacked into a folder; None where the shared data has none."""
    packed = SHARED / "data" / "tokenizers" / "qwen3" / "tokenizer.json.gz"
    if not packed.exists():
        return None
    path = folder / "qwen3.json"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    return path, Tokenizer.from_file(str(path))


def gpt2():
    """Put together of the two files, which do not say how a text is cut; None where the shared data has none."""
    data = SHARED / "data" / "tokenizers" / "gpt2"
    if not (data / "encoder.json").exists():
        return None
    tokenizer = Tokenizer(models.BPE.from_file(str(data / "encoder.json"), str(data / "vocab.bpe")))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken("<|endoftext|>", normalized=False, special=True)])
    return data / "encoder.json", tokenizer


def smollm2():
    """Of the folder SMDM_SMOLLM2, else of the shared data; None where neither has it."""
    for folder in (os.environ.get("SMDM_SMOLLM2"), SHARED / "data" / "tokenizers" / "smollm2"):
        path = pathlib.Path(folder or "/nowhere") / "tokenizer.json"
        if path.exists():
            return path, Tokenizer.from_file(str(path))
    return None
