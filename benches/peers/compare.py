#!/usr/bin/env python3
"""Whole basin-isolation jobs, ours and Python's in turn on one machine; medians and ratios.

    cargo build --release --example peer_basin_isolation
    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install numpy torch
    /tmp/peers/bin/python benches/peers/compare.py --rounds 5 --threads 2

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
p.add_argument("--rounds", type=int, default=5)
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
seconds, parts, last = {name: [] for name in programs}, {}, {}
for k in range(a.rounds):
    for name, command in programs.items():
        out = subprocess.run(command + a.job + threads, env=clean, check=True, capture_output=True, text=True).stdout
        last[name] = json.loads(out.splitlines()[-1])
        seconds[name].append(last[name]["seconds"]["total"])
        print(f"round {k + 1}: {name:28} {seconds[name][-1]:7.2f} s", file=sys.stderr, flush=True)

print(f"{'program':28} {'median s':>9} {'min':>7} {'max':>7}   trials     imu  fail %  mean steps   AUC(I)  AUC(O)")
for name, times in seconds.items():
    r = last[name]
    auc = [r["scores"][s]["auc_roc"] for s in ("I_mu", "Obar")] if r["scores"] else [float("nan")] * 2
    print(f"{name:28} {statistics.median(times):9.2f} {min(times):7.2f} {max(times):7.2f} {r['seconds']['trials']:8.2f}"
          f" {r['seconds']['imu']:7.2f} {r['fail_pct']:7.2f} {r['iterations']['mean']:11.1f} {auc[0]:8.3f} {auc[1]:7.3f}")


def ratio(peer, ours):
    """Per round, so that what slows both cancels."""
    r = [x / y for x, y in zip(seconds[peer], seconds[ours])]
    print(f"{peer} / {ours}: {statistics.median(r):.2f} (rounds {min(r):.2f} to {max(r):.2f})")


for dtype in ("f64", "f32"):
    for peer in ("numpy", "torch"):
        ratio(f"{peer} {dtype}", f"ours {dtype}")
ratio("ours f64", "ours f64, until decided")
ratio("ours f64", "ours f64, noiseless labels")
