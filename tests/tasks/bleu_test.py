"""Compares our BLEU with the package sacrebleu: tokens, counts of every document, and the score of
many small corpora of random texts.

usage: bleu_test.py DUMP_BLEU

DUMP_BLEU is the program of dump_bleu.cpp. Exits with 77 where sacrebleu is absent.
"""
import json
import math
import random
import subprocess
import sys

SKIPPED = 77
WORDS = ["the", "The", "cat", "sat", "mat", "it's", "1,000", "3.14", "well-known", "\u00e9lan", "\u65e5\u672c", "&quot;", "&amp;lt;", "<skipped>", "e.g.", "5-6"]
MARKS = list(" .,-'\"!?;:()[]{}<>&|\\/~`^_@#$%*+=\n\t\u00a0\u3000\u2028\r0123456789aZ\u00df\u0660")


def text(draw):
    parts = [draw.choice(WORDS if draw.random() < 0.7 else MARKS) for _ in range(draw.randrange(14))]
    return draw.choice(["", " "]).join(parts) if draw.random() < 0.3 else " ".join(parts)


def variant(draw, original):
    """A text that shares much with the original."""
    words = original.split(" ")
    for _ in range(draw.randrange(3)):
        words.insert(draw.randrange(len(words) + 1), draw.choice(WORDS))
        words.pop(draw.randrange(len(words)))
    return " ".join(words)


def corpora():
    draw = random.Random(5)
    for _ in range(60):
        references = [text(draw) for _ in range(draw.randrange(1, 30))]
        yield [(variant(draw, r) if draw.random() < 0.7 else text(draw), r) for r in references]


def main():
    try:
        from sacrebleu.metrics import BLEU
    except ImportError:
        print("SKIPPED: sacrebleu is not installed")
        sys.exit(SKIPPED)
    bleu = BLEU()
    count, positive = 0, 0
    for pairs in corpora():
        lines = "".join(json.dumps({"candidate": c, "reference": r}) + "\n" for c, r in pairs)
        dump = subprocess.run([sys.argv[1]], input=lines.encode(), check=True, stdout=subprocess.PIPE)
        *ours, corpus = map(json.loads, dump.stdout.decode().split("\n")[:-1])
        candidates, references = zip(*pairs)
        statistics = bleu._extract_corpus_statistics(list(candidates), [list(references)])
        for candidate, line, wanted in zip(candidates, ours, statistics, strict=True):
            tokens = bleu.tokenizer(candidate.rstrip()).split()
            assert line["tokens"] == tokens, (candidate, line["tokens"], tokens)
            assert line["counts"] == wanted, (candidate, line["counts"], wanted)
        wanted = bleu.corpus_score(list(candidates), [list(references)]).score
        assert math.isclose(corpus["bleu"], wanted, rel_tol=1e-12), (pairs, corpus["bleu"], wanted)
        count += len(pairs)
        positive += wanted > 0
    assert positive > 20, positive
    print(f"{count} documents, {positive} corpora with a score above 0: {bleu.get_signature()}")


if __name__ == "__main__":
    main()
