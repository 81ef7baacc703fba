"""Weights as sums of few powers of two: what a multiplier of shifts and additions costs."""

from __future__ import annotations

from functools import cache

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.model.activation import Floats

__all__ = ["cheapest", "digit_counts"]


def digit_counts(values: Integers) -> Integers:
    """The least number of signed powers of two that sum to each value, int64 of the same shape: 0 for 0, 1 for 8, 2 for
    7 = 8 − 1. Values lie within ±2**60.

    Those places of the non-adjacent form that are not 0 are the bits in which the value and its triple differ
    (Prodinger, On Binary Representations of Integers with Digits −1, 0, 1, 2000).
    """
    sizes: Integers = np.abs(values)
    places: Integers = sizes ^ (3 * sizes)
    counts: Integers = np.zeros_like(places)
    while places.any():
        counts += places & 1
        places >>= 1
    return counts


def cheapest(targets: Floats, curvatures: Floats, prices: Floats, greatest: int) -> Integers:
    """Of the integers w within ±greatest, those that minimise ``curvature·(w − target)² + price·digits(w)``.

    Parameters
    ----------
    targets, curvatures, prices : float64 arrays of one shape
        None below 0 but targets.
    greatest : int
        At least 1.
    """
    best = np.zeros(targets.shape, dtype=np.int64)
    least = curvatures * np.square(targets)
    for digits, values in enumerate(_values(greatest), start=1):
        place = np.clip(np.searchsorted(values, targets), 1, len(values) - 1)
        below, above = values[place - 1], values[place]
        near = np.where(targets - below <= above - targets, below, above)
        loss = curvatures * np.square(near - targets) + prices * digits
        best = np.where(loss < least, near, best)
        least = np.minimum(loss, least)
    return best


@cache
def _values(greatest: int) -> tuple[Integers, ...]:
    """The integers within ±greatest that have at most 1 digit, at most 2, and so on, ascending."""
    values = np.arange(-greatest, greatest + 1)
    counts = digit_counts(values)
    return tuple(values[counts <= most] for most in range(1, int(counts.max()) + 1))
