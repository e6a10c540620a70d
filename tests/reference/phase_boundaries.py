"""Phase boundaries of exponentially loaded memories from their definitions, in 50-digit arithmetic.

    pip install mpmath
    python tests/reference/phase_boundaries.py > crates/dam-analysis/src/theory/tests/data/phase_boundaries.rs

M = e^(alpha N) patterns, N -> infinity, H = -c ln sum_mu e^(N k(phi_mu)), k(1) = 0, u = -c k. The states with
overlap phi number e^(N s_geo(phi)), the patterns at overlap phi of a given state e^(N (alpha + s_ens(phi))).

Only k, s and their first derivatives are written down. A state is described by its gap g = 1 - phi, because a
double of phi does not hold the gap of a cold hypercube. Temperature and load are read off a state (the
temperature at which phi is stationary, the load at which phi is the largest overlap), so every root is one
bisection over states and no root is nested in another. Closed forms serve only as assertions. Parameters,
temperatures and loads are the doubles a Rust literal denotes, not the decimals.
"""

from functools import cache

from mpmath import asinh, cosh, diff, exp, inf, log, log1p, mp, mpf, sqrt, tanh

mp.dps = 50


class Kernel:
    """k and dk/dphi as functions of g. States of interest have 0 < g < reach."""

    def __init__(self, name, parameter):
        self.name, self.parameter = name, parameter
        p = self.p = mpf(parameter)
        self.c = 1 / p
        self.edge = 1 - 1 / p if name == "lsr" else -inf
        self.reach = min(mpf(1), 1 - self.edge)
        self.k, self.slope = {
            "lse": (lambda g: -p * g, lambda g: p),
            "lsr": (lambda g: log1p(-p * g), lambda g: p / (1 - p * g)),
            "cauchy": (lambda g: -log1p(p * g), lambda g: p / (1 + p * g)),
            "cubic": (lambda g: -p * g * (3 - 3 * g + g * g), lambda g: 3 * p * (1 - g) ** 2),
        }[name]

    def u(self, g):
        return -self.c * self.k(g)


class Entropy:
    """s and ds/dphi as functions of g; `full` is the load at which a pattern reaches overlap 1."""

    def __init__(self, name, s, slope, full):
        self.name, self.s, self.slope, self.full = name, s, slope, full


SPHERE = Entropy("sphere", lambda g: log(g * (2 - g)) / 2, lambda g: -(1 - g) / (g * (2 - g)), inf)
HYPERCUBE = Entropy(
    "hypercube",
    lambda g: -((2 - g) * log(2 - g) + g * log(g)) / 2,
    lambda g: -log((2 - g) / g) / 2,
    log(mpf(2)),
)
GAUSSIAN = Entropy("gaussian", lambda g: -((1 - g) ** 2) / 2, lambda g: -(1 - g), mpf(1) / 2)

# Bisection runs over x with g = reach / (1 + e^-x): the whole line, dense at both ends. Below, e^-3000 holds
# the gap of a hypercube at T = 0.001; above, e^-100 of the reach is still resolved by 50 digits.
LOW, HIGH = mpf(-3000), mpf(100)


def gap(kernel, x):
    return kernel.reach / (1 + exp(-x))


def last(holds, low=LOW, high=HIGH):
    """The largest x at which a predicate holds that is true below some point and false above."""
    for _ in range(190):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def temperature(kernel, space, g):
    """The temperature at which u - T s is stationary: u' = T s'."""
    return kernel.c * kernel.slope(g) / -space.slope(g)


def free_energy(kernel, space, t, g):
    return kernel.u(g) - t * space.s(g)


@cache
def spinodal(kernel, space):
    """The first maximum, going down from phi = 1, of the temperature at which phi is stationary: beyond it
    the minimum that starts at phi = 1 is gone. As x, or None where the temperature rises without end."""
    curve = lambda x: temperature(kernel, space, gap(kernel, x))
    steps = [mpf(i) / 4 for i in range(-160, 161)]
    values = [curve(x) for x in steps]
    for i in range(1, len(steps) - 1):
        if values[i + 1] < values[i]:
            return last(lambda x: diff(curve, x) > 0, steps[i - 1], steps[i + 1])
    return None


