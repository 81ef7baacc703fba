"""Outputs that are cheaper as another output plus a difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.estimate import signed_digits
from quantnn.adders.linear_map import LinearMap
from quantnn.arithmetic import Integers

__all__ = ["Differences"]

_CHAIN = 2
"""Differences that an output is behind at most."""


@dataclass(frozen=True)
class Differences:
    """Which output each is computed from.

    Parameters
    ----------
    parents : int64 array of shape (outputs,)
        The output that a difference is added to; -1 where none is. There are no circles.
    signs : int64 array of shape (outputs,)
        1, or -1 where it is subtracted from the difference.
    """

    parents: Integers
    signs: Integers

    @classmethod
    def of(cls, wanted: LinearMap, depth: int, least: int) -> Differences:
        """Those that save most digits, at least so many each, such that every output can stay within a depth."""
        outputs = wanted.matrix.shape[1]
        every = np.vstack([wanted.matrix, wanted.constants])
        digits = signed_digits(every).sum(axis=0)
        found: list[tuple[int, int, int, int]] = []
        for parent in range(outputs):
            for sign in (1, -1):
                rest = every - sign * every[:, parent : parent + 1]
                # An output that a constant is added to keeps its sign only with it, or with its parent's.
                mute = (rest[-1] == 0) & (every[-1] != 0) if sign < 0 else np.zeros(outputs, dtype=bool)
                gains = np.where(mute, 0, digits - signed_digits(rest).sum(axis=0))
                gains[parent] = 0
                found += [(-int(gains[child]), int(child), parent, sign) for child in np.flatnonzero(gains >= least)]
        chosen = cls(np.full(outputs, -1), np.ones(outputs, dtype=np.int64))
        for _, child, parent, sign in sorted(found):
            if chosen.parents[child] < 0:
                more = cls(chosen.parents.copy(), chosen.signs.copy())
                more.parents[child], more.signs[child] = parent, sign
                if more._fits(wanted, depth):
                    chosen = more
        return chosen

    def _fits(self, wanted: LinearMap, depth: int) -> bool:
        if (self.above > _CHAIN).any():
            return False
        rest = self.rest(wanted)
        digits = signed_digits(np.vstack([rest.matrix, rest.constants != 0])).sum(axis=0)
        limits = self.limits(depth)
        return bool((limits >= 0).all() and (digits <= 1 << np.maximum(limits, 0)).all())

    @property
    def any(self) -> bool:
        return bool((self.parents >= 0).any())

    @property
    def above(self) -> Integers:
        """How many differences each output is behind, int64 of shape (outputs,); more than there are in a circle."""
        above, at = np.zeros(len(self.parents), dtype=np.int64), self.parents
        for _ in range(_CHAIN + 1):
            above += at >= 0
            at = np.where(at >= 0, self.parents[at], -1)
        return above

    def limits(self, depth: int) -> Integers:
        """The depth that each difference, or output without one, may have where all outputs may have ``depth``."""
        below = np.zeros(len(self.parents), dtype=np.int64)
        for child in np.argsort(-self.above, kind="stable"):
            parent = self.parents[child]
            if parent >= 0:
                below[parent] = max(below[parent], below[child] + 1)
        return depth - below - (self.parents >= 0)

    def rest(self, wanted: LinearMap) -> LinearMap:
        """The differences, and the outputs that there are none of."""
        own: Integers = np.where(self.parents >= 0, self.signs, 0).astype(np.int64)
        matrix: Integers = wanted.matrix - own * wanted.matrix[:, self.parents]
        constants: Integers = wanted.constants - own * wanted.constants[self.parents]
        return LinearMap(matrix, wanted.inputs, constants)

    def joined(self, graph: AdderGraph) -> AdderGraph:
        """The graph of all outputs, from one of :meth:`rest`."""
        adders, outputs = graph.adders.tolist(), graph.outputs.tolist()
        for child in np.argsort(self.above, kind="stable"):
            if self.parents[child] < 0:
                continue
            node, shift, sign = outputs[child]
            other, its, its_sign = outputs[self.parents[child]]
            its_sign *= int(self.signs[child])
            if node < 0 or other < 0:
                outputs[child] = [other, its, its_sign] if node < 0 else [node, shift, sign]
                continue
            if sign < 0 < its_sign:
                node, shift, sign, other, its, its_sign = other, its, its_sign, node, shift, sign
            common = min(shift, its)
            adders.append([node, other, shift - common, its - common, sign * its_sign])
            outputs[child] = [graph.leaves + len(adders) - 1, common, sign]
        return AdderGraph(graph.inputs, graph.constants, np.array(adders).reshape(-1, 5), np.array(outputs))
