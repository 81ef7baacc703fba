"""The cheapest way to compute a matrix times a vector."""

from __future__ import annotations

from dataclasses import replace

from quantnn.adders.cache import solve_once
from quantnn.adders.linear_map import LinearMap
from quantnn.adders.logic_target import LOGIC_ELEMENTS, LogicTarget
from quantnn.adders.pack import pack
from quantnn.adders.regrouping import regrouped
from quantnn.adders.solve import Effort
from quantnn.adders.sums import Sums
from quantnn.system.progress import SILENT, Progress

__all__ = ["cheapest_sums"]

_NARROW = 3
"""Bits of inputs up to which tables can be cheaper than adders."""
_SEARCHED = 0.8
"""What no search gets a graph down to, of what it takes at first."""


def cheapest_sums(
    wanted: LinearMap,
    effort: Effort = Effort(),
    target: LogicTarget = LOGIC_ELEMENTS,
    progress: Progress = SILENT,
) -> Sums:
    """An adder graph, or a packing where the inputs are narrow and it takes less of the target's logic."""
    if max(each.width for each in wanted.inputs) > _NARROW:
        return regrouped(solve_once(wanted, effort, progress), wanted.inputs, target)
    packing = pack(wanted, target, progress)
    least = sum(packing.costs(target))
    graph = solve_once(wanted, replace(effort, moves=0), progress)
    if least < _SEARCHED * target.adders(graph, wanted.inputs).sum():
        return packing
    graph = regrouped(solve_once(wanted, effort, progress), wanted.inputs, target)
    return packing if least < target.adders(graph, wanted.inputs).sum() else graph