def retrieval(kernel, space, t):
    """Gap and free energy of the minimum near phi = 1, or None where it is lost."""
    if t == 0:
        return mpf(0), mpf(0)
    top = spinodal(kernel, space)
    end = HIGH if top is None else top
    if temperature(kernel, space, gap(kernel, end)) < t:
        return None
    g = gap(kernel, last(lambda x: temperature(kernel, space, gap(kernel, x)) < t, LOW, end))
    f = free_energy(kernel, space, t, g)
    assert all(free_energy(kernel, space, t, g * (1 + e)) >= f for e in (mpf("1e-9"), mpf("-1e-9")))
    return g, f


class Noise:
    """The sum over the other patterns: its exponent and all that follows from it."""

    def __init__(self, kernel, ensemble, space):
        self.kernel, self.ensemble, self.space = kernel, ensemble, space
        self.peaks = self.local_maxima()
        self.th = -ensemble.s(1 - kernel.edge) if kernel.edge > 0 else None
        # The maximum over all overlaps. With a Gaussian tail it may sit at phi = 1, which is no saddle point.
        best = max(self.peaks, key=self.height, default=None)
        self.star = best if best is not None and self.height(best) > -ensemble.full else None

    def height(self, g):
        return self.ensemble.s(g) + self.kernel.k(g)

    def local_maxima(self):
        """All interior maxima of s + k over the support, negative overlaps included."""
        slope = lambda z: self.ensemble.slope(1 - tanh(z)) + self.kernel.slope(1 - tanh(z))
        # An odd number of half steps: z = 0 is itself stationary where k' vanishes there.
        steps = [mpf(2 * i + 1) / 40 for i in range(-400, 400)]
        steps = [z for z in steps if tanh(z) > self.kernel.edge]
        ups = [(a, b) for a, b in zip(steps, steps[1:]) if slope(a) > 0 >= slope(b)]
        return [1 - tanh(last(lambda z: slope(z) > 0, a, b)) for a, b in ups]

    def exponent(self, g):
        """At the load whose largest overlap is 1 - g: the exponent, the gap of the maximum, and whether the
        maximum is that largest overlap (condensed). A continuous function on an interval is largest at an
        end or at an interior maximum; the lower end never wins, k being increasing."""
        alpha = -self.ensemble.s(g)
        inside = [(alpha + self.height(p), p, False) for p in self.peaks if p > g]
        return max(inside + [(self.kernel.k(g), g, True)], key=lambda c: c[0])

    def largest_overlap(self, alpha):
        """The gap at which alpha + s = 0. Here the whole range 0 < g < 1, not only the support."""
        x = last(lambda x: -self.ensemble.s(1 / (1 + exp(-x))) > alpha)
        return 1 / (1 + exp(-x))

    def alpha_c(self, f):
        """The smallest load with exponent >= -f/c, and whether it is condensed there."""
        if f == 0 and self.star is None:
            return self.ensemble.full, True
        if self.kernel.edge < 0 and f >= self.kernel.u(mpf(1)):
            return mpf(0), False
        inside = lambda x: self.exponent(gap(self.kernel, x))[0] >= -f / self.kernel.c
        g = gap(self.kernel, last(inside))
        alpha, condensed = -self.ensemble.s(g), self.exponent(g)[2]
        # As a function of alpha each branch inverts at once.
        branches = [-f / self.kernel.c - self.height(p) for p in self.peaks]
        branches = [a for a, p in zip(branches, self.peaks) if a >= -self.ensemble.s(p)]
        if condensed:
            assert all(a > alpha for a in branches)
        else:
            assert abs(min(branches) - alpha) < mpf("1e-30")
        return alpha, condensed

    def onset(self):
        """The load at which the maximum jumps from overlap 0 to the largest overlap, where k' vanishes at 0."""
        low = max(self.peaks, default=mpf(0))
        if low is self.star or abs(1 - low) > mpf("1e-40"):
            return None
        start = LOW if self.star is None else log(self.star / (1 - self.star))
        x = last(lambda x: self.exponent(gap(self.kernel, x))[2], start)
        return -self.ensemble.s(gap(self.kernel, x))

    def row(self, alpha):
        """(alpha, exponent, u_noise, condensed, phi of the maximum, phi_max, phi_c, T_c, T_s)."""
        kernel, space = self.kernel, self.space
        g_max = self.largest_overlap(alpha)
        nu, g, condensed = self.exponent(g_max)
        row = [alpha, nu, -kernel.c * nu, condensed, 1 - g, 1 - g_max, None, None, None]
        if nu >= 0:
            return row
        top = spinodal(kernel, space)
        end = HIGH if top is None else top
        cusp = last(lambda x: kernel.k(gap(kernel, x)) > nu)
        row[6] = 1 - gap(kernel, cusp)
        f = lambda x: free_energy(kernel, space, temperature(kernel, space, gap(kernel, x)), gap(kernel, x))
        if f(end) > row[2]:
            row[7] = temperature(kernel, space, gap(kernel, last(lambda x: f(x) < row[2], LOW, end)))
        # A kernel with a spinodal of its own may lose the target before the floor reaches it.
        row[8] = temperature(kernel, space, gap(kernel, min(cusp, end)))
        return row

    def alpha_any(self, t):
        """Below it another pattern's state, f_ret - T alpha, lies under the floor; with the kind of tie: "floor"
        with an uncondensed floor, "merge" where the states reach the largest overlap. None where the target
        is lost, and where the floor has jumped to a lower peak before the states merge: there the minima go
        before they tie."""
        state, c = retrieval(self.kernel, self.space, t), self.kernel.c
        if state is None:
            return None
        g, f = state
        if t < c:
            # f - T alpha = -c (alpha + height): linear in alpha.
            alpha, kind = -(f + c * self.height(self.star)) / (c - t), "floor"
        # At T = c the state is the upper peak itself, where both regimes meet.
        elif self.exponent(g * (1 + mpf("1e-40")))[2]:
            alpha, kind = -self.ensemble.s(g), "merge"
        else:
            return None
        nu = self.exponent(self.largest_overlap(alpha))[0]
        # It is a tie, and the state is still a minimum there.
        assert abs(f - t * alpha + c * nu) < mpf("1e-30") and nu < self.kernel.k(g) + mpf("1e-30")
        return alpha, kind


