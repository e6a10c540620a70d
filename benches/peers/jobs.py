"""The workloads of `run.py`: what is run at which sizes, and what is said about it.

A case is one job at one size and precision; its programs are (peer, variant, command), ours first. Of the variants of a
peer the fastest counts. Other rows of ours are shown but compare with nothing. "ROUND" stands for the number of the round.
"""
import importlib.util
import shutil
from typing import NamedTuple

# `torch.compile` asks for it.
COMPILER = shutil.which("g++")
# It imports fastcore, but does not say so.
HAMUX = all(importlib.util.find_spec(name) for name in ("hamux", "fastcore"))
DTYPES = {"f64": "float64", "f32": "float32"}


class Case(NamedTuple):
    name: str
    threads: int
    programs: list  # (peer, variant, command)


class Workload(NamedTuple):
    name: str
    title: str
    text: str
    rate: str  # What the rates of its table are.
    same: tuple  # (name, key of a result, by how much programs may differ: None if it is only shown).
    needs: tuple  # Python packages.
    cases: list


def flags(**options):
    return [x for key, value in options.items() for x in (f"--{key.replace('_', '-')}", str(value))]


def compiled(peer, variant, command):
    """A further variant by `torch.compile`, where that runs."""
    return [(peer, f"compiled, {variant}" if variant else "compiled", command)] if COMPILER else []


def basin_isolation(smoke, threads):
    size = dict(n=60, m=70, l=4, k=10) if smoke else dict(n=200, m=1200, l=20, k=100)
    job = flags(**size, threads=threads, seed="ROUND")
    cases = []
    for precision, dtype in DTYPES.items():
        ours = ["peer_basin_isolation", *job, "--precision", precision]
        peer = ["basin_isolation.py", *job, *flags(dtype=dtype, tol=1e-7 if precision == "f64" else 2e-5)]
        programs = [("dam", "", ours), ("NumPy", "", peer), ("NumPy", "a thread for each block", [*peer, "--split"]),
                    ("PyTorch", "", [*peer, "--backend", "torch"])]
        if precision == "f64":
            programs += [("dam", "trials stopped once a label is decided: the same labels", [*ours, "--labels", "decided"]),
                         ("dam", "labels by one noiseless run: the same labels as far as checked",
                          [*ours, "--labels", "noiseless"])]
        cases.append(Case(f"N = {size['n']}, M = {size['m']}, {precision}", threads, programs))
    text = (f"One realization: L = {size['l']} noisy trials of every pattern, I_μ along K = {size['k']} directions, overlaps, AUCs "
            "with 1000 bootstrap resamples. Each program draws its own patterns; rates are those of the trials, so that the "
            "unlike numbers of steps they need cancel.")
    return Workload("basin_isolation", "Basin isolation", text, "products of the trials",
                    (("failures in %", "fail_pct", None), ("steps of a trial", "iterations.mean", None)), ("numpy", "torch"), cases)


def thermal(smoke, threads):
    small, large = ((50, 148, 300), (24, 20_000, 5)) if smoke else ((50, 148, 10_000), (24, 163_000, 100))
    cases = []
    for n, m, steps in (small, large):
        for precision, dtype in DTYPES.items():
            job = flags(n=n, m=m, steps=steps, threads=threads, seed="ROUND")
            peer = ["thermal.py", *job, "--dtype", dtype]
            torch = [*peer, "--backend", "torch"]
            programs = [("dam", "", ["peer_thermal", *job, "--precision", precision]), ("NumPy", "", peer),
                        ("PyTorch", "", torch)]
            if m > 1000:
                for block in (2048, 16_384):
                    blocks, each = ["--block", str(block)], f"blocks of {block:,} patterns"
                    programs += [("NumPy", each, peer + blocks), ("PyTorch", each, torch + blocks)]
                blocks, each = ["--block", "2048"], "blocks of 2,048 patterns"
                programs += [("NumPy", f"{each}, chains split among threads", [*peer, *blocks, "--split"]),
                             *compiled("PyTorch", each, [*torch, *blocks, "--compile"])]
            else:
                programs += [("NumPy", "chains split among threads", [*peer, "--split"]),
                             *compiled("PyTorch", "", [*torch, "--compile"])]
            cases.append(Case(f"N = {n}, M = {m:,}, {precision}", threads, programs))
    text = (f"64 Metropolis chains of log-sum-exp with all patterns, one proposal of every chain a step, {small[2]:,} and "
            f"{large[2]:,} steps. The peers form one matrix product for all chains and reuse buffers; where there are many "
            "patterns they also take them in blocks; PyTorch also with exponentials and sums compiled.")
    return Workload("thermal", "Metropolis chains", text, "products", (("acceptance", "acceptance", None), ("alignment", "alignment", None)),
                    ("numpy", "torch"), cases)


