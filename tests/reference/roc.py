"""Reference values of the ROC statistics, from scikit-learn, SciPy, NumPy and mpmath.

    pip install numpy scipy scikit-learn mpmath
    for part in auc delong bca calibration; do
        python tests/reference/roc.py $part > crates/dam-analysis/src/roc/reference/$part.rs
    done

Everything is seeded, so the same versions print the same digits. `auc` takes about a minute.
"""

import sys
import warnings
from fractions import Fraction

import mpmath
import numpy
import scipy.stats
import sklearn
from sklearn.calibration import calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score, roc_curve

RESAMPLES = 200_000
LEVEL = 0.9

# Albumin, total protein, K-G score and outcome (0: benefit from surgery) of the 43 complete records of 49
# patients with ovarian cancer: E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, Biometrics 44, 837-845
# (1988), the data of the paper that introduced the test.
OVARIAN = """
    3.0 5.8 10 0   3.2 6.3  5 1   3.9 6.8  3 1   2.8 4.8  6 0   3.2 5.8  3 1   0.9 4.0  5 0   2.5 5.7  8 0
    1.6 5.6  5 1   3.8 5.7  5 1   3.7 6.7  6 1   3.2 5.4  4 1   3.8 6.6  6 1   4.1 6.6  5 1   3.6 5.7  5 1
    4.3 7.0  4 1   3.6 6.7  4 0   2.3 4.4  6 1   4.2 7.6  4 0   4.0 6.6  6 0   3.5 5.8  6 1   3.8 6.8  7 1
    3.0 4.7  8 0   4.5 7.4  5 1   3.7 7.4  5 1   3.1 6.6  6 1   4.1 8.2  6 1   4.3 7.0  5 1   4.3 6.5  4 1
    3.2 5.1  5 1   2.6 4.7  6 1   3.3 6.8  6 0   1.7 4.0  7 0   3.7 6.1  5 1   3.3 6.3  7 1   4.2 7.7  6 1
    3.5 6.2  5 1   2.9 5.7  9 0   2.1 4.8  7 1   2.8 6.2  8 0   4.0 7.0  7 1   3.3 5.7  6 1   3.7 6.9  5 1
    3.6 6.6  5 1
"""


def number(x):
    x = float(x)
    if numpy.isinf(x):
        return "f64::INFINITY"
    return repr(x)


def row(values):
    return "[" + ", ".join(number(x) for x in values) + "]"


def block(items, indent):
    """The items of a Rust slice, as many to a line as fit."""
    lines = [""]
    for item in items:
        if len(lines[-1]) + len(item) + 2 > 110 - indent:
            lines.append("")
        lines[-1] += " " * bool(lines[-1]) + item + ","
    return "\n".join(" " * indent + line for line in lines)


def print_slice(name, items):
    """A field of a struct that is a slice."""
    print(f"        {name}: &[")
    print(block(items, 12))
    print("        ],")


def print_samples(score, label):
    print_slice("scores", [number(s) for s in score])
    print_slice("labels", [str(int(k)) for k in label])


def data_sets():
    rng = numpy.random.default_rng(20240607)
    label = numpy.arange(80) < 30
    rng.shuffle(label)
    yield "continuous", numpy.round(rng.normal(size=80) + 1.1 * label, 3), label
    label = rng.random(120) < 0.35
    yield "heavy ties", rng.binomial(5, 0.35 + 0.25 * label).astype(float), label
    label = numpy.array([0, 0, 0, 1, 1, 0, 1, 1], dtype=bool)
    score = numpy.array([0.1, 0.2, 0.3, 0.7, 0.8, 0.2, 0.9, 0.9])
    yield "separated", score, label
    yield "reversed", -score, label
    yield "constant", numpy.full(8, 2.5), label
    yield "one positive", numpy.array([3.0, 1.0, 2.0, 2.0, 5.0]), numpy.array([0, 0, 1, 0, 0], dtype=bool)
    yield (
        "extreme magnitudes",
        numpy.array([0.0, -0.0, 5e-324, -5e-324, 1e-300, 8e307, -8e307, 0.0]),
        numpy.array([1, 0, 1, 0, 0, 1, 0, 1], dtype=bool),
    )


# AUC, its bootstrap by percentiles, and the partial AUC.


