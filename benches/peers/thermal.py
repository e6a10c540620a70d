#!/usr/bin/env python3
"""Metropolis chains of log-sum-exp in NumPy or PyTorch, as a good user writes them: the counterpart of thermal.rs.

All chains are one matrix product per step; buffers are reused; energies need no maximum, since the exponents are
N(phi - 1) <= 0. Patterns are taken in blocks of --block (0: all at once), which keeps exponentials in cache when there
are many. --compile (PyTorch): exponentials and their sum by `torch.compile`. --split (NumPy): chains are divided among threads, since NumPy's exponentials take one thread only. Prints one JSON
object.
"""
import argparse, json, os, time
from concurrent.futures import ThreadPoolExecutor

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument("--n", type=int, default=50); p.add_argument("--m", type=int, default=148)
p.add_argument("--chains", type=int, default=64); p.add_argument("--steps", type=int, default=20_000)
p.add_argument("--temperature", type=float, default=0.3); p.add_argument("--step", type=float, default=0.1)
p.add_argument("--backend", choices=["numpy", "torch"], default="numpy")
p.add_argument("--dtype", choices=["float64", "float32"], default="float64")
p.add_argument("--block", type=int, default=0); p.add_argument("--threads", type=int, default=2)
p.add_argument("--seed", type=int, default=0); p.add_argument("--split", action="store_true")
p.add_argument("--compile", action="store_true")
A = p.parse_args()
for v in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[v] = str(1 if A.split else A.threads)
import numpy as np  # noqa: E402

N, M, B = A.n, A.m, A.chains
RT = N ** 0.5
BLOCK = A.block or M


def patterns():
    X = np.random.default_rng([A.seed, 1]).standard_normal((M, N))
    return X * (RT / np.linalg.norm(X, axis=1, keepdims=True))


def run_numpy():
    dt = np.dtype(A.dtype)
    X = np.ascontiguousarray(patterns(), dtype=dt); XT = X.T; target = X[0]
    s, scale = dt.type(A.step), dt.type(N)

    def run(part, chains):
        rng = np.random.default_rng([A.seed, 2, part])
        x = np.repeat(target[None], chains, 0).copy(); y = np.empty_like(x); g = np.empty_like(x)
        m = np.empty((chains, min(BLOCK, M)), dt)

        def energy(z):
            total = np.zeros(chains)
            for a in range(0, M, BLOCK):
                w = m[:, :min(BLOCK, M - a)] if BLOCK < M else m
                np.matmul(z, XT[:, a:a + BLOCK], out=w); w -= scale; np.exp(w, out=w); total += w.sum(1)
            return -np.log(total)

        e = energy(x); accepted = 0; overlap = 0.0
        for _ in range(A.steps):
            rng.standard_normal(out=g, dtype=dt); np.multiply(g, s, out=y); y += x
            y *= (RT / np.sqrt(np.einsum("ij,ij->i", y, y)))[:, None].astype(dt)
            f = energy(y); ok = rng.random(chains) < np.exp(np.minimum(0.0, (e - f) / A.temperature))
            x[ok] = y[ok]; e[ok] = f[ok]; accepted += int(ok.sum()); overlap += float((x @ target).sum())
        return accepted, overlap

    parts = A.threads if A.split else 1
    chains = [B // parts + (k < B % parts) for k in range(parts)]
    t = time.perf_counter()
    if A.split:
        with ThreadPoolExecutor(parts) as pool:
            ends = list(pool.map(run, range(parts), chains))
    else:
        ends = [run(0, B)]
    return time.perf_counter() - t, sum(e[0] for e in ends), sum(e[1] for e in ends)


def run_torch():
    import torch
    torch.set_num_threads(A.threads); torch.set_grad_enabled(False)
    dt = getattr(torch, A.dtype); gen = torch.Generator().manual_seed(A.seed * 10 + 2)
    X = torch.from_numpy(patterns()).to(dt).contiguous(); XT = X.t(); target = X[0]
    x = target[None].repeat(B, 1); y = torch.empty_like(x); g = torch.empty_like(x)
    m = torch.empty(B, min(BLOCK, M), dtype=dt); last = torch.empty(B, M % BLOCK or 1, dtype=dt)

    def exponentials(w):
        return (w - N).exp().sum(1) if A.compile else w.sub_(N).exp_().sum(1)

    if A.compile:
        exponentials = torch.compile(exponentials, dynamic=False)

    def energy(z):
        total = torch.zeros(B, dtype=torch.float64)
        for a in range(0, M, BLOCK):
            w = m if a + BLOCK <= M else last
            torch.matmul(z, XT[:, a:a + BLOCK], out=w); total += exponentials(w)
        return -torch.log(total)

    e = energy(x); accepted = 0; overlap = 0.0; t = time.perf_counter()
    for _ in range(A.steps):
        g.normal_(generator=gen); torch.add(x, g, alpha=A.step, out=y)
        y *= RT / torch.linalg.vector_norm(y, dim=1, keepdim=True)
        f = energy(y); ok = torch.rand(B, generator=gen) < torch.exp(((e - f) / A.temperature).clamp_(max=0.0))
        x = torch.where(ok[:, None], y, x); e = torch.where(ok, f, e)
        accepted += int(ok.sum()); overlap += float((x @ target).sum())
    return time.perf_counter() - t, accepted, overlap


seconds, accepted, overlap = (run_numpy if A.backend == "numpy" else run_torch)()
rate = B * A.steps / seconds
print(json.dumps(dict(program=A.backend, dtype=A.dtype, block=BLOCK, seconds=seconds, steps_per_second=rate,
                      gflops=rate * 2 * N * M / 1e9,
                      acceptance=accepted / (B * A.steps), alignment=overlap / (B * A.steps * N))))
