"""Reference values for the statistics: `python reference.py` writes reference.json beside this file;
`npm run format` brings it into the layout of the repository.

Made with SciPy 1.17.1 and statsmodels 0.15.0. Where neither has a method, its formula is written out here
once more, on their distributions. Resampling is repeated with the same generator (mulberry32), so that
it has to agree draw by draw.
"""

import json
import math
from pathlib import Path

import numpy as np
import statsmodels.api as sm
from scipy import integrate, optimize, stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.inter_rater import cohens_kappa, to_table
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

cases = {}


def case(function, args, expected):
    clean = lambda v: {k: clean(x) for k, x in v.items()} if isinstance(v, dict) else (
        [clean(x) for x in v] if isinstance(v, (list, tuple, np.ndarray)) else
        v.item() if isinstance(v, np.generic) else v)
    cases.setdefault(function, []).append({"args": clean(args), "expected": clean(expected)})


def mulberry32(seed):
    """The generator of src/util/random.ts."""
    state = seed & 0xFFFFFFFF

    def draw():
        nonlocal state
        state = (state + 0x6D2B79F5) & 0xFFFFFFFF
        t = state
        t = ((t ^ (t >> 15)) * (t | 1)) & 0xFFFFFFFF
        t = t ^ ((t + (((t ^ (t >> 7)) * (t | 61)) & 0xFFFFFFFF)) & 0xFFFFFFFF)
        return ((t ^ (t >> 14)) & 0xFFFFFFFF) / 2**32

    return draw


def span(estimate, ends, **more):
    return {"estimate": estimate, "low": ends[0], "high": ends[1], **more}


# --- distributions

for x in [-37, -8.5, -3.001, -2.999, -1.96, -0.3, 0, 1e-9, 0.7, 2.5, 3, 6]:
    case("normalCdf", [x], stats.norm.cdf(x))
for p in [1e-300, 1e-20, 1e-5, 0.001, 0.025, 0.3, 0.4999999, 0.5, 0.7, 0.975, 0.99999]:
    case("normalQuantile", [p], stats.norm.ppf(p))
for df in [1, 2, 3.7, 9, 39, 1000]:
    for t in [-50, -2.2, -0.01, 0.4, 1.9, 12]:
        case("studentTCdf", [t, df], stats.t.cdf(t, df))
    for p in [1e-8, 0.005, 0.025, 0.2, 0.45, 0.5000001, 0.8, 0.995]:
        case("studentTQuantile", [p, df], stats.t.ppf(p, df))
for a, b in [(0.5, 0.5), (0.5, 30.5), (1, 1), (3, 2), (20, 1), (97.5, 4.5), (5000, 7000), (90000, 10000)]:
    centre, spread = a / (a + b), stats.beta.std(a, b)
    for x in [1e-6, max(1e-4, centre - 2 * spread), centre, min(0.9999, centre + spread), 0.999999]:
        case("betaCdf", [x, a, b], stats.beta.cdf(x, a, b))
    for p in [1e-6, 0.025, 0.5, 0.9, 0.999]:
        case("betaQuantile", [p, a, b], stats.beta.ppf(p, a, b))
for n, p in [(1, 0.3), (7, 0.5), (60, 0.03), (400, 0.95), (20000, 0.5)]:
    for k in sorted({0, 1, int(n * p), int(n * p + 2 * math.sqrt(n * p * (1 - p))), n}):
        if k <= n:
            case("binomialPmf", [k, n, p], stats.binom.pmf(k, n, p))
            case("binomialCdf", [k, n, p], stats.binom.cdf(k, n, p))

# --- one proportion

for k, n in [(0, 1), (1, 1), (0, 20), (20, 20), (1, 29), (15, 148), (81, 263), (29, 30), (970, 1000)]:
    for level in [0.9, 0.95, 0.99]:
        for name, method in [("wilsonInterval", "wilson"), ("clopperPearsonInterval", "beta")]:
            ends = proportion_confint(k, n, alpha=1 - level, method=method)
            case(name, [k, n, {"level": level}], span(k / n, ends))
