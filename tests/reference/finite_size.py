"""Overlap tails and averages of one pattern at finite N, from their definitions in 60-digit arithmetic.

    pip install mpmath
    python tests/reference/finite_size.py > crates/dam-analysis/src/theory/finite/reference.rs

On the sphere averages are integrals over the angle by tanh-sinh quadrature, tails and closed forms mpmath's own beta
and Bessel functions; on the hypercube all are sums of exact binomials. Prints numbers to the last digit of a double.
"""

from mpmath import acos, besseli, betainc, binomial, cos, exp, gamma, inf, log, mp, mpf, pi, quad, sin, sqrt, workdps

mp.dps = 60


def sphere_tail(n, m0):
    upper = betainc(mpf(n - 1) / 2, mpf(1) / 2, 0, 1 - m0 * m0, regularized=True) / 2
    return upper if m0 > 0 else 1 - upper


def hypercube_tail(n, flips):
    return sum(int(binomial(n, k)) for k in range(flips + 1)) / mpf(2) ** n


def number(value):
    return repr(float(value))


def lse(gap):
    return gap


def lsr(b):
    return lambda gap: -log(1 - b * gap) / b if b * gap < 1 else inf


def cubic(gap):
    return -((1 - gap) ** 3)


def averages(weights):
    """Overlap, variance, energy per site and ln Z of (weight, overlap, energy)."""
    z = sum(w for w, _, _ in weights)
    mean = sum(w * m for w, m, _ in weights) / z
    variance = sum(w * (m - mean) ** 2 for w, m, _ in weights) / z
    energy = sum(w * u for w, _, u in weights if w != 0) / z
    return mean, variance, energy, log(z)


@workdps(25)
def sphere_averages(n, t, energy, edge):
    """By moments; edge is the angle at which the support ends."""

    def unscaled(a):
        return sin(a) ** (n - 2) * exp(-n * energy(2 * sin(a / 2) ** 2) / t)

    # Panels where the weight is, which may be a small part of the support.
    grid = [edge * mpf(k) / 600 for k in range(601)]
    top = max(unscaled(a) for a in grid[:-1])
    inside = [k for k in range(600) if unscaled(grid[k]) > mpf(10) ** -30 * top]
    low, high = grid[max(0, inside[0] - 1)], grid[min(600, inside[-1] + 1)]
    points = [low + (high - low) * mpf(k) / 16 for k in range(17)]
    norm = gamma(mpf(n - 1) / 2) * sqrt(pi) / gamma(mpf(n) / 2)

    def weight(a):
        # Scaled, since mpmath's tolerance is absolute.
        return unscaled(a) / top
    z = quad(weight, points)
    mean = quad(lambda a: weight(a) * cos(a), points) / z
    variance = quad(lambda a: weight(a) * (cos(a) - mean) ** 2, points) / z
    u = quad(lambda a: weight(a) * energy(2 * sin(a / 2) ** 2) if weight(a) != 0 else mpf(0), points) / z
    return mean, variance, u, -t / n * (log(z / norm) + log(top))


def hypercube_averages(n, t, energy):
    weights = []
    for k in range(n + 1):
        gap = mpf(2 * k) / n
        u = energy(gap)
        w = binomial(n, k) / mpf(2) ** n * exp(-n * u / t) if u != inf else mpf(0)
        weights.append((w, 1 - gap, u if u != inf else mpf(0)))
    mean, variance, u, ln_z = averages(weights)
    return mean, variance, u, -t / n * ln_z


def sphere_nearest(n, others):
    """1 - int F^K: with the tail by mpmath's incomplete beta function."""

    def below(m):
        tail = betainc(mpf(n - 1) / 2, mpf(1) / 2, 0, 1 - m * m, regularized=True) / 2
        return 1 - tail if m > 0 else tail

    with mp.workdps(30):
        points = [mpf(k) / 16 for k in range(-16, 17)]
        return 1 - quad(lambda m: below(m) ** others if abs(m) < 1 else mpf(m > 0), points)


def hypercube_nearest(n, others):
    total = mpf(0)
    tail = mpf(0)
    for k in range(n):
        tail += binomial(n, k) / mpf(2) ** n
        total += (1 - tail) ** others
    return 1 - 2 * total / n


def table(doc, name, kind, rows):
    print(f"\n/// {doc}")
    print(f"pub(in crate::theory) const {name}: &[{kind}] = &[")
    for row in rows:
        print("    (" + ", ".join(v if isinstance(v, str) else repr(v) if isinstance(v, int) else number(v) for v in row) + "),")
    print("];")


