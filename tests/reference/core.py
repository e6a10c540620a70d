"""Energies, fields and flip prices of small memories, from their definitions in 60-digit arithmetic.

    pip install mpmath
    python tests/reference/core.py > tests/references/core.rs

Only energies are written down here; fields are their numerical derivatives and prices their differences, so
nothing below repeats a derivative or an update formula of the library. Both sides build the same patterns
from integers. Prints numbers to the last digit of a double.
"""

import itertools

from mpmath import diff, exp, hermite, log, mp, mpf, sqrt

mp.dps = 60

N, M = 12, 7


def entry(mu, i):
    return (7 * i * i + 13 * i * mu + 5 * mu * mu + 3 * i + 11 * mu + 2) % 23 - 11


def raw(mu):
    return [mpf(entry(mu, i)) for i in range(N)]


def dot(a, b):
    return sum(p * q for p, q in zip(a, b))


def sphere(v):
    return [sqrt(mpf(N) / dot(v, v)) * a for a in v]


def signs(v):
    return [mpf(1) if a >= 0 else mpf(-1) for a in v]


def cue():
    """Three parts of pattern 2 and one of a vector that is none of the patterns."""
    return [mpf(3 * entry(2, i) + entry(40, i)) for i in range(N)]


def fraction(v, denominator):
    """Numbers of order one that need no rounding: the denominator is a power of two."""
    return [a / denominator for a in v]


SPACES = {
    "Sphere": ([sphere(raw(mu)) for mu in range(M)], sphere(cue())),
    "Hypercube": ([signs(raw(mu)) for mu in range(M)], signs(cue())),
    "Euclidean": ([fraction(raw(mu), 8) for mu in range(M)], fraction(cue(), 32)),
}


def polynomial(f):
    """-sum of f(x.xi) with prefactor 1."""
    return lambda patterns, x: -sum(f(dot(x, xi)) for xi in patterns)


def hermite3(s):
    # He_n(t) = 2^(-n/2) H_n(t / sqrt 2), with H the physicists' polynomials.
    return hermite(3, s / sqrt(mpf(N)) / sqrt(2)) / sqrt(mpf(8)) / mpf(N) ** mpf("1.5")


def distinct3(s):
    return (s**3 - 3 * N * s + 2 * s) / mpf(N) ** 3


def lse(beta):
    return lambda patterns, x: -log(sum(exp(-beta * (N - dot(x, xi))) for xi in patterns)) / beta


def attention(beta):
    return lambda patterns, x: -log(sum(exp(beta * dot(x, xi)) for xi in patterns)) / beta + dot(x, x) / 2


def lsr(b, floor):
    def energy(patterns, x):
        return -N / b * log(sum(max(floor, 1 - b * (1 - dot(x, xi) / N)) for xi in patterns))

    return energy


def lsr_extensive(b):
    def energy(patterns, x):
        return -log(sum(max(mpf(0), 1 - b * (1 - dot(x, xi) / N)) ** N for xi in patterns)) / b

    return energy


def demircigil(patterns, x):
    return -sum(exp(dot(x, xi) - N) for xi in patterns)


def hopfield(patterns, x):
    return -sum(dot(x, xi) ** 2 for xi in patterns) / (2 * mpf(N))


MODELS = {
    "monomial": polynomial(lambda s: (s / N) ** 3),
    "rectified": polynomial(lambda s: (max(mpf(0), s) / N) ** 3),
    "hermite": polynomial(hermite3),
    "distinct": polynomial(distinct3),
    "lse": lse(mpf("0.75")),
    "attention": attention(mpf("0.125")),
    "lsr": lsr(mpf("1.25"), mpf(0)),
    "lsr_floor": lsr(mpf("1.25"), mpf("0.125")),
    "lsr_extensive": lsr_extensive(mpf("1.25")),
    "demircigil": demircigil,
    "hopfield": hopfield,
}

