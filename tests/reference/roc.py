"""Reference values of the ROC statistics, from scikit-learn, SciPy and NumPy.

    pip install numpy scipy scikit-learn
    python tests/reference/roc.py > crates/dam-analysis/src/roc/reference.rs

Everything is seeded, so the same versions print the same digits. Takes about a minute.
"""

import numpy
import scipy.stats
import sklearn
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

RESAMPLES = 200_000
LEVEL = 0.9


def number(x):
    x = float(x)
    if numpy.isinf(x):
        return "f64::INFINITY"
    return repr(x)


def block(items, indent):
    """The items of a Rust slice, as many to a line as fit."""
    lines = [""]
    for item in items:
        if len(lines[-1]) + len(item) + 2 > 110 - indent:
            lines.append("")
        lines[-1] += " " * bool(lines[-1]) + item + ","
    return "\n".join(" " * indent + line for line in lines)


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


def print_case(name, score, label):
    fpr, tpr, threshold = roc_curve(label, score, drop_intermediate=False)
    j = tpr - fpr
    # The first of several maxima that differ by rounding alone.
    best = numpy.flatnonzero(j > j.max() - 1e-12)[0]
    points = [f"[{number(a)}, {number(b)}, {number(c)}]" for a, b, c in zip(fpr, tpr, threshold)]
    print("    Case {")
    print(f'        name: "{name}",')
    print("        scores: &[")
    print(block([number(s) for s in score], 12))
    print("        ],")
    print("        labels: &[")
    print(block([str(int(k)) for k in label], 12))
    print("        ],")
    print(f"        auc: {number(roc_auc_score(label, score))},")
    print(f"        average_precision: {number(average_precision_score(label, score))},")
    print("        curve: &[")
    print(block(points, 12))
    print("        ],")
    print(f"        youden: [{number(j[best])}, {number(threshold[best])}],")
    print("    },")


def auc(positive, negative):
    """The Mann-Whitney AUC along the last axis, which holds the samples."""
    p, n = positive.shape[-1], negative.shape[-1]
    rank = scipy.stats.rankdata(numpy.concatenate([positive, negative], axis=-1), axis=-1)
    return (rank[..., :p].sum(axis=-1) - p * (p + 1) / 2) / (p * n)


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


print(f"""\
//! Reference values printed by tests/reference/roc.py with scikit-learn {sklearn.__version__}, \
SciPy {scipy.__version__} and
//! NumPy {numpy.__version__}; not to be edited.

pub(super) struct Case {{
    pub(super) name: &'static str,
    pub(super) scores: &'static [f64],
    pub(super) labels: &'static [u8],
    pub(super) auc: f64,
    pub(super) average_precision: f64,
    /// FPR, TPR and threshold of each point.
    pub(super) curve: &'static [[f64; 3]],
    /// The largest index, and the highest threshold that reaches it.
    pub(super) youden: [f64; 2],
}}

pub(super) const CASES: &[Case] = &[""")
data = list(data_sets())
for case in data:
    print_case(*case)
print("];\n")

print(f"/// Lower end, upper end and standard error of bootstraps of the AUC of the first case, level {LEVEL}.")
print(f"pub(super) const LEVEL: f64 = {LEVEL};")
for name, method in [("PLAIN", plain), ("STRATIFIED", stratified)]:
    digits = ", ".join(number(x) for x in method(*data[0][1:]))
    print(f"pub(super) const {name}: [f64; 3] = [{digits}];")

values = numpy.sort(numpy.round(numpy.random.default_rng(3).random(11), 3))
orders = [0.0, 0.025, 0.05, 0.3, 0.5, 0.55, 0.77, 0.975, 1.0]
print("\n/// Ascending values, and pairs of an order with the quantile of that order.")
print("pub(super) const VALUES: &[f64] = &[")
print(block([number(v) for v in values], 4))
print("];")
print("pub(super) const QUANTILES: &[[f64; 2]] = &[")
print(block([f"[{number(q)}, {number(numpy.quantile(values, q))}]" for q in orders], 4))
print("];")
