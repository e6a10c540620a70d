"""How many values SciPy's versions of Brent's methods take, for the test of theory/roots.rs.

    pip install scipy
    python tests/reference/brent.py
"""

import math

from scipy.optimize import brentq, minimize_scalar

ROOTS = [
    (0, 2, lambda x: x * x - 2),
    (0, 1, lambda x: math.cos(x) - x),
    (0, 4, lambda x: math.exp(x) - 5),
    (2, 3, lambda x: x**3 - 2 * x - 5),
    (1e-9, 1, lambda x: math.log(x) + 3),
    (0.1, 1, lambda m: math.tanh(2 * m) - m),
]
MINIMA = [
    (2, 5, math.cos),
    (-1, 2, lambda x: math.cosh(x - 0.3)),
    (-2, 3, lambda x: (x - 1) ** 4 + (x - 1) ** 2 + x),
    (0, 1, lambda x: x * math.log(x) if x > 0 else 0),
]

for a, b, f in ROOTS:
    print("root", brentq(f, a, b, xtol=1e-15, rtol=8.9e-16, full_output=True)[1].function_calls)
for a, b, f in MINIMA:
    print("minimum", minimize_scalar(f, bounds=(a, b), method="bounded", options={"xatol": 1e-8}).nfev)
