#!/usr/bin/env python3
"""Asynchronous retrieval at n = 3, ours and Python's in turn on one machine, one thread each; medians and ratios.

    cargo build --release --example peer_asynchronous
    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install numpy numba
    /tmp/peers/bin/python benches/peers/compare_asynchronous.py --rounds 5

Every round runs each program once on each job, one after the other, so that a slow minute of the machine hits all of
them. All stop alike: 95 % of the spins right at the end of a sweep, a sweep without a flip, or 60 sweeps. "numba, all sweeps" does not look for a sweep without a flip, as programs written from
the protocol alone do not.
"""
import argparse, json, os, statistics, subprocess, sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OURS = HERE.parents[1] / "target" / "release" / "examples" / "peer_asynchronous"
JOBS = [(500, 1250, 0.20, 400), (500, 1250, 0.45, 400), (1000, 20000, 0.20, 20), (1000, 20000, 0.45, 20)]

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument("--rounds", type=int, default=5)
p.add_argument("--ours", default=str(OURS))
p.add_argument("--numpy", action="store_true", help="NumPy as well, with a twentieth of the trials")
a = p.parse_args()
one = {k: "1" for k in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")}
env = {**os.environ, **one}
cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "unknown CPU")
print(f"{cpu}; {a.rounds} rounds")
for n, m, corruption, trials in JOBS:
    job = ["--n", str(n), "--p", str(m), "--corruption", str(corruption)]
    python = [sys.executable, str(HERE / "asynchronous.py"), *job]
    programs = {
        "ours, one thread": [a.ours, *job, "--trials", str(8 * trials)],
        "ours, two threads": [a.ours, *job, "--trials", str(16 * trials), "--threads", "2"],
        "numba": [*python, "--trials", str(trials)],
        "numba, all sweeps": [*python, "--all-sweeps", "--trials", str(max(trials // 4, 5))],
    }
    if a.numpy:
        programs["numpy"] = [*python, "--backend", "numpy", "--trials", str(max(trials // 20, 2))]
    runs = {name: [] for name in programs}
    for k in range(a.rounds):
        for name in list(programs)[:: 1 if k % 2 == 0 else -1]:
            out = subprocess.run([*programs[name], "--seed", str(k + 1)], env=env, check=True, capture_output=True,
                                 text=True).stdout
            runs[name].append(json.loads(out.splitlines()[-1]))
    print(f"N = {n}, p = {m}, {100 * corruption:.0f} % of the spins wrong")
    for name, of in runs.items():
        def median(key):
            return statistics.median(r[key] for r in of)

        def ratio(key, over):
            each = [x[key] / y[key] for x, y in zip(of, runs["ours, one thread"])]
            each = [1 / r for r in each] if over else each
            return f"{statistics.median(each):6.2f} ({min(each):.2f} to {max(each):.2f})"

        print(f"  {name:18} {1e6 * median('seconds_per_trial'):11.0f} us a retrieval, takes "
              f"{ratio('seconds_per_trial', False)} times as long; {1e-6 * median('spin_updates_per_s'):7.2f} M updates/s, "
              f"ours {ratio('spin_updates_per_s', True)} times as many; success {median('success'):.3f}, "
              f"sweeps {median('mean_sweeps_fail60'):.2f}", flush=True)
