#!/usr/bin/env python3
"""Asynchronous retrieval at n = 3 in NumPy (a vectorised product per spin) and numba (compiled loops), as a good user
writes it; the counterpart of `asynchronous.rs`. Prints one JSON object.

    N^2 phi_i = 3 sum_mu xi_i M^2 - 6 x_i sum_mu M + 4 sum_mu xi_i,   M = xi . x

is the exact discrete marginal field in integers: no spin has to be taken out of an overlap. Time is of whole retrievals,
initial overlaps included, drawing of patterns and cues not.
"""
import argparse, json, math, time
import numpy as np

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument("--n", type=int, default=500)
p.add_argument("--p", type=int, default=1250)
p.add_argument("--corruption", type=float, default=0.2)
p.add_argument("--trials", type=int, default=20)
p.add_argument("--sweeps", type=int, default=60)
p.add_argument("--seed", type=int, default=1)
p.add_argument("--backend", choices=["numpy", "numba"], default="numba")
p.add_argument("--all-sweeps", action="store_true", help="go on where a sweep changed nothing, to the last")
a = p.parse_args()
NEED = math.ceil(0.95 * a.n - 1e-9)


def retrieve_numpy(patterns, c, x, target, rng, sweeps):
    overlaps = x.astype(np.float32) @ patterns
    squares, total = overlaps * overlaps, float(overlaps.sum())
    for sweep in range(sweeps):
        flips = 0
        for i in rng.permutation(a.n):
            field = 3.0 * float(patterns[i] @ squares) - 6.0 * x[i] * total + 4.0 * c[i]
            if field * x[i] < 0:
                flips += 1
                x[i] = -x[i]
                overlaps += 2.0 * x[i] * patterns[i]
                np.multiply(overlaps, overlaps, out=squares)
                total += 2.0 * x[i] * c[i]
        if int((x == target).sum()) >= NEED:
            return sweep + 1, True
        if flips == 0 and not a.all_sweeps:
            return sweep + 1, False
    return sweeps, False


if a.backend == "numba":
    import numba

    @numba.njit(fastmath=True, cache=True)
    def retrieve_numba(patterns, c, x, target, seed, sweeps, need, all_sweeps):
        np.random.seed(seed)
        n, m = patterns.shape
        squares, overlaps = np.zeros(m, np.int32), np.zeros(m, np.int32)
        for i in range(n):
            for mu in range(m):
                overlaps[mu] += np.int32(x[i]) * np.int32(patterns[i, mu])
        total = np.int64(0)
        for mu in range(m):
            squares[mu] = overlaps[mu] * overlaps[mu]
            total += overlaps[mu]
        for sweep in range(sweeps):
            flips = 0
            for i in np.random.permutation(n):
                s = np.int32(0)
                for mu in range(m):
                    s += np.int32(patterns[i, mu]) * squares[mu]
                field = 3 * np.int64(s) - 6 * np.int64(x[i]) * total + 4 * c[i]
                if field * x[i] < 0:
                    flips += 1
                    x[i] = -x[i]
                    d = np.int32(2) * np.int32(x[i])
                    for mu in range(m):
                        v = overlaps[mu] + d * np.int32(patterns[i, mu])
                        overlaps[mu] = v
                        squares[mu] = v * v
                    total += 2 * np.int64(x[i]) * c[i]
            right = 0
            for i in range(n):
                right += x[i] == target[i]
            if right >= need:
                return sweep + 1, True
            if flips == 0 and not all_sweeps:
                return sweep + 1, False
        return sweeps, False


rng = np.random.default_rng(a.seed)
# Row i: spin i of all patterns.
patterns = np.ascontiguousarray(rng.integers(0, 2, (a.n, a.p), dtype=np.int8) * 2 - 1)
c = patterns.sum(1, dtype=np.int64)
stored = patterns.astype(np.float32) if a.backend == "numpy" else patterns


def cue(q):
    rng = np.random.default_rng([a.seed, q])
    target = patterns[:, int(rng.integers(a.p))].copy()
    x = target.copy()
    x[rng.permutation(a.n)[: int(a.corruption * a.n + 0.5)]] *= -1
    return x, target, rng


if a.backend == "numba":
    x, target, _ = cue(0)
    retrieve_numba(stored, c, x, target, 1, 1, NEED, a.all_sweeps)  # compiles
seconds, made, counted, successes = 0.0, 0, 0, 0
for q in range(a.trials):
    x, target, rng = cue(q)
    start = time.perf_counter()
    if a.backend == "numpy":
        sweeps, success = retrieve_numpy(stored, c, x, target, rng, a.sweeps)
    else:
        sweeps, success = retrieve_numba(stored, c, x, target, q + 1, a.sweeps, NEED, a.all_sweeps)
    seconds += time.perf_counter() - start
    made += sweeps
    counted += sweeps if success else a.sweeps
    successes += success
# A field reads an entry and a square of every pattern: 1 + 4 bytes, in NumPy 4 + 4.
bytes_of_pattern = 5 if a.backend == "numba" else 8
print(json.dumps(dict(
    success=successes / a.trials, mean_sweeps_fail60=counted / a.trials, spin_updates=made * a.n,
    seconds=seconds / a.trials, gbytes=made * a.n * a.p * bytes_of_pattern / seconds / 1e9, threads=1)))
