"""Counts what became of the mutants of one or more runs of cargo-mutants, and names those that no test caught.

Needs Python 3. Arguments: the folders `mutants.out` of the runs of one package; where two runs tested the same mutant,
the later argument holds. `--iterate` leaves what was decided before in `previously_caught.txt`.
"""

import argparse
import pathlib

OUTCOMES = ["caught", "timeout", "missed", "unviable"]

arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("folders", nargs="+", type=pathlib.Path)

found = {}
for folder in arguments.parse_args().folders:
    for outcome in OUTCOMES:
        for name in (folder / f"{outcome}.txt").read_text().splitlines():
            found[name] = outcome
counts = {outcome: sum(kind == outcome for kind in found.values()) for outcome in OUTCOMES}
viable = len(found) - counts["unviable"]
print(f"tested {len(found)}", *(f"{outcome} {count}" for outcome, count in counts.items()), sep=", ")
if viable:
    print(f"caught or timed out: {(counts['caught'] + counts['timeout']) / viable:.1%} of {viable} viable")
for name in sorted(name for name, outcome in found.items() if outcome == "missed"):
    print(name)
