"""Sums of narrow values as the contents of LUTs and short adders: what a packed matrix is built of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import gcd

import numpy as np
import numpy.typing as npt

from quantnn.adders.linear_map import LinearMap
from quantnn.adders.logic_target import LUT_INPUTS, Addition, LogicTarget
from quantnn.arithmetic import Box, IntegerRange, Integers

__all__ = ["CONSTANT", "Bit", "Packing", "Sum", "Table"]

Bit = tuple[int, int]
"""A node and the place of one of its bits; or CONSTANT, and 0 or 1."""

CONSTANT = -1


@dataclass(frozen=True)
class Table:
    """A node whose value is looked up: LUTs with the same inputs, one for each bit of the value.

    Parameters
    ----------
    bits : tuple of Bit
        The address, its lowest bit first; up to 4 bits of nodes before this one.
    contents : tuple of int
        The value for each address.

    Members
    -------
    range : IntegerRange
        From the least to the greatest value; its format holds the value.
    """

    bits: tuple[Bit, ...]
    contents: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.bits) > LUT_INPUTS:
            raise ValueError(f"A table must have at most {LUT_INPUTS} address bits, not {len(self.bits)}")
        if len(self.contents) != 1 << len(self.bits):
            raise ValueError(f"A table must have {1 << len(self.bits)} contents, not {len(self.contents)}")

    @property
    def range(self) -> IntegerRange:
        return IntegerRange(min(self.contents), max(self.contents))

    @property
    def luts(self) -> int:
        """LUTs: one for each bit of the value that is neither constant nor an address bit."""
        addresses = [[address >> place & 1 for address in range(len(self.contents))] for place in range(len(self.bits))]
        columns = [[value >> place & 1 for value in self.contents] for place in range(self.range.width)]
        return sum(len(set(column)) > 1 and column not in addresses for column in columns)

    def factors(self, modulus: int) -> tuple[list[int], int] | None:
        """``contents = Σ factor · bit + constant`` modulo that, for every address; None where no factors make it so."""
        constant = self.contents[0]
        factors = [self.contents[1 << place] - constant for place in range(len(self.bits))]
        for address, value in enumerate(self.contents):
            total = constant + sum(factor for place, factor in enumerate(factors) if address >> place & 1)
            if (value - total) % modulus:
                return None
        return factors, constant


@dataclass(frozen=True)
class Sum:
    """A node that is the sum of two rows of bits, or one row: bits of several nodes side by side.

    Parameters
    ----------
    rows : tuple of one or two tuples of Bit
        The lowest place first.
    range : IntegerRange
        What the value is known to lie in. The rows are added modulo 2**width of its format.
    """

    rows: tuple[tuple[Bit, ...], ...]
    range: IntegerRange

    def __post_init__(self) -> None:
        if len(self.rows) not in (1, 2):
            raise ValueError(f"A sum must have one row or two, not {len(self.rows)}")
        if any(len(row) > self.range.width for row in self.rows):
            raise ValueError(f"The rows of a sum of {self.range.width} bits must not be longer")

    @property
    def bits(self) -> tuple[Bit, ...]:
        return tuple(bit for row in self.rows for bit in row)

    @property
    def wraps(self) -> bool:
        """Whether the rows can make more than the format holds."""
        most = sum(1 << place for row in self.rows for place, bit in enumerate(row) if bit != (CONSTANT, 0))
        return self.range.signed or most >> self.range.width > 0

    @property
    def addition(self) -> Addition:
        """What has to be added: from the lowest place that both rows have."""
        if len(self.rows) == 1:
            return Addition(0, 0, 0)
        taken = [{place for place, bit in enumerate(row) if bit != (CONSTANT, 0)} for row in self.rows]
        passing = min(taken[0] & taken[1], default=self.range.width)
        varying = sum(bit[0] != CONSTANT for row in self.rows for bit in row[passing:])
        return Addition(self.range.width - passing, varying, 0)


@dataclass(frozen=True, eq=False)
class Packing:
    """A matrix times a vector, of tables and short sums. Nodes are numbered: the inputs, then these.

    Parameters
    ----------
    inputs : Box
        The range of each input; its bits are those of the range's format, the top one the sign of a signed one.
    nodes : tuple of Table and Sum
        Each of bits of nodes before it.
    outputs : tuple of int
        The node that each output is.

    Members
    -------
    ranges : tuple of IntegerRange
        Per node: its format is how wide it is.
    depths : tuple of int
        Per node: tables, and sums of two rows, on the longest way from an input to it. One row alone is wires.

    Raises
    ------
    ValueError
        A bit is not there where it is used.
    """

    inputs: Box
    nodes: tuple[Table | Sum, ...]
    outputs: tuple[int, ...]

    def __post_init__(self) -> None:
        ranges = self.ranges
        for number, node in enumerate(self.nodes, start=len(self.inputs)):
            for source, place in node.bits:
                if source == CONSTANT:
                    there = place in (0, 1)
                else:
                    there = 0 <= source < number and 0 <= place < ranges[source].width
                if not there:
                    raise ValueError(f"Bit {place} of node {source} must be there before node {number}")
        if not self.outputs or min(self.outputs) < 0 or max(self.outputs) >= len(ranges):
            raise ValueError("Outputs must be nodes")

    @cached_property
    def ranges(self) -> tuple[IntegerRange, ...]:
        return (*self.inputs, *(node.range for node in self.nodes))

    @cached_property
    def depths(self) -> tuple[int, ...]:
        depths = [0] * len(self.inputs)
        for node in self.nodes:
            own = isinstance(node, Table) or len(node.rows) > 1
            depths.append(own + max((depths[source] for source, _ in node.bits if source != CONSTANT), default=0))
        return tuple(depths)

    def costs(self, target: LogicTarget) -> list[int]:
        """What each of :attr:`nodes` takes."""
        return [node.luts if isinstance(node, Table) else target.adder(node.addition) for node in self.nodes]

    def __call__(self, samples: Integers) -> Integers:
        """The outputs, int64 of shape (n, outputs), of samples of shape (n, inputs)."""
        values = list(np.asarray(samples, dtype=np.int64).T)
        for node in self.nodes:
            if isinstance(node, Table):
                address = _row(node.bits, values, len(samples))
                values.append(np.array(node.contents, dtype=np.int64)[address])
            else:
                total = sum((_row(row, values, len(samples)) for row in node.rows), np.zeros(len(samples), np.int64))
                values.append(_wrapped(total, node.range))
        return np.stack([values[node] for node in self.outputs], axis=1)

    def proves(self, wanted: LinearMap) -> bool:
        """Whether the packing computes exactly that, for every input.

        Each output is traced back: the bits of a node are replaced by what the node is a sum of, modulo the output's
        format, until only bits of inputs are left. That takes each node's bits with the factors of their places, as
        they are where all of a node is used in an output; of a node that is not, nothing can be said.
        """
        shape = (len(self.inputs), len(self.outputs))
        if self.inputs != wanted.inputs or shape != wanted.matrix.shape:
            return False
        columns = zip(self.outputs, wanted.matrix.T.tolist(), wanted.constants.tolist(), wanted.outputs, strict=True)
        return all(self._computes(*column) for column in columns)

    def _computes(self, output: int, factors: list[int], constant: int, values: IntegerRange) -> bool:
        """Whether the node is that sum of the inputs, which lies in these values."""
        own = self.ranges[output]
        if own.lo > values.lo or own.hi < values.hi:
            return False
        modulus = 1 << own.width
        used: dict[int, dict[int, int]] = {output: dict(enumerate(_weights(own)))}
        constant = -constant
        for number in range(len(self.ranges) - 1, -1, -1):
            if number not in used:
                if number < len(self.inputs) and factors[number] % modulus:
                    return False
                continue
            places, weights = used.pop(number), list(_weights(self.ranges[number]))
            factor = places.get(0, 0) * weights[0]
            if any((places.get(place, 0) - factor * weight) % modulus for place, weight in enumerate(weights)):
                return False
            if number < len(self.inputs):
                if (factor - factors[number]) % modulus:
                    return False
                continue
            node = self.nodes[number - len(self.inputs)]
            if isinstance(node, Table):
                form = node.factors(modulus // gcd(factor, modulus))
                if form is None:
                    return False
                terms, added = list(zip(form[0], node.bits, strict=True)), form[1]
                constant += factor * added
            else:
                if node.wraps and (factor << node.range.width) % modulus:
                    return False
                terms = [(1 << place, bit) for row in node.rows for place, bit in enumerate(row)]
            for weight, (source, place) in terms:
                if source == CONSTANT:
                    constant += factor * weight * place
                else:
                    bits = used.setdefault(source, {})
                    bits[place] = bits.get(place, 0) + factor * weight
        return constant % modulus == 0


def _weights(values: IntegerRange) -> Iterator[int]:
    """What each bit of a format counts, the lowest first."""
    for place in range(values.width):
        yield -(1 << place) if values.signed and place == values.width - 1 else 1 << place


def _row(bits: tuple[Bit, ...], values: list[npt.NDArray[np.int64]], samples: int) -> Integers:
    total = np.zeros(samples, dtype=np.int64)
    for place, (source, at) in enumerate(bits):
        total += (at if source == CONSTANT else values[source] >> at & 1) << place
    return total


def _wrapped(total: Integers, values: IntegerRange) -> Integers:
    """The integers of a range's format that differ from these by multiples of 2**width."""
    low = -(1 << (values.width - 1)) if values.signed else 0
    return (total - low & (1 << values.width) - 1) + low