def auc(positive, negative):
    """The Mann-Whitney AUC along the last axis, which holds the samples."""
    p, n = positive.shape[-1], negative.shape[-1]
    rank = scipy.stats.rankdata(numpy.concatenate([positive, negative], axis=-1), axis=-1)
    return (rank[..., :p].sum(axis=-1) - p * (p + 1) / 2) / (p * n)


def partial_auc(score, label, end):
    """The area under the straight lines of the ROC curve, in fractions."""
    end, area, fp, tp = Fraction(end), Fraction(0), Fraction(0), Fraction(0)
    for threshold in numpy.unique(score)[::-1]:
        x = Fraction(int((score[~label] >= threshold).sum()), int((~label).sum()))
        y = Fraction(int((score[label] >= threshold).sum()), int(label.sum()))
        stop = min(x, end)
        if stop > fp:
            at_stop = tp + (y - tp) * (stop - fp) / (x - fp)
            area += (stop - fp) * (tp + at_stop) / 2
        fp, tp = x, y
        if fp >= end:
            break
    return area


def print_case(name, score, label):
    fpr, tpr, threshold = roc_curve(label, score, drop_intermediate=False)
    j = tpr - fpr
    # The first of several maxima that differ by rounding alone.
    best = numpy.flatnonzero(j > j.max() - 1e-12)[0]
    print("    Case {")
    print(f'        name: "{name}",')
    print_samples(score, label)
    print(f"        auc: {number(roc_auc_score(label, score))},")
    print(f"        average_precision: {number(average_precision_score(label, score))},")
    print_slice("curve", [row(point) for point in zip(fpr, tpr, threshold)])
    print(f"        youden: [{number(j[best])}, {number(threshold[best])}],")
    ends = [0.01, 0.1, 0.2, 0.25, 0.3, 0.5, 0.77, 1.0]
    standardized = [roc_auc_score(label, score, max_fpr=end) for end in ends]
    areas = [partial_auc(score, label, end) for end in ends]
    print_slice("partial", [row(x) for x in zip(ends, areas, standardized)])
    print("    },")


def stratified(score, label):
    result = scipy.stats.bootstrap(
        (score[label], score[~label]),
        lambda x, y, axis: auc(numpy.moveaxis(x, axis, -1), numpy.moveaxis(y, axis, -1)),
        n_resamples=RESAMPLES,
        batch=1000,
        vectorized=True,
        confidence_level=LEVEL,
        method="percentile",
        rng=numpy.random.default_rng(1),
    )
    return result.confidence_interval.low, result.confidence_interval.high, result.standard_error


