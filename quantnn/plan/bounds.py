"""What no choice of folds goes below: layer by layer, whatever beats arrive."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import Integers
from quantnn.plan.cost import Cost
from quantnn.plan.options import LayerOptions

__all__ = ["Bounds"]

_STEPS = 6
"""Steps of the prices' grid: each of them prices a full device of multipliers, block RAM and logic at 1 together."""

Floats = npt.NDArray[np.float64]


class Bounds:
    """Lower bounds of what layers cost at an interval, at several prices of the three resources.

    A price is one for each resource. What all layers cost together at a price is no less than the sum of each layer's
    least, and no more than the limits are worth at it; so where the former exceeds the latter, nothing fits. Queues are
    priced with room for two samples, as in the search: exact ones may take a few block RAMs less.

    Parameters
    ----------
    options : LayerOptions
    limits : Cost
        What there is.

    Members
    -------
    prices : floats of shape (p, 3)
    worth : floats of shape (p,)
        Of the limits.
    """

    def __init__(self, options: LayerOptions, limits: Cost) -> None:
        self.options = options
        there = np.array([limits.multipliers, limits.block_ram, limits.logic])
        grid = [(a, b, _STEPS - a - b) for a in range(_STEPS + 1) for b in range(_STEPS + 1 - a)]
        self.prices = np.array(grid) / _STEPS / np.maximum(there, 1)
        self.worth: Floats = self.prices @ there + 1e-9

    @cached_property
    def _layers(self) -> list[tuple[Integers, Floats]]:
        """Per layer: intervals, and the least worth, and last the least tail, of folds up to each."""
        return [self._layer(number) for number in range(len(self.options.stages))]

    def _layer(self, number: int) -> tuple[Integers, Floats]:
        options, columns = self.options, []
        last = number == len(options.stages) - 1
        for kind in options.stages[number].kinds:
            table = options.table(number, kind, 1)
            products, front = options.products(table), options.front(number, table)
            memories = [*table.memories, *([options.back(number, table)] if last else [])]
            queued = np.where((table.replays == 1) & (number == 0), 0, 1)
            worth = [
                products @ price
                + queued * front.least(price[1], price[2])
                + sum(memory.least(price[1], price[2]) for memory in memories)
                for price in self.prices
            ]
            columns.append(np.column_stack([table.interval, *worth, table.tail]))
        rows = np.concatenate(columns)
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        return rows[:, 0], np.minimum.accumulate(rows[:, 1:])

    def layers(self, interval: int) -> Floats:
        """Each layer's least worth at each price, and its least tail: (layers, p + 1); infinite if it has no fold."""
        found = []
        for intervals, least in self._layers:
            place = int(np.searchsorted(intervals, interval, "right")) - 1
            found.append(least[place] if place >= 0 else np.full(least.shape[1], np.inf))
        return np.array(found)

    def allow(self, interval: int) -> bool:
        """Whether something may fit at that interval: if not, nothing does."""
        return bool((self.layers(interval)[:, :-1].sum(axis=0) <= self.worth).all())

    def longest_tail(self, latency: int) -> int:
        """Cycles that the layers' tails may have together within a latency.

        Three cycles of each layer's queue and four of the core's ends come on top, at least.
        """
        return latency - 3 * len(self.options.stages) - 4

    def least_interval(self, low: int, high: int) -> int:
        """The least interval from ``low`` to ``high`` that they allow; they allow ``high``."""
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.allow(middle) else (middle + 1, high)
        return low
