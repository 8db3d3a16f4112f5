#!/usr/bin/env python3
"""Writes the tables of characters in base/text.

usage: python3 tools/make_unicode_tables.py python > base/text/unicode_tables.cpp
       python3 tools/make_unicode_tables.py categories > base/text/category_tables.cpp
       python3 tools/make_unicode_tables.py nfc > base/text/nfc_tables.cpp

"python" is what Python's str methods know about code points. The tables are those of the Python that
runs this script (unicodedata.unidata_version is named in the output). Only str methods are asked, so
that the tables are Python's answers by construction.

"categories" and "nfc" are what tokenizers rest on. They need the package unicodedataplus 16.0.0.post1,
the Unicode Character Database 16.0 with the version that brought each character. What normalisation
says of a character never changes once it is assigned, so an older version's table is the new one
without younger characters.
"""

import sys
import unicodedata

# The age of the normalisation that pip's tokenizers 0.22 has.
NFC_VERSION = (9, 0)

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


def begin(doc, header):
    print("// Written by tools/make_unicode_tables.py; do not edit.")
    print(f"// {doc}")
    print("// clang-format off")
    print("// NOLINTBEGIN(modernize-use-designated-initializers): tables with one column per member")
    print(f'#include "base/text/{header}"\n')
    print("namespace smdm::unicode {\n")


def end():
    print("}  // namespace smdm::unicode")
    print("// NOLINTEND(modernize-use-designated-initializers)")


def database():
    import unicodedataplus
    if unicodedataplus.unidata_version != "16.0.0":
        sys.exit(f"wanted Unicode 16.0.0, got {unicodedataplus.unidata_version}")
    return unicodedataplus


def runs(value_of):
    """[first, last, value] of every run of code points with one value, None left out."""
    found = []
    for c in range(sys.maxunicode + 1):
        value = value_of(chr(c))
        if found and found[-1][2] == value:
            found[-1][1] = c
        else:
            found.append([c, c, value])
    return [run for run in found if run[2] is not None]


def write_categories():
    data = database()
    begin("Unicode 16.0: the general category of every code point.", "category_tables.hpp")
    table("CategoryRun", "kCategories", "each run lasts until the next begins",
          [[first, f"Category::{category.lower()}"]
           for first, last, category in runs(data.category)])
    end()


def write_nfc():
    data = database()
    version = ".".join(map(str, NFC_VERSION))

    def known(ch):
        age = data.age(ch)
        return age != "Unassigned" and tuple(map(int, age.split("."))) <= NFC_VERSION

    decompositions, compositions = [], []
    for c in CODE_POINTS:
        ch = chr(c)
        parts = data.decomposition(ch).split()
        if not parts or parts[0].startswith("<") or not known(ch):
            continue
        parts = [int(part, 16) for part in parts]
        decompositions.append([c] + (parts + [0])[:2])
        if len(parts) == 2 and data.normalize("NFC", ch) == ch:
            compositions.append(parts + [c])
    begin(f"Unicode {version}: canonical decomposition, composition and order; Hangul, which follows a rule, left out.",
          "nfc_tables.hpp")
    table("CombiningRun", "kCombining", "canonical combining classes other than 0",
          runs(lambda ch: (data.combining(ch) or None) if known(ch) else None))
    table("Decomposition", "kDecompositions", "a character and what it stands for: one character (then a 0) or two",
          decompositions)
    table("Composition", "kCompositions", "two characters and the one that they become", sorted(compositions))
    end()


def write_python():
    version = unicodedata.unidata_version
    begin(f"Unicode {version}, as Python's str methods report it.", "unicode_tables.hpp")
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
    end()


def main():
    writers = {"python": write_python, "categories": write_categories, "nfc": write_nfc}
    if len(sys.argv) != 2 or sys.argv[1] not in writers:
        sys.exit(__doc__)
    writers[sys.argv[1]]()


if __name__ == "__main__":
    main()
