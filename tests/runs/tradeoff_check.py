"""Computes everything that a trade-off says from the numbers of its documents again, plainly.

usage: tradeoff_check.py PROGRAM WORK

Runs a small trade-off of the embedded models into WORK and reads its JSON. Intervals by bootstrap are
checked to lie around their values; those of differences of verdicts are computed again. Exit code: 0, or 1
with what differs.
"""

import json
import math
import shutil
import subprocess
import sys
from pathlib import Path

ARGUMENTS = ["tradeoff", "--task", "gsm8k", "--limit", "60", "--timed", "6", "--timed-batch", "12", "--rounds", "2",
             "--sweep", "sampler=llada steps=48,12,6", "--sweep", "sampler=threshold threshold=0.5,0.9",
             "--threads", "1", "--seed", "3", "--margin", "20"]
Z = 1.959963984540054


class Differs(Exception):
    pass


def same(what, said, computed, tolerance=1e-9):
    if said is None or computed is None:
        if said is not computed:
            raise Differs(f"{what}: the file says {said}, its documents {computed}")
    elif abs(said - computed) > tolerance * max(1.0, abs(computed)):
        raise Differs(f"{what}: the file says {said}, its documents {computed}")


def mean(values):
    return sum(values) / len(values)


def quantile(values, p):
    values = sorted(values)
    place = p * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])


def verdict_interval(a, b):
    """Of the mean of b - a, both 0 or 1: half a document added to each of the four outcomes."""
    n = len(a) + 2
    gained = sum(y > x for x, y in zip(a, b)) + 0.5
    lost = sum(y < x for x, y in zip(a, b)) + 0.5
    value = (gained - lost) / n
    error = math.sqrt((gained + lost) / n - value * value) / math.sqrt(n)
    return [max(value - Z * error, -1.0), min(value + Z * error, 1.0)]


def check_difference(what, said, reference, point):
    same(f"{what}, value", said["value"], mean(point) - mean(reference))
    for end, computed in zip(said["interval"], verdict_interval(reference, point)):
        same(f"{what}, interval", end, computed, 1e-6)
    if said["changed"] != sum(x != y for x, y in zip(reference, point)):
        raise Differs(f"{what}: changed")


def check_point(point):
    documents = point["documents"]
    what = point["name"]
    same(f"{what}: quality", point["quality"], mean(documents["quality"]))
    for column in ("forwards", "row_forwards", "token_forwards", "new_tokens"):
        same(f"{what}: {column}", point[column], mean(documents[column]))
    same(f"{what}: tokens a forward", point["tokens_per_forward"],
         sum(documents["new_tokens"]) / sum(documents["forwards"]))
    same(f"{what}: p50", point["latency_p50"], quantile(point["latencies"], 0.5))
    same(f"{what}: p95", point["latency_p95"], quantile(point["latencies"], 0.95))
    same(f"{what}: rate", point["documents_per_second"], quantile(point["rates"], 0.5))


def check_front(points):
    for point in points:
        beaten = any(other["row_forwards"] <= point["row_forwards"] and other["quality"] >= point["quality"] and
                     (other["row_forwards"] < point["row_forwards"] or other["quality"] > point["quality"])
                     for other in points)
        if point["on_front"] == beaten:
            raise Differs(f"{point['name']}: on the front or not")


def area(points, best):
    points = sorted((p["tokens_per_forward"], 100 * p["quality"]) for p in points)
    points = [p for p in points if p[1] >= points[0][1] - 5]

    def weighted(y):
        return y * min(math.exp(-3 * (1 - y / best)), 1)
    total = points[0][0] * points[0][1]
    for (rho0, y0), (rho1, y1) in zip(points, points[1:]):
        total += (rho1 - rho0) * (weighted(y1) + weighted(y0)) / 2
    return total


def check_choice(study, choice):
    points = {point["name"]: point for point in study["points"]}
    reference = study["arm"] if choice["reference"] == "arm" else points[study["sequential"]]
    chooses = study["chooses"]

    def some(point, column, half):
        return [value for value, first in zip(point["documents"][column], chooses) if first == half]

    def cost(point, half):
        if choice["cost"] == "throughput":
            return 1 / quantile(point["rates"], 0.5)
        if choice["cost"] == "latency":
            return mean([seconds for seconds, document in zip(point["latencies"], study["timed"])
                         if chooses[document] == half])
        return mean(some(point, choice["cost"], half))
    what = f"{choice['reference']}, {choice['cost']}"
    kept = [name for name, point in points.items()
            if verdict_interval(some(reference, "quality", True), some(point, "quality", True))[0] > -study["margin"]]
    if kept != choice["kept"]:
        raise Differs(f"{what}: kept are {kept}, the file says {choice['kept']}")
    chosen = min(kept, key=lambda name: cost(points[name], True)) if kept else None
    if chosen != choice["chosen"]:
        raise Differs(f"{what}: {chosen} is the cheapest, the file says {choice['chosen']}")
    if chosen is None:
        return
    point = points[chosen]
    if choice["cost"] == "throughput":
        ratio = math.exp(mean([math.log(b / a) for a, b in zip(reference["rates"], point["rates"])]))
    else:
        ratio = cost(reference, False) / cost(point, False)
    same(f"{what}: ratio", choice["ratio"]["value"], ratio)
    interval = choice["ratio"]["interval"]
    if interval and not interval[0] <= ratio <= interval[1]:
        raise Differs(f"{what}: {ratio} is not in {interval}")
    check_difference(what, choice["difference"], some(reference, "quality", False), some(point, "quality", False))
    if choice["holds"] != (choice["difference"]["interval"][0] > -study["margin"]):
        raise Differs(f"{what}: holds or not")


def check(study):
    points = study["points"]
    for point in points + [study["arm"]]:
        check_point(point)
    sequential = next(point for point in points if point["name"] == study["sequential"])
    for point in points:
        own = point["documents"]["quality"]
        check_difference(point["name"], point["from_arm"], study["arm"]["documents"]["quality"], own)
        check_difference(point["name"], point["from_sequential"], sequential["documents"]["quality"], own)
    check_front(points)
    best = max(point["quality"] for point in points + [study["arm"]])
    same("best quality", study["best_quality"], best)
    for curve in study["curves"]:
        on_it = [point for point in points if point["curve"] == curve["name"]]
        if [point["name"] for point in on_it] != curve["points"]:
            raise Differs(f"{curve['name']}: its points")
        same(f"{curve['name']}: AUP", curve["aup"], area(on_it, 100 * best))
    if len(study["choices"]) != 8 or not any(choice["chosen"] for choice in study["choices"]):
        raise Differs("choices: wanted those of two references by four costs, and one that is made")
    for choice in study["choices"]:
        check_choice(study, choice)


def main():
    program, work = sys.argv[1], Path(sys.argv[2])
    shutil.rmtree(work, ignore_errors=True)
    run = subprocess.run([program, *ARGUMENTS, "--output", str(work)], text=True, capture_output=True)
    if run.returncode != 0:
        print(run.stderr)
        return 1
    study = json.loads(next(work.glob("tradeoff_*.json")).read_text())
    try:
        check(study)
    except Differs as difference:
        print(difference)
        return 1
    print(f"{len(study['points'])} points of {study['documents']} documents, as their documents say")
    return 0


if __name__ == "__main__":
    sys.exit(main())