def asynchronous(smoke, threads):
    sizes = [(100, 200, 0.2, 20), (100, 200, 0.45, 20)] if smoke else [
        (500, 1250, 0.20, 400), (500, 1250, 0.45, 400), (1000, 20_000, 0.20, 20), (1000, 20_000, 0.45, 20)]
    cases = []
    for n, m, wrong, trials in sizes:
        job = flags(n=n, p=m, corruption=wrong, seed="ROUND")
        python = ["asynchronous.py", *job]
        programs = [
            ("dam", "", ["peer_asynchronous", *job, *flags(trials=8 * trials)]),
            ("dam", "two threads, a retrieval each", ["peer_asynchronous", *job, *flags(trials=16 * trials, threads=2)]),
            ("numba", "", [*python, *flags(trials=trials)]),
            ("numba, all sweeps", "", [*python, "--all-sweeps", *flags(trials=max(trials // 4, 5))]),
            ("NumPy", "", [*python, *flags(backend="numpy", trials=max(trials // 20, 2))]),
        ]
        cases.append(Case(f"N = {n}, p = {m:,}, {100 * wrong:.0f} % wrong", 1, programs))
    text = ("Whole retrievals at n = 3, initial overlaps included, one thread each: ours, compiled loops (numba: `i8` columns, "
            "`i32` squares) and NumPy (a vectorised product per spin). All stop when 95 % of the spins are right at the end of a "
            "sweep, at a sweep without a flip, or after 60 sweeps; \"all sweeps\" goes on to 60 where it fails, as programs written "
            "from the protocol alone do. The work is in integers; the rate counts the bytes that the sums of the fields must read "
            "in each program's layout (of a pattern 9/8, in numba 5, in NumPy 8), the limit is reading from the first cache.")
    return Workload("asynchronous", "Asynchronous retrieval", text, "bytes that fields read",
                    (("success", "success", None), ("sweeps, 60 for a failure", "mean_sweeps_fail60", None)), ("numpy", "numba"), cases)


def training(smoke, threads, data):
    cases = []
    # A full epoch is sixty batches like the one of 1000 images: one order is enough to see it.
    memories, epochs = (100, ((200, 3, 1),)) if smoke else (2000, ((1000, 3, 20), (1000, 8, 20), (60_000, 3, 1)))
    for images, order, count in epochs:
        job = flags(data=data, images=images, epochs=count, memories=memories, order=order, temperature={3: 60, 8: 120}[order],
                    threads=threads, batch=min(images, 1000), seed="ROUND")
        peer = ["training.py", *job]
        programs = [("dam", "", ["peer_training", *job])]
        programs += [("PyTorch, by hand", f"blocks of {chunk} images", [*peer, *flags(mode="fast", chunk=chunk)])
                     for chunk in ((64, 125, 250) if images < 60_000 else (125,))]
        programs += compiled("PyTorch, by hand", "blocks of 250 images", [*peer, *flags(mode="compiled", chunk=250)])
        programs.append(("PyTorch, automatic gradient", "", [*peer, "--mode", "auto"]))
        cases.append(Case(f"{images:,} images, n = {order}, f32", threads, programs))
    text = (f"An epoch of the Krotov–Hopfield classifier on MNIST, K = {memories} memories, batches of 1000, update of memories "
            "included. PyTorch: one product forward and one backward, all ten labels from one product, the gradient by hand, blocks "
            "of images so that planes of powers stay in cache, also compiled; and with an automatic gradient.")
    return Workload("training", "Training", text, "products, 4 N K for each image", (), ("numpy", "torch"), cases)


def attention(smoke, threads):
    m, states, repeats = (300, 40, 2) if smoke else (4096, 256, 20)
    cases = []
    for n in (64, 128 if smoke else 1024):
        for precision, dtype in DTYPES.items():
            job = flags(n=n, m=m, states=states, repeats=repeats if n == 64 else max(repeats // 3, 1), threads=threads)
            peer = ["attention.py", *job, "--dtype", dtype]
            programs = [("dam", "", ["peer_attention", *job, "--precision", precision])]
            for backend, name in (("numpy", "NumPy"), ("torch", "PyTorch")):
                programs += [(name, "", [*peer, "--backend", backend]),
                             (name, "blocks of 32 states", [*peer, *flags(backend=backend, block=32)])]
            programs += compiled("PyTorch", "", [*peer, "--backend", "compiled"])
            programs.append(("PyTorch, its own attention", "", [*peer, "--backend", "sdpa"]))
            programs += [("HAMUX (JAX)", "", [*peer, "--backend", "hamux"])] if HAMUX else []
            cases.append(Case(f"N = {n}, {precision}", threads, programs))
    text = (f"Three updates x ← Ξ softmax(β Ξᵀ x) of {states} states with M = {m} patterns, β = 8/N, the same numbers in every "
            "program. NumPy in blocks has a thread for each; PyTorch by products and softmax, also compiled, and by "
            "`scaled_dot_product_attention`; HAMUX derives the same update from the energy.")
    return Workload("attention", "Attention", text, "products", (("checksum", "checksum", {"f64": 1e-11, "f32": 1e-4}),),
                    ("numpy", "torch"), cases)


def overlaps(smoke, threads):
    n, m, states, repeats = (50, 100, 60, 2) if smoke else (200, 1200, 1200, 50)
    cases = []
    for precision, dtype in DTYPES.items():
        job = flags(n=n, m=m, states=states, repeats=repeats, threads=threads)
        peer = ["overlaps.py", *job, "--dtype", dtype]
        programs = [("dam", "", ["peer_overlaps", *job, "--precision", precision]), ("NumPy", "", peer),
                    ("PyTorch", "", [*peer, "--backend", "torch"])]
        cases.append(Case(f"N = {n}, M = {m}, {states} states, {precision}", threads, programs))
    n, m, states = (100, 1000, 16) if smoke else (1000, 48_000, 64)
    job = flags(n=n, m=m, states=states, repeats=repeats // 2, threads=threads)
    peer = ["overlaps.py", *job, "--spins", "--dtype", "float32"]
    programs = [("dam", "bits", ["peer_overlaps", *job, "--precision", "bits"]), ("NumPy", "spins as f32", peer),
                ("PyTorch", "spins as f32", [*peer, "--backend", "torch"])]
    cases.append(Case(f"N = {n}, M = {m:,}, {states} states, spins", threads, programs))
    text = ("All overlaps of a batch with all patterns, the same numbers in every program: dense patterns as one product, and spins, "
            "which we keep as bits and the peers as f32. The limit of bits is exclusive or, population count and addition.")
    return Workload("overlaps", "Overlaps", text, "products, or bits compared",
                    (("checksum", "checksum", {"f64": 1e-11, "f32": 1e-4, "spins": 1e-4}),), ("numpy", "torch"), cases)


def workloads(smoke, threads, data):
    """All of them; training only with images."""
    found = [basin_isolation(smoke, threads), thermal(smoke, threads), asynchronous(smoke, threads)]
    found += [training(smoke, threads, data)] if data else []
    return found + [attention(smoke, threads), overlaps(smoke, threads)]
