"""Holds the paired tests against scipy and statsmodels: paired_test.py DUMP_PAIRED"""
import json
import math
import subprocess
import sys

try:
    import numpy as np
    import statsmodels.api
    from scipy import stats
    from statsmodels.stats.contingency_tables import mcnemar
    from statsmodels.stats.multitest import multipletests
    from statsmodels.stats.proportion import proportion_confint
except ImportError as missing:
    print(f"SKIPPED: {missing} (./run-tests --with-python installs it)")
    sys.exit(77)

DRAWS = 10000


def perplexity(values, axis=-1):
    return np.exp(-np.mean(values, axis=axis))


METRICS = {"mean": np.mean, "perplexity": perplexity}


def cases(random):
    for documents in (5, 12, 40, 300):
        for _ in range(4):
            chance = random.beta(2, 1, documents)
            verdicts = [(random.random(documents) < chance).astype(float) for _ in range(2)]
            yield "mean", verdicts
            level = random.normal(0.5, 0.2, documents)
            yield "mean", [level + random.normal(shift, 0.1, documents) for shift in (0, 0.03)]
            nats = random.normal(-3, 1, documents)
            yield "perplexity", [nats + random.normal(shift, 0.3, documents) for shift in (0, 0.1)]


def clustered_cases(random):
    """Clusters of very different sizes, whose documents have a good part in common."""
    for count in (3, 8, 11, 40):
        for _ in range(4):
            groups = np.repeat(np.arange(count), random.integers(1, 9, count))
            shared = [random.normal(0, 1, count)[groups] for _ in range(2)]
            noise = [random.normal(0, 0.5, len(groups)) for _ in range(2)]
            scores = [common + own for common, own in zip(shared, noise)]
            yield "mean", [(one > 0).astype(float) for one in scores], groups
            yield "mean", scores, groups
            yield "perplexity", [one - 3 for one in scores], groups


def close(got, wanted, what, relative=1e-9):
    if not math.isclose(got, wanted, rel_tol=relative, abs_tol=1e-12):
        sys.exit(f"paired_test: {what}: wanted {wanted}, got {got}")


def check_verdicts(a, b, got):
    table = [[sum((a == i) & (b == j)) for j in (0, 1)] for i in (0, 1)]
    close(got["p"], mcnemar(table, exact=True).pvalue, "McNemar")
    close(got["stderr"], stats.sem(b - a), "standard error")
    wilson = proportion_confint(a.sum(), len(a), method="wilson")
    for end, wanted in zip(got["interval_a"], wilson):
        close(end, min(max(wanted, 0.0), 1.0), "Wilson's interval")


def check_permutation(name, a, b, got):
    metric = METRICS[name]

    def statistic(x, y, axis):
        return metric(x, axis=axis) - metric(y, axis=axis)

    exact = len(a) <= 12
    wanted = stats.permutation_test(
        (b, a), statistic, permutation_type="samples", vectorized=True,
        n_resamples=np.inf if exact else DRAWS, rng=np.random.default_rng(1)).pvalue
    spread = 4.5 * math.sqrt(wanted * (1 - wanted) / DRAWS * (1 if exact else 2)) + 2 / DRAWS
    if abs(got["p"] - wanted) > spread:
        sys.exit(f"paired_test: permutation of {len(a)} documents, {name}: wanted {wanted}, got {got['p']}")


def check(name, a, b, got):
    close(got["difference"], METRICS[name](b) - METRICS[name](a), "difference")
    if got["test"] == "mcnemar":
        return check_verdicts(a, b, got)
    check_permutation(name, a, b, got)
    if name == "mean":
        interval = stats.ttest_rel(b, a).confidence_interval()
        close(got["interval"][0], interval.low, "interval")
        close(got["interval"][1], interval.high, "interval")
    elif len(a) < 6:
        check_few(a, b, got)
    elif len(a) >= 300:
        close(got["stderr"], stats.sem(gradient_of(a, b)), "bootstrap", relative=0.05)


def gradient_of(a, b):
    """Each document's part in the difference of two perplexities, to first order."""
    return -perplexity(b) * (b - b.mean()) + perplexity(a) * (a - a.mean())


def check_few(a, b, got):
    error = stats.sem(gradient_of(a, b))
    close(got["stderr"], error, "error to first order")
    student = stats.t.ppf(0.975, len(a) - 1)
    for end, sign in zip(got["interval"], (-1, 1)):
        close(end, perplexity(b) - perplexity(a) + sign * student * error, "interval to first order")
    interval = stats.t.interval(0.95, len(a) - 1, loc=-a.mean(), scale=stats.sem(a))
    for end, wanted in zip(got["interval_a"], interval):
        close(end, math.exp(wanted), "interval of few documents")