RETRIEVAL = [("lse", 1.0), ("lsr", 0.6), ("lsr", 1.0), ("lsr", 2.0), ("lsr", 3.41), ("lsr", 5.0)]
RETRIEVAL += [("cauchy", 5.0), ("cubic", 2.0)]
# The cubic with beta = 1: both peaks of s + k are nearly equal on the sphere.
NOISE = [("lse", b) for b in (0.3, 0.5, 1.0, 2.0, 5.0)] + [("lsr", b) for b in (2.0, 3.41, 5.0)]
NOISE += [("cauchy", 5.0), ("cubic", 1.0), ("cubic", 2.0)]
PAIRS = [(SPHERE, SPHERE), (SPHERE, GAUSSIAN), (HYPERCUBE, HYPERCUBE)]
TEMPERATURES = [0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.1, 1.15, 1.5, 2.5, 10.0, 100.0]
LOADS = [0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.8, 1.0, 1.3]


def near(a, b):
    assert abs(a - b) <= mpf("1e-30") * max(1, abs(b)), (a, b)


def check():
    """Derivatives against numerical ones, roots against closed forms."""
    point = mpf("0.13")
    for kernel in (Kernel(n, p) for n, p in RETRIEVAL):
        near(diff(kernel.k, point), -kernel.slope(point))
    for entropy in (SPHERE, HYPERCUBE, GAUSSIAN):
        near(diff(entropy.s, point), -entropy.slope(point))
    lse, b = Kernel("lse", 1.0), mpf(3.41)
    for t in map(mpf, TEMPERATURES):
        near(retrieval(lse, SPHERE, t)[0], 1 - (sqrt(t * t + 4) - t) / 2)
        near(retrieval(lse, HYPERCUBE, t)[1], 1 - t * log(cosh(1 / t)))
        total = 2 + t + t * b
        near(retrieval(Kernel("lsr", 3.41), SPHERE, t)[0], 2 * t / (total + sqrt(total**2 - 4 * (b * t + 1) * t)))
        near(retrieval(Kernel("lsr", 1.0), SPHERE, t)[0], 1 - 1 / sqrt(1 + t))
    near(temperature(Kernel("cubic", 2.0), SPHERE, gap(lse, spinodal(Kernel("cubic", 2.0), SPHERE))), 2 / sqrt(mpf(3)))
    for beta in (0.3, 0.5, 1.0, 2.0, 5.0):
        kernel, beta = Kernel("lse", beta), mpf(beta)
        near(1 - Noise(kernel, SPHERE, SPHERE).star, tanh(asinh(2 * beta) / 2))
        near(1 - Noise(kernel, HYPERCUBE, HYPERCUBE).star, tanh(beta))
        near(Noise(kernel, HYPERCUBE, HYPERCUBE).alpha_c(mpf(0))[0], beta - log(cosh(beta)))
        near(Noise(kernel, GAUSSIAN, SPHERE).alpha_c(mpf(0))[0], beta - beta**2 / 2 if beta < 1 else mpf(1) / 2)
    noise = Noise(lse, SPHERE, SPHERE)
    near(noise.largest_overlap(mpf(0.1)), 1 - sqrt(1 - exp(-2 * mpf(0.1))))


