"""From accumulators to outputs, with constants instead of parameters: one channel's requantizer and table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.linear_map import LinearMap
from quantnn.adders.solve import Effort, solve
from quantnn.arithmetic import Box, IntegerRange, Integers, Requantizer
from quantnn.errors import DoesNotFitError
from quantnn.network.table import Table
from quantnn.plan.unrolled.dataflow import Dataflow
from quantnn.plan.unrolled.operations import Term, function_luts

__all__ = ["MAX_INDEX_BITS", "Finishing"]

MAX_INDEX_BITS = 10
"""Of a table whose contents are logic: what is beyond takes a thousand LUTs and more for each output."""


@dataclass(frozen=True)
class Finishing:
    """``y = saturate((acc·m + r) >> s)`` for one channel, reduced to what its accumulator's range leaves of it.

    A rounding is part of the accumulator's constant, ``offset``, where m is a power of two, 2^k: for s > k,
    (acc·2^k + 2^(s-1)) >> s = (acc + 2^(s-1-k)) >> (s-k), and for s <= k nothing is rounded. Where outputs saturate at
    0 or more, or negative accumulators give 0, the multiplier below 0 does not matter: for acc < 0 and any m,
    acc·m + r < 2^s, hence (acc·m + r) >> s <= 0.

    Parameters
    ----------
    accumulator : IntegerRange
        The proven range, without ``offset``.
    offset : int
        What is to be added to the accumulator beforehand.
    multiplier, negative_multiplier : int
        1 where the multiplier is a power of two: then it is part of the shift.
    rounding : int
    shift : int
        Negative for a shift to the left.
    limits : IntegerRange
    """

    accumulator: IntegerRange
    offset: int
    multiplier: int
    negative_multiplier: int
    rounding: int
    shift: int
    limits: IntegerRange

    @classmethod
    def of(cls, requantizer: Requantizer, channel: int, accumulator: IntegerRange) -> Finishing:
        m, n = requantizer.multipliers[channel], requantizer.negative_multipliers[channel]
        s, r, limits = requantizer.shifts[channel], requantizer.roundings[channel], requantizer.output
        if accumulator.lo < 0 and (n == 0 or limits.lo >= 0):
            n, limits = m, IntegerRange(max(limits.lo, min(0, limits.hi)), limits.hi)
        if accumulator.lo >= 0:
            n = m
        elif accumulator.hi < 0:
            m = n
        if m == n and m.bit_count() == 1:
            k = m.bit_length() - 1
            return cls(accumulator, r >> k if s > k else 0, 1, 1, 0, s - k, limits)
        return cls(accumulator, 0, m, n, r, s, limits)

    def __call__(self, flow: Dataflow, accumulator: Term, table: Table | None) -> Term:
        """The channel's output; the accumulator has its offset.

        Raises
        ------
        DoesNotFitError
            The table has too many indices to be logic.
        """
        shifting = self.multiplier == self.negative_multiplier == 1
        if flow.bits(accumulator) <= MAX_INDEX_BITS and not (shifting and table is None):
            values = self._values(flow, accumulator, table)
            spread = IntegerRange.of_array(values)
            direct = spread.width * function_luts(flow.bits(accumulator))
            if direct <= self._adders() + (0 if table is None else spread.width * function_luts(table.index.width)):
                return flow.lookup(accumulator, values)
        if shifting:
            index = flow.shifted(accumulator, self.shift, self.limits)
        else:
            index = flow.shifted(self._product(flow, accumulator), self.shift, self.limits)
        if table is None:
            return index
        if flow.bits(index) > MAX_INDEX_BITS:
            raise DoesNotFitError(
                f"A table of an unrolled layer must have at most {1 << MAX_INDEX_BITS} indices, not"
                f" {len(table.values)}: use fewer --table-bits, or --engine folded"
            )
        return flow.lookup(index, table(flow.points(index)))

    def _adders(self) -> int:
        """Bits of the additions and selections of the product, about."""
        ways = {self.multiplier, self.negative_multiplier}
        terms = sum(bin(3 * m ^ m).count("1") for m in ways)
        wide = self.accumulator.width + max(ways).bit_length()
        return (terms - len(ways) + (self.rounding > 0) * len(ways) + len(ways) - 1) * wide + self.limits.width

    def _values(self, flow: Dataflow, accumulator: Term, table: Table | None) -> Integers:
        points = flow.points(accumulator)
        products = points * np.where(points < 0, self.negative_multiplier, self.multiplier) + self.rounding
        shifted = products >> self.shift if self.shift >= 0 else products << -self.shift
        values = self.limits.clamp(shifted)
        return values if table is None else table(values)

    def _product(self, flow: Dataflow, accumulator: Term) -> Term:
        """``acc·m + r``."""
        values = flow.range(accumulator)
        ways = (self.negative_multiplier, self.multiplier)
        graph = _multiples(tuple(dict.fromkeys(ways)), self.rounding)
        products = flow.graph(graph, [accumulator], Box.of([values]))
        if len(products) == 1:
            return products[0]
        ends = IntegerRange(values.lo * ways[0] + self.rounding, values.hi * ways[1] + self.rounding)
        return flow.select(accumulator, products[0], products[1], ends)


@lru_cache(maxsize=1 << 12)
def _multiples(multipliers: tuple[int, ...], constant: int) -> AdderGraph:
    """A number times each of these constants, plus another."""
    box = Box.uniform(IntegerRange(-128, 127), 1)
    constants = np.full(len(multipliers), constant, dtype=np.int64)
    return solve(LinearMap(np.array([multipliers]), box, constants), Effort())
