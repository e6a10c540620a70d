#!/usr/bin/env python3
"""Epochs of the Krotov-Hopfield classifier in PyTorch on the CPU, as a good user writes it; counterpart of `training.rs`.

--mode fast: one product forward and one backward for every block of images, the ten labels by h_on = h_off + 2 w, the gradient
by hand, blocks of --chunk images so that the ten planes of a block stay in cache. --mode auto: the same forward, gradient by
automatic differentiation. --mode compiled: as fast, compiled by `torch.compile`. All with the update of memories. Prints one JSON object.
"""
import argparse, json, os, statistics, time
import numpy as np, torch


def idx(path):
    with open(path, "rb") as file:
        data = file.read()
    axes = data[3]
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(axes)]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)


def power(x, n):
    out = None
    while n:
        if n & 1:
            out = x if out is None else out * x
        n >>= 1
        if n:
            x = x * x
    return out


def forward(w, v, n, t, keep):
    """z of a block; with `keep` also the powers n - 1, of the label sites turned on one by one and of all off."""
    sites = v.shape[1]
    off = (v @ w[:, :sites].T - w[:, sites:].sum(1)) / t
    rest = off.clamp(min=0)
    rest1 = power(rest, n - 1)
    full = rest1 * rest
    z, kept = [], []
    for a in range(10):
        on = (off + (2 / t) * w[:, sites + a]).clamp(min=0)
        on1 = power(on, n - 1)
        z.append((on1 * on - full).sum(1))
        if keep:
            kept.append(on1)
    return torch.stack(z, 1), kept, rest1


def block(w, x, y, n, m, t):
    z, kept, rest1 = forward(w, x, n, t, True)
    c = torch.tanh(z)
    g = (y - c) ** (2 * m - 1) * (1 - c) * (1 + c)
    s = -rest1 * g.sum(1, keepdim=True)
    turned = []
    for a in range(10):
        p = kept[a] * g[:, a:a + 1]
        s += p
        turned.append(2 * p.sum(0))
    return torch.cat([s.T @ x, torch.stack(turned, 1) - s.sum(0)[:, None]], 1)


def by_hand(w, v, target, n, m, t, chunk):
    gradient = 0
    for i in range(0, len(v), chunk):
        gradient = gradient + block(w, v[i:i + chunk], target[i:i + chunk], n, m, t)
    return gradient


def automatic(w, v, target, n, m, t, _chunk):
    with torch.enable_grad():
        w = w.detach().clone().requires_grad_(True)
        ((target - torch.tanh(forward(w, v, n, t, False)[0])) ** (2 * m)).sum().backward()
    return -w.grad


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True)
    p.add_argument("--mode", choices=["fast", "compiled", "auto"], default="fast")
    p.add_argument("--memories", type=int, default=2000)
    p.add_argument("--order", type=int, default=3)
    p.add_argument("--exponent", type=int, default=2)
    p.add_argument("--temperature", type=float, default=60.0)
    p.add_argument("--images", type=int, default=1000)
    p.add_argument("--batch", type=int, default=1000)
    p.add_argument("--epochs", type=int, default=10)
    p.add_argument("--chunk", type=int, default=125)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--seed", type=int, default=0)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.set_grad_enabled(False)
    rng = np.random.default_rng(a.seed)
    pixels = idx(os.path.join(a.data, "train-images-idx3-ubyte"))
    labels = idx(os.path.join(a.data, "train-labels-idx1-ubyte")).astype(np.int64)
    some = rng.permutation(len(labels))[:a.images]
    v = torch.from_numpy(pixels.reshape(len(labels), -1)[some].astype(np.float32) * (2 / 255) - 1)
    target = -torch.ones(a.images, 10)
    target[torch.arange(a.images), torch.from_numpy(labels[some])] = 1
    w = torch.from_numpy(rng.normal(0, 0.1, (a.memories, v.shape[1] + 10)).astype(np.float32))
    velocity = torch.zeros_like(w)
    gradient = automatic if a.mode == "auto" else by_hand
    if a.mode == "compiled":
        global block
        block = torch.compile(block, dynamic=False)
    seconds = []
    for epoch in range(a.epochs + 1):
        order = torch.from_numpy(rng.permutation(a.images))
        start = time.perf_counter()
        for i in range(0, a.images, a.batch):
            j = order[i:i + a.batch]
            velocity = 0.6 * velocity + gradient(w, v[j], target[j], a.order, a.exponent, a.temperature, a.chunk)
            step = velocity / velocity.abs().amax(1, keepdim=True).clamp(min=1e-30)
            w = (w + 0.02 * 0.998**epoch * step).clamp(-1, 1)
        seconds.append(time.perf_counter() - start)
    # The first epoch warms up.
    median = statistics.median(seconds[1:])
    rate = 4 * v.shape[1] * a.memories * a.images / median / 1e9
    print(json.dumps({"program": f"torch {a.mode}", "dtype": "float32", "seconds": median, "gflops": rate}))


if __name__ == "__main__":
    main()
