"""Replica-symmetric states and capacities of polynomial energies, from their saddle-point equations in 30-digit
arithmetic.

    pip install mpmath numpy
    python tests/reference/polynomial_load.py > crates/dam-analysis/src/theory/polynomial/reference.rs

Averages over the Gaussian field are trapezoidal sums in z, which converge exponentially; the cross-talk comes from
the Hermite coefficients c_k = binom(n, k) (n-k-1)!!; the largest load is where the Jacobian of the equations in
(m, q) is singular. None of it is how the library does it. At every state printed, finite differences of the free
energy in m, q (and r) vanish.
"""

import sys
from itertools import product

import numpy as np
from mpmath import atanh, binomial, cosh, diff, erf, exp, fac, fac2, findroot, log, matrix, mp, mpf, pi
from mpmath import sqrt, tanh

mp.dps = 32
TINY = mpf(10) ** -26


class Energy:
    def __init__(self, n, indices):
        self.n, self.indices = n, indices
        if indices == "Distinct":
            self.a = {n: fac(n)}
        else:
            self.a = {k: (binomial(n, k) * fac2(n - k - 1)) ** 2 * fac(k) for k in range(n, 0, -2)}
            assert sum(k * a for k, a in self.a.items()) == n * n * fac2(2 * n - 3)

    def xi(self, q, order=0):
        """The covariance for alpha = 1, or a derivative of it."""
        total = mpf(0) * q
        for k, a in self.a.items():
            if k >= order:
                total += a * fac(k) / fac(k - order) * q ** (k - order)
        return total

    def h(self, m):
        return m if self.n == 2 else self.n * m ** (self.n - 1)

    def slope(self, m):
        return 1 + 0 * m if self.n == 2 else self.n * (self.n - 1) * m ** (self.n - 2)

    def noise(self, alpha, q, t):
        if self.n == 2:
            return alpha * q / (1 - (1 - q) / t) ** 2
        return alpha * self.xi(q, 1)


def average(f, spread, t):
    """<f(z)> for an f with poles no nearer than those of tanh((h + spread z)/t)."""
    distance = pi * t / (2 * spread) if spread > 0 else mpf(100)
    reach = sqrt(2 * (mp.dps + 2) * log(10))
    step = min(2 * pi * distance / ((mp.dps + 2) * log(10)), 2 * pi / reach)
    count = int(reach / step) + 1
    total = None
    for i in range(-count, count + 1):
        z = i * step
        term = [exp(-z * z / 2) * value for value in f(z)]
        total = term if total is None else [a + b for a, b in zip(total, term)]
    return [step * value / sqrt(2 * pi) for value in total]


def thermal(h, s, t):
    """<tanh>, <tanh^2>."""

    def values(z):
        x = tanh((h + s * z) / t)
        return x, x * x

    return average(values, s, t)


def log_cosh(h, s, t):
    def values(z):
        x = abs((h + s * z) / t)
        return (x + log(1 + exp(-2 * x)),)

    return average(values, s, t)[0]


def free_energy(e, alpha, t, m, q, r=None):
    """As a function of all order parameters, by the notes' formulas; r for n = 2 only (no diagonal)."""
    b = 1 / t
    if e.n == 2:
        gap = 1 - b + b * q
        return (
            alpha / 2 + m * m / 2 + alpha * t / 2 * (log(gap) - b * q / gap) + alpha * b * r * (1 - q) / 2
            - t * log_cosh(m, sqrt(alpha * r), t)
        )
    n = e.n
    bracket = e.xi(mpf(1)) - e.xi(q) - (1 - q) * e.xi(q, 1)
    return (n - 1) * m**n - b / 2 * alpha * bracket - t * log_cosh(e.h(m), sqrt(alpha * e.xi(q, 1)), t)


def spherical_free_energy(e, alpha, t, m, q):
    entropy = log(1 - q) / 2 + (q - m * m) / (2 * (1 - q))
    return -m**e.n - alpha / (2 * t) * (e.xi(mpf(1)) - e.xi(q)) - t * entropy