def main():
    print("//! Written by `tests/reference/finite_size.py`; do not edit.")
    rows = [
        (n, m0, log(sphere_tail(n, m0)))
        for n in (2, 3, 10, 100, 784)
        for m0 in map(mpf, ("0.001953125", "0.03125", "0.125", "0.375", "0.75", "0.984375", "-0.0625"))
    ]
    table("N, m₀, ln P(m >= m₀) on the sphere.", "SPHERE_TAILS", "(usize, f64, f64)", rows)
    rows = [
        (n, flips, log(hypercube_tail(n, flips)))
        for n, all_flips in ((4, (0, 1, 2, 3)), (25, (0, 3, 12, 13)), (100, (0, 5, 30, 50, 60)), (784, (0, 1, 98, 196, 350, 392, 450)))
        for flips in all_flips
    ]
    table("N, sites that differ, ln P of at most as many.", "HYPERCUBE_TAILS", "(usize, usize, f64)", rows)
    rows = [(n, p, sphere_nearest(n, p - 1)) for n, p in ((2, 5), (3, 2), (3, 40), (20, 1000), (100, 10**4), (1000, 10**6))]
    rows.append((50, 10**20, sphere_nearest(50, 10**20 - 1)))
    table("N, P, E[max] on the sphere.", "SPHERE_NEAREST", "(usize, f64, f64)", [(n, mpf(p), v) for n, p, v in rows])
    rows = [(n, mpf(p), hypercube_nearest(n, p - 1)) for n, p in ((1, 2), (5, 3), (20, 1000), (100, 10**4), (100, 10**20))]
    table("N, P, E[max] on the hypercube.", "HYPERCUBE_NEAREST", "(usize, f64, f64)", rows)

    energies = {"Lse": (lse, pi), "Lsr": (lsr(mpf("3.41")), acos(1 - 1 / mpf("3.41"))), "Cubic": (cubic, pi)}
    print("\n#[derive(Clone, Copy, Debug)]\npub(in crate::theory) enum Energy {")
    print("    Lse,\n    /// b = 3.41.\n    Lsr,\n    /// −φ³.\n    Cubic,\n}")
    rows = []
    for name, (energy, edge) in energies.items():
        for n in (2, 5, 50, 300):
            for t in map(mpf, ("0.05", "0.1", "0.5", "1.5", "100")):
                rows.append(("Energy::" + name, n, t, *sphere_averages(n, t, energy, edge)))
    table("N, T, overlap, variance, energy and free energy per site on the sphere.", "SPHERE", "(Energy, usize, f64, f64, f64, f64, f64)", rows)
    rows = []
    for name, (energy, _) in energies.items():
        for n in (1, 7, 50, 600):
            for t in map(mpf, ("0.05", "0.5", "1.5", "100")):
                rows.append(("Energy::" + name, n, t, *hypercube_averages(n, t, energy)))
    table("N, T, overlap, variance, energy and free energy per site on the hypercube.", "HYPERCUBE", "(Energy, usize, f64, f64, f64, f64, f64)", rows)
    rows = []
    for n in (2, 3, 4, 9, 50, 61, 62, 63, 300, 10000):
        for t in map(mpf, ("0.001", "0.5", "3", "20", "300", "20000")):
            nu = mpf(n) / 2 - 1
            rows.append((n, t, besseli(nu + 1, t) / besseli(nu, t), log(gamma(nu + 1) * (2 / t) ** nu * besseli(nu, t))))
    table("N, t, I_{N/2}(t)/I_{N/2−1}(t), ln Λ_N(t).", "BESSEL", "(usize, f64, f64, f64)", rows)
    b = 2 + sqrt(mpf(2))
    rows = []
    for n in (25, 50, 100, 400):
        edge = acos(1 - 1 / b)
        norm = gamma(mpf(n - 1) / 2) * sqrt(pi) / gamma(mpf(n) / 2)
        panels = [edge * mpf(k) / 32 for k in range(33)]
        # Scaled, since mpmath's tolerance is absolute.
        top = sin(edge) ** (n - 2)
        mean = quad(lambda a: sin(a) ** (n - 2) / top * (1 - b + b * cos(a)), panels) * top / norm
        rows.append((n, -log(sphere_tail(n, 1 - 1 / b)) / n, -log(mean) / n))
    table("N, the loads of the caps and of their weights at b = 2 + √2.", "CAPS", "(usize, f64, f64)", rows)


if __name__ == "__main__":
    main()