CASES = [
    ("Sphere", "monomial"),
    ("Sphere", "rectified"),
    ("Sphere", "hermite"),
    ("Sphere", "lse"),
    ("Sphere", "lsr"),
    ("Sphere", "lsr_floor"),
    ("Sphere", "lsr_extensive"),
    ("Euclidean", "attention"),
    ("Euclidean", "monomial_confined"),
    ("Hypercube", "monomial"),
    ("Hypercube", "rectified"),
    ("Hypercube", "hermite"),
    ("Hypercube", "distinct"),
    ("Hypercube", "lse"),
    ("Hypercube", "lsr"),
    ("Hypercube", "lsr_floor"),
    ("Hypercube", "lsr_extensive"),
    ("Hypercube", "demircigil"),
    ("Hypercube", "hopfield"),
]

MODELS["monomial_confined"] = lambda patterns, x: MODELS["monomial"](patterns, x) + dot(x, x) / 2


def check_definitions():
    """Where a model has a second definition, both give the same number."""
    patterns, x = SPACES["Hypercube"]
    triples = list(itertools.permutations(range(N), 3))
    direct = -sum(
        sum(xi[i] * x[i] * xi[j] * x[j] * xi[k] * x[k] for i, j, k in triples) for xi in patterns
    ) / mpf(N) ** 3
    assert abs(direct - MODELS["distinct"](patterns, x)) < mpf(10) ** -50
    for space in ("Sphere", "Hypercube"):
        patterns, x = SPACES[space]
        beta = mpf("0.75")
        squares = [sum((a - b) ** 2 for a, b in zip(x, xi)) for xi in patterns]
        direct = -log(sum(exp(-beta * d / 2) for d in squares)) / beta
        assert abs(direct - MODELS["lse"](patterns, x)) < mpf(10) ** -50
        # Some patterns lie outside the support and some inside, or the LSR cases would test little.
        inside = [1 - mpf("1.25") * (1 - dot(x, xi) / N) for xi in patterns]
        assert sum(v > mpf("0.13") for v in inside) >= 2 and sum(v < 0 for v in inside) >= 1, inside
        assert all(abs(v) > mpf("1e-3") and abs(v - mpf("0.125")) > mpf("1e-3") for v in inside)


def number(value):
    # What numerical differentiation leaves of a zero.
    return repr(0.0 if abs(value) < mpf(10) ** -40 else float(value))


def block(name, values):
    """The numbers of a field of `Case`, as many to a line as fit."""
    lines = [""]
    for value in values:
        if len(lines[-1]) + len(value) + 2 > 98:
            lines.append("")
        lines[-1] += " " * bool(lines[-1]) + value + ","
    return "\n".join([f"        {name}["] + [" " * 12 + line for line in lines if line] + ["        ],"])


def field(energy, patterns, x):
    def along(i):
        return lambda t: energy(patterns, x[:i] + [t] + x[i + 1 :])

    return [-diff(along(i), x[i]) for i in range(N)]


def prices(energy, patterns, x):
    e = energy(patterns, x)
    return [energy(patterns, x[:i] + [-x[i]] + x[i + 1 :]) - e for i in range(N)]


def main():
    check_definitions()
    print("//! Written by `tests/reference/core.py`; do not edit.\n")
    print("pub(crate) struct Case {")
    print("    pub(crate) name: &'static str,")
    print("    pub(crate) energy: f64,")
    print(f"    pub(crate) field: [f64; {N}],")
    print("    /// Of every spin, on the hypercube.")
    print("    pub(crate) prices: &'static [f64],")
    print("}\n")
    print("#[rustfmt::skip]")
    print(f"pub(crate) const CASES: [Case; {len(CASES)}] = [")
    for space, model in CASES:
        patterns, x = SPACES[space]
        energy = MODELS[model]
        h = map(number, field(energy, patterns, x))
        flips = map(number, prices(energy, patterns, x)) if space == "Hypercube" else []
        print("    Case {")
        print(f'        name: "{space} {model}",')
        print(f"        energy: {number(energy(patterns, x))},")
        print(block("field: ", h))
        print(block("prices: &", flips) if space == "Hypercube" else "        prices: &[],")
        print("    },")
    print("];")


main()
