#!/usr/bin/env python3
"""Retrieval with softmax attention, x <- Xi softmax(beta Xi^T x), of a batch of states, as a good user writes it; the
counterpart of `attention.rs`. Prints one JSON object.

numpy: products into buffers, states in blocks of --block (0: all at once), with blocks a thread each, one block from cue to end
state, since NumPy's exponentials take one thread only. torch: products and softmax in blocks. compiled: the same of all
states by `torch.compile`. sdpa: PyTorch's own attention, one
call an update. hamux: the energy from HAMUX (`pip install hamux`: JAX), its gradient compiled, one step of size 1.
"""
import argparse, json, os

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument("--n", type=int, default=64); p.add_argument("--m", type=int, default=4096)
p.add_argument("--states", type=int, default=256); p.add_argument("--updates", type=int, default=3)
p.add_argument("--repeats", type=int, default=20); p.add_argument("--block", type=int, default=0)
p.add_argument("--backend", choices=["numpy", "torch", "compiled", "sdpa", "hamux"], default="numpy")
p.add_argument("--dtype", choices=["float64", "float32"], default="float64")
p.add_argument("--threads", type=int, default=2)
A = p.parse_args()
for v in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[v] = str(1 if A.backend == "numpy" and A.block else A.threads)
if A.backend == "hamux":
    # JAX takes as many threads as it may use processors.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:A.threads])
import numpy as np  # noqa: E402
import inputs  # noqa: E402

N, M, B, T = A.n, A.m, A.states, A.updates
BETA = 8.0 / N
STARTS = range(0, B, A.block or B)
BLOCK = A.block or B
xi = inputs.numbers(0, M, N)
cues = (xi[np.arange(B) % M] + inputs.numbers(1, B, N) / 2).astype(A.dtype)
xi = xi.astype(A.dtype)


def run_numpy():
    from concurrent.futures import ThreadPoolExecutor
    buffers = {a: (np.empty((min(BLOCK, B - a), M), xi.dtype), np.empty((min(BLOCK, B - a), N), xi.dtype)) for a in STARTS}
    beta = xi.dtype.type(BETA)

    def block(a):
        w, x = buffers[a]
        np.copyto(x, cues[a:a + BLOCK])
        for _ in range(T):
            x *= beta
            np.matmul(x, xi.T, out=w); w -= w.max(1, keepdims=True); np.exp(w, out=w)
            total = w.sum(1, keepdims=True)
            np.matmul(w, xi, out=x); x /= total
        return x

    if len(STARTS) == 1:
        return inputs.timed(A.repeats, lambda: block(0))
    with ThreadPoolExecutor(A.threads) as pool:
        return inputs.timed(A.repeats, lambda: np.concatenate(list(pool.map(block, STARTS))))


def run_torch():
    import torch
    torch.set_num_threads(A.threads); torch.set_grad_enabled(False)
    k, q = torch.from_numpy(xi), torch.from_numpy(cues); kt = k.t()
    w, x = torch.empty(BLOCK, M, dtype=k.dtype), torch.empty_like(q)

    def products():
        for a in STARTS:
            v, z = w[:min(BLOCK, B - a)], x[a:a + BLOCK]
            z.copy_(q[a:a + BLOCK])
            for _ in range(T):
                z *= BETA
                torch.matmul(z, kt, out=v); torch.softmax(v, 1, out=v); torch.matmul(v, k, out=z)
        return x

    def attention():
        z = q[None, None]
        for _ in range(T):
            z = torch.nn.functional.scaled_dot_product_attention(z, k[None, None], k[None, None], scale=BETA)
        return z[0, 0]

    @torch.compile(dynamic=False)
    def compiled(z):
        for _ in range(T):
            z = torch.softmax(BETA * z @ kt, 1) @ k
        return z

    task = dict(torch=products, sdpa=attention, compiled=lambda: compiled(q))[A.backend]
    seconds, end = inputs.timed(A.repeats, task)
    return seconds, end.numpy()


def run_hamux():
    import contextlib, sys
    import jax
    jax.config.update("jax_enable_x64", A.dtype == "float64"); jax.config.update("jax_platforms", "cpu")
    import equinox as eqx
    import hamux as hmx

    class LogSumExp(eqx.Module):
        xi: jax.Array

        def __call__(self, x):
            return -jax.nn.logsumexp(BETA * (self.xi @ x)) / BETA

    with contextlib.redirect_stdout(sys.stderr):
        neurons = {"x": hmx.NeuronLayer(hmx.lagr_identity, (N,))}
        memory = hmx.HAM(neurons, {"memory": LogSumExp(jax.numpy.asarray(xi))}, [(["x"], "memory")]).vectorize()

    @eqx.filter_jit
    def retrieve(memory, x):
        for _ in range(T):
            xs = {"x": x}
            x = x - memory.dEdact(memory.activations(xs), xs)["x"]
        return x

    x = jax.numpy.asarray(cues)
    seconds, end = inputs.timed(A.repeats, lambda: retrieve(memory, x).block_until_ready())
    return seconds, np.asarray(end)


seconds, end = dict(numpy=run_numpy, hamux=run_hamux).get(A.backend, run_torch)()
assert end.dtype == np.dtype(A.dtype)
print(json.dumps(dict(program=A.backend, dtype=A.dtype, block=A.block, seconds=seconds,
                      gflops=4 * N * M * B * T / seconds / 1e9, checksum=inputs.checksum(end))))
