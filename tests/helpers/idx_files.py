"""The files that MNIST comes in, small and made up."""

import gzip
import struct

import numpy as np

from quantnn.examples.mnist.idx import FILES

__all__ = ["idx", "packed", "write"]


def packed(content):
    """Compressed without the time, as tests are named by it: two workers have to collect the same."""
    return gzip.compress(content, mtime=0)


def idx(array, magic=None):
    header = magic or bytes((0, 0, 8, array.ndim))
    return packed(header + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes())


def write(folder, train_count=600, test_count=60):
    rng = np.random.default_rng(3)
    for (images, labels), count in zip((FILES[:2], FILES[2:]), (train_count, test_count), strict=True):
        y = rng.integers(0, 10, count).astype(np.uint8)
        x = rng.integers(0, 100, (count, 28, 28)).astype(np.uint8)
        x[np.arange(count), 2 * y + 4] += 150
        (folder / images).write_bytes(idx(x))
        (folder / labels).write_bytes(idx(y))
    return folder