for k, n, effect in [(18, 20, 1.5), (0, 12, 3), (150, 200, 2.2)]:
    ends = proportion_confint(k / effect, n / effect, method="wilson")
    case("wilsonInterval", [k, n, {"designEffect": effect}], span(k / n, ends))
for n in [2, 10, 300]:
    case("ruleOfThree", [n], span(0, (0, min(1, -math.log(0.05) / n))))

# --- paired proportions

TABLES = [(36, 4, 2, 18), (59, 6, 16, 80), (1, 1, 7, 12), (7, 25, 2, 68), (14, 5, 0, 22), (794, 150, 86, 570),
          (30, 0, 0, 0), (25, 0, 0, 5), (0, 9, 0, 0), (0, 5, 5, 0), (12, 3, 3, 2), (1, 2, 20, 1), (93, 4, 1, 2)]


def counts(table):
    return dict(zip(["both", "firstOnly", "secondOnly", "neither"], table))


def newcombe(table, alpha, effect=1):
    e, f, g, h = (x / effect for x in table)
    n = e + f + g + h
    p1, p2 = (e + f) / n, (e + g) / n
    l1, u1 = proportion_confint(e + f, n, alpha=alpha, method="wilson")
    l2, u2 = proportion_confint(e + g, n, alpha=alpha, method="wilson")
    product = (e + f) * (g + h) * (e + g) * (f + h)
    numerator = e * h - f * g
    if numerator > n / 2:
        numerator -= n / 2
    elif numerator > 0:
        numerator = 0
    phi = numerator / math.sqrt(product) if product > 0 else 0
    side = lambda a, b: math.sqrt(max(0, a * a - 2 * phi * a * b + b * b))
    return p1 - p2 - side(p1 - l1, u2 - p2), p1 - p2 + side(u1 - p1, p2 - l2)


for table in TABLES:
    e, f, g, h = table
    n = sum(table)
    for level in [0.9, 0.95]:
        case("newcombeInterval", [counts(table), {"level": level}], span((f - g) / n, newcombe(table, 1 - level)))
    case("newcombeInterval", [counts(table), {"designEffect": 1.8}], span((f - g) / n, newcombe(table, 0.05, 1.8)))
    exact = mcnemar([[e, f], [g, h]], exact=True).pvalue if f + g else 1
    case("mcnemarTest", [counts(table), {"variant": "exact"}], {"p": exact, "discordant": f + g})
    observed = stats.binom.pmf(f, f + g, 0.5)
    mid = 1 if f + g == 0 else 1 - observed / 2 if f == g else exact - observed
    case("mcnemarTest", [counts(table)], {"p": mid, "discordant": f + g})

# --- means

SKEWED = [round(x, 6) for x in stats.expon.ppf((np.arange(1, 31) - 0.5) / 30)]
DIFFERENCES = [0.21, -0.08, 0.4, 0.13, 0, 0.02, -0.31, 0.55, 0.18, 0.07, 0.29, -0.02, 0.36, 0.11]
LABELS = list("aabbbcdddeeffg")
values = np.array(DIFFERENCES)


def t_result(estimate, se, df, level, clusters):
    half = stats.t.ppf(0.5 + level / 2, df) * se
    p = 2 * stats.t.sf(abs(estimate / se), df)
    return span(estimate, (estimate - half, estimate + half), standardError=se, df=df, p=p, clusters=clusters)


case("meanInterval", [DIFFERENCES], t_result(values.mean(), stats.sem(values), 13, 0.95, 14))
groups = np.unique(LABELS, return_inverse=True)[1]
fit = sm.OLS(values, np.ones(14)).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
ends = fit.conf_int()[0]
case("meanInterval", [DIFFERENCES, {"clusters": LABELS}],
     span(fit.params[0], ends, standardError=fit.bse[0], df=6, p=fit.pvalues[0], clusters=7))
