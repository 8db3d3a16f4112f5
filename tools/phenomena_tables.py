"""How docs/phenomena.md shows the figures of docs/phenomena.json: for each table, and each sentence with
measured numbers, a function from figures to the text between its marks.
"""

import math

Pair = tuple[float, float]


def shown(value: Pair) -> str:
    return f"{value[0]:.3f} ± {value[1]:.3f}"


def percent(interval: list[float]) -> str:
    return f"{100 * interval[0]:+.1f} .. {100 * interval[1]:+.1f}"


def table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *rows])


def recall(figures: list) -> str:
    ways = ("n2d", "d2n", "n2d_reverse", "d2n_reverse")
    rows = [[str(line["seed"]), line["kind"],
             *(f"{shown(line[way]['contained'])} ({line[way]['top1'][0]:.2f})" for way in ways)] for line in figures]
    return table(["seed", "model", "name first", "description first", "reversed: name first",
                  "reversed: description first"], rows)


def recall_words(figures: list) -> str:
    def reversed_of(kind: str, what: str) -> list[float]:
        return [line[way][what][0] for line in figures if line["kind"] == kind
                for way in ("n2d_reverse", "d2n_reverse")]
    def hundredths(values: list[float]) -> str:
        least, most = round(100 * min(values)), round(100 * max(values))
        return f"{least}" if least == most else f"{least} to {most}"

    told = [line[way]["contained"][0] for line in figures for way in ("n2d", "d2n")]
    mdm, arm = reversed_of("mdm", "contained"), reversed_of("arm", "contained")
    return (f"Asked as they were told, both kinds are right in {hundredths(told)} of 100 answers. Asked the other way round, "
            f"the autoregressive model writes the truth in {hundredths(arm)} of 100 answers and ranks it first of fifteen in "
            f"{hundredths(reversed_of('arm', 'top1'))}; masked diffusion writes it in {hundredths(mdm)} and ranks it first in "
            f"{hundredths(reversed_of('mdm', 'top1'))}.")


def gsm8k(figures: list) -> str:
    return table(["seed", "model", "exact match"],
                 [[str(line["seed"]), line["kind"], shown(line["exact_match"])] for line in figures])


def steps(figures: list) -> str:
    rows = [[line["kind"], "-" if line["steps"] is None else str(line["steps"]), f"{line['forwards_per_answer']:.1f}",
             shown(line["exact_match"])] for line in figures]
    return table(["model", "steps", "forwards an answer", "exact match"], rows)


def line(figures: list) -> str:
    rows = []
    for scores in figures:
        steps_of = scores["steps"]
        rows.append([scores["kind"], "-" if steps_of is None else str(steps_of), f"{6 / (steps_of or 6):.1f}",
                     *(shown(scores[task]) for task in ("line_copy", "line_reverse", "line_shuffle")),
                     f"{scores['limit']:.4f}", shown(scores["surest_first"]) if "surest_first" in scores else "-"])
    return table(["model", "steps", "tokens a step", "copy", "reverse", "shuffle", "shuffle: best",
                  "shuffle, surest first"], rows)


def zero_shot(figures: list) -> str:
    tasks = list(dict.fromkeys(figure["task"] for figure in figures))
    rows = []
    for task in tasks:
        of_task = {figure["kind"]: figure for figure in figures if figure["task"] == task}
        rows.append([task, f"{of_task['mdm']['chance']:.2f}",
                     *(f"{shown(of_task[kind]['acc'])} ({of_task[kind]['errors_above_chance']:.1f})"
                       for kind in ("mdm", "arm"))])
    return table(["task", "chance", "mdm", "arm"], rows)


def infill(figures: list) -> str:
    rows = [[line["kind"], shown(line["exact_match"]), shown(line["acc"])] for line in figures]
    return table(["model", "written", "ranked first of four"], [*rows, ["arm", "cannot", "cannot"]])


def guidance(figures: list) -> str:
    numbers = list(dict.fromkeys(figure["steps"] for figure in figures))
    scales = list(dict.fromkeys(figure["cfg"] for figure in figures))
    value = {(figure["steps"], figure["cfg"]): figure["reverse_contained"] for figure in figures}
    return table(["steps", *(f"w = {scale}" for scale in scales)],
                 [[str(number), *(shown(value[number, scale]) for scale in scales)] for number in numbers])


