"""Prints the numbers of docs/errata.md that follow from formulas alone, by entry.

    pip install mpmath numpy
    python tests/reference/errata.py

Every line starts from a definition, in 30 digits except E2. Numbers from simulations are not here; their settings
are in the document.
"""

from mpmath import binomial, diff, erf, erfc, exp, fac2, factorial, findroot, gamma, lambertw, log, mp, mpf, nstr
from mpmath import pi, sqrt
from numpy import concatenate, cumsum, expm1, linspace, log1p, trapezoid

mp.dps = 30


def show(entry, *values):
    print(entry, *(nstr(v, 10) if isinstance(v, mpf) else v for v in values))


def overlap_lse(t):
    return (sqrt(t * t + 4) - t) / 2


def overlap_lsr(t, b):
    half = 2 + t + t * b
    return 1 - 2 * t / (half + sqrt(half * half - 4 * (b * t + 1) * t))


def free(u, m, t):
    return u - t / 2 * log(1 - m * m)


def free_lse(t):
    m = overlap_lse(t)
    return free(1 - m, m, t)


def free_lsr(t, b):
    m = overlap_lsr(t, b)
    return free(-log(1 - b * (1 - m)) / b, m, t)


B = mpf("3.41")
LOAD = mpf("0.1")

# T1, T4: boundaries of the extensive LSR and of LSE.
for t in map(mpf, ("0.1", "0.2", "0.3", "0.5", "1", "2.5")):
    edge = 1 - (1 - exp(-B * free_lsr(t, B))) / B
    printed = (1 - free_lsr(t, B)) ** 2 / 2
    show("T1", t, "eq. 39", printed, "corrected", edge**2 / 2, "sphere", -log(1 - edge**2) / 2)
for b in (B, 2 + sqrt(2)):
    show("T1 f_ret = 1/b at T =", findroot(lambda t: free_lsr(t, b) - 1 / b, mpf("0.2")), "b =", b)
show("T1 f_ret = 1 at T =", findroot(lambda t: free_lsr(t, B) - 1, mpf("1.3")))
for b in (mpf(2), B, 2 + sqrt(2), mpf(5)):
    m = 1 - 1 / b
    show("T4 alpha_th, b =", b, "Gaussian", m * m / 2, "sphere", -log(1 - m * m) / 2)
    show("T9 caps meet from", 2 * m * m - 1)


def saddle(beta):
    return (sqrt(1 + 4 * beta * beta) - 1) / (2 * beta)


def growth(beta):
    m = saddle(beta)
    return log(1 - m * m) / 2 + beta * m


for beta in map(mpf, ("0.3", "0.5", "1", "2", "5")):
    gauss = beta - beta**2 / 2 if beta < 1 else mpf("0.5")
    show("T4 alpha_c(0), beta =", beta, "Gaussian", gauss, "sphere", beta - growth(beta))
for t in map(mpf, ("0.1", "0.3", "0.5", "1")):
    spread, condensed = 1 - free_lse(t) - growth(1), -log(1 - (1 - free_lse(t)) ** 2) / 2
    star = -log(1 - saddle(1) ** 2) / 2
    show("T4 LSE", t, "eq. 35", (1 - free_lse(t)) ** 2 / 2, "sphere", spread if spread > star else condensed)

# T7: second derivative of eq. 21 in q at q = m², over 1/(2(1 − m²)²).
m = mpf("0.7")
entropy = lambda q: log(1 - q) / 2 + (q - m * m) / (2 * (1 - q))
show("T7", diff(entropy, m * m, 2) * 2 * (1 - m * m) ** 2)

# T8: where f_ret reaches the floor, and where the minimum itself is lost.
for name, floor in (("Gaussian", sqrt(2 * LOAD)), ("sphere", sqrt(1 - exp(-2 * LOAD)))):
    t_c = findroot(lambda t: free_lse(t) - 1 + floor, mpf("0.8"))
    show("T8", name, "T_c", t_c, "T_s", (1 - floor**2) / floor)
for t in map(mpf, ("0.1", "0.5", "1", "2.5", "10")):
    show("T10", t, overlap_lsr(t, B))

# T11: N = 50, M = 148; the floor under every term, and under the sum.
for eps in map(mpf, ("1e-4", "1e-6", "1e-10")):
    for name, total in (("terms", 148 * eps), ("sum", eps)):
        show("T11", eps, name, findroot(lambda t: free_lsr(t, B) + log(total) / B, mpf(5)))

# T14: Theorem 3 of Ramsauer et al.; its own two examples, then N → ∞.
for beta, k, d in ((1, 3, 20), (1, 1, 75)):
    c = mpf(2) * k * k * beta / 5
    a = mpf(2) / (d - 1) * (1 + log(mpf(2) * beta * k * k / 1000 * (d - 1)))
    show("T14", c / lambertw(exp(a + log(c))).real)
