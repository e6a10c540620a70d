#!/usr/bin/env python3
"""Metropolis steps per second, ours and Python's in turn on one machine; medians and ratios.

    cargo build --release --example peer_thermal
    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install numpy torch
    /tmp/peers/bin/python benches/peers/compare_thermal.py --rounds 5 --threads 2

Two jobs: N = 50, M = 148 and N = 24, M = 163,000, 64 chains each. Of the large one Python also tries blocks of
patterns, and the best of its block sizes counts.
"""
import argparse, json, os, statistics, subprocess, sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OURS = HERE.parents[1] / "target" / "release" / "examples" / "peer_thermal"
p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument("--rounds", type=int, default=5); p.add_argument("--threads", type=int, default=2)
p.add_argument("--ours", default=str(OURS))
a = p.parse_args()
clean = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
jobs = {"N = 50, M = 148": (["--n", "50", "--m", "148", "--steps", "20000"], [0]),
        "N = 24, M = 163000": (["--n", "24", "--m", "163000", "--steps", "150"], [0, 2048, 16384])}
cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "unknown CPU")
print(f"{cpu}; {a.threads} threads; 64 chains; {a.rounds} rounds")
for job, (size, blocks) in jobs.items():
    for dtype in ("float64", "float32"):
        peer = [sys.executable, str(HERE / "thermal.py"), "--dtype", dtype]
        programs = {"dam": [a.ours, "--precision", "f" + dtype[-2:]]}
        for backend in ("numpy", "torch"):
            for block in blocks:
                name = backend if block == 0 else f"{backend}, blocks of {block}"
                programs[name] = peer + ["--backend", backend, "--block", str(block)]
        runs = {name: [] for name in programs}
        for k in range(a.rounds):
            for name in list(programs)[:: 1 if k % 2 == 0 else -1]:
                command = programs[name] + size + ["--threads", str(a.threads), "--seed", str(k)]
                out = subprocess.run(command, env=clean, check=True, capture_output=True, text=True).stdout
                runs[name].append(json.loads(out.splitlines()[-1]))
        print(f"{job}, {dtype}")
        times = {}
        for name, of in runs.items():
            def median(key):
                values = [r[key] for r in of if key in r]
                return statistics.median(values) if values else float("nan")
            ratio = [r["seconds"] / ours["seconds"] for r, ours in zip(of, runs["dam"])]
            times[name] = statistics.median(ratio)
            print(f"  {name:24} {median('steps_per_second'):12.0f} steps/s  products {median('product_gflops'):6.1f} GFLOP/s"
                  f" ({median('of_large_product'):5.2f} of a large one)  acceptance {median('acceptance'):.3f}"
                  f"  alignment {median('alignment'):.3f}  takes {statistics.median(ratio):5.2f} times as long"
                  f" ({min(ratio):.2f} to {max(ratio):.2f})")
        for backend in ("numpy", "torch"):
            print(f"  best of {backend}: {min(t for name, t in times.items() if name.startswith(backend)):.2f} times as long")
