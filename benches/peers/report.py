"""Tables in Markdown from the runs of `run.py`."""
import statistics
import textwrap

LIBRARY = {"NumPy": "numpy", "PyTorch": "torch"}
LIMITS = {"gbytes": ("cache_bytes", "GB/s"), "gbits": ("bits", "Gbit/s")}


def number(x):
    """Three digits; whole numbers from 100 on."""
    if x >= 100:
        return f"{x:,.0f}"
    return f"{x:.2f}" if x < 10 else f"{x:.1f}"


def times(x):
    return f"{x:.2f}" if x < 2 else f"{x:.1f}" if x < 10 else f"{x:.0f}"


def duration(seconds):
    for unit, factor in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1 or unit == "µs":
            return f"{number(seconds * factor)} {unit}"


def at(result, path):
    for key in path.split("."):
        result = result[key]
    return result


def seconds(result):
    return result["seconds"]["total"] if isinstance(result["seconds"], dict) else result["seconds"]


def median(values):
    return statistics.median(values) if values else None


class Row:
    """A program of a case: its results by round, beside those of ours and the limits of the same round."""

    def __init__(self, runs, workload, case, peer, variant, rounds):
        def of(program, workload=workload, case=case.name):
            return [runs.get((workload, case, program, k)) for k in range(rounds)]

        self.case, self.peer, self.variant = case, peer, variant
        self.results = of(label(peer, variant))
        first = case.programs[0]
        self.ratios = [seconds(x) / seconds(y) for x, y in zip(self.results, of(label(*first[:2])))]
        self.ratio = median(self.ratios)
        self.seconds = median([seconds(x) for x in self.results])
        rates, limits = [], []
        for x, limit in zip(self.results, of("limit")):
            key = next((k for k in ("gbits", "gbytes", "gflops") if k in x), None)
            rates.append(x.get(key))
            name = LIMITS[key][0] if key in LIMITS else "f" + x.get("dtype", "")[-2:]
            same = x.get("threads", case.threads) == case.threads
            limits.append(limit.get(name) if key and same else None)
        self.unit = LIMITS.get(key, (None, "GFLOP/s"))[1]
        self.rate = median([r for r in rates if r])
        self.of_limit = median([r / p for r, p in zip(rates, limits) if r and p])
        self.of_library = None
        library = LIBRARY.get(peer.split(",")[0])
        if library and key == "gflops":
            products = of(library, "machine", "machine")
            self.of_library = median([r / p["f" + x["dtype"][-2:]] for r, p, x in zip(rates, products, self.results)])

    @property
    def name(self):
        return label(self.peer, self.variant)

    @property
    def spread(self):
        return f"{times(min(self.ratios))} to {times(max(self.ratios))}"

    @property
    def compares(self):
        return self.peer != "dam"


def label(peer, variant):
    return f"{peer}, {variant}" if variant else peer


def rows_of(runs, workload, case, rounds):
    """Every row of ours, and of a peer its fastest variant."""
    rows = [Row(runs, workload.name, case, *program[:2], rounds) for program in case.programs]
    peers = dict.fromkeys(row.peer for row in rows if row.compares)
    best = [min((r for r in rows if r.peer == peer), key=lambda r: r.ratio) for peer in peers]
    return [r for r in rows if not r.compares] + best


def share(x):
    return "" if x is None else f"{x:.2f}" if x >= 0.01 else "< 0.01"


def table(runs, workload, rounds):
    every = [(k, row) for case in workload.cases for k, row in enumerate(rows_of(runs, workload, case, rounds))]
    head = ["", "", "time", "times as long", workload.rate, "of the limit", "of its own product"]
    cells = [[row.case.name if k == 0 else "", row.name, duration(row.seconds),
              "1" if k == 0 else f"{times(row.ratio)} ({row.spread})", f"{number(row.rate)} {row.unit}" if row.rate else "",
              share(row.of_limit), share(row.of_library)] for k, row in every]
    # A column that says nothing is left out.
    width = len(head) if any(row.of_library for _, row in every) else len(head) - 1
    lines = [head, ["---"] * width, *cells]
    return ["| " + " | ".join(line[:width]) + " |" for line in lines], [row for _, row in every]


