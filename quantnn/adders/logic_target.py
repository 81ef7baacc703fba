"""What logic a device takes for an adder."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantnn.adders.adder_graph import AdderGraph
from quantnn.arithmetic import Box, Integers

__all__ = ["ECP5", "ICE40", "LOGIC_ELEMENTS", "Addition", "LogicTarget"]

LUT_INPUTS = 4


@dataclass(frozen=True)
class Addition:
    """What is left to add of an adder.

    Parameters
    ----------
    width : int
        Bits of the result, without the places below an operand, which pass through. 0 where the operands stand side
        by side.
    varying : int
        Bits of both operands together within these places that are no constants.
    subtracted : int
        Bits of what is subtracted, if anything.
    """

    width: int
    varying: int
    subtracted: int


@dataclass(frozen=True)
class LogicTarget:
    """A kind of logic: LUTs of four inputs with carry chains. The unit of its costs is a LUT, or a bit of a chain.

    Parameters
    ----------
    name : str
    chain_step : int
        Bits of one carry cell; a chain takes whole ones.
    shortest_chain : int
        Bits of the shortest sum for which tools use a chain. Shorter ones become a LUT per bit,
    beyond_lut : tuple of int
        and so many more where the operands vary in 5, 6, … bits; the last number from there on.
    inverter : int
        LUTs per bit that is subtracted.
    """

    name: str
    chain_step: int = 1
    shortest_chain: int = 1
    beyond_lut: tuple[int, ...] = (0,)
    inverter: int = 0

    def adder(self, addition: Addition) -> int:
        """What an adder takes."""
        inverters = self.inverter * addition.subtracted
        if addition.width >= self.shortest_chain:
            return -(-addition.width // self.chain_step) * self.chain_step + inverters
        beyond = addition.varying - LUT_INPUTS
        more = self.beyond_lut[min(beyond, len(self.beyond_lut)) - 1] if beyond > 0 else 0
        return addition.width + more + inverters

    def adders(self, graph: AdderGraph, inputs: Box) -> Integers:
        """What each adder of a graph takes over all inputs of a box, int64 of shape (adders,)."""
        return np.array([self.adder(addition) for addition in additions(graph, inputs)], dtype=np.int64)


def additions(graph: AdderGraph, inputs: Box) -> list[Addition]:
    """What each adder of a graph has to add, where its nodes are as wide as their exact ranges.

    Of a subtrahend no places pass, and operands of which one ends below the other need no adder.
    """
    box = graph.boxes(inputs)
    widths = [0 if each.lo == each.hi else each.width for each in box]
    lowest = np.bitwise_or.reduce(graph.forms, axis=0).tolist()
    zeros = [(value & -value).bit_length() - 1 if value else 63 for value in lowest]
    found = []
    for number, (left, right, left_shift, right_shift, sign) in enumerate(graph.adders.tolist(), start=graph.leaves):
        low, high = zeros[left] + left_shift, zeros[right] + right_shift
        passing = max(low, high) if sign > 0 else high
        lower, shift = (right, right_shift) if high < low else (left, left_shift)
        if sign > 0 and box.lo[lower] >= 0 and int(box.hi[lower]) << shift >> passing == 0:
            found.append(Addition(0, 0, 0))
            continue
        width = box[number].width - passing
        varying = [
            max(min(widths[node] + shift, passing + width) - max(zeros[node] + shift, passing), 0)
            for node, shift in ((left, left_shift), (right, right_shift))
        ]
        found.append(Addition(width, sum(varying), varying[1] if sign < 0 else 0))
    return found


ECP5 = LogicTarget("ECP5", chain_step=2, shortest_chain=5, beyond_lut=(2, 6))
"""In LUT4eq, LUT4 + 2 · CCU2C: what ``synth_ecp5`` of Yosys 0.70 maps single adders of up to 24 bits to, exactly."""

LOGIC_ELEMENTS = LogicTarget("logic elements")
"""One per bit, as in Intel's MAX 10 and Cyclone: no free tool maps these, so nothing here was measured."""

ICE40 = LogicTarget("iCE40", inverter=1)
"""In SB_LUT4, as ``synth_ice40`` of Yosys 0.70 maps single adders. Sums without sign take one less."""
