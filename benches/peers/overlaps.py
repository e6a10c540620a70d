#!/usr/bin/env python3
"""Overlaps of a batch of states with all patterns as one product in NumPy or PyTorch; the counterpart of `overlaps.rs`.
Prints one JSON object. With --spins the entries are +-1 in f32, what ours keeps as bits.
"""
import argparse, json, os

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument("--n", type=int, default=200); p.add_argument("--m", type=int, default=1200)
p.add_argument("--states", type=int, default=1200); p.add_argument("--repeats", type=int, default=50)
p.add_argument("--backend", choices=["numpy", "torch"], default="numpy")
p.add_argument("--dtype", choices=["float64", "float32"], default="float64")
p.add_argument("--spins", action="store_true"); p.add_argument("--threads", type=int, default=2)
A = p.parse_args()
for v in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[v] = str(A.threads)
import inputs  # noqa: E402
import numpy as np  # noqa: E402

make = inputs.signs if A.spins else inputs.numbers
xi, x = (make(stream, rows, A.n).astype(A.dtype, copy=False) for stream, rows in ((0, A.m), (1, A.states)))
# The 1/N of an overlap goes to the smaller factor.
x /= x.dtype.type(A.n)
m = np.empty((A.states, A.m), A.dtype)
if A.backend == "numpy":
    seconds, _ = inputs.timed(A.repeats, lambda: np.matmul(x, xi.T, out=m))
else:
    import torch
    torch.set_num_threads(A.threads); torch.set_grad_enabled(False)
    xt, xit, mt = torch.from_numpy(x), torch.from_numpy(xi).t(), torch.from_numpy(m)
    seconds, _ = inputs.timed(A.repeats, lambda: torch.matmul(xt, xit, out=mt))
print(json.dumps(dict(program=A.backend, dtype=A.dtype, seconds=seconds, checksum=inputs.checksum(m),
                      gflops=2 * A.n * A.m * A.states / seconds / 1e9)))
