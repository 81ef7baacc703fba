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

__all__ = ["CONSTANT", "Bit", "Identity", "Packing", "Sum", "Table"]

Bit = tuple[int, int]
"""A node and the place of one of its bits; or CONSTANT, and 0 or 1."""

CONSTANT = -1
_CASES, _LEVELS = 10, 8
"""Inputs of an identity, and tables one behind the other from these to its outputs, at most."""


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


@dataclass(frozen=True)
class Identity:
    """``Σ weight · output = Σ weight · input + constant``, which several tables together make true.

    Parameters
    ----------
    outputs, inputs : tuple of (Bit, int)
        Bits with their weights; the first output's is 1. The outputs are looked up in tables, from the inputs or from
        each other.
    constant : int
    """

    outputs: tuple[tuple[Bit, int], ...]
    inputs: tuple[tuple[Bit, int], ...]
    constant: int

    def __post_init__(self) -> None:
        if not self.outputs:
            raise ValueError("An identity must have outputs")

    @property
    def last(self) -> int:
        """The last node that makes an output."""
        return max(bit[0] for bit, _ in self.outputs)


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
    identities : tuple of Identity
        What :meth:`proves` may use, after a look at every case. What uses an output of one comes behind all of it.

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
    identities: tuple[Identity, ...] = ()

    def __post_init__(self) -> None:
        widths = [each.width for each in self.ranges]
        used = [(number, node.bits) for number, node in enumerate(self.nodes, start=len(self.inputs))]
        for each in self.identities:
            used.append((len(widths), tuple(bit for bit, _ in each.outputs + each.inputs)))
        for number, bits in used:
            for source, place in bits:
                there = place in (0, 1) if source == CONSTANT else 0 <= source < number and 0 <= place < widths[source]
                if not there:
                    raise ValueError(f"Bit {place} of node {source} must be there before node {number}")
        if not self.outputs or min(self.outputs) < 0 or max(self.outputs) >= len(widths):
            raise ValueError("Outputs must be nodes")

    @cached_property
    def ranges(self) -> tuple[IntegerRange, ...]:
        return (*self.inputs, *(node.range for node in self.nodes))

    @property
    def proof_numbers(self) -> int:
        """Integers that :meth:`proves` has to work out, at most."""
        return len(self.ranges) * len(self.outputs) + (len(self.identities) << _CASES)

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

        Each output is traced back: the bits of a node, or of an identity, are replaced by what they are a sum of,
        modulo the output's format, until only bits of inputs are left. That takes the bits with the factors of their
        places, as they are where all of them are used in an output; of a node that is not, nothing can be said.
        """
        if not all(map(self._holds, self.identities)):
            return False
        shape = (len(self.inputs), len(self.outputs))
        if self.inputs != wanted.inputs or shape != wanted.matrix.shape:
            return False
        columns = zip(self.outputs, wanted.matrix.T.tolist(), wanted.constants.tolist(), wanted.outputs, strict=True)
        return all(self._computes(*column) for column in columns)

    def _holds(self, identity: Identity) -> bool:
        """Whether it is true in every case."""
        if identity.outputs[0][1] != 1 or len(identity.inputs) > _CASES:
            return False
        cases = np.arange(1 << len(identity.inputs))
        known = {bit: cases >> place & 1 for place, (bit, _) in enumerate(identity.inputs)}
        try:
            outputs = sum((self._cases(bit, known, cases) * weight for bit, weight in identity.outputs), 0 * cases)
        except KeyError:
            return False
        inputs = sum((known[bit] * weight for bit, weight in identity.inputs), 0 * cases)
        return np.array_equal(outputs, inputs + identity.constant)

    def _cases(self, bit: Bit, known: dict[Bit, Integers], cases: Integers, levels: int = _LEVELS) -> Integers:
        """A bit in each case, where those that are known decide it; KeyError where they do not."""
        source, place = bit
        node = self.nodes[source - len(self.inputs)] if source >= len(self.inputs) else None
        if bit not in known:
            if source == CONSTANT:
                known[bit] = 0 * cases + place
            elif isinstance(node, Table) and levels:
                each = [self._cases(address, known, cases, levels - 1) for address in node.bits]
                index = sum((values << number for number, values in enumerate(each)), 0 * cases)
                known[bit] = np.array(node.contents)[index] >> place & 1
            else:
                raise KeyError(bit)
        return known[bit]

    @cached_property
    def _identities(self) -> dict[int, Identity]:
        return {identity.last: identity for identity in self.identities}

    def _computes(self, output: int, factors: list[int], constant: int, values: IntegerRange) -> bool:
        """Whether the node is that sum of the inputs, which lies in these values."""
        own = self.ranges[output]
        if own.lo > values.lo or own.hi < values.hi:
            return False
        modulus = 1 << own.width
        used: dict[int, dict[int, int]] = {output: dict(enumerate(_weights(own)))}
        constant = -constant
        for number in range(len(self.ranges) - 1, -1, -1):
            terms: list[tuple[int, Bit]] = []
            if number in self._identities and self._identities[number].outputs[0][0][0] in used:
                identity = self._identities[number]
                parts = [(bit, weight) for bit, weight in identity.outputs]
                taken = [used.get(source, {}).pop(place, 0) for (source, place), _ in parts]
                if any((count - taken[0] * weight) % modulus for count, (_, weight) in zip(taken, parts, strict=True)):
                    return False
                constant += taken[0] * identity.constant
                factor, terms = taken[0], [(weight, bit) for bit, weight in identity.inputs]
            elif number in used:
                weights = list(_weights(self.ranges[number]))
                places = used.pop(number)
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
                    terms = list(zip(form[0], node.bits, strict=True))
                    constant += factor * form[1]
                else:
                    if node.wraps and (factor << node.range.width) % modulus:
                        return False
                    terms = [(1 << place, bit) for row in node.rows for place, bit in enumerate(row)]
            elif number < len(self.inputs) and factors[number] % modulus:
                return False
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