def sandwich(values, groups):
    """The error of a mean as that of an intercept; statsmodels' correction is K / (K - 1) for it."""
    model = statsmodels.api.OLS(values, np.ones((len(values), 1)))
    return model.fit(cov_type="cluster", cov_kwds={"groups": groups}).bse[0]


def check_cluster_permutation(name, a, b, groups, got):
    sizes = np.bincount(groups)
    sums = [np.bincount(groups, values) for values in (a, b)]

    def statistic(x, y, axis):
        x, y = (np.sum(one, axis=axis) / sizes.sum() for one in (x, y))
        return x - y if name == "mean" else np.exp(-x) - np.exp(-y)

    exact = len(sizes) <= 11
    wanted = stats.permutation_test(
        (sums[1], sums[0]), statistic, permutation_type="samples", vectorized=True,
        n_resamples=np.inf if exact else DRAWS, rng=np.random.default_rng(1)).pvalue
    spread = 4.5 * math.sqrt(wanted * (1 - wanted) / DRAWS * (1 if exact else 2)) + 2 / DRAWS
    if abs(got["p"] - wanted) > spread:
        sys.exit(f"paired_test: permutation of {len(sizes)} clusters, {name}: wanted {wanted}, got {got['p']}")


def check_bootstrap_of_clusters(a, b, groups, got):
    """Replicates of our own, with another generator."""
    sizes = np.bincount(groups)
    sums = [np.bincount(groups, values) for values in (a, b)]
    drawn = np.random.default_rng(2).integers(0, len(sizes), (DRAWS, len(sizes)))
    of_a, of_b = (np.exp(-one[drawn].sum(1) / sizes[drawn].sum(1)) for one in sums)
    if len(sizes) >= 40:  # few clusters of several sizes have heavy tails
        close(got["stderr"], np.std(of_b - of_a, ddof=1), "bootstrap of clusters", relative=0.05)
        close(got["stderr_a"], np.std(of_a, ddof=1), "bootstrap of clusters", relative=0.05)


def check_clustered(name, a, b, groups, got):
    close(got["difference"], METRICS[name](b) - METRICS[name](a), "difference")
    if got["test"] != "cluster_permutation":
        sys.exit(f"paired_test: wanted a permutation of clusters, got {got['test']}")
    check_cluster_permutation(name, a, b, groups, got)
    if name != "mean":
        return check_bootstrap_of_clusters(a, b, groups, got)
    count = groups.max() + 1
    close(got["stderr"], sandwich(b - a, groups), "error over clusters")
    close(got["stderr_a"], sandwich(a, groups), "error over clusters")
    if not set(np.concatenate([a, b])) <= {0.0, 1.0}:
        ends = stats.t.interval(0.95, count - 1, loc=np.mean(b - a), scale=sandwich(b - a, groups))
        for end, wanted in zip(got["interval"], ends):
            close(end, wanted, "interval over clusters")


def main():
    random = np.random.default_rng(20240901)
    pairs = [(name, a, b) for name, (a, b) in cases(random)]
    families = [random.random(size).tolist() for size in (1, 2, 7, 30)]
    lines = [json.dumps({"aggregation": name, "a": a.tolist(), "b": b.tolist()}) for name, a, b in pairs]
    clustered = [(name, a, b, groups) for name, (a, b), groups in clustered_cases(random)]
    lines += [json.dumps({"aggregation": name, "a": a.tolist(), "b": b.tolist(), "clusters": groups.tolist()})
              for name, a, b, groups in clustered]
    lines += [json.dumps({"p_values": family}) for family in families]
    output = subprocess.run([sys.argv[1]], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in output.stdout.splitlines()]
    for (name, a, b), got in zip(pairs, answers):
        check(name, a, b, got)
    for (name, a, b, groups), got in zip(clustered, answers[len(pairs):]):
        check_clustered(name, a, b, groups, got)
    for family, got in zip(families, answers[len(pairs) + len(clustered):]):
        for one, wanted in zip(got, multipletests(family, method="holm")[1]):
            close(one, wanted, "Holm")
    print(f"{len(pairs)} pairs of runs, {len(clustered)} in clusters and {len(families)} families agree with scipy "
          "and statsmodels")


main()
