"""Probabilities of an unstable bit and capacities of independent patterns, in 40-digit arithmetic.

    pip install mpmath
    python tests/reference/krotov_hopfield.py > crates/dam-analysis/src/theory/capacity/reference.rs
"""

from mpmath import erfc, erfinv, exp, fac2, log, mp, mpf, pi, sqrt

mp.dps = 40


def show(*values):
    return "[" + ", ".join(repr(float(v)) for v in values) + "]"


print("//! Written by `tests/reference/krotov_hopfield.py`; do not edit.\n")
print("/// N, K and n; then the Gaussian form, eq. 3 as printed and as corrected.")
ROWS = (
    (100, 20, 2), (100, 40, 2), (60, 200, 3), (60, 400, 3), (40, 1500, 4), (40, 3000, 4),
    (784, 5500, 2), (784, 5500, 3), (784, 10**6, 4), (1000, 2, 2), (30, 10**9, 8),
)
print(f"#[rustfmt::skip]\npub(super) const ERRORS: [((usize, usize, u32), [f64; 3]); {len(ROWS)}] = [")
for sites, patterns, n in ROWS:
    pairings, signal = fac2(2 * n - 3), mpf(sites) ** (n - 1)
    gaussian = erfc(sqrt(signal / ((patterns - 1) * pairings) / 2)) / 2
    decay = exp(-signal / (2 * patterns * pairings))
    printed = sqrt(pairings / (2 * pi)) * patterns / signal * decay
    corrected = sqrt(pairings / (2 * pi) * patterns / signal) * decay
    print(f"    (({sites}, {patterns}, {n}), {show(gaussian, printed, corrected)}),")
print("];\n")
print("/// N, n and delta; then K_max for N to infinity, and at this N.")
ROWS = [(784, n, d) for n in (2, 3, 4, 8) for d in (0.1, 0.01, 1e-6)] + [(200, 3, 0.5), (10**6, 5, 1e-12)]
print(f"#[rustfmt::skip]\npub(super) const CAPACITIES: [(usize, u32, f64, [f64; 2]); {len(ROWS)}] = [")
for sites, n, delta in ROWS:
    scale = mpf(sites) ** (n - 1) / fac2(2 * n - 3)
    z = sqrt(mpf(2)) * erfinv(1 - 2 * mpf(delta) / sites)
    print(f"    ({sites}, {n}, {delta!r}, {show(scale / (2 * log(sites)), scale / z**2)}),")
print("];")
