"""From a matrix to an adder graph."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.linear_map import LinearMap
from quantnn.system.progress import SILENT, Progress

__all__ = ["Effort", "solve"]


@dataclass(frozen=True)
class Effort:
    """How hard to look.

    Parameters
    ----------
    moves : int
        Steps of the search behind the first, greedy graph; 0 for none. The same steps give the same graph.
    extra_depth : int or None
        Adder levels that the graph may have beyond the least possible; None for any number.
    seed : int
    """

    moves: int = 0
    extra_depth: int | None = 2
    seed: int = 0


def solve(wanted: LinearMap, effort: Effort = Effort(), progress: Progress = SILENT) -> AdderGraph:
    """A graph that computes ``wanted``, proven to.

    Constants stand as leaves. No output that is not 0 throughout has a negative sign where a constant is added to it.
    """
    graph = _trees(wanted)
    if not graph.proves(wanted):
        raise AssertionError("an adder graph must compute its matrix")
    return graph


def _trees(wanted: LinearMap) -> AdderGraph:
    """A balanced tree of signed digits for each output, nothing shared."""
    inputs = len(wanted.matrix)
    places = np.flatnonzero(wanted.constants)
    leaf = {int(output): inputs + number for number, output in enumerate(places)}
    adders: list[tuple[int, int, int, int, int]] = []
    outputs: list[tuple[int, int, int]] = []
    for output in range(wanted.matrix.shape[1]):
        terms = [
            (0, shift, sign, number)
            for number in np.flatnonzero(wanted.matrix[:, output]).tolist()
            for shift, sign in _digits(int(wanted.matrix[number, output]))
        ]
        if output in leaf:
            terms.append((0, 0, 1, leaf[output]))
        heapq.heapify(terms)
        while len(terms) > 1:
            (deep, shift, sign, node), (deeper, other, sign_other, second) = heapq.heappop(terms), heapq.heappop(terms)
            if sign < 0 < sign_other:
                shift, sign, node, other, sign_other, second = other, sign_other, second, shift, sign, node
            common = min(shift, other)
            adders.append((node, second, shift - common, other - common, sign * sign_other))
            number = inputs + len(places) + len(adders) - 1
            heapq.heappush(terms, (1 + max(deep, deeper), common, sign, number))
        outputs.append((terms[0][3], terms[0][1], terms[0][2]) if terms else (-1, 0, 1))
    return AdderGraph(inputs, wanted.constants[places], np.array(adders).reshape(-1, 5), np.array(outputs))


def _digits(value: int) -> list[tuple[int, int]]:
    """Non-adjacent signed digits, as (shift, sign)."""
    digits, shift = [], 0
    while value:
        if value & 1:
            digit = 2 - (value & 3)
            digits.append((shift, digit))
            value -= digit
        value >>= 1
        shift += 1
    return digits