def stationary(f, point):
    step = mpf(10) ** -9
    for i in range(len(point)):
        up, down = list(point), list(point)
        up[i] += step
        down[i] -= step
        change = (f(*up) - f(*down)) / (2 * step)
        assert abs(change) < 1e-13, (point, i, change)


# Starts, in double precision.

Z = np.linspace(-9, 9, 3001)
W = np.exp(-Z * Z / 2) * (Z[1] - Z[0]) / np.sqrt(2 * np.pi)


def start_state(e, alpha, t, m=1.0, q=1.0):
    for _ in range(20000):
        x = np.tanh((float(e.h(m)) + np.sqrt(float(e.noise(alpha, q, t))) * Z) / t)
        new = W @ x, W @ (x * x)
        if abs(new[0] - m) + abs(new[1] - q) < 1e-13:
            break
        m, q = new
    return (mpf(m), mpf(q)) if abs(m) > 1e-3 else None


def start_load(e, t, m):
    h = float(e.h(m))
    low, high = 0.0, 10.0
    for _ in range(35):
        s = (low + high) / 2
        low, high = (s, high) if W @ np.tanh((h + s * Z) / t) > m else (low, s)
    q = W @ np.tanh((h + s * Z) / t) ** 2
    return s * s / float(e.noise(1.0, q, t)), q


def start_capacity(e, t):
    """The first maximum of the load, coming from m = 1."""
    best = None
    for m in np.linspace(0.9999, 0.01, 150):
        if np.tanh(float(e.h(m)) / t) <= m:
            continue
        load, q = start_load(e, t, m)
        if best and load < best[0]:
            break
        best = (load, m, q)
    return [mpf(x) for x in best]


# Solutions.


def solve(f, start):
    """Newton's method with differences of half the digits, until nothing moves."""
    x = matrix(start)
    step = mpf(10) ** -14
    for _ in range(60):
        y = matrix(f(*x))
        jacobian = matrix(len(x), len(x))
        for j in range(len(x)):
            moved = x.copy()
            moved[j] += step
            column = (matrix(f(*moved)) - y) / step
            for i in range(len(x)):
                jacobian[i, j] = column[i]
        delta = mp.lu_solve(jacobian, y)
        x -= delta
        if max(abs(v) for v in delta) < TINY:
            return list(x)
    raise ValueError(start)


def top(f, low, high):
    """The place of the maximum of f between two points."""
    with mp.workdps(60):
        return findroot(lambda x: diff(f, x), (low, high), solver="anderson", tol=mpf(10) ** -80, maxsteps=300)


def ising_equations(e, alpha, t, m, q):
    found = thermal(e.h(m), sqrt(e.noise(alpha, q, t)), t)
    return [m - found[0], q - found[1]]


def ising_free_energy(e, alpha, t, m, q):
    f = free_energy(e, alpha, t, m, q, q / (1 - (1 - q) / t) ** 2)
    return f - alpha / 2 if e.n == 2 and e.indices == "Full" else f


def ising_stable(e, alpha, t, m, q):
    curvature = alpha / (1 - (1 - q) / t) ** 2 if e.n == 2 else alpha * e.xi(q, 2)
    h, s = e.h(m), sqrt(e.noise(alpha, q, t))
    fourth = average(lambda z: (cosh((h + s * z) / t) ** -4,), s, t)[0]
    return curvature * fourth / t**2 <= 1


def ising_state(e, alpha, t):
    alpha, t = mpf(alpha), mpf(t)
    m, q = solve(lambda m, q: ising_equations(e, alpha, t, m, q), start_state(e, float(alpha), float(t)))
    if e.n == 2:
        stationary(lambda m, q, r: free_energy(e, alpha, t, m, q, r), [m, q, q / (1 - (1 - q) / t) ** 2])
    else:
        stationary(lambda m, q: free_energy(e, alpha, t, m, q), [m, q])
    stable = ising_stable(e, alpha, t, m, q)
    return m, q, e.noise(alpha, q, t), ising_free_energy(e, alpha, t, m, q), stable


