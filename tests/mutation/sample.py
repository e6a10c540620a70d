"""Draws a random sample of the mutants of a package, as arguments of cargo-mutants.

Needs Python 3 and cargo-mutants. Prints one `--re` for each mutant drawn; docs/mutation.md has the commands.
The order is random as well: a sample of 300 begins with the sample of 200.
"""

import argparse
import json
import random
import re
import subprocess

arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("package")
arguments.add_argument("--seed", type=int, default=1)
arguments.add_argument("--size", type=int, default=200)
options = arguments.parse_args()

listed = subprocess.run(
    ["cargo", "mutants", "--list", "--json", "--package", options.package],
    check=True,
    stdout=subprocess.PIPE,
)
names = sorted(mutant["name"] for mutant in json.loads(listed.stdout))
random.Random(options.seed).shuffle(names)
for name in names[: options.size]:
    print(f"--re=^{re.escape(name)}$")