def plain(score, label):
    rng = numpy.random.default_rng(2)
    replicates = []
    while len(replicates) < RESAMPLES:
        index = rng.integers(len(score), size=len(score))
        s, k = score[index], label[index]
        if 0 < k.sum() < len(k):
            replicates.append(auc(s[k], s[~k]))
    low, high = numpy.quantile(replicates, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return low, high, numpy.std(replicates, ddof=1)


def print_auc():
    print("""\
pub(in super::super) struct Case {
    pub(in super::super) name: &'static str,
    pub(in super::super) scores: &'static [f64],
    pub(in super::super) labels: &'static [u8],
    pub(in super::super) auc: f64,
    pub(in super::super) average_precision: f64,
    /// FPR, TPR and threshold of each point.
    pub(in super::super) curve: &'static [[f64; 3]],
    /// The largest index, and the highest threshold that reaches it.
    pub(in super::super) youden: [f64; 2],
    /// Largest FPR, partial AUC and its standardized form.
    pub(in super::super) partial: &'static [[f64; 3]],
}

pub(in super::super) const CASES: &[Case] = &[""")
    data = list(data_sets())
    for case in data:
        print_case(*case)
    print("];\n")

    print(f"/// Lower end, upper end and standard error of bootstraps of the AUC of the first case, level {LEVEL}.")
    print(f"pub(in super::super) const LEVEL: f64 = {LEVEL};")
    for name, method in [("PLAIN", plain), ("STRATIFIED", stratified)]:
        print(f"pub(in super::super) const {name}: [f64; 3] = {row(method(*data[0][1:]))};")

    values = numpy.sort(numpy.round(numpy.random.default_rng(3).random(11), 3))
    orders = [0.0, 0.025, 0.05, 0.3, 0.5, 0.55, 0.77, 0.975, 1.0]
    print("\n/// Ascending values, and pairs of an order with the quantile of that order.")
    print("pub(in super::super) const VALUES: &[f64] = &[")
    print(block([number(v) for v in values], 4))
    print("];")
    print("pub(in super::super) const QUANTILES: &[[f64; 2]] = &[")
    print(block([row([q, numpy.quantile(values, q)]) for q in orders], 4))
    print("];")


# DeLong, from all P N pairs as the paper has it.


def components(score, label):
    """The structural components V10 of the positives and V01 of the negatives."""
    kernel = numpy.heaviside(score[label][:, None] - score[~label][None, :], 0.5)
    return kernel.mean(axis=1), kernel.mean(axis=0)


def delong_covariance(scores, label):
    v10, v01 = zip(*[components(score, label) for score in scores])
    return numpy.cov(v10, ddof=1) / label.sum() + numpy.cov(v01, ddof=1) / (~label).sum()


def print_interval_case(name, score, label):
    area = float(components(score, label)[0].mean())
    error = numpy.sqrt(float(delong_covariance([score], label)))
    z = scipy.stats.norm.ppf(0.975)
    wald = numpy.clip([area - z * error, area + z * error], 0, 1)
    logit = "None"
    if 0 < area < 1:
        reach = z * error / (area * (1 - area))
        logit = f"Some({row(scipy.special.expit(scipy.special.logit(area) + numpy.array([-reach, reach])))})"
    print(f'    Interval {{ name: "{name}", variance: {number(error**2)}, wald: {row(wald)}, logit: {logit} }},')


def print_paired_case(name, first, second, label):
    covariance = delong_covariance([first, second], label)
    difference = components(first, label)[0].mean() - components(second, label)[0].mean()
    z = difference / numpy.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    print("    Paired {")
    print(f'        name: "{name}",')
    print_slice("first", [number(s) for s in first])
    print_slice("second", [number(s) for s in second])
    print_slice("labels", [str(int(k)) for k in label])
    print(f"        variances: {row(numpy.diag(covariance))},")
    print(f"        covariance: {number(covariance[0, 1])},")
    print(f"        difference: {number(difference)},")
    print(f"        z: {number(z)},")
    print(f"        p_value: {number(2 * scipy.stats.norm.sf(abs(z)))},")
    print("    },")


def print_delong():
    mpmath.mp.dps = 40
    points = [-30, -9.5, -5, -3.3, -1.959963984540054, -1.01, -0.8, -0.33, 0, 0.05, 0.57, 0.93, 2.2, 4.1]
    print("/// Pairs x, \u03a6(x).")
    print("pub(in super::super) const NORMAL: &[[f64; 2]] = &[")
    print(block([row([x, mpmath.ncdf(x)]) for x in points], 4))
    print("];\n")
    print("""\
pub(in super::super) struct Interval {
    /// That of the case in `auc`.
    pub(in super::super) name: &'static str,
    pub(in super::super) variance: f64,
    /// The ends at level 0.95.
    pub(in super::super) wald: [f64; 2],
    pub(in super::super) logit: Option<[f64; 2]>,
}

pub(in super::super) const INTERVALS: &[Interval] = &[""")
    for name, score, label in data_sets():
        if name != "one positive":
            print_interval_case(name, score, label)
    print("""\
];

pub(in super::super) struct Paired {
    pub(in super::super) name: &'static str,
    pub(in super::super) first: &'static [f64],
    pub(in super::super) second: &'static [f64],
    pub(in super::super) labels: &'static [u8],
    pub(in super::super) variances: [f64; 2],
    pub(in super::super) covariance: f64,
    pub(in super::super) difference: f64,
    pub(in super::super) z: f64,
    pub(in super::super) p_value: f64,
}

/// The first two are the data of DeLong, DeLong and Clarke-Pearson, Biometrics 44, 837-845 (1988).
pub(in super::super) const PAIRED: &[Paired] = &[""")
    data = numpy.array(OVARIAN.split(), dtype=float).reshape(-1, 4)
    albumin, protein, kg, outcome = data.T
    assert len(data) == 43
    print_paired_case("albumin and K-G score", albumin, 10 - kg, outcome == 1)
    print_paired_case("total protein and K-G score", protein, 10 - kg, outcome == 1)
    rng = numpy.random.default_rng(4)
    label = rng.random(90) < 0.4
    common = rng.normal(size=90)
    first = numpy.round(common + rng.normal(size=90) + 1.5 * label)
    print_paired_case("heavy ties", first, numpy.round(common + 0.3 * label), label)
    first = numpy.round(common + 2.5 * label, 3)
    print_paired_case("far apart", first, numpy.round(common - 1.5 * label, 3), label)
    print("];")


# BCa, from SciPy's public function; the resamples it draws are drawn again from the same generator.


def print_bca():
    rng = numpy.random.default_rng(5)
    label = rng.permutation(numpy.arange(40) < 16)
    score = rng.binomial(12, 0.4 + 0.17 * label).astype(float)
    levels, resamples, seed = [0.5, 0.9, 0.95], 60, 6

    def run(data, statistic, level):
        return scipy.stats.bootstrap(
            data,
            statistic,
            n_resamples=resamples,
            vectorized=False,
            confidence_level=level,
            method="BCa",
            rng=numpy.random.default_rng(seed),
        )

    def of_indices(index):
        index = index.astype(int)
        return auc(score[index][label[index]], score[index][~label[index]])

    replay = numpy.random.default_rng(seed)
    indices = replay.integers(0, 40, size=(resamples, 40))
    runs = [run((numpy.arange(40),), of_indices, level) for level in levels]
    assert (runs[0].bootstrap_distribution == [of_indices(i) for i in indices]).all()
    plain_limits = [r.confidence_interval for r in runs]

    replay = numpy.random.default_rng(seed)
    positives = replay.integers(0, 16, size=(resamples, 16))
    negatives = replay.integers(0, 24, size=(resamples, 24))
    p, n = score[label], score[~label]
    runs = [run((p, n), auc, level) for level in levels]
    assert (runs[0].bootstrap_distribution == [auc(p[i], n[j]) for i, j in zip(positives, negatives)]).all()
    stratified_limits = [r.confidence_interval for r in runs]

    print("pub(in super::super) const SCORES: &[f64] = &[")
    print(block([number(s) for s in score], 4))
    print("];")
    print("pub(in super::super) const LABELS: &[u8] = &[")
    print(block([str(int(k)) for k in label], 4))
    print("];\n")
    print("/// Level, lower and upper end.")
    for name, limits in [("PLAIN", plain_limits), ("STRATIFIED", stratified_limits)]:
        print(f"pub(in super::super) const {name}: &[[f64; 3]] = &[")
        for level, ends in zip(levels, limits):
            print(f"    {row([level, *ends])},")
        print("];")
    print("\n/// The samples drawn, one resample a line.")
    print(f"pub(in super::super) const SAMPLES: &[[u8; 40]; {resamples}] = &[")
    for index in indices:
        print(f"    {[int(i) for i in index]},")
    print("];")
    print("\n/// The positives drawn, then the negatives, each numbered from 0 in the order of the samples.")
    print(f"pub(in super::super) const WITHIN_CLASSES: &[([u8; 16], [u8; 24]); {resamples}] = &[")
    for i, j in zip(positives, negatives):
        print(f"    ({[int(k) for k in i]}, {[int(k) for k in j]}),")
    print("];")


# Calibration.


def logistic(score, label):
    """Intercept and slope of maximum likelihood, to 40 digits."""
    mpmath.mp.dps = 60
    x, y = [mpmath.mpf(float(s)) for s in score], [int(k) for k in label]
    beta = mpmath.matrix([0, 0])
    # The exact score equations; the start is that of scikit-learn.
    rough = LogisticRegression(C=numpy.inf, tol=1e-10, max_iter=1000).fit(score[:, None], label)
    beta[0], beta[1] = float(rough.intercept_[0]), float(rough.coef_[0, 0])
    for _ in range(100):
        p = [1 / (1 + mpmath.exp(-(beta[0] + beta[1] * s))) for s in x]
        gradient = mpmath.matrix([sum(k - q for k, q in zip(y, p)), sum((k - q) * s for s, k, q in zip(x, y, p))])
        w = [q * (1 - q) for q in p]
        cross = sum(v * s for v, s in zip(w, x))
        hessian = mpmath.matrix([[sum(w), cross], [cross, sum(v * s * s for v, s in zip(w, x))]])
        step = mpmath.lu_solve(hessian, gradient)
        beta += step
        if mpmath.norm(step) < mpmath.mpf(10) ** -40:
            break
    else:
        raise ValueError("no convergence")
    assert abs(rough.intercept_[0] - beta[0]) < 1e-3 * (1 + abs(beta[0]))
    assert abs(rough.coef_[0, 0] - beta[1]) < 1e-3 * (1 + abs(beta[1]))
    return beta[0], beta[1]


def fit_sets():
    named = {name: (score, label) for name, score, label in data_sets()}
    for name in ["continuous", "heavy ties"]:
        yield name, *named[name]
    rng = numpy.random.default_rng(7)
    label = rng.random(50) < 0.5
    yield "far from 0", numpy.round(1000 + 3 * (rng.normal(size=50) + label), 2), label
    yield "downhill", numpy.round(1e-6 * (rng.normal(size=50) - label), 8), label
    score = numpy.concatenate([rng.normal(size=30), [1e4]])
    yield "outlier", numpy.round(score, 3), numpy.append(rng.random(30) < 0.2 + 0.5 * (score[:30] > 0), True)
    yield "nearly separated", numpy.array([-3.0, -1.0, 0.01, 0.0, 2.0, 5.0]), numpy.arange(6) >= 3


def print_calibration():
    print("""\
pub(in super::super) struct Fit {
    pub(in super::super) name: &'static str,
    pub(in super::super) scores: &'static [f64],
    pub(in super::super) labels: &'static [u8],
    /// Intercept and slope.
    pub(in super::super) logistic: [f64; 2],
    /// Scores, of the samples and others, with their probability.
    pub(in super::super) isotonic: &'static [[f64; 2]],
}

pub(in super::super) const FITS: &[Fit] = &[""")
    for name, score, label in fit_sets():
        print("    Fit {")
        print(f'        name: "{name}",')
        print_samples(score, label)
        print(f"        logistic: {row(logistic(score, label))},")
        known = numpy.unique(score)
        asked = numpy.concatenate([[known[0] - 1], known, (known[1:] * 0.7 + known[:-1] * 0.3), [known[-1] + 1]])
        # Ties have to go in as one point each with its weight: scikit-learn lets their order matter.
        means = numpy.array([label[score == s].mean() for s in known])
        weights = numpy.array([(score == s).sum() for s in known])
        fit = IsotonicRegression(out_of_bounds="clip").fit(known, means, sample_weight=weights)
        print_slice("isotonic", [row(x) for x in zip(asked, fit.predict(asked))])
        print("    },")
    print("];\n")

    rng = numpy.random.default_rng(8)
    p = numpy.round(rng.beta(0.8, 1.1, size=60), 2)
    label = rng.random(60) < p**1.5
    print("pub(in super::super) const PROBABILITIES: &[f64] = &[")
    print(block([number(x) for x in p], 4))
    print("];")
    print("pub(in super::super) const LABELS: &[u8] = &[")
    print(block([str(int(k)) for k in label], 4))
    print("];")
    print(f"pub(in super::super) const BRIER: f64 = {number(brier_score_loss(label, p))};")
    print("\n/// The number of bins, and mean probability and fraction of positives in each.")
    print("pub(in super::super) const CURVES: &[(usize, &[[f64; 2]])] = &[")
    for bins in [1, 5, 7, 10, 40]:
        fraction, mean = calibration_curve(label, p, n_bins=bins, strategy="quantile")
        print(f"    ({bins}, &[")
        print(block([row(x) for x in zip(mean, fraction)], 8))
        print("    ]),")
    print("];")


if __name__ == "__main__":
    # The rough logistic fit may stop early; the Newton steps after it do not mind.
    warnings.simplefilter("ignore")
    print(f"""\
//! Reference values printed by tests/reference/roc.py with scikit-learn {sklearn.__version__}, \
SciPy {scipy.__version__}, NumPy {numpy.__version__}
//! and mpmath {mpmath.__version__}; not to be edited.
""")
    {"auc": print_auc, "delong": print_delong, "bca": print_bca, "calibration": print_calibration}[sys.argv[1]]()