def with_interval(value: Pair, digits: int = 3) -> str:
    half = 1.96 * value[1]
    return f"{value[0]:+.{digits}f} ({value[0] - half:+.{digits}f} .. {value[0] + half:+.{digits}f})"


def guided_zero_shot(figures: list) -> str:
    rows = [[line["task"], f"{line['cfg']:g}", f"{line['documents'][1]}, {line['facts'][1]}", shown(line["acc"]),
             shown(line["acc_guided"]), with_interval(line["acc_difference"]),
             with_interval(line["any_order_difference"])] for line in figures]
    return table(["task", "w chosen", "questions, facts", "w = 0", "guided", "difference",
                  "any-order log-likelihood of the right answer, difference in nats"], rows)


def guided_zero_shot_words(figures: list) -> str:
    def sign(value: Pair) -> int:
        return (value[0] > 1.96 * value[1]) - (value[0] < -1.96 * value[1])
    better = [line["task"] for line in figures if sign(line["acc_difference"]) > 0]
    worse = [line["task"] for line in figures if sign(line["acc_difference"]) < 0]
    guided = [line for line in figures if line["cfg"] > 0]
    lower = [line["task"] for line in guided if sign(line["any_order_difference"]) < 0]

    def named(tasks: list[str]) -> str:
        return ", ".join(tasks) if tasks else "none"
    return (f"A scale above 0 was chosen on {len(guided)} of {len(figures)} tasks. Accuracy on the other half rises by more "
            f"than its error on: {named(better)}; falls on: {named(worse)}. The likelihood of the right answer falls on: "
            f"{named(lower)}.")


def temporal(figures: list) -> str:
    months = list(dict.fromkeys(figure["name"] for figure in figures))
    of = {(figure["kind"], figure["name"]): figure for figure in figures}
    rows = []
    for month in [months[i] for i in (0, 5, 11, 12, 14, 17, 20, 23)]:
        row = [month]
        for kind in ("mdm", "arm"):
            period = of[kind, month]
            change = period["change"]
            row.append(f"{period['perplexity']['value']:.3f}")
            row.append("-" if change is None else f"{100 * change['value']:+.1f} % ({percent(change['interval'])})")
        rows.append(row)
    return table(["month", "mdm: perplexity (upper bound)", "change", "arm: perplexity", "change"], rows)


def number(value: float) -> str:
    """Three digits."""
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}"


FAMILIES = {"mdm": "mdm, bound", "arm": "arm", "mdm_chunks_bound": "mdm by chunks, bound",
            "mdm_chunks_any_order": "mdm by chunks, any order", "arm_chunks": "arm by chunks"}


def scaling(figures: dict) -> str:
    """The best of each budget."""
    rows = []
    for family, name in FAMILIES.items():
        for best in figures["fits"].get(family, {"optima": []})["optima"]:
            loss = f"{best['loss']:.4f}"
            if best["loss_interval"]:
                loss += f" ({best['loss_interval'][0]:.4f} .. {best['loss_interval'][1]:.4f})"
            rows.append([name, f"{best['flops']:.2g}", f"{best['params'] / 1000:.0f} thousand", loss])
    return table(["law of", "FLOPs", "best size", "loss, nats a token"], rows)


def scaling_laws(figures: dict) -> str:
    rows = []
    for family, name in FAMILIES.items():
        fit = figures["fits"].get(family)
        if fit is None or fit["loss"] is None:
            continue
        row = [name]
        for law in ("loss", "params"):
            interval = fit[law]["exponent_interval"]
            row.append(f"{fit[law]['exponent']:.3f}" + (f" ({interval[0]:.3f} .. {interval[1]:.3f})" if interval else ""))
        rows.append(row)
    return table(["law of", "exponent of the loss", "exponent of the best size"], rows)


def gap_shown(point: dict) -> str:
    text = number(point["ratio"])
    if point["interval"]:
        text += f" ({number(point['interval'][0])} .. {number(point['interval'][1])})"
    return text + (" *" if point["extrapolated"] else "")