means = np.array([values[groups == g].mean() for g in range(7)])
case("meanInterval", [DIFFERENCES, {"clusters": LABELS, "weighting": "clusters", "level": 0.9}],
     t_result(means.mean(), stats.sem(means), 6, 0.9, 7))

sizes = np.bincount(groups)
between = sum(sizes * (means - values.mean()) ** 2) / 6
within = sum((values - means[groups]) ** 2) / (14 - 7)
ratio = stats.f_oneway(*[values[groups == g] for g in range(7)]).statistic
assert abs(ratio - between / within) < 1e-9
m0 = (14 - sum(sizes**2) / 14) / 6
icc = (ratio - 1) / (ratio + m0 - 1)
case("intraclassCorrelation", [DIFFERENCES, LABELS], icc)
case("designEffect", [DIFFERENCES, LABELS], 1 + (sum(sizes**2) / 14 - 1) * max(0, icc))

# --- resampling


def bca(data, rounds, seed, level):
    draw = mulberry32(seed)
    n = len(data)
    boot = np.array([np.mean([data[int(draw() * n)] for _ in range(n)]) for _ in range(rounds)])
    centre = np.mean(data)
    z0 = stats.norm.ppf(stats.percentileofscore(boot, centre, kind="mean") / 100)
    left_out = np.array([np.mean(np.delete(data, i)) for i in range(n)])
    d = left_out.mean() - left_out
    a = np.sum(d**3) / (6 * np.sum(d**2) ** 1.5)
    z = stats.norm.ppf([(1 - level) / 2, (1 + level) / 2])
    return np.quantile(boot, stats.norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z))))


for data in [DIFFERENCES, SKEWED]:
    case("bootstrapInterval", [data, {"rounds": 2000, "seed": 7}],
         span(np.mean(data), bca(data, 2000, 7, 0.95)))


def order_of(labels):
    return list(dict.fromkeys(labels))


members = [[i for i, label in enumerate(LABELS) if label == g] for g in order_of(LABELS)]
draw = mulberry32(3)
boot = []
for _ in range(1500):
    picked = [i for _ in members for i in members[int(draw() * 7)]]
    boot.append(values[picked].mean())
case("clusterBootstrap", [DIFFERENCES, LABELS, {"rounds": 1500, "seed": 3, "level": 0.9}],
     span(values.mean(), np.quantile(boot, [0.05, 0.95])))

case("signFlipTest", [DIFFERENCES],
     {"p": stats.permutation_test((values,), np.sum, permutation_type="samples", n_resamples=np.inf).pvalue, "exact": True})
sums = np.array([values[m].sum() for m in members])
case("signFlipTest", [DIFFERENCES, {"clusters": LABELS}],
     {"p": stats.permutation_test((sums,), np.sum, permutation_type="samples", n_resamples=np.inf).pvalue, "exact": True})
many = [round(x, 6) for x in np.sin(np.arange(1, 31)) + 0.25]
draw = mulberry32(11)
hits = sum(abs(sum(abs(x) if draw() < 0.5 else -abs(x) for x in many)) >= abs(sum(many)) - 1e-12 for _ in range(3000))
case("signFlipTest", [many, {"rounds": 3000, "seed": 11}], {"p": (1 + hits) / 3001, "exact": False})

RUNS = [[round(x + s + 0.1 * math.sin(5 * i + s), 6) for i, x in enumerate(DIFFERENCES)] for s in (-0.05, 0.02, 0.11)]
runs = np.array(RUNS)
item_means = runs.mean(axis=0)
fit = sm.OLS(item_means, np.ones(14)).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
by_seed = runs.mean(axis=1)
v_seed, v_item = by_seed.var(ddof=1) / 3, fit.bse[0] ** 2
df = (v_seed + v_item) ** 2 / (v_seed**2 / 2 + v_item**2 / 6)
half = stats.t.ppf(0.975, df) * math.sqrt(v_seed + v_item)
centre = item_means.mean()
case("seedsInterval", [RUNS, {"clusters": LABELS}],
     span(centre, (centre - half, centre + half), bySeed=by_seed, signReversed=False))
