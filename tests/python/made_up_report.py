"""A made-up page in the form that `smdm-eval report` writes, for tests of its styles and scripts.

usage: made_up_report.py [--documents N] [--hostile] FILE.html

Every value is drawn from a seed and means nothing. All pictures are there, and tasks with choices, with generations
and their traces. N documents are spread over the tasks (default 120). --hostile: names and texts that try to be markup,
styles, scripts, the end of a block, or turn the direction of what stands around them, and one text of a megabyte.
"""
import argparse
import base64
import gzip
import hashlib
import html
import json
import math
import pathlib
import random

ROOT = pathlib.Path(__file__).parent.parent.parent
PAGE = ROOT / "results" / "report" / "page"
SCRIPTS = ["page.js", "theme.js", "tables.js", "copying.js", "drawing.js", "values.js", "curves.js", "chunks.js", "document.js",
           "trace.js", "explorer.js", "start.js"]
CHUNK = 500
HOSTILE = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</style><style>body{display:none}</style>",
           "\u202eright to left\u202c and \u2066isolated", "<!-- comment", "a]]>b", "'\"><svg onload=alert(1)>", "=1+1|x",
           "${alert(1)}", "&lt;b&gt;", "\u2028line\u2029paragraph", "javascript:alert(1)", "\u0000nul\ufffd", "http://example.com/x.png"]
SYLLABLES = "ba den for gil har ist jo kel lum mar nor op pri qua ret sol tam und vel wix yar zen".split()
WORDS = [first + second for first in SYLLABLES for second in SYLLABLES] + ["of", "the", "a", "and", "to", "in"] * 20


def escape(text):
    return html.escape(str(text), quote=True).replace("\u0000", "\ufffd")


