"""What an adder graph costs: adders, the bits that they add, and levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantnn.adders.adder_graph import AdderGraph
from quantnn.arithmetic import Box, Integers

__all__ = ["GraphCost", "adder_bits"]


@dataclass(frozen=True)
class GraphCost:
    """The three figures that adder graphs are compared by, the same for every device.

    Parameters
    ----------
    adders : int
    bits : int
        The sum of :func:`adder_bits`.
    depth : int
        The most adders on a way to an output.
    """

    adders: int
    bits: int
    depth: int

    @classmethod
    def of(cls, graph: AdderGraph, inputs: Box) -> GraphCost:
        """The cost of a graph over all inputs of a box."""
        return cls(len(graph.adders), int(adder_bits(graph, inputs).sum()), graph.depth)


def adder_bits(graph: AdderGraph, inputs: Box) -> Integers:
    """Bits that each adder adds, int64 of shape (adders,), as da4ml counts them with adders of one bit.

    They reach from the lowest place that both operands have to the highest that one of them has, with a sign if
    either is ever negative; lower places pass through. An operand is what interval arithmetic says of its node,
    which may be wider than :meth:`AdderGraph.boxes`, and a multiple of its step, the lowest place in it. The ends of
    a subtrahend change places but not signs, so one that reaches -2**k can cost a bit more or less than added.
    """
    lo, hi = inputs.lo.tolist(), inputs.hi.tolist()
    steps = [1] * graph.inputs
    for constant in graph.constants.tolist():
        lo.append(constant)
        hi.append(constant)
        steps.append(constant & -constant or 1)
    bits = []
    for left, right, left_shift, right_shift, sign in graph.adders.tolist():
        lo0, hi0, step0 = lo[left] << left_shift, hi[left] << left_shift, steps[left] << left_shift
        lo1, hi1, step1 = lo[right] << right_shift, hi[right] << right_shift, steps[right] << right_shift
        signed = lo0 < 0 or lo1 < 0
        if sign < 0:
            lo1, hi1 = hi1, lo1
        reach = max(abs(lo0), abs(lo1), abs(hi0 + step0), abs(hi1 + step1))
        bits.append((reach - 1).bit_length() - (max(step0, step1).bit_length() - 1) + signed)
        lo.append(lo0 + sign * lo1)
        hi.append(hi0 + sign * hi1)
        steps.append(min(step0, step1))
    return np.array(bits, dtype=np.int64)
