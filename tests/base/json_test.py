"""Holds our reading and writing of JSON against Python's: json_test.py DUMP_JSON"""
import hashlib
import json
import random
import subprocess
import sys

NUMBERS = 40000
EDGES = """0 -0 -0.0 0.0 1.10 1e5 1E+2 0.10 1e16 1e22 1e-5 1e-4 5e-324 4.9e-324 2e-324 1e-400 -1e-400 1e400 -1e400
1.7976931348623157e308 1.7976931348623158e308 1.7976931348623159e308 1.8e308 9007199254740993 9007199254740993.0
9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809 18446744073709551615
18446744073709551616 18446744073709551617 123456789012345678 0e999 0.0e-999 1E400 2.2250738585072011e-308""".split()
TEXTS = [
    '{"b": 1, "a": {"x": [], "y": {}}, "b": {"a": [1, 2.50, 18446744073709551616]}}',
    '{"a": 1, "a": 2, "c": 3, "a": 99999999999999999999}',
    ' { "a" : [ 1 ,\t2 , "\\u00e9\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\\"\\\\\\u0000\\u001f\\u007f\u2028é" ] } ',
    '[true, false, null, "", [[[[]]]]]',
    "[" * 800 + "]" * 800,
]
NO_JSON = ["", " ", "{", "[1,]", "{,}", '{"a":1,}', "[1 2]", "{'a':1}", '{"a" 1}', "01", "-", "+1", ".5", "5.", "1e", "1e+",
           "-01", "1.e5", "0x1", "tru", "nul", '"', '"\\x"', '"\\u12"', '"\\u+123"', '"a\tb"', "[1]x", "{} {}", "[" * 200000,
           '{"a":' * 200000]
STRICT = ["NaN", "Infinity", "-Infinity", '"\\ud800"', '"\\udc00\\ud800"', '"\\ud800\\u0041"']  # Python takes them


def spelling(source):
    """Any number in JSON's grammar."""
    digits = lambda most: "".join(source.choices("0123456789", k=source.randint(1, most)))
    whole = source.choice(["", "-"]) + (digits(60).lstrip("0") or "0")
    kind = source.random()
    if kind < 0.4:
        return whole
    if kind < 0.5:
        whole = whole[:17].rstrip("-") or "0"
    point = "." + digits(30) if source.random() < 0.7 else ""
    power = source.choice("eE") + source.choice(["", "+", "-"]) + digits(3) if source.random() < 0.6 else ""
    return whole + point + power


def value(source, depth=0):
    kind = source.random()
    if depth > 3 or kind < 0.6:
        return spelling(source)
    keys = [json.dumps("".join(source.choices('abcé"\\\n', k=2))) for _ in range(source.randint(0, 4))]
    items = [value(source, depth + 1) for _ in keys]
    if kind < 0.8:
        return "[" + ", ".join(items) + "]"
    return "{" + ", ".join(f"{key}: {item}" for key, item in zip(keys, items)) + "}"


def digest(text):
    return hashlib.sha256(json.dumps(json.loads(text), indent=2, ensure_ascii=False).encode()).hexdigest()


def reject(name):
    raise ValueError(name + " is no JSON")


def check(text, got, line):
    try:
        wanted = digest(text)
    except (ValueError, RecursionError):
        wanted = "refused"
    if text in STRICT:
        wanted = "refused"
    if got != wanted:
        sys.exit(f"json_test: {text[:200]!r}: wanted the digest {wanted}, got {got}")
    if got == "refused":
        return
    json.loads(line, parse_constant=reject)
    if digest(line) != wanted:
        sys.exit(f"json_test: {text[:200]!r}: wanted a line with the same digest, got {line[:200]}")


def main():
    source = random.Random(20240901)
    texts = EDGES + TEXTS + NO_JSON + STRICT
    texts += [spelling(source) for _ in range(NUMBERS)] + [value(source) for _ in range(3000)]
    output = subprocess.run([sys.argv[1]], input="\n".join(texts) + "\n", capture_output=True, text=True, check=True,
                            encoding="utf-8")
    lines = output.stdout.split("\n")
    if len(lines) != 2 * len(texts) + 1:
        sys.exit(f"json_test: wanted two lines for each of {len(texts)} texts, got {len(lines) - 1}")
    for i, text in enumerate(texts):
        check(text, lines[2 * i], lines[2 * i + 1])
    print(f"{len(texts)} texts are read and written as Python does")


main()
