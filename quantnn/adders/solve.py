"""From a matrix to an adder graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.cost import adder_bits
from quantnn.adders.differences import Differences
from quantnn.adders.estimate import signed_digits
from quantnn.adders.linear_map import LinearMap
from quantnn.arithmetic import Integers
from quantnn.system.progress import SILENT, Progress

if TYPE_CHECKING:
    from quantnn.adders.search.columns import Columns
    from quantnn.adders.search.digits import Digits
    from quantnn.adders.search.patterns import Patterns

__all__ = ["Effort", "Level", "solve"]

_DEEPEST = 48
"""Adder levels where any number is allowed."""
_WORK = 1 << 27
"""Pairs of digits that are compared at most; where a matrix has more, its inputs are divided into blocks."""
_TIES = 8
"""Patterns that save equally and are looked at more closely, in the greedy graph."""
_STEPS = 50
"""Parts of the search that are told of."""
_DIFFERENCES = 1 << 22
"""Weights times outputs up to which differences of outputs are looked for."""
_GAINS = (4, 8)
"""Digits that a difference has less than its output, one after the other: many of them sharing would spare anyway."""
_OFTEN = 12_000
"""How often, in the search, all pairs of digits may be met again."""
_CELLS = 1 << 25
"""Nodes times outputs that are kept at most."""


Level = Literal["low", "standard", "high"]
_MOVES: dict[Level, int] = {"low": 0, "standard": 8_000, "high": 50_000}


@dataclass(frozen=True)
class Effort:
    """How hard to look.

    Parameters
    ----------
    moves : int
        Length of the search behind the first, greedy graph, in thousands of coefficients' pairs compared; 0 for none.
        Five thousand take about a second. The same length gives the same graph on every machine.
    extra_depth : int or None
        Adder levels that the graph may have beyond the least possible; None for any number.
    seed : int
    """

    moves: int = 0
    extra_depth: int | None = 2
    seed: int = 0

    @classmethod
    def named(cls, level: Level, extra_depth: int | None = 2, seed: int = 0) -> Effort:
        """The effort of a level: "low" searches nothing, "standard" for a second or two, "high" for ten or twenty."""
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
    graph = _found(wanted, effort, progress)
    if not graph.proves(wanted):
        raise AssertionError("an adder graph must compute its matrix")
    return graph


class _Begun(NamedTuple):
    """The greedy graph of a matrix, and the sums that it is made of."""

    wanted: LinearMap
    columns: Columns
    digits: Digits
    patterns: Patterns
    graph: AdderGraph


def _found(wanted: LinearMap, effort: Effort, progress: Progress) -> AdderGraph:
    """The cheapest graph: greedy, or searched for from there, with outputs as differences if that begins better."""
    loads = _digits(wanted)
    outputs = len(loads)
    depth = _DEEPEST
    if effort.extra_depth is not None:
        depth = min(depth, max(int(loads.max()) - 1, 0).bit_length() + effort.extra_depth)
    begun = _begin(wanted, np.full(outputs, depth), effort, progress)
    if not effort.moves or not len(begun.graph.adders):
        return begun.graph
    joined, best = None, begun.graph
    for least in _GAINS if wanted.matrix.size * outputs <= _DIFFERENCES else ():
        differences = Differences.of(wanted, depth, least)
        if differences.any:
            other = _begin(differences.rest(wanted), differences.limits(depth), effort, progress)
            graph = differences.joined(other.graph)
            if _bits(graph, wanted) < _bits(best, wanted):
                begun, joined, best = other, differences, graph
    found = _searched(begun, effort, progress)
    if joined:
        found = joined.joined(found)
    return found if _bits(found, wanted) < _bits(best, wanted) else best


def _bits(graph: AdderGraph, wanted: LinearMap) -> int:
    return int(adder_bits(graph, wanted.inputs).sum())


def _digits(wanted: LinearMap) -> Integers:
    """Terms of each output, constants included."""
    digits: Integers = signed_digits(wanted.matrix).sum(axis=0) + (wanted.constants != 0)
    return digits


def _begin(wanted: LinearMap, depths: Integers, effort: Effort, progress: Progress) -> _Begun:
    from quantnn.adders.search import columns as sums  # compiled: not needed to load what a graph is
    from quantnn.adders.search.digits import new_digits
    from quantnn.adders.search.greedy import fill, greedy
    from quantnn.adders.search.patterns import new_patterns

    loads = _digits(wanted)
    matrix, constants = _with_constants(wanted)
    inputs, outputs = matrix.shape
    most, room = int(loads.sum()), int(loads.max()) + 2
    nodes = min(inputs + most // 2 + 2 + bool(effort.moves) * (64 + most // 8), max(2 * inputs, _CELLS // outputs))
    columns = sums.new_columns(inputs, outputs, nodes, room)
    columns.limits[:] = 1 << depths
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
    return _Begun(wanted, columns, digits, patterns, _graph(wanted, constants, columns, room))


def _searched(begun: _Begun, effort: Effort, progress: Progress) -> AdderGraph:
    from quantnn.adders.search.annealing import anneal, new_log, price

    wanted, columns, digits, patterns, graph = begun
    loads = _digits(wanted)
    inputs, outputs = wanted.matrix.shape
    room = columns.terms.shape[1]
    log = new_log(len(columns.keys), outputs, room, effort.seed)
    price(columns, log)
    pairs = int((loads**2).sum())
    start, work = int(columns.nodes[2]), min(effort.moves * 1000, _OFTEN * pairs)
    # The more often each pair of digits is met again, the more disorder is worth its time.
    often = work / pairs
    hot, stray = min(6.0, 0.6 * (1 + often) ** 0.28), min(30, int(5 + 2.5 * np.log2(1 + often)))
    progress(f"searching {inputs} × {outputs} weights for cheaper sums", _STEPS)
    for step in range(1, _STEPS + 1):
        patterns = anneal(columns, digits, patterns, log, start, work, start + work * step // _STEPS, hot, stray)
        progress.advance()
    return _graph(wanted, graph.constants, columns, room)


def _graph(wanted: LinearMap, constants: Integers, columns: Columns, room: int) -> AdderGraph:
    from quantnn.adders.search.graphs import written
    from quantnn.adders.search.trees import new_terms

    adders = np.zeros((int(_digits(wanted).sum()) + 1, 5), dtype=np.int64)
    ends = np.zeros((len(columns.lengths), 3), dtype=np.int64)
    count = written(columns, new_terms(room), adders, ends)
    return AdderGraph(len(wanted.matrix), constants, adders[:count], ends)


def _with_constants(wanted: LinearMap) -> tuple[Integers, Integers]:
    """The matrix with a row for each odd constant that is added somewhere, and these constants."""
    added = np.array(wanted.constants)
    powers = np.where(added == 0, 1, added & -added)
    constants = np.unique(added[added != 0] // powers[added != 0])
    rows = (constants[:, None] * powers == added) * powers
    return np.concatenate([wanted.matrix, rows]), constants
