"""Reference values of the errors of Monte Carlo time series, from the definitions by direct loops.

    pip install numpy mpmath
    python tests/reference/monte_carlo.py > crates/dam-analysis/src/monte_carlo/reference.rs

Sums are carried to 40 digits by mpmath; NumPy draws the series and the bootstrap resamples. Everything is
seeded, so the same versions print the same digits. Takes a few seconds.
"""

import mpmath
import numpy
from mpmath import mpf

mpmath.mp.dps = 40
RESAMPLES = 200_000


def number(x):
    return repr(float(x))


def block(items, indent):
    """The items of a Rust slice, as many to a line as fit."""
    lines = [""]
    for item in items:
        if len(lines[-1]) + len(item) + 2 > 110 - indent:
            lines.append("")
        lines[-1] += " " * bool(lines[-1]) + item + ","
    return "\n".join(" " * indent + line for line in lines)


def autoregressive(rng, rho, n):
    x = [rng.normal() / (1 - rho * rho) ** 0.5]
    for _ in range(n - 1):
        x.append(rho * x[-1] + rng.normal())
    return [round(float(v), 3) for v in x]


def mean(x):
    return mpmath.fsum(x) / len(x)


def exact(x):
    return [mpf(v) for v in x]


def gamma(chains, centre, t):
    """The mean of all products at lag t, over all pairs of one chain."""
    products = []
    for x in chains:
        for i in range(len(x)):
            for j in range(len(x)):
                if j - i == t:
                    products.append((x[i] - centre) * (x[j] - centre))
    return mean(products)


