#!/usr/bin/env python3
"""Losses and gradients of the Krotov-Hopfield classifier by PyTorch's automatic differentiation, and two momentum steps.

Needs torch. The output is crates/dam-experiments/src/classifier/reference.rs:

    python3 tests/reference/learning.py > crates/dam-experiments/src/classifier/reference.rs

Everything is written from the definition, image by image and label by label: states with one label turned on, powers of
[xi.x / T]_+, tanh, the sum of (t - c)^(2m). Memory 2 is dead: no image and no label reach it.
"""
import torch

torch.set_default_dtype(torch.float64)
N, C, K, B = 6, 10, 4, 5


def entry(mu: int, i: int) -> int:
    return (7 * i * i + 13 * i * mu + 5 * mu * mu + 3 * i + 11 * mu + 2) % 23 - 11


def memories() -> torch.Tensor:
    w = torch.tensor([[entry(mu, i) / 12 for i in range(N + C)] for mu in range(K)])
    w[2, :N], w[2, N:] = 0.0, 0.5
    return w


def images() -> tuple[torch.Tensor, list[int]]:
    v = torch.tensor([[entry(40 + 3 * s, i) / 11 for i in range(N)] for s in range(B)])
    return v, [(3 * s + 1) % C for s in range(B)]


def loss(w: torch.Tensor, n: int, m: int, t: float) -> torch.Tensor:
    total = torch.zeros(())
    for x, label in zip(*images()):
        off = torch.cat([x, -torch.ones(C)])
        for a in range(C):
            on = off.clone()
            on[N + a] = 1.0
            gain = sum(torch.relu(xi @ on / t) ** n - torch.relu(xi @ off / t) ** n for xi in w)
            total = total + ((1.0 if a == label else -1.0) - torch.tanh(gain)) ** (2 * m)
    return total


def gradient(w: torch.Tensor, *case) -> tuple[float, torch.Tensor]:
    w = w.clone().requires_grad_(True)
    value = loss(w, *case)
    value.backward()
    return value.item(), w.grad


def rows(matrix: torch.Tensor) -> str:
    return ",\n".join("        [" + ", ".join(repr(x) for x in row.tolist()) + "]" for row in matrix)


def main() -> None:
    print("//! Printed by `tests/reference/learning.py`.\n")
    print("#![cfg_attr(rustfmt, rustfmt_skip)]\n")
    print(f"pub(super) const SIZES: [usize; 3] = [{N}, {K}, {B}];\n")
    print("/// Order n, exponent m, temperature T, the loss, its gradient by every memory, and the memories after two steps with momentum")
    print("/// 0.6 and rate 0.04.")
    print("pub(super) struct Case { pub(super) order: u32, pub(super) exponent: u32, pub(super) temperature: f64, pub(super) loss: f64, pub(super) gradient: [[f64; 16]; 4], pub(super) after: [[f64; 16]; 4] }\n")
    cases = [(2, 2, 3.0), (3, 1, 4.0), (8, 3, 5.0), (20, 30, 6.0)]
    print(f"pub(super) const CASES: [Case; {len(cases)}] = [")
    for n, m, t in cases:
        w = memories()
        value, grad = gradient(w, n, m, t)
        first, velocity = grad, torch.zeros_like(w)
        for _ in range(2):
            velocity = 0.6 * velocity - gradient(w, n, m, t)[1]
            top = velocity.abs().amax(1, keepdim=True).clamp(min=1e-30)
            w = (w + 0.04 * velocity / top).clamp(-1, 1)
        assert float(first[2].abs().max()) == 0.0
        print(f"    Case {{ order: {n}, exponent: {m}, temperature: {t}, loss: {value!r}, gradient: [\n{rows(first)},\n    ], after: [\n{rows(w)},\n    ] }},")
    print("];")


if __name__ == "__main__":
    main()
