#!/usr/bin/env python3
"""Writes base/text/unicode_tables.cpp: what Python's str methods know about code points.

usage: python3 tools/make_unicode_tables.py > base/text/unicode_tables.cpp

The tables are those of the Python that runs this script (unicodedata.unidata_version is named in
the output). Only str methods are asked, so that the tables are Python's answers by construction.
"""

import sys
import unicodedata

CODE_POINTS = [c for c in range(sys.maxunicode + 1) if not 0xD800 <= c <= 0xDFFF]
SIGMA = "\u03a3"


def ranges(holds):
    """[first, last] of every run of code points for which `holds` is true."""
    found = []
    for c in range(sys.maxunicode + 1):
        if not holds(chr(c)):
            continue
        if found and found[-1][1] == c - 1:
            found[-1][1] = c
        else:
            found.append([c, c])
    return found


def mappings(convert):
    """[first, last, step, delta] runs of one-to-one mappings, and (from, to...) for the others."""
    runs, special = [], []
    for c in CODE_POINTS:
        text = convert(chr(c))
        if text == chr(c):
            continue
        if len(text) != 1:
            special.append([c] + [ord(t) for t in text])
            continue
        delta = ord(text) - c
        if runs and runs[-1][3] == delta:
            run = runs[-1]
            step = c - run[1]
            if step <= 2 and run[2] in (0, step):
                run[1], run[2] = c, step
                continue
        runs.append([c, c, 0, delta])
    return [[first, last, max(step, 1), delta] for first, last, step, delta in runs], special


def is_cased(ch):
    # A capital sigma becomes a final sigma only after a cased letter.
    return (ch + SIGMA).lower()[-1] == "\u03c2" and not is_ignorable(ch)


def is_ignorable(ch):
    # Looking back from a sigma, ignorable characters are skipped: the letter before them decides.
    return ("a" + ch + SIGMA).lower()[-1] == "\u03c2" and (" " + ch + SIGMA).lower()[-1] == "\u03c3"


def table(kind, name, doc, rows):
    print(f"// {doc}")
    print(f"const std::array<{kind}, {len(rows)}> {name}{{{{")
    line = "   "
    for row in rows:
        cell = " {" + ", ".join(str(v) for v in row) + "},"
        if len(line) + len(cell) > 100:
            print(line)
            line = "   "
        line += cell
    print(line)
    print("}};\n")


def main():
    version = unicodedata.unidata_version
    print("// Written by tools/make_unicode_tables.py; do not edit.")
    print(f"// Unicode {version}, as Python's str methods report it.")
    print("// clang-format off")
    print("// NOLINTBEGIN(modernize-use-designated-initializers): tables with one column per member")
    print('#include "base/text/unicode_tables.hpp"\n')
    print("namespace smdm::unicode {\n")
    lower, lower_special = mappings(str.lower)
    title, title_special = mappings(str.title)
    assert len(lower_special) == 1, lower_special
    pad = lambda rows: [(row + [0, 0, 0])[:4] for row in rows]
    table("Range", "kDigits", "str.isdigit", ranges(str.isdigit))
    table("Range", "kUnprintable", "not str.isprintable",
          ranges(lambda ch: not ch.isprintable()))
    table("Range", "kCased", "letters after which a capital sigma may be final", ranges(is_cased))
    table("Range", "kCaseIgnorable", "characters that the rule of the final sigma skips",
          ranges(is_ignorable))
    table("Mapping", "kLower", "str.lower, one code point to one", lower)
    table("CodePoints", "kLowerSpecial", "str.lower, one code point to several",
          pad(lower_special))
    table("Mapping", "kTitle", "str.title of one character, one code point to one", title)
    table("CodePoints", "kTitleSpecial", "str.title of one character, one code point to several",
          pad(title_special))
    print("}  // namespace smdm::unicode")
    print("// NOLINTEND(modernize-use-designated-initializers)")


if __name__ == "__main__":
    main()
