"""What nothing else equals or beats."""

from __future__ import annotations

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.plan.fold_table import Flags

__all__ = ["pareto"]

_AT_ONCE = 400
"""Rows that are compared each with each at once."""


def pareto(keys: Integers) -> Integers:
    """The rows of ``keys``, (n, k), that no other equals or beats in every column, in the order of their keys.

    Of equal rows the first stays.
    """
    order = np.lexsort(keys.T[::-1])
    ordered = keys[order]
    if len(order) > 1:
        fresh = np.concatenate([[True], (ordered[1:] != ordered[:-1]).any(axis=1)])
        order, ordered = order[fresh], ordered[fresh]
    kept = ordered[:0]
    places = []
    for first in range(0, len(order), _AT_ONCE):
        block = ordered[first : first + _AT_ONCE]
        alive = np.arange(first, first + len(block))
        for second in range(0, len(kept), _AT_ONCE):
            free = ~_beaten(block, kept[second : second + _AT_ONCE])
            block, alive = block[free], alive[free]
        ahead = np.tri(len(block), k=-1, dtype=bool)
        free = ~(_pairs(block, block) & ahead).any(axis=1)
        kept = np.concatenate([kept, block[free]])
        places.append(alive[free])
    return order[np.concatenate(places)] if places else order


def _beaten(rows: Integers, others: Integers) -> Flags:
    """Whether one of the others is no greater in any column."""
    return np.asarray(_pairs(rows, others).any(axis=1))


def _pairs(rows: Integers, others: Integers) -> Flags:
    """(n, m): whether other m is no greater than row n in any column."""
    below = np.ones((len(rows), len(others)), dtype=bool)
    for column in range(rows.shape[1]):
        below &= others[np.newaxis, :, column] <= rows[:, np.newaxis, column]
    return below