def scaling_gaps(figures: dict) -> str:
    losses = [point["loss"] for point in figures["gaps"][0]["points"]]
    rows = []
    for gap in figures["gaps"]:
        at = {point["loss"]: gap_shown(point) for point in gap["points"]}
        rows.append([f"{FAMILIES[gap['more']]} over {FAMILIES[gap['less']]}", *(at.get(loss, "-") for loss in losses)])
    return table(["compute of", *(f"at {loss:g}" for loss in losses)], rows)


def scaling_words(figures: dict) -> str:
    """The bound's share of the gap by chunks, at losses within the budgets of both laws of masked diffusion."""
    gaps = {(gap["more"], gap["less"]): gap for gap in figures["gaps"]}
    share = gaps["mdm_chunks_bound", "mdm_chunks_any_order"]
    whole = {point["loss"]: point for point in gaps["mdm_chunks_bound", "arm_chunks"]["points"]}
    sentences = []
    for point in share["points"]:
        if point["extrapolated"] or point["loss"] not in whole:
            continue
        part = 100 * math.log(point["ratio"]) / math.log(whole[point["loss"]]["ratio"])
        sentences.append(f"At a loss of {point['loss']:g} the bound asks for {gap_shown(point)} times the compute that the likelihood "
                         f"does: {part:.0f} % of the logarithm of the gap.")
    return " ".join(sentences)


def made_by(name: str, record: dict) -> str:
    revisions = ", ".join(revision[:10] for revision in record["revisions"])
    checkpoints = ", ".join(f"`{key}` {digest[:12]}" for key, digest in record["checkpoints"].items())
    many = len(record["checkpoints"]) > 12
    return (f"| {name} | {revisions} | "
            + (f"{len(record['checkpoints'])} trainings, in docs/phenomena.json" if many else checkpoints) + " |")


def sources(records: dict) -> str:
    """What each table was made by."""
    head = "| table | revision | checkpoints, SHA-256 of the weights |\n| --- | --- | --- |\n"
    return head + "\n".join(made_by(name, record) for name, record in records.items())


# Marks of the page: what figures they show, and how.
SHOWN = {"recall": ("recall", recall), "recall-words": ("recall", recall_words), "gsm8k": ("gsm8k", gsm8k),
         "steps": ("steps", steps), "line": ("line", line), "zero-shot": ("zero-shot", zero_shot),
         "infill": ("infill", infill), "guidance": ("guidance", guidance),
         "guided-zero-shot": ("guided-zero-shot", guided_zero_shot),
         "guided-zero-shot-words": ("guided-zero-shot", guided_zero_shot_words), "temporal": ("temporal", temporal),
         "scaling": ("scaling", scaling), "scaling-laws": ("scaling", scaling_laws),
         "scaling-gaps": ("scaling", scaling_gaps), "scaling-words": ("scaling", scaling_words)}


def marked(document: str, name: str) -> tuple[str, str, str]:
    """What stands before, between and behind the marks of a name."""
    begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
    if document.count(begin) != 1 or document.count(end) != 1:
        raise ValueError(f"docs/phenomena.md: wanted the marks of {name} once")
    before, rest = document.split(begin)
    between, behind = rest.split(end)
    return before + begin, between, end + behind


def texts_of(records: dict) -> dict[str, str]:
    """Between which marks stands what."""
    texts = {mark: show(records[name]["figures"]) for mark, (name, show) in SHOWN.items() if name in records}
    return {**texts, "sources": sources(records)}


def fill(document: str, records: dict) -> str:
    for mark, text in texts_of(records).items():
        before, _, behind = marked(document, mark)
        document = before + text + "\n" + behind
    return document


def faults_of(document: str, records: dict) -> list[str]:
    """Where the page is not what the records say."""
    faults = [f"no figures of {name}" for name in {name for name, _ in SHOWN.values()} - set(records)]
    for name, record in records.items():
        if not record.get("revisions") or not all(len(digest) == 64 for digest in record["checkpoints"].values()):
            faults.append(f"{name}: wanted revisions and SHA-256 of checkpoints")
    rest = document
    for mark, text in texts_of(records).items():
        before, between, behind = marked(rest, mark)
        if between != text + "\n":
            faults.append(f"{mark}: the page differs from docs/phenomena.json")
        rest = before + behind
    faults += [f"a measured figure outside of the marks: {line}" for line in rest.splitlines() if "±" in line.replace("`±`", "")]
    return faults
