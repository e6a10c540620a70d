#!/usr/bin/env python3
"""GFLOP/s of a large matrix product in NumPy or PyTorch, f32 and f64: what a program that uses it can reach. Prints one JSON
object. The largest of some repeats counts, as in `machine.rs`.
"""
import argparse, json, os, time

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument("--backend", choices=["numpy", "torch"], default="numpy")
p.add_argument("--threads", type=int, default=2)
A = p.parse_args()
for v in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[v] = str(A.threads)
import numpy as np  # noqa: E402

SIZE = 2000


def rate(dtype):
    a = np.random.default_rng(0).random((SIZE, SIZE)).astype(dtype)
    out = np.empty_like(a)
    product = np.matmul
    if A.backend == "torch":
        import torch
        torch.set_num_threads(A.threads)
        a, out, product = torch.from_numpy(a), torch.from_numpy(out), torch.matmul
    seconds = []
    for _ in range(7):
        start = time.perf_counter()
        product(a, a, out=out)
        seconds.append(time.perf_counter() - start)
    return 2 * SIZE**3 / min(seconds) / 1e9


print(json.dumps(dict(f32=rate("float32"), f64=rate("float64"))))