def agreement(runs, workload, case, rounds):
    """What the programs of a case say of the same quantities; raises if what must agree does not."""
    said = []
    for name, path, tolerance in workload.same:
        of = {label(*p[:2]): [at(runs[workload.name, case.name, label(*p[:2]), k], path) for k in range(rounds)]
              for p in case.programs if p[0] != "dam" or p is case.programs[0]}
        values = [statistics.mean(v) for v in of.values()]
        if tolerance:
            bound = tolerance[case.name.split()[-1]]
            apart = max(max(v[k] for v in of.values()) - min(v[k] for v in of.values()) for k in range(rounds))
            if not apart <= bound:
                raise SystemExit(f"{workload.name}, {case.name}: {name} differs by {apart:.1e}, allowed {bound:.0e}: {of}")
            said.append(f"{name} within {max(apart, 1e-16):.0e}")
        else:
            said.append(f"{name} {number(min(values))} to {number(max(values))}")
    return f"{case.name}: {', '.join(said)}"


def machine(runs, rounds):
    def of(program):
        return [runs["machine", "machine", program, k] for k in range(rounds)]

    limits = of("limit")

    def cell(program, key):
        values = [x[key] for x in of(program)]
        if None in values:
            return "none"
        fraction = [x[key] / y[key] for x, y in zip(of(program), limits)]
        beside = f" ({statistics.median(fraction):.2f})" if program != "limit" else ""
        return f"{number(statistics.median(values))}{beside}"

    level = limits[0]["level"] or "none"
    lines = ["| GFLOP/s (of the multiply-adds) | f32 | f64 |", "|---|---|---|",
             f"| bare multiply-adds, {level} | {cell('limit', 'f32')} | {cell('limit', 'f64')} |"]
    for name, program in LIBRARY.items():
        if all(("machine", "machine", program, k) in runs for k in range(rounds)):
            lines.append(f"| {name}, 2000 × 2000 product | {cell(program, 'f32')} | {cell(program, 'f64')} |")
    lines += ["", f"Exclusive or, population count and addition: {cell('limit', 'bits')} Gbit/s. Reading from the first cache: "
              f"{cell('limit', 'cache_bytes')} GB/s, from memory: {cell('limit', 'memory_bytes')} GB/s."]
    return lines


def where_we_lose(every):
    lines = []
    for workload, row in every:
        low, high = min(row.ratios), max(row.ratios)
        if row.compares and (row.ratio < 1 or low <= 1 <= high):
            undecided = "undecided: " if low <= 1 <= high else ""
            lines.append(f"- {workload.title}, {row.case.name}: {undecided}{row.name} takes {times(row.ratio)} times as long"
                         f" as we do ({row.spread})")
    return lines or ["Nowhere among these."]


def wrapped(text):
    return textwrap.wrap(text, 125, break_long_words=False, break_on_hyphens=False)


def markdown(runs, header, workloads, missing, rounds):
    """The measured part of `docs/performance.md`."""
    versions = ", ".join(f"{k} {v}" for k, v in header["versions"].items() if v)
    size = "sizes of a smoke test, which mean nothing; " if header["smoke"] else ""
    lines = [*wrapped(f"{header['cpu']}, {header['threads']} threads, {rounds} rounds; {size}{versions}."), "",
             *machine(runs, rounds), ""]
    every = []
    for workload in workloads:
        body, rows = table(runs, workload, rounds)
        every += [(workload, row) for row in rows]
        lines += [f"### {workload.title}", "", *wrapped(workload.text), "", *body, ""]
        if workload.same:
            said = [agreement(runs, workload, case, rounds) for case in workload.cases]
            lines += ["Do they do the same? Over all programs:", "", *(f"- {s}" for s in said), ""]
    lines += [f"Left out: {why}.\n" for why in missing]
    lines += ["### Where we lose", "", "Every peer that takes less time than we do in the median, and every one whose spread"
              " includes one (undecided):", "", *where_we_lose(every)]
    return "\n".join(lines) + "\n"