def ising_capacity(e, t):
    t = mpf(t)

    def equations(alpha, m, q):
        noise = e.noise(alpha, q, t)
        h, s = e.h(m), sqrt(noise)

        def values(z):
            x = tanh((h + s * z) / t)
            slope = (1 - x * x) / t
            return x, x * x, slope, slope * z, 2 * x * slope, 2 * x * slope * z

        first, second, mh, ms, qh, qs = average(values, s, t)
        if e.n == 2:
            change = noise * (1 / q - 2 / t / (1 - (1 - q) / t))
        else:
            change = alpha * e.xi(q, 2)
        change /= 2 * s
        stiffness = e.slope(m)
        singular = (1 - mh * stiffness) * (1 - qs * change) - ms * change * qh * stiffness
        return [m - first, q - second, singular]

    return solve(equations, start_capacity(e, float(t)))


def ising_capacity_at_zero(e):
    n = e.n
    if n == 2:
        load = lambda y: (erf(y) / y - 2 / sqrt(pi) * exp(-y * y)) ** 2 / 2
    else:
        load = lambda y: 2 * (n * erf(y) ** (n - 1) / (2 * y)) ** 2 / e.xi(mpf(1), 1)
    y = top(load, mpf("0.8"), mpf(4))
    return load(y), erf(y), mpf(1)


def ising_state_at_zero(e, alpha):
    alpha, n = mpf(alpha), e.n
    if n == 2:
        y = findroot(lambda y: y * (sqrt(2 * alpha) + 2 / sqrt(pi) * exp(-y * y)) - erf(y), 1 / sqrt(2 * alpha))
        m = erf(y)
        s = m / (sqrt(2) * y)
        c = sqrt(2 / pi) / s * exp(-y * y)
        f = alpha / 2 + m * m / 2 - alpha / 2 / (1 - c) + alpha / 2 * c / (1 - c) ** 2
        f -= m * erf(y) + s * sqrt(2 / pi) * exp(-y * y)
        return m, mpf(1), s * s, f - (alpha / 2 if e.indices == "Full" else 0), False
    s = sqrt(alpha * e.xi(mpf(1), 1))
    y = findroot(lambda y: y * sqrt(2) * s - n * erf(y) ** (n - 1), n / s / sqrt(2))
    m = erf(y)
    return m, mpf(1), s * s, -m**n - s * sqrt(2 / pi) * exp(-y * y), False


def spherical_equations(e, alpha, t, m, q):
    return [e.n * m ** (e.n - 1) - t * m / (1 - q), alpha * e.xi(q, 1) / t**2 - (q - m * m) / (1 - q) ** 2]


def spherical_state(e, alpha, t):
    alpha, t = mpf(alpha), mpf(t)
    m, q = solve(lambda m, q: spherical_equations(e, alpha, t, m, q), [mpf("0.98"), 1 - t / (e.n * mpf("0.96"))])
    stationary(lambda m, q: spherical_free_energy(e, alpha, t, m, q), [m, q])
    stable = alpha * e.xi(q, 2) * (1 - q) ** 2 / t**2 <= 1
    return m, q, e.noise(alpha, q, t), spherical_free_energy(e, alpha, t, m, q), stable


def spherical_capacity(e, t):
    t, n = mpf(t), e.n

    def load(m):
        q = 1 - t / (n * m ** (n - 2))
        return (n * m ** (n - 2)) ** 2 * (q - m * m) / e.xi(q, 1)

    grid = [mpf(i) / 2000 for i in range(1999, 0, -1)]
    grid = [m for m in grid if n * m ** (n - 2) * (1 - m * m) > t]
    i = next(i for i in range(1, len(grid)) if load(grid[i]) < load(grid[i - 1]))
    m = top(load, grid[i], grid[i - 2])
    return load(m), m, 1 - t / (n * m ** (n - 2))


