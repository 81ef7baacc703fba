"""What a matrix will cost, before anybody looks for a graph."""

from __future__ import annotations

import numpy as np

from quantnn.adders.linear_map import LinearMap
from quantnn.arithmetic import Integers

__all__ = ["few_bits", "signed_digits"]

_SHARED = 0.3
"""Adders that the best graphs still have for each signed digit; large dense matrices come down to 0.35."""


def signed_digits(values: Integers) -> Integers:
    """The least number of powers of two whose sums and differences make each value.

    It is that of the non-adjacent form, and the ones of ``3v xor v``: https://oeis.org/A007302.
    """
    sizes = np.abs(values)
    digits: Integers = np.bitwise_count(sizes ^ (3 * sizes)).astype(np.int64)
    return digits


def few_bits(wanted: LinearMap) -> int:
    """Adder bits that a graph will hardly have fewer of: to see whether there is any use in looking for one."""
    widths = np.array([values.width for values in wanted.inputs])
    return int(_SHARED * (signed_digits(wanted.matrix).sum(axis=1) * (widths + 1)).sum())
