"""Writes the seeds of the targets npy, idx and options into fuzz/seeds/TARGET; the others carry theirs in themselves.

    python3 fuzz/seeds.py
"""

import gzip
import struct
from pathlib import Path

HERE = Path(__file__).parent / "seeds"


def keep(target, name, content):
    (HERE / target).mkdir(parents=True, exist_ok=True)
    (HERE / target / name).write_bytes(content)


def npy(descr, fortran, shape, data, version=1):
    header = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}"
    size = 2 if version == 1 else 4
    header += " " * (-(8 + size + len(header) + 1) % 64) + "\n"
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header.encode() + data


def array(sites, patterns, rows, file):
    """The bytes of the target's input: sites, patterns, whether rows are patterns, the file."""
    return bytes([sites, patterns, rows]) + file


numbers = [1.0, -2.5, 3.0, 1e-300, -0.0, 6.0]
keep("npy", "f64", array(2, 3, 0, npy("<f8", False, (2, 3), struct.pack("<6d", *numbers))))
keep("npy", "f32_rows", array(3, 2, 1, npy("<f4", False, (2, 3), struct.pack("<6f", *numbers))))
keep("npy", "big_endian", array(2, 3, 0, npy(">f8", True, (2, 3), struct.pack(">6d", *numbers))))
keep("npy", "version_2", array(3, 2, 1, npy("<f4", True, (2, 3), struct.pack("<6f", *numbers), 2)))
keep("npy", "spins", array(2, 3, 0, npy("|i1", False, (2, 3), bytes([1, 255, 255, 1, 1, 1]))))
keep("npy", "infinite", array(1, 1, 0, npy("<f8", False, (1, 1), struct.pack("<d", float("inf")))))
keep("npy", "one_axis", array(6, 1, 0, npy("<f8", False, (6,), struct.pack("<6d", *numbers))))
keep("npy", "structure", array(1, 1, 0, npy("<f8", False, (1, 1), bytes(8)).replace(b"'<f8'", b"[('a', '<f8')]")))

images = struct.pack(">4I", 0x803, 3, 2, 2) + bytes(range(12))
labels = struct.pack(">2I", 0x801, 4) + bytes([0, 9, 5, 1])
# Whether labels, whether packed (and into how many members, at the end of the input).
keep("idx", "images", bytes([0, 0]) + images)
keep("idx", "labels", bytes([1, 0]) + labels)
keep("idx", "images_packed", bytes([0, 1, 1]) + images)
keep("idx", "labels_packed", bytes([1, 1, 2]) + labels)
keep("idx", "gzip", bytes([0, 0]) + gzip.compress(images, mtime=0))
keep("idx", "huge", bytes([0, 0]) + struct.pack(">4I", 0x803, 2**32 - 1, 2**32 - 1, 2) + bytes(5))
keep("idx", "other_magic", bytes([1, 0]) + struct.pack(">2I", 0xD01, 1) + bytes(4))

lines = [
    "0 --preset paper --resamples 50 --realizations 7",
    "1 --sizes 100,200 --labels noisy --trials 40 --patterns 30 --directions 10 --precision f32 --table-only",
    "2 --study crossover,basin,all-patterns --preset full --shard 2/3",
    "3 --study convergence,adversary,correlated,capacity,certificates --threads 2 --quiet",
    "4 --n 100 --judged 40 --directions 10,100 --one-pass --realizations 3",
    "5 --study map,wide,boundary --wide-full 3 --cost --preset quick",
    "6 --study errors,stored,retrieval,capacity --synthetic --seed 18446744073709551615",
    "6 --data digits --preset paper --force --portable --merge a b",
    "3 --out elsewhere --shard 3/2",
    "5 --study map --wide-full 2",
    "1 --help",
]
for k, line in enumerate(lines):
    # A first byte chooses the experiment by its remainder of seven; the options follow, one on each line.
    which, *words = line.split()
    keep("options", f"{k:02}", (chr(63 + int(which)) + "\n".join(words)).encode())
