"""From a matrix to an adder graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.cost import adder_bits
from quantnn.adders.linear_map import LinearMap
from quantnn.arithmetic import Integers
from quantnn.system.progress import SILENT, Progress

if TYPE_CHECKING:
    from quantnn.adders.search.columns import Columns

__all__ = ["Effort", "Level", "solve"]

_DEEPEST = 48
"""Adder levels where any number is allowed."""
_WORK = 1 << 27
"""Pairs of digits that are compared at most; where a matrix has more, its inputs are divided into blocks."""
_TIES = 16
"""Patterns that save equally and are looked at more closely, in the greedy graph."""
_STEPS = 50
"""Parts of the search that are told of."""
_CELLS = 1 << 25
"""Nodes times outputs that are kept at most."""


Level = Literal["low", "standard", "high"]
_MOVES: dict[Level, int] = {"low": 0, "standard": 8_000, "high": 80_000}


@dataclass(frozen=True)
class Effort:
    """How hard to look.

    Parameters
    ----------
    moves : int
        Length of the search behind the first, greedy graph, in thousands of coefficients' pairs compared; 0 for none.
        Ten thousand take some seconds. The same length gives the same graph on every machine.
    extra_depth : int or None
        Adder levels that the graph may have beyond the least possible; None for any number.
    seed : int
    """

    moves: int = 0
    extra_depth: int | None = 2
    seed: int = 0

    @classmethod
    def named(cls, level: Level, extra_depth: int | None = 2, seed: int = 0) -> Effort:
        """The effort of a level: "low" searches nothing, "standard" for seconds, "high" ten times longer."""
        return cls(_MOVES[level], extra_depth, seed)


def solve(wanted: LinearMap, effort: Effort = Effort(), progress: Progress = SILENT) -> AdderGraph:
    """A graph that computes ``wanted``, proven to.

    Constants stand as leaves. No output that is not 0 throughout has a negative sign where a constant is added to it.

    Raises
    ------
    OverflowError
        Sums of the inputs' and weights' sizes reach 2 ** 60.
    """
    reach = np.maximum(wanted.inputs.magnitudes, 1).astype(object) @ np.abs(wanted.matrix.astype(object))
    if (reach + np.abs(wanted.constants.astype(object))).max() >= 1 << 60:
        raise OverflowError("The sizes of inputs and weights must add up to less than 2**60 in each output")
    inputs, outputs = wanted.matrix.shape
    progress(f"sharing sums of {inputs} × {outputs} weights")
    graph = _shared(wanted, effort, progress)
    if not graph.proves(wanted):
        raise AssertionError("an adder graph must compute its matrix")
    return graph


def _shared(wanted: LinearMap, effort: Effort, progress: Progress) -> AdderGraph:
    from quantnn.adders.search import columns as sums  # compiled: not needed to load what a graph is
    from quantnn.adders.search.annealing import anneal, new_log, price
    from quantnn.adders.search.digits import digit_counts, new_digits
    from quantnn.adders.search.greedy import fill, greedy
    from quantnn.adders.search.patterns import new_patterns

    matrix, constants = _with_constants(wanted)
    inputs, outputs = matrix.shape
    counts = digit_counts(matrix)
    loads, most = counts.sum(axis=0), int(counts.sum())
    least = max(int(loads.max()) - 1, 0).bit_length()
    depth = _DEEPEST if effort.extra_depth is None else min(_DEEPEST, least + effort.extra_depth)
    nodes = min(inputs + most // 2 + 2 + bool(effort.moves) * (64 + most // 8), max(2 * inputs, _CELLS // outputs))
    columns = sums.new_columns(inputs, outputs, nodes, int(loads.max()) + 2)
    columns.limits[:] = 1 << depth
    columns.lo[:inputs] = [*wanted.inputs.lo.tolist(), *constants.tolist()]
    columns.hi[:inputs] = [*wanted.inputs.hi.tolist(), *constants.tolist()]
    blocks = 1 + int((loads.astype(object) ** 2).sum()) // _WORK
    if blocks > 1:
        progress(f"sharing sums of {inputs} × {outputs} weights in {blocks} blocks of inputs, as there are so many")
        columns.blocks[:inputs] = np.arange(inputs) * blocks // inputs
    # A constant shares nothing, so that it gives its output a positive sign.
    own = np.arange(len(wanted.matrix), inputs)
    columns.blocks[own] = -own
    digits, patterns = new_digits(int(np.abs(matrix).max(initial=1))), new_patterns(1 << 16)
    patterns = fill(columns, digits, patterns, matrix)
    patterns = greedy(columns, digits, patterns, _TIES)
    room = int(loads.max()) + 2
    graph = _graph(len(wanted.matrix), constants, columns, room, most)
    if effort.moves and len(graph.adders):
        log = new_log(nodes, outputs, room, effort.seed)
        price(columns, log)
        begun, work = int(columns.nodes[2]), effort.moves * 1000
        # The more often each pair of digits is met again, the more disorder is worth its time.
        often = work / int((loads**2).sum())
        hot, stray = min(6.0, 0.6 * (1 + often) ** 0.28), min(30, int(5 + 2.5 * np.log2(1 + often)))
        progress(f"searching {inputs} × {outputs} weights for cheaper sums", _STEPS)
        for step in range(1, _STEPS + 1):
            patterns = anneal(columns, digits, patterns, log, begun, work, begun + work * step // _STEPS, hot, stray)
            progress.advance()
        found = _graph(len(wanted.matrix), constants, columns, room, most)
        if adder_bits(found, wanted.inputs).sum() < adder_bits(graph, wanted.inputs).sum():
            graph = found
    return graph


def _graph(inputs: int, constants: Integers, columns: Columns, room: int, most: int) -> AdderGraph:
    from quantnn.adders.search.graphs import written
    from quantnn.adders.search.trees import new_terms

    adders, ends = np.zeros((most + 1, 5), dtype=np.int64), np.zeros((len(columns.lengths), 3), dtype=np.int64)
    count = written(columns, new_terms(room), adders, ends)
    return AdderGraph(inputs, constants, adders[:count], ends)


def _with_constants(wanted: LinearMap) -> tuple[Integers, Integers]:
    """The matrix with a row for each odd constant that is added somewhere, and these constants."""
    added = np.array(wanted.constants)
    powers = np.where(added == 0, 1, added & -added)
    constants = np.unique(added[added != 0] // powers[added != 0])
    rows = (constants[:, None] * powers == added) * powers
    return np.concatenate([wanted.matrix, rows]), constants
