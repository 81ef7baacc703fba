"""Columns of sums for tests of the search: filled, read back and counted anew."""

import numpy as np

from quantnn.adders.search.columns import Columns, new_columns
from quantnn.adders.search.digits import digit_counts, new_digits
from quantnn.adders.search.greedy import fill
from quantnn.adders.search.patterns import new_patterns, parts_of_key


def filled(matrix, depth: int = 48, room: int = 400):
    """Columns, digits and patterns of a matrix of 8-bit inputs."""
    matrix = np.array(matrix)
    counts = digit_counts(matrix).sum(axis=0)
    columns = new_columns(*matrix.shape, room, int(counts.max()) + 2)
    columns.limits[:] = 1 << depth
    columns.lo[: len(matrix)], columns.hi[: len(matrix)] = -128, 127
    digits, patterns = new_digits(int(np.abs(matrix).max(initial=1))), new_patterns(64)
    return columns, digits, fill(columns, digits, patterns, matrix)


def expanded(columns: Columns, leaves: int):
    """The matrix that columns stand for."""
    cells = columns.cells.copy()
    order = sorted(
        (node for node in range(len(cells)) if columns.keys[node] >= 0), key=lambda node: columns.depths[node]
    )
    for node in reversed(order):
        first, second, shift, sign = parts_of_key(columns.keys[node])
        cells[first] += cells[node] << max(0, -shift)
        cells[second] += sign * (cells[node] << max(0, shift))
        cells[node] = 0
    return cells[:leaves]


def counted_anew(columns: Columns):
    """Digits that each pattern saves, from nothing but the coefficients."""
    fresh = new_columns(1, columns.cells.shape[1], len(columns.keys), columns.terms.shape[1])
    digits, patterns = new_digits(1 << 16), new_patterns(64)
    return saved(fill(fresh, digits, patterns, columns.cells))


def saved(patterns):
    known = (patterns.keys >= 0) & (patterns.counts != 0)
    return dict(zip(patterns.keys[known].tolist(), patterns.counts[known].tolist(), strict=True))