def temperatures(n, space):
    """Spinodal and first-order transition at alpha = 0."""
    if space == "Hypercube":
        at = lambda m: n * m ** (n - 1) / atanh(m)
        excess = lambda m: (n - 1) * m**n - at(m) * log(cosh(n * m ** (n - 1) / at(m)))
    else:
        at = lambda m: n * m ** (n - 2) * (1 - m * m)
        excess = lambda m: -(m**n) - at(m) / 2 * log(1 - m * m)
    m = top(at, mpf("0.3"), 1 - mpf(10) ** -6)
    upper = findroot(excess, (m + (1 - m) * mpf("0.05"), 1 - mpf(10) ** -12), solver="anderson", tol=mpf(10) ** -50)
    return at(m), at(upper)


def glass_state(alpha, t):
    e = Energy(2, "Distinct")
    alpha, t = mpf(alpha), mpf(t)

    def equation(s):
        q = thermal(mpf(0), s, t)[1]
        return s * (1 - (1 - q) / t) - sqrt(alpha * q)

    low, high = 1e-3, float(sqrt(alpha)) + 0.8
    for _ in range(50):
        s = (low + high) / 2
        q = W @ np.tanh(s * Z / float(t)) ** 2
        low, high = (s, high) if s * (1 - (1 - q) / float(t)) < (float(alpha) * q) ** 0.5 else (low, s)
    (s,) = solve(lambda s: [equation(s)], [mpf(s)])
    q = thermal(mpf(0), s, t)[1]
    stationary(lambda q, r: free_energy(e, alpha, t, mpf(0), q, r), [q, s * s / alpha])
    return q, s * s, free_energy(e, alpha, t, mpf(0), q, s * s / alpha)


def boundary(t, start):
    """The load at which retrieval and spin glass have the same free energy."""
    e = Energy(2, "Distinct")
    t = mpf(t)

    def difference(alpha):
        m, q = solve(lambda m, q: ising_equations(e, alpha, t, m, q), start_state(e, float(alpha), float(t)))
        return ising_free_energy(e, alpha, t, m, q) - glass_state(alpha, t)[2], m, q

    alpha = findroot(lambda a: difference(a)[0], (mpf(start), mpf(start) * mpf("1.001")), tol=mpf(10) ** -40)
    return (alpha,) + tuple(difference(alpha)[1:])


def boundary_at_zero():
    e = Energy(2, "Distinct")
    glass = lambda a: -1 / pi - sqrt(2 * a / pi)
    alpha = findroot(lambda a: ising_state_at_zero(e, a)[3] - glass(a), (mpf("0.05"), mpf("0.053")))
    return alpha, ising_state_at_zero(e, alpha)[0], mpf(1)


# Output.


def show(value):
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    return repr(float(value))


def emit(name, kind, rows):
    print(f"\n#[rustfmt::skip]\npub(super) const {name}: [{kind}; {len(rows)}] = [")
    for row in rows:
        print(f"    {row},")
    print("];")


def energy(e, space):
    return f"({e.n}, {e.indices}, {space})"


def numbers(values):
    return "[" + ", ".join(show(v) for v in values) + "]"


