#!/usr/bin/env python3
"""Whole basin-isolation jobs, ours and Python's in turn on one machine; medians and ratios.

    cargo build --release --example peer_basin_isolation
    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install numpy torch
    /tmp/peers/bin/python benches/peers/compare.py --rounds 3 --threads 2

Every round runs each program once, one after the other, so that a slow minute of the machine hits all of them.
The peers are told the number of threads by their own options; environment variables that choose a slower BLAS
kernel (OPENBLAS_CORETYPE and the like) are unset for them.
"""
import argparse, json, os, statistics, subprocess, sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OURS = HERE.parents[1] / "target" / "release" / "examples" / "peer_basin_isolation"
PEER = [sys.executable, str(HERE / "basin_isolation.py")]

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument("--rounds", type=int, default=3)
p.add_argument("--threads", type=int, default=2)
p.add_argument("--ours", default=str(OURS))
p.add_argument("--job", nargs="*", default=["--n", "200", "--m", "1200", "--l", "20", "--k", "100"])
a = p.parse_args()
threads = ["--threads", str(a.threads)]
f32 = ["--dtype", "float32", "--tol", "2e-5"]
programs = {
    "ours f64": [a.ours, "--precision", "f64"],
    "numpy f64": PEER + ["--backend", "numpy"],
    "torch f64": PEER + ["--backend", "torch"],
    "ours f32": [a.ours, "--precision", "f32"],
    "numpy f32": PEER + ["--backend", "numpy"] + f32,
    "torch f32": PEER + ["--backend", "torch"] + f32,
    "ours f64, until decided": [a.ours, "--labels", "decided"],
    "ours f64, noiseless labels": [a.ours, "--labels", "noiseless"],
}
clean = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
runs = {name: [] for name in programs}
for k in range(a.rounds):
    # Another disorder realization each round, and the other order.
    for name in list(programs)[:: 1 if k % 2 == 0 else -1]:
        command = programs[name] + a.job + threads + ["--seed", str(k)]
        out = subprocess.run(command, env=clean, check=True, capture_output=True, text=True).stdout
        runs[name].append(json.loads(out.splitlines()[-1]))
        print(f"round {k + 1}: {name:28} {runs[name][-1]['seconds']['total']:7.2f} s", file=sys.stderr, flush=True)


def median(name, of):
    return statistics.median(of(r) for r in runs[name])


versions = subprocess.run([sys.executable, "-c", "import numpy, torch; print(numpy.__version__, torch.__version__)"],
                          capture_output=True, text=True).stdout.split()
cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "unknown CPU")
print(f"{cpu}; {a.threads} threads; numpy, torch {versions}; job {' '.join(a.job)}; {a.rounds} rounds")
print(f"{'program':28} {'median s':>9} {'min':>7} {'max':>7}   trials     imu  fail %  mean steps  AUC(I)  AUC(O)")
for name, of in runs.items():
    times = [r["seconds"]["total"] for r in of]
    auc = [statistics.mean(r["scores"][s]["auc_roc"] for r in of if r["scores"]) for s in ("I_mu", "Obar")]
    print(f"{name:28} {statistics.median(times):9.2f} {min(times):7.2f} {max(times):7.2f}"
          f" {median(name, lambda r: r['seconds']['trials']):8.2f} {median(name, lambda r: r['seconds']['imu']):7.2f}"
          f" {statistics.mean(r['fail_pct'] for r in of):7.2f}"
          f" {statistics.mean(r['iterations']['mean'] for r in of):11.1f} {auc[0]:7.3f} {auc[1]:7.3f}")


def ratio(peer, ours):
    """Per round, so that what slows both cancels; and for the same number of steps, since the patterns of two random
    generators need different numbers of them."""
    pairs = list(zip(runs[peer], runs[ours]))
    whole = [x["seconds"]["total"] / y["seconds"]["total"] for x, y in pairs]
    step = [x["seconds"]["trials"] / x["iterations"]["mean"] / (y["seconds"]["trials"] / y["iterations"]["mean"])
            for x, y in pairs]
    print(f"{peer} / {ours}: {statistics.median(whole):.2f} (rounds {min(whole):.2f} to {max(whole):.2f});"
          f" per step of a trial {statistics.median(step):.2f}")


for dtype in ("f64", "f32"):
    for peer in ("numpy", "torch"):
        ratio(f"{peer} {dtype}", f"ours {dtype}")
ratio("ours f64", "ours f64, until decided")
ratio("ours f64", "ours f64, noiseless labels")