def number(value):
    """The nearest double, as short as it can be written; tiny leftovers of a vanishing root are zero."""
    value = mpf(value)
    return repr(float(value)) if value == 0 or abs(value) > mpf("1e-45") or abs(value) < mpf("1e-60") else "0.0"


def show(value):
    if value is None:
        return "None"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    return number(value)


def some(value):
    return "None" if value is None else f"Some({show(value)})"


def group(values):
    return "(" + ", ".join(map(show, values)) + ")"


def paper_rows():
    """(T, eq. 35, [eq. 39 and the consequence of eqs 22 and 30, for each b])."""
    for t in map(mpf, TEMPERATURES):
        f = retrieval(Kernel("lse", 1.0), SPHERE, t)[1]
        pairs = []
        for b in (2.0, 3.41, 5.0):
            kernel = Kernel("lsr", b)
            g = retrieval(kernel, SPHERE, t)[1]
            right = Noise(kernel, GAUSSIAN, SPHERE).alpha_c(g)[0]
            near(right, (1 - (1 - exp(-kernel.p * g)) / kernel.p) ** 2 / 2)
            pairs.append(f"[{number((1 - g) ** 2 / 2)}, {number(right)}]")
        yield f"    ({number(t)}, {number((1 - f) ** 2 / 2)}, [{', '.join(pairs)}]),"


def largest_temperature(b):
    """Where eq. 39 meets the support threshold, (1 - f)^2 = (1 - 1/b)^2."""
    kernel = Kernel("lsr", b)
    f = lambda g: free_energy(kernel, SPHERE, temperature(kernel, SPHERE, g), g)
    return temperature(kernel, SPHERE, gap(kernel, last(lambda x: f(gap(kernel, x)) < kernel.c)))


HEADER = """//! Written by `tests/reference/phase_boundaries.py`; do not edit.

// Where 1/sqrt 2 or ln 2 appears, the solver has to find it.
#![allow(clippy::approx_constant)]

/// The minimum near overlap 1. Neither `lse` nor `cubic` depends on the parameter here.
pub(crate) struct Retrieval {
    pub(crate) kernel: &'static str,
    pub(crate) parameter: f64,
    pub(crate) space: &'static str,
    /// Temperature and overlap at which the kernel itself loses the minimum.
    pub(crate) spinodal: Option<(f64, f64)>,
    pub(crate) rows: &'static [State],
}

/// Temperature; overlap, gap (0 where it underflows) and free energy.
pub(crate) type State = (f64, Option<(f64, f64, f64)>);

/// The other patterns, and the boundaries they make.
pub(crate) struct Floor {
    pub(crate) kernel: &'static str,
    pub(crate) parameter: f64,
    pub(crate) space: &'static str,
    pub(crate) ensemble: &'static str,
    pub(crate) alpha_th: Option<f64>,
    /// `None` where the maximum over all overlaps is at overlap 1.
    pub(crate) phi_star: Option<f64>,
    pub(crate) alpha_star: Option<f64>,
    /// Load below which the maximum is at overlap 0 though `phi_star` is not.
    pub(crate) onset: Option<f64>,
    /// Temperature; load and whether it is condensed there. Load 0: no state but the target's own is needed.
    pub(crate) alpha_c: &'static [(f64, Option<(f64, bool)>)],
    pub(crate) rows: &'static [Row],
    /// Temperature; load, and whether the tie is with an uncondensed floor ("floor") or where the states meet
    /// the largest overlap ("merge"). Only with one measure for states and patterns.
    pub(crate) alpha_any: &'static [(f64, Option<(f64, &'static str)>)],
}

/// Load, exponent, u_noise, condensed, overlap of the maximum, largest overlap; cusp, T_c, T_s where retrieval
/// exists at T = 0.
pub(crate) type Row = (f64, f64, f64, bool, f64, f64, Option<(f64, f64, f64)>);
"""