def autocorrelation(chains):
    chains = [exact(x) for x in chains]
    n = sum(len(x) for x in chains)
    centre = mean([v for x in chains for v in x])
    g = [gamma(chains, centre, 0)]
    for w in range(1, min(len(x) for x in chains) // 2 + 1):
        g.append(gamma(chains, centre, w))
        tau = mpf(1) / 2 + mpmath.fsum(g[t] / g[0] for t in range(1, w + 1))
        alternating = mpf(1) / 2 + mpmath.fsum((-1) ** t * g[t] / g[0] for t in range(1, w + 1))
        time = max(tau, alternating)
        if time <= mpf(1) / 2:
            balance = -1
        else:
            decay = mpf("1.5") / mpmath.log((2 * time + 1) / (2 * time - 1))
            balance = mpmath.exp(-w / decay) - decay / mpmath.sqrt(w * mpf(n))
        if tau > 0 and balance < 0:
            break
    else:
        raise ValueError("no window")
    # The bias: the sum of all Γ(t) in the window, over n.
    total = g[0] + 2 * mpmath.fsum(g[1:])
    g = [v + total / n for v in g]
    rho = [v / g[0] for v in g]
    tau = mpf(1) / 2 + mpmath.fsum(rho[1:])

    def at(t):
        return rho[abs(t)] if abs(t) <= w else mpf(0)

    variance = mpf(0)
    for k in range(1, 2 * w + 1):
        variance += mpmath.fsum(at(k + t) + at(k - t) - 2 * at(k) * at(t) for t in range(1, w + 1)) ** 2
    error = mpmath.sqrt(2 * tau * g[0] / n)
    return centre, mpmath.sqrt(g[0]), tau, mpmath.sqrt(variance / n), error, rho


def blocks(x, b):
    x = exact(x)[len(x) % b:]
    return [mean(x[i:i + b]) for i in range(0, len(x), b)]


def blocking(x):
    b = 1
    while len(x) // b >= 2:
        means = blocks(x, b)
        k = len(means)
        centre = mean(means)
        error = mpmath.sqrt(mpmath.fsum((v - centre) ** 2 for v in means) / (k * (k - 1)))
        yield b, k, error, error / mpmath.sqrt(2 * (k - 1))
        b *= 2


def jackknife(series, b, f):
    of_blocks = [blocks(x, b) for x in series]
    k = len(of_blocks[0])
    value = f(*[mean(x) for x in of_blocks])
    left_out = [f(*[mean(x[:i] + x[i + 1:]) for x in of_blocks]) for i in range(k)]
    centre = mean(left_out)
    error = mpmath.sqrt(mpf(k - 1) / k * mpmath.fsum((v - centre) ** 2 for v in left_out))
    return value, error, (k - 1) * (centre - value)


def r_hat(chains):
    n = len(chains[0]) // 2
    halves = [h for x in chains for h in (exact(x)[:n], exact(x)[len(x) - n:])]
    m = len(halves)
    means = [mean(h) for h in halves]
    between = n * mpmath.fsum((v - mean(means)) ** 2 for v in means) / (m - 1)
    within = mean([mpmath.fsum((v - mean(h)) ** 2 for v in h) / (n - 1) for h in halves])
    return mpmath.sqrt((mpf(n - 1) / n * within + between / n) / within)


def u4(m2, m4):
    return 1 - m4 / (3 * m2 * m2)


def bootstrap_u4(m, b):
    """Standard deviation over resamples of blocks, times sqrt(K/(K - 1))."""
    m2 = numpy.array([float(v) for v in blocks([v**2 for v in m], b)])
    m4 = numpy.array([float(v) for v in blocks([v**4 for v in m], b)])
    k = len(m2)
    index = numpy.random.default_rng(1).integers(k, size=(RESAMPLES, k))
    replicates = u4(m2[index].mean(axis=1), m4[index].mean(axis=1))
    bias = replicates.mean() - u4(m2.mean(), m4.mean())
    return replicates.std(ddof=1) * (k / (k - 1)) ** 0.5, bias


def print_series(name, comment, x):
    print(f"\n/// {comment}\npub(super) const {name}: &[f64] = &[")
    print(block([number(v) for v in x], 4))
    print("];")


rng = numpy.random.default_rng(20240611)
slow = autoregressive(rng, 0.7, 203)
fast = [round(0.5 * v + 3 + float(rng.normal()), 3) for v in slow]
alternating = autoregressive(rng, -0.6, 200)
chains = [autoregressive(rng, 0.5, n) for n in (60, 81, 71)]

print(f"""\
//! Reference values printed by tests/reference/monte_carlo.py with mpmath {mpmath.__version__} and NumPy \
{numpy.__version__};
//! not to be edited.

pub(super) struct Times {{
    pub(super) chains: &'static [&'static [f64]],
    pub(super) mean: f64,
    pub(super) deviation: f64,
    pub(super) tau_int: f64,
    pub(super) tau_int_error: f64,
    pub(super) standard_error: f64,
    /// Up to the window.
    pub(super) rho: &'static [f64],
}}""")
print_series("SLOW", "Autoregressive with coefficient 0.7.", slow)
print_series("FAST", "Correlated with the one above.", fast)
print_series("ALTERNATING", "Autoregressive with coefficient -0.6.", alternating)
for k, chain in enumerate(chains):
    print_series(f"CHAIN_{k}", "Autoregressive with coefficient 0.5.", chain)

print("\npub(super) const TIMES: &[Times] = &[")
for names, data in [
    ("SLOW", [slow]),
    ("FAST", [fast]),
    ("ALTERNATING", [alternating]),
    ("CHAIN_0, CHAIN_1, CHAIN_2", chains),
]:
    *values, rho = autocorrelation(data)
    print("    Times {")
    print(f"        chains: &[{names}],")
    for name, value in zip(["mean", "deviation", "tau_int", "tau_int_error", "standard_error"], values):
        print(f"        {name}: {number(value)},")
    print("        rho: &[")
    print(block([number(v) for v in rho], 12))
    print("        ],")
    print("    },")
print("];")

print("\n/// Length and number of blocks, error, and error of the error, of the first series.")
print("pub(super) const BLOCKING: &[(usize, usize, f64, f64)] = &[")
print(block([f"({b}, {k}, {number(e)}, {number(d)})" for b, k, e, d in blocking(slow)], 4))
print("];")

print("\n/// Block length, and value, error and bias by the jackknife.")
for name, comment, series, b, f in [
    ("RATIO", "Of <SLOW>/<FAST>.", [slow, fast], 7, lambda s, f: s / f),
    ("VARIANCE", "Of <SLOW²> − <SLOW>².", [slow, [mpf(v) ** 2 for v in slow]], 10, lambda s, q: q - s * s),
    ("BINDER", "Of U4 of SLOW.", [[mpf(v) ** k for v in slow] for k in (2, 4)], 8, u4),
]:
    digits = ", ".join(number(v) for v in jackknife(series, b, f))
    print(f"/// {comment}\npub(super) const {name}: (usize, [f64; 3]) = ({b}, [{digits}]);")

x = exact(slow)
print("\n/// U4 of all of SLOW, and error and bias of its bootstrap with the blocks above.")
digits = ", ".join(
    number(v) for v in (u4(mean([v**2 for v in x]), mean([v**4 for v in x])), *bootstrap_u4(slow, 8))
)
print(f"pub(super) const U4: [f64; 3] = [{digits}];")

print("\n/// Split R̂ of the first 59 values of the chains.")
print(f"pub(super) const R_HAT: f64 = {number(r_hat([c[:59] for c in chains]))};")