draw = mulberry32(5)
boot = []
for _ in range(1500):
    picked = [int(draw() * 3) for _ in range(3)]
    items = []
    for _ in members:
        cluster = members[int(draw() * 7)]
        items += [cluster[int(draw() * len(cluster))] for _ in cluster]
    boot.append(runs[np.ix_(picked, items)].mean())
case("hierarchicalBootstrap", [RUNS, {"clusters": LABELS, "rounds": 1500, "seed": 5}],
     span(centre, np.quantile(boot, [0.025, 0.975]), bySeed=by_seed, signReversed=False))

# --- margins


def newcombe_p(table, margin, effect=1):
    f, g = table[1], table[2]
    estimate = (f - g) / sum(table)

    def end(z):
        if z == 0:
            return estimate + margin
        return newcombe(table, 2 * stats.norm.sf(abs(z)), effect)[0 if z > 0 else 1] + margin

    return stats.norm.sf(optimize.brentq(end, -8, 8, xtol=1e-13))


def swap(table):
    return (table[0], table[2], table[1], table[3])


for table, margin, effect in [((36, 4, 2, 18), 0.1, 1), ((59, 6, 16, 80), 0.08, 1), ((160, 9, 11, 20), 0.05, 1.4),
                              ((25, 0, 0, 5), 0.1, 1), ((60, 20, 5, 15), 0.1, 1)]:
    f, g = table[1], table[2]
    ends = newcombe(table, 0.1, effect)
    p = newcombe_p(table, margin, effect)
    options = {"margin": margin, "designEffect": effect}
    more = {"level": 0.9, "margin": margin}
    case("nonInferiorityOfProportions", [counts(table), options],
         span((f - g) / sum(table), ends, p=p, holds=ends[0] > -margin, **more))
    p = max(p, newcombe_p(swap(table), margin, effect))
    case("equivalenceOfProportions", [counts(table), options],
         span((f - g) / sum(table), ends, p=p, holds=ends[0] > -margin and ends[1] < margin, **more))

for margin in [0.02, 0.3]:
    low = stats.ttest_1samp(values, -margin, alternative="greater").pvalue
    high = stats.ttest_1samp(values, margin, alternative="less").pvalue
    ends = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    case("nonInferiorityOfMeans", [DIFFERENCES, {"margin": margin}],
         span(values.mean(), ends, p=low, holds=low <= 0.05, level=0.9, margin=margin))
    case("equivalenceOfMeans", [DIFFERENCES, {"margin": margin}],
         span(values.mean(), ends, p=max(low, high), holds=max(low, high) <= 0.05, level=0.9, margin=margin))

# --- many tests, planning

for ps in [[0.01, 0.04, 0.03, 0.005], [0.2], [0.5, 0.5, 0.001, 0.049, 0.9, 0.0125], [0.01, 0.01, 0.02], []]:
    for name, method, level in [("holm", "holm", 0.05), ("benjaminiHochberg", "fdr_bh", 0.1)]:
        adjusted = multipletests(ps, alpha=level, method=method)[1] if ps else []
        case(name, [ps], [{"p": p, "adjusted": a, "rejected": a <= level} for p, a in zip(ps, adjusted)])


def items_needed(delta, churn, alpha, power, effect=1):
    psi = delta + churn
    z, zb = stats.norm.isf(alpha / 2), stats.norm.ppf(power)
    return effect * (z * math.sqrt(psi) + zb * math.sqrt(max(0, psi - delta**2))) ** 2 / delta**2


for delta, churn, alpha, power, effect in [(0.03, 0.04, 0.05, 0.8, 1), (0.05, 0.1, 0.0125, 0.8, 1), (0.1, 0.2, 0.05, 0.9, 1.3), (0.3, 0.2, 0.05, 0.8, 1)]:
    options = {"churn": churn, "alpha": alpha, "power": power, "designEffect": effect}
    case("requiredItems", [delta, options], math.ceil(items_needed(delta, churn, alpha, power, effect)))