def print_retrieval(kernel, space):
    top = spinodal(kernel, space)
    g = None if top is None else gap(kernel, top)
    edge = "None" if g is None else f"Some({group([temperature(kernel, space, g), 1 - g])})"
    name = f'kernel: "{kernel.name}", parameter: {show(kernel.parameter)}, space: "{space.name}"'
    print(f"    Retrieval {{ {name}, spinodal: {edge}, rows: &[")
    for t in TEMPERATURES:
        state = retrieval(kernel, space, mpf(t))
        state = state and (1 - state[0], *state)
        print(f"        ({show(t)}, {'None' if state is None else f'Some({group(state)})'}),")
    print("    ] },")


def print_floor(kernel, ensemble, space):
    noise = Noise(kernel, ensemble, space)
    star = noise.star
    name = f'kernel: "{kernel.name}", parameter: {show(kernel.parameter)}'
    print(f'    Floor {{ {name}, space: "{space.name}", ensemble: "{ensemble.name}",')
    print(f"        alpha_th: {some(noise.th)}, onset: {some(noise.onset())},")
    print(f"        phi_star: {some(None if star is None else 1 - star)},")
    print(f"        alpha_star: {some(None if star is None else -ensemble.s(star))}, alpha_c: &[")
    for t in [0.0] + TEMPERATURES:
        state = retrieval(kernel, space, mpf(t))
        load = "None" if state is None else f"Some({group(noise.alpha_c(state[1]))})"
        print(f"            ({show(t)}, {load}),")
    print("        ], rows: &[")
    for alpha in map(mpf, LOADS):
        if (noise.th or 0) < alpha < ensemble.full:
            row = noise.row(alpha)
            assert (row[6] is None) == (row[7] is None) == (row[8] is None)
            limits = "None" if row[6] is None else f"Some({group(row[6:])})"
            print(f"            {group(row[:6])[:-1]}, {limits}),")
    print("        ], alpha_any: &[")
    for t in TEMPERATURES if space is ensemble else []:
        line = noise.alpha_any(mpf(t))
        print(f"            ({show(t)}, {'None' if line is None else f'Some({group(line)})'}),")
    print("    ] },")


def main():
    check()
    print(HEADER)
    print("#[rustfmt::skip]\npub(crate) const RETRIEVAL: &[Retrieval] = &[")
    for name, parameter in RETRIEVAL:
        for space in (SPHERE, HYPERCUBE):
            print_retrieval(Kernel(name, parameter), space)
    print("];\n\n#[rustfmt::skip]\npub(crate) const FLOORS: &[Floor] = &[")
    for name, parameter in NOISE:
        for space, ensemble in PAIRS:
            print_floor(Kernel(name, parameter), ensemble, space)
    print("];\n\n/// T, eq. 35, and for b = 2, 3.41, 5: eq. 39 and what eqs 22 and 30 give instead.")
    print("#[rustfmt::skip]\npub(crate) const THERMAL_PHASES: &[(f64, f64, [[f64; 2]; 3])] = &[")
    for row in paper_rows():
        print(row)
    print("];\n\n/// b, and the temperature at which eq. 39 reaches the support threshold.")
    print("pub(crate) const LARGEST_TEMPERATURE: &[(f64, f64)] = &[")
    for b in (2.0, 3.41, float(2 + sqrt(mpf(2))), 5.0):
        print(f"    {group([b, largest_temperature(b)])},")
    print("];")


if __name__ == "__main__":
    main()
