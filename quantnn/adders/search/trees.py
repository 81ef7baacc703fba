"""The adders that sum up what is left of each output."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

__all__ = ["Terms", "adder_width", "new_terms", "put_term", "sum_up"]

Array = npt.NDArray[np.int64]

_MANY = 40
"""Beyond so many terms, the least deep are added first; up to that, the pair that costs least is looked for."""


class Terms(NamedTuple):
    """What is to be added: ``sign · (node << shift)`` each.

    Parameters
    ----------
    node, shift, sign, depth, lo, hi, low : int64 arrays of shape (k,)
        The range and the low bits that are always 0 are the node's, not shifted.
    """

    node: Array
    shift: Array
    sign: Array
    depth: Array
    lo: Array
    hi: Array
    low: Array


def new_terms(room: int) -> Terms:
    return Terms(*np.zeros((7, room), dtype=np.int64))


@njit(cache=True)
def bits_to(value):
    """Bits that count from 0 to below a value."""
    count, rest = 0, value - 1
    while rest > 0:
        rest >>= 1
        count += 1
    return count


@njit(cache=True)
def adder_width(lo, hi, low, lo_other, hi_other, low_other, negated):
    """What :func:`adder_bits` says of an adder, of its operands' ranges and low zero bits."""
    signed = lo < 0 or lo_other < 0
    reach = max(-lo, hi + (np.int64(1) << low))
    if negated:
        reach = max(reach, max(abs(hi_other), abs(lo_other + (np.int64(1) << low_other))))
    else:
        reach = max(reach, max(-lo_other, hi_other + (np.int64(1) << low_other)))
    return max(0, bits_to(reach) + signed - max(low, low_other))


@njit(cache=True)
def _width(terms, one, other):
    shift = min(terms.shift[one], terms.shift[other])
    left, right = terms.shift[one] - shift, terms.shift[other] - shift
    if terms.sign[one] < 0 < terms.sign[other]:
        one, other, left, right = other, one, right, left
    return adder_width(
        terms.lo[one] << left,
        terms.hi[one] << left,
        terms.low[one] + left,
        terms.lo[other] << right,
        terms.hi[other] << right,
        terms.low[other] + right,
        terms.sign[one] != terms.sign[other],
    )


@njit(cache=True)
def put_term(terms, place, node, shift, sign, depth, lo, hi, low):
    terms.node[place], terms.shift[place], terms.sign[place] = node, shift, sign
    terms.depth[place], terms.lo[place], terms.hi[place], terms.low[place] = depth, lo, hi, low


@njit(cache=True)
def sum_up(terms, count, limit, adders, node):
    """Adds terms until one is left, the first; returns the bits.

    Parameters
    ----------
    limit : int
        2 ** (adder levels allowed), which Kraft's inequality must leave room for.
    adders : int64 array of shape (k, 5)
        Where the adders are written; none are if k is 0.
    node : int
        The number of the first sum.
    """
    load = 0
    for place in range(count):
        load += 1 << terms.depth[place]
    bits = 0
    while count > 1:
        one, other = _choose(terms, count, limit - load)
        if terms.sign[one] < 0 < terms.sign[other]:
            one, other = other, one
        bits += _width(terms, one, other)
        shift = min(terms.shift[one], terms.shift[other])
        left, right = terms.shift[one] - shift, terms.shift[other] - shift
        sign = terms.sign[one] * terms.sign[other]
        if len(adders):
            adders[0] = terms.node[one], terms.node[other], left, right, sign
            adders = adders[1:]
        lo, hi = terms.lo[other] << right, terms.hi[other] << right
        if sign < 0:
            lo, hi = -hi, -lo
        depth = 1 + max(terms.depth[one], terms.depth[other])
        load += (1 << depth) - (1 << terms.depth[one]) - (1 << terms.depth[other])
        lo, hi = lo + (terms.lo[one] << left), hi + (terms.hi[one] << left)
        low = min(terms.low[one] + left, terms.low[other] + right)
        place, last = min(one, other), max(one, other)
        put_term(terms, place, node, shift, terms.sign[one], depth, lo, hi, low)
        node += 1
        count -= 1
        put_term(
            terms,
            last,
            terms.node[count],
            terms.shift[count],
            terms.sign[count],
            terms.depth[count],
            terms.lo[count],
            terms.hi[count],
            terms.low[count],
        )
    return bits


@njit(cache=True)
def _choose(terms, count, room):
    """The two terms to add next, such that what is left can still be added in time."""
    best, second, least = 0, 1, np.int64(1) << 60
    if count > _MANY:
        for place in range(2):
            least = np.int64(1) << 60
            for other in range(count):
                cost = terms.depth[other] << 8 | bits_to(terms.hi[other] - terms.lo[other] + 1)
                if cost < least and (place == 0 or other != best):
                    least = cost
                    if place:
                        second = other
                    else:
                        best = other
        return best, second
    for one in range(count):
        for other in range(one + 1, count):
            deep, deeper = terms.depth[one], terms.depth[other]
            if (1 << 1 + max(deep, deeper)) - (1 << deep) - (1 << deeper) <= room:
                cost = _width(terms, one, other) << 16
                cost += max(deep, deeper) << 8
                cost += 64 + terms.shift[one] + terms.shift[other]
                if cost < least:
                    best, second, least = one, other, cost
    return best, second