show("T14 alpha(1)", lambertw(mpf(2) / 5).real / 4)

# T15: capacities at T = 0 of the cubic energy on the hypercube, all tuples and distinct indices.
y = findroot(lambda y: diff(lambda y: erf(y) ** 2 / y, y), mpf(1))
top = (erf(y) ** 2 / y) ** 2
show("T15", top / 6, top * 3 / (2 * factorial(3)))

# T17: spinodal temperatures with the annealed floor and with the typical one; the line of other patterns.
for load in map(mpf, ("0.05", "0.1", "0.15", "0.2", "0.25")):
    annealed, typical = load + growth(1), sqrt(1 - exp(-2 * load))
    show("T17", load, "annealed", (1 - annealed**2) / annealed, "typical", (1 - typical**2) / typical)
show("T17 delta", growth(2) - 2 * growth(1), "alpha_star", -log(1 - saddle(1) ** 2) / 2)
for load in map(mpf, ("0.3", "0.4", "0.5")):
    other = findroot(lambda t: (1 - free_lse(t) - growth(1)) / (1 - t) - load, (mpf("0.05"), mpf("0.7")), "anderson")
    show("T17 alpha_any", load, other)

# E2: expected largest overlap of N² − 1 patterns on the sphere, by the tail of the exact law.
for n in (100, 1000):
    x = linspace(0, 1, 400001)[:-1]
    c = float(gamma(mpf(n) / 2) / gamma(mpf(n - 1) / 2) / sqrt(pi))
    density = c * (1 - x * x) ** ((n - 3) / 2)
    tail = concatenate([cumsum(density[:0:-1])[::-1] * (x[1] - x[0]), [0]])
    exact = float(trapezoid(-expm1((n * n - 1) * log1p(-tail)), x))
    show("E2", n, "printed", sqrt(4 * log(mpf(n)) / n), "rate", sqrt(1 - mpf(n) ** (-mpf(4) / n)), "exact", exact)

# E4: scaled attention at λ = 1, the typical threshold and that of the pattern of least norm, h(ρ) = α = φ's balance.
for n in (100, 1000, 10000):
    root = sqrt(mpf(n))
    slope = 1 / root - 1 / mpf(2 * n)
    rho = findroot(lambda r: (r - 1 - log(r)) / 2 - r * slope, mpf("0.7"))
    show("E4", n, "typical", 1 - (log(root) + mpf(3) / 2) / root, "least norm", root * rho * slope)

# O1 to O7.
normal = lambda z: erfc(z / sqrt(2)) / 2
for n, k, order in ((100, 40, 2), (60, 400, 3), (40, 1500, 4)):
    odd, scale = fac2(2 * order - 3), mpf(n) ** (order - 1)
    tail = exp(-scale / (2 * k * odd))
    q = normal(sqrt(scale / ((k - 1) * odd)))
    half = normal(sqrt(2 * scale / ((k - 1) * odd)))
    show("O1", n, k, order, "printed", sqrt(odd / (2 * pi)) * k / scale * tail,
         "corrected", sqrt(odd / (2 * pi) * k / scale) * tail, "Q", q, "O2 rectified Q", half)
for order in (2, 3, 4, 8):
    show("O3", order, mpf(784) ** (order - 1) / (2 * fac2(2 * order - 3) * log(mpf(784))))
for odd in (15, 3):
    show("O4 N = 200", mpf(200) ** 2 / (2 * odd * log(mpf(200))))
show("O4 one-sided, two-sided", normal(mpf(1)), 2 * normal(mpf(1)), "exact", mpf(10) / 16)
for n, low in ((100, 95), (784, 686)):
    exact = 2 * sum(binomial(n, k) for k in range(low, n + 1)) / mpf(2) ** n
    show("O5", n, exact, 2 * normal((2 * low - n) / sqrt(mpf(n))))
for delta in ("0.1", "0.01"):
    z = findroot(lambda z: normal(z) * 784 - mpf(delta), mpf("4"))
    show("O7", delta, mpf(784) ** 2 / (3 * z * z))

# B1: slope of the mean deviation, B3: end overlaps of the cubic map, m²(1 − m²) = 3 alpha.
a = mpf(99) * sum(j**3 for j in range(10)) / sum(j**4 for j in range(10))
show("B1", a / 3 - mpf(1) / 2 + 1 / (3 * a * a))
for load in map(mpf, ("0.044", "0.048")):
    show("B3", load, sqrt((1 + sqrt(1 - 12 * load)) / 2))
show("B3 load of m = 0.9", mpf("0.81") * mpf("0.19") / 3)
