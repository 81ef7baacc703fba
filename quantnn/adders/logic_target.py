"""What logic a device takes for an adder."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantnn.adders.adder_graph import AdderGraph
from quantnn.arithmetic import Box, IntegerRange, Integers

__all__ = ["ECP5", "LOGIC_ELEMENTS", "LogicTarget"]


@dataclass(frozen=True)
class LogicTarget:
    """A kind of logic: LUTs of four inputs with carry chains.

    Parameters
    ----------
    name : str
    chain_step : int
        Bits of one carry cell; a chain takes whole ones. The unit of all costs is a LUT, or a bit of such a cell.
    unchained : tuple of int
        What sums of 1, 2, … bits take that are too short for a chain, and so are made of LUTs; none where every
        sum has a chain.
    """

    name: str
    chain_step: int
    unchained: tuple[int, ...] = ()

    def adder(self, width: int) -> int:
        """What an adder with a result of ``width`` bits takes."""
        if width <= len(self.unchained):
            return self.unchained[width - 1] if width else 0
        return -(-width // self.chain_step) * self.chain_step

    def adders(self, graph: AdderGraph, inputs: Box) -> Integers:
        """What each adder of a graph takes over all inputs of a box, int64 of shape (adders,)."""
        return np.array([self.adder(width) for width in chain_widths(graph, inputs)], dtype=np.int64)


def chain_widths(graph: AdderGraph, inputs: Box) -> list[int]:
    """Bits of each adder's result that have to be added: without the places below an operand, which pass through.

    Of what is subtracted no places pass, and operands of which one ends below the other need no adder.
    """
    box = graph.boxes(inputs)
    lowest = np.bitwise_or.reduce(graph.forms, axis=0)
    zeros = [(value & -value).bit_length() - 1 if value else 63 for value in lowest.tolist()]
    lo, hi = box.lo.tolist(), box.hi.tolist()
    widths = []
    for number, (left, right, left_shift, right_shift, sign) in enumerate(graph.adders.tolist(), start=graph.leaves):
        low, high = zeros[left] + left_shift, zeros[right] + right_shift
        passing = max(low, high) if sign > 0 else high
        lower, shift = (right, right_shift) if high < low else (left, left_shift)
        if sign > 0 and lo[lower] >= 0 and hi[lower] << shift >> passing == 0:
            widths.append(0)
        else:
            widths.append(IntegerRange(lo[number], hi[number]).width - passing)
    return widths


ECP5 = LogicTarget("ECP5", 2, (1, 2, 3, 10))
"""In LUT4eq, LUT4 + 2 · CCU2C, as Yosys 0.70 maps single adders; it makes sums of up to four bits of LUTs."""

LOGIC_ELEMENTS = LogicTarget("logic elements", 1)
"""One logic element per bit: Intel MAX 10 and Cyclone, Lattice iCE40."""