def block(value):
    """JSON that no text in it can end."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


class Maker:
    def __init__(self, documents, hostile):
        self.random = random.Random(26)
        self.hostile = hostile
        self.documents = documents
        self.runs = self.make_runs()
        self.tasks = self.make_tasks()

    def text(self, words):
        if self.hostile and self.random.random() < 0.5:
            return self.random.choice(HOSTILE)
        return " ".join(self.random.choice(WORDS) for _ in range(words))

    def name(self, text, index):
        return f"{HOSTILE[index % len(HOSTILE)]} {text}" if self.hostile else text

    def make_runs(self):
        labels = [("mdm 1028M, auto", "mdm"), ("arm 1028M", "arm")]
        return [{"id": f"r{k}", "label": self.name(label, k), "name": f"runs/{kind}", "model": self.name(kind, k + 2), "kind": kind,
                 "date": "2026-11-29T10:00:00Z", "progress": None} for k, (label, kind) in enumerate(labels)]

    def make_tasks(self):
        names = [("piqa", "choices", 2), ("hellaswag", "choices", 4), ("arc_easy", "choices", 4), ("social_iqa", "choices", 3),
                 ("gsm8k", "generation", 0)]
        shares = [0.07, 0.4, 0.1, 0.08, 0.35]
        tasks = []
        for k, ((name, kind, choices), share) in enumerate(zip(names, shares)):
            metric = "acc" if kind == "choices" else "exact_match,flexible-extract"
            documents = max(30, round(self.documents * share))
            tasks.append({"id": f"t{k}", "name": self.name(name, k + 4), "documents": documents, "documents_shown": documents, "metric": metric,
                          "higher_is_better": True, "kind": kind, "choices": choices, "results": []})
        return tasks

    # --- Documents --------------------------------------------------------------------------------

    def chunks(self, task):
        for first in range(0, task["documents"], CHUNK):
            count = min(CHUNK, task["documents"] - first)
            strings, places = [], {}

            def index(text):
                if text not in places:
                    places[text] = len(strings)
                    strings.append(text)
                return places[text]

            yield first, {"documents": [self.document(task, n, index) for n in range(first, first + count)], "strings": strings}

    def document(self, task, n, index):
        made = {"n": n, "id": self.name(f"{n}", n) if self.hostile else str(n), "prompt": index(f"{self.text(45)} {n}"), "target": index(self.text(3)), "choices": None, "gold": None, "runs": {}}
        if self.hostile and n == 3:
            made["prompt"] = index("<b>" + "long " * 200_000)
        if task["kind"] == "choices":
            made["choices"] = [index(f"{self.text(9)} {n} {c}") for c in range(task["choices"])]
            made["gold"] = self.random.randrange(task["choices"])
        for run in self.runs:
            made["runs"][run["id"]] = self.choice_answer(task, made, run) if task["kind"] == "choices" else self.generated_answer(run, n, index)
        return made

    def choice_answer(self, task, made, run):
        scores = [round(self.random.gauss(-12 + (2.5 if c == made["gold"] else 0), 2), 6) for c in range(task["choices"])]
        exact = run["kind"] == "arm"
        errors = None if exact else [round(abs(self.random.gauss(0.2, 0.08)) + 0.01, 6) for _ in scores]
        order = sorted(range(len(scores)), key=lambda c: -scores[c])
        gap = scores[order[0]] - scores[order[1]]
        undecided = not exact and gap < 1.96 * math.hypot(errors[order[0]], errors[order[1]])
        right = order[0] == made["gold"]
        return {"correct": right, "value": float(right), "scores": scores, "errors": errors, "any_order": None if exact else [round(s + 0.1, 6) for s in scores],
                "picked": order[0], "undecided": undecided, "missed": not exact and made["n"] % 29 == 5, "generation": None, "extracted": None, "trace": None}

    def generated_answer(self, run, n, index):
        words = self.text(24).split(" ") + ["=", str(self.random.randrange(100))]
        right = self.random.random() < 0.5
        trace = None
        if run["kind"] == "mdm":
            order = list(range(len(words)))
            self.random.shuffle(order)
            trace = [[step, position, index(words[position] + " "), round(self.random.uniform(0.3, 1), 4), 0] for step, position in enumerate(order, 1)]
        return {"correct": right, "value": float(right), "scores": None, "errors": None, "any_order": None, "picked": None, "undecided": False, "missed": False,
                "generation": index(" ".join(words)), "extracted": index(words[-1]), "trace": trace}

    # --- Values and pictures ----------------------------------------------------------------------

    def results(self):
        for k, task in enumerate(self.tasks):
            for r, run in enumerate(self.runs):
                value = self.random.uniform(0.4, 0.8)
                error = math.sqrt(value * (1 - value) / task["documents"])
                task["results"].append({
                    "run": run["id"], "metric": task["metric"], "filter": (task["metric"] + ",none").split(",")[1], "value": value, "standard_error": error, "mc_standard_error": None if r else error / 4,
                    "interval": [value - 1.96 * error, value + 1.96 * error], "bound": "exact" if r else "lower", "any_order": None if r else value + 0.01,
                    "rows": 9000 * (k + 1) * (1 if r else 40), "tokens": 900000 * (k + 1) * (1 if r else 40), "forwards": None, "seconds": 31.5 * (k + 1) * (1 if r else 20)})

    def comparisons(self):
        return [{"task": task["id"], "metric": task["metric"], "a": "r0", "b": "r1", "difference": task["results"][1]["value"] - task["results"][0]["value"],
                 "interval": [-0.02, 0.05], "p": 0.2, "p_holm": 0.6, "verdict": "undecided"} for task in self.tasks]

    def bar(self, task, result):
        low, high = result["interval"]
        mc = result["mc_standard_error"]
        return {"run": result["run"], "value": result["value"], "low": low, "high": high,
                "mc_low": None if mc is None else result["value"] - 1.96 * mc, "mc_high": None if mc is None else result["value"] + 1.96 * mc}

    def pictures(self):
        around = lambda value, width: {"low": value - width, "high": value + width}
        steps = [4, 8, 16, 32, 64, 128]
        tradeoff = [{"run": None, "curve": self.name(curve, c), "label": f"{n} steps", "x": 3.0 * n * (1 + c), "y": 0.75 - 1.1 / (n + c), **around(0.75 - 1.1 / (n + c), 0.02), "front": (c == 0) == (n < 48)}
                    for c, curve in enumerate(["confidence", "margin"]) for n in steps]
        periods = [f"2023-{month:02d}" for month in range(1, 13)] + [f"2024-{month:02d}" for month in range(1, 13)]
        lines = []
        for r, run in enumerate(self.runs):
            values = [18 + 3 * r + 0.12 * k + self.random.gauss(0, 0.15) for k in range(len(periods))]
            lines.append({"run": run["id"], "points": [{"period": p, "perplexity": v, **around(v, 0.4), "change": v / values[0] - 1 if k else None,
                                                        "change_low": v / values[0] - 1.03, "change_high": v / values[0] - 0.97} for k, (p, v) in enumerate(zip(periods, values))]})
        orders = [{"task": task["id"], "run": "r0", "shown": 300, "of": 300, "points": [
            (lambda x: {"doc": n, "elbo": x - abs(self.random.gauss(0, 0.7)), "any_order": x})(self.random.gauss(-9, 3)) for n in range(300)]} for task in self.tasks[:2]]
        flops = [10 ** (17 + 0.5 * k) for k in range(5)]
        families = []
        for f, name in enumerate(["masked diffusion", "autoregressive"]):
            loss = lambda c: (2.1 - 0.25 * f) + (30 - 6 * f) * c ** -0.076
            families.append({"name": self.name(name, f), "points": [{"flops": c, "params": 1e6 * 2 ** k, "loss": loss(c) + 0.03 * (k - 2) ** 2} for c in flops for k in range(5)],
                             "optima": [{"flops": c, "params": 4e6, "loss": loss(c), "loss_low": loss(c) - 0.02, "loss_high": loss(c) + 0.02} for c in flops],
                             "curve": [{"flops": 10 ** (17 + 0.1 * k), "loss": loss(10 ** (17 + 0.1 * k)), "inside": k <= 20} for k in range(41)]})
        groups = [{"task": "t0", "run": run["id"], "direction": direction, "reversed": bool(v), "value": 0.9 - 0.3 * v * (1 + r) + 0.03 * d, **around(0.9 - 0.3 * v * (1 + r) + 0.03 * d, 0.05)}
                  for r, run in enumerate(self.runs) for d, direction in enumerate(["asked for the name", "asked for the description"]) for v in range(2)]
        return {
            "intervals": {"tasks": [{"task": task["id"], "metric": task["metric"], "bars": [self.bar(task, result) for result in task["results"]]} for task in self.tasks]},
            "cost": {"points": [{"task": task["id"], **self.bar(task, result), **{key: result[key] for key in ("metric", "rows", "tokens", "forwards", "seconds")}}
                                for task in self.tasks for result in task["results"]]},
            "tradeoff": {"x_title": "model calls a text", "y_title": "accuracy", "points": tradeoff, "arm": None},
            "reverse_curse": {"metric": "contained", "groups": groups},
            "periods": {"lines": lines}, "orders": {"tasks": orders}, "scaling": {"families": families},
        }

    # --- The page ---------------------------------------------------------------------------------

    def table(self, name, caption, heads, rows):
        """heads: (title, is a number); rows: a text or a number a cell"""
        head = "".join(f'<th scope="col" data-type="{"number" if number else "text"}">{escape(title)}</th>' for title, number in heads)
        body = "".join("<tr>" + "".join(
            f'<th scope="row"><span class="text" dir="auto">{escape(cell)}</span></th>' if k == 0 else
            f'<td data-value="{cell!r}">{cell:.4f}</td>' if isinstance(cell, float) else '<td class="number">–</td>' if cell is None else f"<td>{escape(cell)}</td>"
            for k, cell in enumerate(row)) + "</tr>" for row in rows)
        return (f'<div class="table" id="{name}" tabindex="0" role="region" aria-label="{escape(caption)}"><table class="data"><caption>{escape(caption)}</caption>'
                f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>")

    def overview(self):
        label = {run["id"]: run["label"] for run in self.runs}
        rows = [[task["name"], label[result["run"]], task["metric"], result["value"], result["standard_error"], result["mc_standard_error"],
                 result["bound"]] for task in self.tasks for result in task["results"]]
        return self.table("overview-table", "Values", [("Task", False), ("Run", False), ("Metric", False), ("Value", True), ("s.e.", True),
                                                        ("Monte Carlo s.e.", True), ("Kind", False)], rows)

    def picture(self, key, data):
        numbers = json.dumps(data)[:60]
        return (f'<figure class="picture" data-picture="{key}"><figcaption><h3>{key.replace("_", " ").capitalize()}</h3><p class="quiet">What the runs hold of it.</p></figcaption>'
                f'<div class="drawing" role="img" aria-label="Picture: {key}; its numbers are in the table below"></div>'
                f'<details><summary>Numbers</summary><table class="data"><thead><tr><th scope="col" data-type="text">What</th><th scope="col" data-type="number">Value</th></tr></thead>'
                f'<tbody><tr><th scope="row">{escape(numbers)}</th><td data-value="0.5">0.5</td></tr></tbody></table></details></figure>')

    def statics(self, task, chunk):
        articles = "".join(
            f'<article class="document" id="d-{task["id"]}-{item["n"]}"><header><h4><a href="#d-{task["id"]}-{item["n"]}">#{item["n"]}</a></h4></header>'
            f'<p class="passage"><b>Prompt</b> <span class="text" dir="auto">{escape(chunk["strings"][item["prompt"]][:400])}</span></p></article>'
            for item in chunk["documents"][:50])
        return f'<section class="task-documents" data-task="{task["id"]}"><h3><span class="text" dir="auto">{escape(task["name"])}</span></h3>{articles}</section>'

    def page(self):
        self.results()
        data = {"schema": 1, "program": "smdm-eval 0.1.0", "made": "2026-11-30T04:00:00Z", "texts": True, "canary": "canary 0000", "runs": self.runs,
                "tasks": self.tasks, "comparisons": self.comparisons(), "pictures": self.pictures()}
        blocks, statics, number = [], [], 0
        for task in self.tasks:
            for first, chunk in self.chunks(task):
                text = json.dumps(chunk, ensure_ascii=False, separators=(",", ":")).encode()
                packed = base64.b64encode(gzip.compress(text, 9, mtime=0)).decode()
                blocks.append(f'<script type="application/json" class="chunk" id="chunk-{number}" data-task="{task["id"]}" data-first="{first}" data-last="{chunk["documents"][-1]["n"]}" '
                              f'data-count="{len(chunk["documents"])}" data-bytes="{len(text)}">"{packed}"</script>')
                number += 1
                if first == 0:
                    statics.append(self.statics(task, chunk))
        label = {run["id"]: run["label"] for run in self.runs}
        verdicts = self.table("comparison-table", "Paired differences", [("Task", False), ("First", False), ("Second", False), ("Difference", True), ("p (Holm)", True), ("Verdict", False)],
                              [[self.tasks[k]["name"], label["r0"], label["r1"], c["difference"], c["p_holm"], "cannot be told apart"] for k, c in enumerate(data["comparisons"])])
        sections = ["overview", "comparisons", "pictures", "documents", "recipe"]
        content = {
            "overview": f"<h2>Overview</h2><p>Two runs over {len(self.tasks)} tasks.</p>{self.overview()}",
            "comparisons": f"<h2>Comparisons</h2><p>Every pair of runs shown, corrected after Holm.</p>{verdicts}",
            "pictures": "<h2>Pictures</h2>" + "".join(self.picture(key, value) for key, value in data["pictures"].items()),
            "documents": "<h2>Documents</h2>" + "".join(statics),
            "recipe": "<h2>Recipe</h2><h3>Commands</h3><pre>smdm-eval --task zero-shot --backend mdm --output runs/mdm</pre>"
                      f"<dl><dt>Weights</dt><dd><code>{hashlib.sha256(b'').hexdigest()}</code></dd><dt>Seed</dt><dd>0</dd></dl>",
        }
        scripts = [(ROOT / "third_party/d3/d3.min.js").read_text(), (ROOT / "third_party/observable-plot/plot.umd.min.js").read_text(),
                   "\n".join((PAGE / name).read_text() for name in SCRIPTS)]
        hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts)
        kinds = ["", "", ' type="module"']
        return "\n".join([
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; script-src {hashes}; style-src \'unsafe-inline\'; img-src data:; base-uri \'none\'; form-action \'none\'">',
            f"<title>A made-up report</title><style>{(PAGE / 'report.css').read_text()}</style></head><body>",
            '<a class="skip" href="#overview">To the content</a><header><h1>A made-up report</h1><p>Made 2026-11-30 by smdm-eval 0.1.0</p></header>',
            "<nav aria-label=\"Contents\"><ul>" + "".join(f'<li><a href="#{name}">{name.capitalize()}</a></li>' for name in sections) + "</ul></nav>",
            "<noscript><p>Pictures, filters and all documents beyond the first 50 need JavaScript.</p></noscript><main>",
            *(f'<section id="{name}">{content[name]}</section>' for name in sections),
            f'</main><script type="application/json" id="report-data">{block(data)}</script>', *blocks,
            *(f"<script{kind}>{script}</script>" for kind, script in zip(kinds, scripts)), "</body></html>"])


def write(path, documents=120, hostile=False):
    maker = Maker(documents, hostile)
    path.write_text(maker.page(), encoding="utf-8", errors="surrogatepass")
    return maker


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=120)
    parser.add_argument("--hostile", action="store_true")
    parser.add_argument("file", type=pathlib.Path)
    chosen = parser.parse_args()
    write(chosen.file, chosen.documents, chosen.hostile)
