"""Numbers that every program makes alike; `inputs.rs` has the same."""
import statistics, time
import numpy as np


def bits(stream, count):
    """A hash of 64 bits (SplitMix64) of the entries 0, 1, ... of array `stream`."""
    z = np.arange(1, count + 1, dtype=np.uint64)
    z += np.uint64(stream << 40)
    z *= np.uint64(0x9E3779B97F4A7C15)
    z ^= z >> np.uint64(30)
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def numbers(stream, rows, n):
    """Uniform in [-2, 2), of 24 bits: exact in f32."""
    return (bits(stream, rows * n) >> np.uint64(40)).astype(np.float64).reshape(rows, n) / 2**22 - 2


def signs(stream, rows, n):
    return ((bits(stream, rows * n) >> np.uint64(63)).astype(np.float32) * 2 - 1).reshape(rows, n)


def checksum(entries):
    """A sum over all entries with weights of either sign, of the order of one entry: what two programs must agree on."""
    entries = np.asarray(entries, np.float64).ravel()
    return float(entries @ numbers(3, 1, entries.size)[0] / np.sqrt(entries.size))


def timed(repeats, task):
    """The median time of a task, and its last result. The first run warms up."""
    seconds = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        last = task()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:]), last
