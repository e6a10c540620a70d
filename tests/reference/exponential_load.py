"""Thresholds, basins and the finite-N mean field of exponentially many patterns, from their definitions.

    pip install mpmath
    python tests/reference/exponential_load.py > crates/dam-analysis/src/theory/exponential_load/reference.rs

The noise exponent is the maximum of the levels of the random energy model by golden section, thresholds are roots of its
definition, and the crossover of the mean field is found by iterating it from the pattern; no closed form of the
library is repeated. Prints numbers to the last digit of a double.
"""

from mpmath import exp, hyp0f1, inf, lambertw, log, mp, mpf, sqrt, tanh

mp.dps = 40


def rate(patterns, m):
    """s_1(m), the logarithm per site of the probability of an overlap."""
    if patterns == "Gaussian":
        return -m * m / 2
    if m >= 1:
        return -inf if patterns == "Spherical" or m > 1 else -log(2)
    if patterns == "Spherical":
        return log(1 - m * m) / 2
    return -((1 + m) * log(1 + m) + (1 - m) * log(1 - m)) / 2


def bisect(f, low, high, steps=140):
    """Where f changes from negative to positive."""
    for _ in range(steps):
        middle = (low + high) / 2
        if f(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def largest(patterns, alpha):
    top = mpf(20) if patterns == "Gaussian" else mpf(1)
    if alpha + rate(patterns, top) >= 0:
        return top
    return bisect(lambda m: -(alpha + rate(patterns, m)), mpf(0), top)


def peak(patterns, k):
    """Where s(m) + k m is largest, by golden section; the place is good to half the digits, and mp.dps to more."""
    with mp.workdps(80):
        low, high = mpf(0), mpf(20) if patterns == "Gaussian" else mpf(1)
        golden = (sqrt(mpf(5)) - 1) / 2
        for _ in range(220):
            a, b = high - golden * (high - low), low + golden * (high - low)
            if rate(patterns, a) + k * a > rate(patterns, b) + k * b:
                high = b
            else:
                low = a
        return (low + high) / 2


def noise(patterns, lam, alpha, rho, m=None):
    k = lam * sqrt(rho)
    m = peak(patterns, k) if m is None else m
    if alpha + rate(patterns, m) < 0:
        m = largest(patterns, alpha)
    return max(mpf(0), alpha + rate(patterns, m)) + k * m


def typical(patterns, lam):
    m = peak(patterns, lam)
    return bisect(lambda a: noise(patterns, lam, a, mpf(1), m) - lam, mpf(0), mpf(10))


def norm_threshold(lam):
    """The load at which the Gaussian pattern of least norm, h(rho) = alpha, is lost."""

    def margin(alpha):
        rho = bisect(lambda r: alpha - (r - 1 - log(r)) / 2, mpf(10) ** -6, mpf(1))
        # In closed form here, checked against `noise` below.
        k = lam * sqrt(rho)
        phi = k * sqrt(2 * alpha) if alpha < k * k / 2 else alpha + k * k / 2
        return phi - lam * rho

    return bisect(margin, mpf(0), mpf(1) / 2)


def step(patterns, n, lam, alpha, r):
    """One step of the mean field, and the weight of the pattern."""
    t = lam * n * r
    if patterns == "Spherical":
        base = hyp0f1(mpf(n) / 2, t * t / 4, maxterms=10**6)
        ln_mean, tilt = log(base), t / n * hyp0f1(mpf(n) / 2 + 1, t * t / 4, maxterms=10**6) / base
    elif patterns == "Gaussian":
        ln_mean, tilt = t * t / (2 * n), lam * r
    else:
        ln_mean, tilt = n * log((exp(lam * r) + exp(-lam * r)) / 2), tanh(lam * r)
    p = 1 / (1 + (exp(alpha * n) - 1) * exp(ln_mean - t))
    return p + (1 - p) * tilt, p


def iterate(patterns, n, lam, alpha, digits, enough=0):
    """The fixed point from r = 1, or a point with p < enough on the way."""
    r = mpf(1)
    while True:
        new, p = step(patterns, n, lam, alpha, r)
        if p < enough or abs(new - r) < mpf(10) ** -digits:
            return new, p
        r = new


def newton(equations, x, y):
    """A common root of two functions, with differences for their derivatives."""
    h = mpf(10) ** -20
    for _ in range(60):
        f, fx, fy = equations(x, y), equations(x + h, y), equations(x, y + h)
        (a, c), (b, d) = [(fx[i] - f[i]) / h for i in (0, 1)], [(fy[i] - f[i]) / h for i in (0, 1)]
        det = a * d - b * c
        if det == 0:
            return None
        dx, dy = (f[1] * b - f[0] * d) / det, (f[0] * c - f[1] * a) / det
        # Far from the root Newton's steps are too long.
        scale = min(mpf(1), mpf("0.02") / max(abs(dx), abs(dy), mpf(10) ** -60))
        x, y = x + scale * dx, y + scale * dy
        if max(abs(dx), abs(dy)) < mpf(10) ** -18:
            return x, y
    return None


def crossover(patterns, n, alpha):
    """Bisection of what the iteration does, then Newton's method for the equations that hold there."""
    half, top = mpf(1) / 2, mpf(1) if patterns == "Gaussian" else mpf(3)
    with mp.workdps(15):
        low = bisect(lambda lam: iterate(patterns, n, lam, alpha, 10, 0.45)[1] - half, mpf("0.1"), top, 18)
    with mp.workdps(60):
        r = iterate(patterns, n, low + mpf("0.00003"), alpha, 10, 0.45)[0]

        def slope(lam, r):
            h = mpf(10) ** -15
            up, down = step(patterns, n, lam, alpha, r + h)[0], step(patterns, n, lam, alpha, r - h)[0]
            return (up - down) / (2 * h)

        def passing(lam, r):
            new, p = step(patterns, n, lam, alpha, r)
            return new - r, p - half

        def jumping(lam, r):
            return step(patterns, n, lam, alpha, r)[0] - r, slope(lam, r) - 1

        for equations in (passing, jumping):
            found = newton(equations, low, r)
            # The fixed point is stable where it passes; and both must be where the iteration changes its mind.
            if found and abs(found[0] - low) < mpf("0.0001") and (equations is jumping or slope(*found) < 1):
                return found[0]
    raise ArithmeticError((patterns, n, alpha))


def angle(patterns, n, lam, alpha):
    """The largest angle from which the mean field retrieves, to 1e-9."""

    def weight(start):
        a, b, p = mp.cos(start), mp.sin(start), mpf(0)
        while True:
            norm = sqrt(a * a + b * b)
            t = lam * n * norm
            if patterns == "Spherical":
                base = hyp0f1(mpf(n) / 2, t * t / 4, maxterms=10**6)
                tilt = t / n * hyp0f1(mpf(n) / 2 + 1, t * t / 4, maxterms=10**6) / base
            else:
                base, tilt = exp(t * t / (2 * n)), lam * norm
            p = 1 / (1 + (exp(alpha * n) - 1) * base * exp(-lam * n * a))
            new = p + (1 - p) * tilt * a / norm, (1 - p) * tilt * b / norm
            if abs(new[0] - a) + abs(new[1] - b) < mpf(10) ** -13:
                return p
            a, b = new

    with mp.workdps(18):
        return bisect(lambda start: mpf(1) / 2 - weight(start), mpf(0), mp.pi / 2, 33)


def number(value):
    return repr(float(value))


def table(doc, name, kind, rows):
    print(f"\n/// {doc}")
    print(f"pub(super) const {name}: &[{kind}] = &[")
    for row in rows:
        print("    (" + ", ".join(v if isinstance(v, str) else repr(v) if isinstance(v, int) else number(v) for v in row) + "),")
    print("];")


def main():
    lambdas = [mpf(v) for v in ("0.01", "0.25", "0.5", "1", "2", "4", "8", "16", "100")]
    rho = mpf("0.37")
    assert abs(noise("Gaussian", mpf("0.9"), mpf("0.2"), rho) - (mpf("0.2") + mpf("0.81") * rho / 2)) < mpf(10) ** -30
    print("//! Written by `tests/reference/exponential_load.py`; do not edit.\n")
    print("use super::Patterns::{self, Binary, Gaussian, Spherical};")
    rows = []
    for patterns in ("Spherical", "Gaussian", "Binary"):
        for lam in lambdas:
            if patterns == "Gaussian" and lam > 16:
                continue
            rows.append((patterns, lam, typical(patterns, lam), -rate(patterns, peak(patterns, lam))))
    table("λ, α_1, α_*.", "THRESHOLDS", "(Patterns, f64, f64, f64)", rows)
    rows = [(lam, norm_threshold(lam), lambertw(2 * lam / 5).real / 4) for lam in lambdas]
    table("λ, the Gaussian threshold by norm alone, Ramsauer's bound.", "BOUNDS", "(f64, f64, f64)", rows)
    rows = []
    for patterns in ("Spherical", "Gaussian", "Binary"):
        for lam in (mpf("0.4"), mpf("1.5")):
            for alpha in (mpf("0.05"), mpf("0.3"), mpf("0.65")):
                for rho in (mpf(1), mpf("0.6")):
                    rows.append((patterns, lam, alpha, rho, noise(patterns, lam, alpha, rho)))
    table("λ, α, ρ, φ_{α,λ}(ρ).", "NOISE", "(Patterns, f64, f64, f64, f64)", rows)
    cases = [("Spherical", n, "0.3") for n in (16, 20, 26, 32, 38, 42, 100, 300, 1000, 10000)]
    cases += [("Spherical", n, "0.5") for n in (12, 14, 16, 19, 22, 25, 300)]
    cases += [("Spherical", n, "0.8") for n in (8, 9, 10, 12, 14, 16, 100, 300)]
    cases += [("Gaussian", n, "0.3") for n in (16, 20, 26, 32, 38, 42, 1000)]
    cases += [("Binary", n, "0.3") for n in (16, 42, 1000)]
    rows = [(p, n, mpf(a), crossover(p, n, mpf(a))) for p, n, a in cases]
    table("N, α, the crossover λ.", "CROSSOVERS", "(Patterns, usize, f64, f64)", rows)
    rows = []
    for patterns, n, lam, alpha in (
        ("Spherical", 32, "0.6", "0.3"), ("Spherical", 32, "0.4", "0.3"), ("Spherical", 12, "2.5", "0.8"),
        ("Spherical", 12, "1.5", "0.8"), ("Gaussian", 26, "0.55", "0.3"), ("Gaussian", 26, "0.45", "0.3"),
        ("Binary", 30, "0.6", "0.3"), ("Binary", 30, "0.35", "0.3"),
    ):
        rows.append((patterns, n, mpf(lam), mpf(alpha), *iterate(patterns, n, mpf(lam), mpf(alpha), 25)))
    table("N, λ, α, the overlap and the weight of the fixed point.", "FIXED_POINTS", "(Patterns, usize, f64, f64, f64, f64)", rows)
    cases = [("Spherical", n, "0.5", "0.2") for n in (30, 48)] + [("Spherical", 24, "0.7", "0.3")]
    cases += [("Gaussian", 40, "0.6", "0.2"), ("Gaussian", 60, "0.4", "0.15")]
    rows = [(p, n, mpf(lam), mpf(a), angle(p, n, mpf(lam), mpf(a))) for p, n, lam, a in cases]
    table("N, λ, α, the angle of the basin in radians.", "ANGLES", "(Patterns, usize, f64, f64, f64)", rows)


if __name__ == "__main__":
    main()
