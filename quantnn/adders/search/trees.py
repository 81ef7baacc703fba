"""The adders that sum up what is left of each output."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from quantnn.adders.search.bit_counts import bits_to
from quantnn.adders.search.compiled import compiled

__all__ = ["Terms", "adder_width", "new_terms", "put_term", "sum_up"]

Array = npt.NDArray[np.int64]

_MANY = 40
"""Beyond so many terms, the least deep are added first; up to that, the pair that costs least is looked for."""
_NEVER = 1 << 60
"""More than any pair costs."""


class Terms(NamedTuple):
    """What is to be added: ``sign · (node << shift)`` each.

    Parameters
    ----------
    node, shift, sign, depth, lo, hi, low : int64 arrays of shape (k,)
        The range and the low bits that are always 0 are the node's, not shifted. The sign of a term that has been
        added to another is 0.
    near, least : int64 arrays of shape (k,)
        Which later term each is added to at least cost, and that cost.
    """

    node: Array
    shift: Array
    sign: Array
    depth: Array
    lo: Array
    hi: Array
    low: Array
    near: Array
    least: Array


def new_terms(room: int) -> Terms:
    return Terms(*np.zeros((9, room), dtype=np.int64))


@compiled
def adder_width(lo, hi, low, lo_other, hi_other, low_other, negated):
    """What :func:`adder_bits` says of an adder, of its operands' ranges and low zero bits."""
    signed = lo < 0 or lo_other < 0
    reach = max(-lo, hi + (np.int64(1) << low))
    if negated:
        reach = max(reach, max(abs(hi_other), abs(lo_other + (np.int64(1) << low_other))))
    else:
        reach = max(reach, max(-lo_other, hi_other + (np.int64(1) << low_other)))
    return max(0, bits_to(reach) + signed - max(low, low_other))


@compiled
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


@compiled
def put_term(terms, place, node, shift, sign, depth, lo, hi, low):
    terms.node[place], terms.shift[place], terms.sign[place] = node, shift, sign
    terms.depth[place], terms.lo[place], terms.hi[place], terms.low[place] = depth, lo, hi, low


@compiled
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
    room = limit
    for place in range(count):
        room -= 1 << terms.depth[place]
    bits, made, left = 0, 0, count
    while left > _MANY:
        one, other = _least_deep(terms, count)
        room -= _growth(terms, one, other)
        bits += _merge(terms, one, other, adders, made, node)
        made, left = made + 1, left - 1
    for one in range(count):
        _look(terms, one, count, room)
    while left > 1:
        one = np.argmin(terms.least[:count])
        other = terms.near[one]
        growth = _growth(terms, one, other)
        if growth > room:
            _look(terms, one, count, room)
            continue
        room -= growth
        bits += _merge(terms, one, other, adders, made, node)
        made, left = made + 1, left - 1
        terms.least[other] = _NEVER
        for place in range(other):
            if terms.sign[place]:
                near = terms.near[place]
                if place == one or near in (one, other):
                    _look(terms, place, count, room)
                elif place < one:
                    cost = _cost(terms, place, one)
                    if cost < terms.least[place] and _growth(terms, place, one) <= room:
                        terms.near[place], terms.least[place] = one, cost
    return bits


@compiled
def _merge(terms, one, other, adders, made, node):
    """Puts the sum of two terms in the place of the first; returns its bits."""
    place, gone = one, other
    if terms.sign[one] < 0 < terms.sign[other]:
        one, other = other, one
    bits = _width(terms, one, other)
    shift = min(terms.shift[one], terms.shift[other])
    left, right = terms.shift[one] - shift, terms.shift[other] - shift
    sign = terms.sign[one] * terms.sign[other]
    if len(adders):
        adders[made] = terms.node[one], terms.node[other], left, right, sign
    lo, hi = terms.lo[other] << right, terms.hi[other] << right
    if sign < 0:
        lo, hi = -hi, -lo
    lo, hi = lo + (terms.lo[one] << left), hi + (terms.hi[one] << left)
    depth = 1 + max(terms.depth[one], terms.depth[other])
    low = min(terms.low[one] + left, terms.low[other] + right)
    put_term(terms, place, node + made, shift, terms.sign[one], depth, lo, hi, low)
    terms.sign[gone] = 0
    return bits


@compiled
def _least_deep(terms, count):
    """The two terms to add next where there are many, the first one before the other."""
    best, second, least, less = 0, 0, _NEVER, _NEVER
    for place in range(count):
        if terms.sign[place]:
            cost = terms.depth[place] << 8 | bits_to(terms.hi[place] - terms.lo[place] + 1)
            if cost < least:
                second, less = best, least
                best, least = place, cost
            elif cost < less:
                second, less = place, cost
    return min(best, second), max(best, second)


@compiled
def _growth(terms, one, other):
    """What Kraft's sum grows by where two terms are added."""
    deep, deeper = terms.depth[one], terms.depth[other]
    return (1 << 1 + max(deep, deeper)) - (1 << deep) - (1 << deeper)


@compiled
def _cost(terms, one, other):
    """What is to be least: width, then depth, then shifts."""
    cost = _width(terms, one, other) << 16
    cost += max(terms.depth[one], terms.depth[other]) << 8
    return cost + 64 + terms.shift[one] + terms.shift[other]


@compiled
def _look(terms, one, count, room):
    """Finds the later term that one is best added to, such that what is left can still be added in time."""
    least, near = _NEVER, one
    if terms.sign[one]:
        for other in range(one + 1, count):
            if terms.sign[other] and _growth(terms, one, other) <= room:
                cost = _cost(terms, one, other)
                if cost < least:
                    least, near = cost, other
    terms.near[one], terms.least[one] = near, least
