"""Where SciPy's versions of Brent's methods evaluate a function, for the tests of theory/roots.rs.

    pip install scipy
    python tests/reference/brent.py > crates/dam-analysis/src/theory/roots/reference.rs

Functions are of the four operations and square roots alone, so that they have the same values everywhere. The last two points
of a minimum are left out: they depend on when a method stops.
"""

import math

from scipy.optimize import brentq, minimize_scalar

ROOTS = [
    (0, 3, lambda x: x * x - 5),
    (2, 3, lambda x: x * x * x - 2 * x - 5),
    (0, 2, lambda x: x * x * x * x * x - x - 0.2),
    (-1, 0.9, lambda x: x / (1 + x * x) - 0.2),
    (0, 1.99, lambda x: 1 / (2 - x) - 3),
    (-1, 3, lambda x: math.copysign(math.sqrt(math.sqrt(abs(x - 0.3))), x - 0.3)),
]
MINIMA = [
    (-2, 3, lambda x: (x - 1) * (x - 1) * ((x - 1) * (x - 1) + 1) + x),
    (-1, 2, lambda x: (x - 0.3) * (x - 0.3) * (x - 0.3) * (x - 0.3) - x),
    (-1, 2, lambda x: abs(x - 0.7) * math.sqrt(abs(x - 0.7))),
    (0, 3, lambda x: x * x * x * x * x * x - 3 * x * x + x),
]


def points(f, method):
    taken = []

    def recorded(x):
        taken.append(float(x))
        return f(x)

    method(recorded)
    return taken


def show(name, about, lists):
    print(f"\n/// {about}\n#[rustfmt::skip]\npub(super) const {name}: [&[f64]; {len(lists)}] = [")
    for taken in lists:
        print("    &[" + ", ".join(repr(float(f"{x:.15g}")) for x in taken) + "],")
    print("];")


print("//! Printed by tests/reference/brent.py.")
roots = [points(f, lambda f: brentq(f, a, b, xtol=1e-300, rtol=4 * 2.0**-52)) for a, b, f in ROOTS]
show("ROOTS", "Of `brentq`, the ends first.", roots)
bounded = {"method": "bounded", "options": {"xatol": 1e-12}}
minima = [points(f, lambda f: minimize_scalar(f, bounds=(a, b), **bounded))[:-2] for a, b, f in MINIMA]
show("MINIMA", "Of `fminbound`.", minima)
