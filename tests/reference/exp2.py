#!/usr/bin/env python3
"""Coefficients and table of the base-two exponential in `crates/dam-core/src/simd/exp2.rs`.

2^(f/S) - 1 on |f| <= 1/2 as a polynomial without constant, least largest error by Lawson's iteration in 50 digits, then
rounded; and the table 2^(j/S), its bits less j steps of the exponent's field. Needs mpmath.
"""
import struct
from mpmath import mp, mpf, matrix, lu_solve, cos, pi, log
mp.dps = 50

def fit(steps, degree, rounded, points=160):
    f = [cos(pi * (mpf(k) + mpf(1) / 2) / points) / 2 for k in range(points)]
    y = [mpf(2) ** (x / steps) - 1 for x in f]
    w = [mpf(1) / points] * points
    for _ in range(120):
        a = matrix(degree, degree); b = matrix(degree, 1)
        for x, t, u in zip(f, y, w):
            p = [x ** (k + 1) for k in range(degree)]
            for i in range(degree):
                b[i] += u * p[i] * t
                for j in range(degree):
                    a[i, j] += u * p[i] * p[j]
        c = lu_solve(a, b)
        e = [abs(sum(c[k] * x ** (k + 1) for k in range(degree)) - t) for x, t in zip(f, y)]
        total = sum(u * v for u, v in zip(w, e))
        w = [u * v / total for u, v in zip(w, e)]
    c = [mpf(rounded(float(v))) for v in c]
    worst = max(abs((1 + sum(c[k] * x ** (k + 1) for k in range(degree))) / (1 + t) - 1) for x, t in zip(f, y))
    print(f"steps {steps}, degree {degree}: relative error 2^{float(log(worst, 2)):.1f}")
    for v in c:
        print("   ", repr(float(v)))

single = lambda v: struct.unpack("f", struct.pack("f", v))[0]
fit(16, 6, lambda v: v); fit(16, 5, lambda v: v)
fit(32, 3, single); fit(32, 2, single)
for j in range(16):
    print(f"0x{struct.unpack('<Q', struct.pack('<d', float(mpf(2) ** (mpf(j) / 16))))[0] - (j << 48):016x},", end="\n" if j % 4 == 3 else " ")
for j in range(32):
    print(f"0x{struct.unpack('<I', struct.pack('<f', float(mpf(2) ** (mpf(j) / 32))))[0] - (j << 18):08x},", end="\n" if j % 8 == 7 else " ")