for n, churn, effect in [(40, 0.04, 1), (40, 0.1, 1), (200, 0.1, 1.3), (1000, 0.2, 1)]:
    delta = optimize.brentq(lambda d: items_needed(d, churn, 0.05, 0.8, effect) - n, 1e-4, 1 - churn, xtol=1e-14)
    case("minimumDetectableEffect", [n, {"churn": churn, "designEffect": effect}], delta)

# --- Bayesian comparison, agreement, percentiles


def difference_cdf(one, two, d):
    f = lambda y: stats.beta.cdf(y + d, *one) * stats.beta.pdf(y, *two)
    middle = two[0] / (two[0] + two[1])
    return sum(integrate.quad(f, a, b, epsabs=1e-12, epsrel=1e-12, limit=400)[0]
               for a, b in [(0, middle / 2), (middle / 2, middle), (middle, (1 + middle) / 2), ((1 + middle) / 2, 1)])


for k1, n1, k2, n2, prior in [(9, 10, 6, 10, 1), (29, 30, 25, 30, 0.5), (0, 20, 3, 20, 0.5), (0, 0, 0, 0, 1), (180, 200, 165, 200, 0.5)]:
    one, two = (k1 + prior, n1 - k1 + prior), (k2 + prior, n2 - k2 + prior)
    ends = [optimize.brentq(lambda d: difference_cdf(one, two, d) - q, -1, 1, xtol=1e-11) for q in (0.025, 0.975)]
    estimate = one[0] / sum(one) - two[0] / sum(two)
    case("betaBinomial", [{"successes": k1, "n": n1}, {"successes": k2, "n": n2}, {"prior": prior}],
         span(estimate, ends, firstBetter=1 - difference_cdf(one, two, 0)))
for b, c in [(6, 2), (0, 0), (0, 9)]:
    case("pairedBetaBinomial", [counts((5, b, c, 1))], {"firstBetter": stats.beta.sf(0.5, b + 0.5, c + 0.5)})

raters = [(list("aabbbcccaabc" * 9), list("abbbbccaaabc" * 9)), (["x", "y"] * 20, ["x", "y"] * 20), (["x"] * 6 + ["y"] * 4, ["x"] * 10)]
for first, second in raters:
    table = to_table(np.array([[ord(a), ord(b)] for a, b in zip(first, second)]))[0]
    result = cohens_kappa(table)
    n, observed = len(first), np.trace(table) / len(first)
    expected = 1 - (1 - observed) / (1 - result.kappa) if result.kappa < 1 else (np.array(first) == first[0]).mean() ** 2 * 2
    scale = lambda share: (share - expected) / (1 - expected)
    error = math.sqrt(max(0, result.var_kappa))
    simple = math.sqrt(observed * (1 - observed) / n) / (1 - expected)
    items = n * (simple / error) ** 2 if error > 1e-9 and simple > 0 else n
    ends = [scale(share) for share in proportion_confint(observed * items, items, method="wilson")]
    case("cohenKappa", [first, second], span(result.kappa, (max(-1, ends[0]), ends[1]), standardError=error))

latencies = [round(x, 6) for x in stats.lognorm.ppf((np.arange(1, 121) - 0.5) / 120, 0.7)]
for n, q in [(120, 0.5), (120, 0.9), (120, 0.95), (80, 0.95)]:
    sample = latencies[:n]
    ends = stats.quantile_test(np.array(sample), p=q).confidence_interval(0.95)
    case("percentileInterval", [sample, q], span(np.quantile(sample, q), ends))

path = Path(__file__).with_name("reference.json")
path.write_text(json.dumps(cases, indent=1) + "\n")
print(f"{sum(map(len, cases.values()))} cases of {len(cases)} functions -> {path.name}")
