#!/usr/bin/env python3
"""Writes scikit-learn's 1797 handwritten digits of 8 x 8 pixels into a folder, in MNIST's file format.

    pip install scikit-learn
    python3 examples/export_digits.py digits
    cargo run --release --example overloaded_memory -- --data digits

Grey levels 0 .. 16 become round(255/16 x). The last 397 images are the test set: other writers than most of the rest, which
makes it several times harder than images held out at random.
"""
import os
import struct
import sys

import numpy as np
from sklearn.datasets import load_digits

TEST = 397


def main() -> None:
    folder = sys.argv[1] if len(sys.argv) == 2 else sys.exit(__doc__)
    os.makedirs(folder, exist_ok=True)
    digits = load_digits()
    pixels = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    labels = digits.target.astype(np.uint8)
    for prefix, part in (("train", slice(None, -TEST)), ("t10k", slice(-TEST, None))):
        for name, magic, data in (("images-idx3", 0x803, pixels[part]), ("labels-idx1", 0x801, labels[part])):
            with open(os.path.join(folder, f"{prefix}-{name}-ubyte"), "wb") as file:
                file.write(struct.pack(f">I{data.ndim}I", magic, *data.shape))
                file.write(data.tobytes())


if __name__ == "__main__":
    main()
