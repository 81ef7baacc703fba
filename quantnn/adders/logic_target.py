"""What logic a device takes for an adder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from quantnn.adders.adder_graph import AdderGraph
from quantnn.arithmetic import Box, Integers

__all__ = ["ECP5", "ICE40", "LOGIC_ELEMENTS", "Addition", "LogicTarget", "Values", "addition", "lowest_place"]

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


class Values(NamedTuple):
    """The range of a node, and the lowest place that it ever has a bit in."""

    lo: int
    hi: int
    lowest: int

    @property
    def width(self) -> int:
        """Bits of the format."""
        return 1 + max(self.hi, ~self.lo).bit_length() if self.lo < 0 else max(self.hi.bit_length(), 1)

    @property
    def varying(self) -> int:
        """Bits that are not always the same."""
        return 0 if self.lo == self.hi else self.width


def lowest_place(bits: int) -> int:
    """That of the lowest bit that is set; of 0, beyond all."""
    return (bits & -bits).bit_length() - 1 if bits else 63


def addition(left: Values, left_shift: int, right: Values, right_shift: int, sign: int, total: Values) -> Addition:
    """What is left to add of ``total = (left << left_shift) + sign · (right << right_shift)``."""
    low, high = left.lowest + left_shift, right.lowest + right_shift
    passing = max(low, high) if sign > 0 else high
    lower, shift = (right, right_shift) if high < low else (left, left_shift)
    if sign > 0 and lower.lo >= 0 and lower.hi << shift >> passing == 0:
        return Addition(0, 0, 0)
    varying = [
        max(min(each.varying + by, total.width) - max(each.lowest + by, passing), 0)
        for each, by in ((left, left_shift), (right, right_shift))
    ]
    return Addition(total.width - passing, sum(varying), varying[1] if sign < 0 else 0)


def additions(graph: AdderGraph, inputs: Box) -> list[Addition]:
    """What each adder of a graph has to add, where its nodes are as wide as their exact ranges.

    Of a subtrahend no places pass, and operands of which one ends below the other need no adder.
    """
    box = graph.boxes(inputs)
    lowest = np.bitwise_or.reduce(graph.forms, axis=0).tolist()
    ends = zip(box.lo.tolist(), box.hi.tolist(), lowest, strict=True)
    values = [Values(lo, hi, lowest_place(bits)) for lo, hi, bits in ends]
    return [
        addition(values[left], left_shift, values[right], right_shift, sign, values[number])
        for number, (left, right, left_shift, right_shift, sign) in enumerate(graph.adders.tolist(), graph.leaves)
    ]


ECP5 = LogicTarget("ECP5", chain_step=2, shortest_chain=5, beyond_lut=(2, 6))
"""In LUT4eq, LUT4 + 2 · CCU2C: what ``synth_ecp5`` of Yosys 0.70 maps single adders of up to 24 bits to, exactly."""

LOGIC_ELEMENTS = LogicTarget("logic elements")
"""One per bit, as in Intel's MAX 10 and Cyclone: no free tool maps these, so nothing here was measured."""

ICE40 = LogicTarget("iCE40", inverter=1)
"""In SB_LUT4, as ``synth_ice40`` of Yosys 0.70 maps single adders. Sums without sign take one less."""
