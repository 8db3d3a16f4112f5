"""The lines by which tokenizers are compared: the same 100,000 here and in tokenizer_lines.cpp.

Every code point in four surroundings, then lines put together at random from the pieces of
tests/golden/tokenizers/lines.json, some of them no UTF-8. Both programs must make the same bytes:
what is random comes from a generator of three lines, and a digest of the lines is recorded.
"""
import json
import pathlib

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden" / "tokenizers"
LINES = 100_000
BLOCK = 100  # lines that have a recorded digest together
MALFORMED = 2_000  # lines at the end that are no UTF-8
COMMON = 0x40000  # code points below stand 32 in a line, the others, all unassigned or private, 128
CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
RARE_FROM = 32_512  # where lines of the latter begin, and how many there are
RARE_LINES = 26_624
SEED = 20
MASK = (1 << 64) - 1


class Numbers:
    """Numbers that look random: SplitMix64."""

    def __init__(self, seed):
        self.state = seed

    def below(self, count):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return (z ^ (z >> 31)) % count


def surrounded(characters):
    """At the beginning, between letters, behind a quote, and among digits and blanks."""
    yield "".join(characters)
    yield "".join(f"a{c}b " for c in characters)
    yield "".join(f"x'{c} " for c in characters)
    yield "".join(f"1{c}  {c}\n" for c in characters)


def code_point_lines():
    common = [c for c in CODE_POINTS if c < COMMON]
    rare = [c for c in CODE_POINTS if c >= COMMON]
    for points, count in ((common, 32), (rare, 128)):
        for first in range(0, len(points), count):
            yield from surrounded([chr(c) for c in points[first:first + count]])


class Composer:
    """Makes lines of the pieces in lines.json, by their groups' weights; a group without pieces is any code point."""

    def __init__(self, seed):
        self.numbers = Numbers(seed)
        self.groups = json.loads((GOLDEN / "lines.json").read_text(encoding="utf-8"))["groups"]
        self.weight = sum(group["weight"] for group in self.groups)

    def group(self):
        at = self.numbers.below(self.weight)
        for group in self.groups:
            if at < group["weight"]:
                return group
            at -= group["weight"]
        raise AssertionError("weights")

    def piece(self):
        group = self.group()
        if not group["pieces"]:
            return chr(CODE_POINTS[self.numbers.below(len(CODE_POINTS))])
        piece = group["pieces"][self.numbers.below(len(group["pieces"]))]
        return piece * (1 + self.numbers.below(group["most"])) if "most" in group else piece

    def line(self):
        return "".join([self.piece() for _ in range(self.numbers.below(24))])

    def malformed(self):
        """A line as bytes, some of which are changed, inserted or cut off."""
        line = bytearray(self.line().encode())
        for _ in range(1 + self.numbers.below(3)):
            at = self.numbers.below(len(line) + 1)
            kind = self.numbers.below(3)
            if kind == 0:
                line.insert(at, self.numbers.below(256))
            elif kind == 1:
                line[at:at + 1] = bytes([self.numbers.below(256)])
            else:
                del line[at:]
        return bytes(line)


def lines():
    """All 100,000, as bytes."""
    made = [line.encode() for line in code_point_lines()]
    composer = Composer(SEED)
    made += [composer.line().encode() for _ in range(LINES - MALFORMED - len(made))]
    return made + [composer.malformed() for _ in range(MALFORMED)]


def odd_rows(count, pieces):
    """Rows of any ids, a little beyond the last one too: what decoding must survive."""
    numbers = Numbers(SEED + 1)
    return [[numbers.below(pieces + 2) for _ in range(numbers.below(12))] for _ in range(count)]