def main():
    progress = lambda *what: print(*what, file=sys.stderr)
    capacities, states = [], []
    loads = {}

    def add_state(e, space, alpha, t):
        progress("state", e.n, e.indices, space, alpha, t)
        if space == "Sphere":
            values = spherical_state(e, alpha, t)
        elif float(t) == 0:
            values = ising_state_at_zero(e, alpha)
        else:
            values = ising_state(e, alpha, t)
        *values, stable = values
        line = f"({energy(e, space)}, [{alpha}, {t}], {numbers(values)}, {show(stable)})"
        states.append(line)

    kinds = [(2, "Distinct")] + list(product((3, 4, 5), ("Full", "Distinct"))) + [(10, "Full")]
    for n, indices in kinds:
        e = Energy(n, indices)
        grid = {2: "0.0 0.02 0.05 0.1 0.2 0.3 0.5 0.7 0.9", 3: "0.0 0.05 0.1 0.3 0.5 0.7 0.9 1.2 1.5 1.7"}
        for t in grid.get(n, "0.0 0.1 0.5 1.0 1.7").split():
            progress("capacity", n, indices, t)
            values = ising_capacity_at_zero(e) if float(t) == 0 else ising_capacity(e, t)
            loads[n, indices, t] = values[0]
            capacities.append(f"({energy(e, 'Hypercube')}, {t}, {numbers(values)})")
        for t in grid.get(n, "0.0 0.1 0.5 1.0 1.7").split()[::2]:
            for part in (0.3, 0.95):
                add_state(e, "Hypercube", f"{part * float(loads[n, indices, t]):.2e}", t)
    for n, indices in product((3, 4, 6), ("Full", "Distinct")):
        e = Energy(n, indices)
        for t in ("0.0", "0.1", "0.3", "0.5", "0.7"):
            progress("spherical capacity", n, indices, t)
            values = spherical_capacity(e, t)
            capacities.append(f"({energy(e, 'Sphere')}, {t}, {numbers(values)})")
            if t in ("0.1", "0.5"):
                for part in (0.3, 0.9):
                    add_state(e, "Sphere", f"{part * float(values[0]):.2e}", t)
    for n, indices, alpha in ((3, "Full", "0.05"), (3, "Distinct", "0.05"), (4, "Full", "0.008"), (4, "Distinct", "0.008")):
        add_state(Energy(n, indices), "Hypercube", alpha, "0.5")
    add_state(Energy(3, "Full"), "Sphere", "0.03", "0.3")
    add_state(Energy(2, "Full"), "Hypercube", "0.04", "0.4")

    print("//! Written by `tests/reference/polynomial_load.py`; do not edit.\n")
    print("#![allow(clippy::approx_constant)] // some overlaps are 1/√2\n")
    print("use super::Indices::{self, Distinct, Full};\nuse crate::theory::Space::{self, Hypercube, Sphere};\n")
    print("/// Order, indices and space of an energy.\npub(super) type Energy = (u32, Indices, Space);\n")
    print("/// An energy, α and T, then m, q, the noise and f, and whether replica symmetry is stable.")
    print("pub(super) type StateCase = (Energy, [f64; 2], [f64; 4], bool);")
    emit("STATES", "StateCase", states)
    print("\n/// An energy, T, then α_M, m and q.", end="")
    emit("CAPACITIES", "(Energy, f64, [f64; 3])", capacities)
    print("\n/// Order and space; the spinodal and T_c at α = 0.", end="")
    rows = [f"({n}, {space}, {numbers(temperatures(n, space))})" for n in (3, 4, 5, 20) for space in ("Hypercube", "Sphere")]
    emit("TEMPERATURES", "(u32, Space, [f64; 2])", rows)
    print("\n/// Spin glass: α and T, then q, the noise and f.", end="")
    rows = []
    for alpha, t in (("0.1", "0.1"), ("0.1", "0.5"), ("0.1", "1.0"), ("0.1", "1.3"), ("0.01", "0.9"), ("2.0", "0.5"), ("2.0", "2.4")):
        progress("glass", alpha, t)
        rows.append(f"([{alpha}, {t}], {numbers(glass_state(alpha, t))})")
    emit("GLASSES", "([f64; 2], [f64; 3])", rows)
    print("\n/// T, then the load where retrieval becomes metastable, m and q.", end="")
    rows = [f"(0.0, {numbers(boundary_at_zero())})"]
    for t, start in (("0.1", "0.05309"), ("0.3", "0.04503"), ("0.5", "0.02807"), ("0.9", "0.001409")):
        progress("boundary", t)
        rows.append(f"({t}, {numbers(boundary(t, start))})")
    emit("BOUNDARIES", "(f64, [f64; 3])", rows)


if __name__ == "__main__":
    main()
