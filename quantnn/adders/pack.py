"""From a matrix to tables and short sums: its products bit by bit, added three at a time."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from quantnn.adders.bit_columns import BitColumns
from quantnn.adders.linear_map import LinearMap
from quantnn.adders.logic_target import LUT_INPUTS, LogicTarget
from quantnn.adders.packing import CONSTANT, Bit, Identity, Packing, Sum, Table
from quantnn.arithmetic import IntegerRange
from quantnn.system.progress import SILENT, Progress

__all__ = ["pack"]

ROWS = (2, 3, 4, 5, 6)
"""How many bits of a place may be left to sums; each output gets what is cheapest."""

Literal = tuple[int, bool, Bit]
"""Depth of a bit, whether it counts as it is (not inverted), and the bit."""


def pack(wanted: LinearMap, target: LogicTarget, progress: Progress = SILENT) -> Packing:
    """Tables and sums that compute ``wanted``, proven to.

    A weight's signed digits make every output a heap of bits, each with a place. Two LUTs turn three bits of a place
    into one there and one above; five LUTs turn seven into one there and three above. A bit with a negative sign costs
    no more, as ``-x = (1 - x) - 1``. Triples that several outputs have in common, whatever the place and the sign, come
    first and are made once. What is left of an output when no place has more bits than it may have rows is added, row
    by row.

    It pays for inputs of up to three bits. Sums of wider values are cheaper as adders.
    """
    progress("packing")
    builder = _Builder(wanted)
    outputs = tuple(builder.output(output, target) for output in range(len(wanted.outputs)))
    packing = Packing(wanted.inputs, tuple(builder.nodes), outputs, tuple(builder.identities))
    if not packing.proves(wanted):
        raise AssertionError("a packing must compute its matrix")
    return packing


class _Builder:
    def __init__(self, wanted: LinearMap) -> None:
        self.wanted, self.nodes, self.inputs = wanted, list[Table | Sum](), len(wanted.inputs)
        self.atoms = [(number, place) for number, each in enumerate(wanted.inputs) for place in range(each.width)]
        self.depths = dict.fromkeys(self.atoms, 0)
        self.identities: list[Identity] = []
        self.inverted: dict[Bit, Bit] = {}
        self.constants = wanted.constants.tolist()
        self.columns = BitColumns(len(self.atoms), [each.width for each in wanted.outputs])
        for atom, (number, place) in enumerate(self.atoms):
            values = wanted.inputs[number]
            weight = -(1 << place) if values.signed and place == values.width - 1 else 1 << place
            for output, factor in enumerate(wanted.matrix[number].tolist()):
                for at, sign in _digits(factor * weight):
                    self.columns.put(output, at, atom, sign)
        for triple in self.columns.shared():
            signs = zip(triple.atoms, triple.signs, strict=True)
            self.atoms += [bit for _, bit in self._three([self._literal(self.atoms[n], sign > 0) for n, sign in signs])]
            for (output, place), sign in triple.users:
                self.constants[output] -= sign * triple.signs.count(-1) << place

    def _node(self, node: Table | Sum) -> list[Bit]:
        """A new node's bits."""
        own = isinstance(node, Table) or len(node.rows) > 1
        depth = own + max((self.depths[bit] for bit in node.bits if bit[0] != CONSTANT), default=0)
        self.nodes.append(node)
        bits = [(self.inputs + len(self.nodes) - 1, place) for place in range(node.range.width)]
        self.depths |= dict.fromkeys(bits, depth)
        return bits

    def _table(self, literals: Sequence[Literal], value: Callable[..., int]) -> list[Bit]:
        """The bits of a table of what the function says of the literals; constants are no inputs of it."""
        variable = tuple(bit for _, _, bit in literals if bit[0] != CONSTANT)
        shape = tuple((right, bit[1] if bit[0] == CONSTANT else None) for _, right, bit in literals)
        return self._node(Table(variable, _contents(value, shape)))

    def _literal(self, bit: Bit, right: bool = True) -> Literal:
        return self.depths.get(bit, 0), right, bit

    def _three(self, literals: Sequence[Literal]) -> list[tuple[int, Bit]]:
        """Three bits as one and one of twice the weight: a full adder of two LUTs."""
        return list(enumerate(self._table(literals, _ones)))

    def _seven(self, literals: Sequence[Literal]) -> list[tuple[int, Bit]]:
        """Seven bits as one and three of twice the weight: three full adders, of which one's sum is never made.

        Of the first four, the last three go through one full adder, and its sum, the first and the fifth bit through
        another one. Its sum is ``odd xor fifth``, which the third one's tables have room for: five LUTs, not six.
        """
        first, second, third, fourth, fifth, sixth, seventh = literals
        (odd,) = self._table(literals[:4], _odd)
        (carry,) = self._table((second, third, fourth), _carry)
        (other,) = self._table((self._literal(odd), fifth, first), _chosen)
        last = self._table((self._literal(odd), fifth, sixth, seventh), _joined)
        made = [(0, last[0]), (1, last[1]), (1, carry), (1, other)]
        inputs = tuple((bit, 1 if right else -1) for _, right, bit in literals if bit[0] != CONSTANT)
        constant = sum(bit[1] if bit[0] == CONSTANT else not right for _, right, bit in literals)
        self.identities.append(Identity(tuple((bit, 1 << place) for place, bit in made), inputs, constant))
        return made

    def output(self, output: int, target: LogicTarget) -> int:
        """The node of an output, of what is left of its columns."""
        values, constant = self.wanted.outputs[output], self.constants[output]
        heap: list[list[Literal]] = [[] for _ in range(values.width)]
        for place in range(values.width):
            for masks, right in ((self.columns.added, True), (self.columns.taken, False)):
                for atom in _members(masks.get((output, place), 0)):
                    bit = self.atoms[atom]
                    heap[place].append((self.depths[bit], right, bit))
                    constant -= 0 if right else 1 << place
        for place in range(values.width):
            if constant >> place & 1:
                heap[place].append((0, True, (CONSTANT, 1)))
        before, tries = (len(self.nodes), len(self.identities)), []
        for rows in ROWS:
            self._summed(self._rows(heap, rows), values)
            tries.append((sum(_cost(node, target) for node in self.nodes[before[0] :]), rows))
            self._forget(*before)
        return self._summed(self._rows(heap, min(tries)[1]), values)

    def _forget(self, nodes: int, identities: int) -> None:
        """Takes back all but the first of them."""
        del self.nodes[nodes:], self.identities[identities:]
        first = self.inputs + nodes
        self.inverted = {bit: other for bit, other in self.inverted.items() if other[0] < first}

    def _rows(self, heap: list[list[Literal]], most: int) -> list[dict[int, Bit]]:
        """Bits by place, in at most so many rows: triples of a place make one there and one above until it is so."""
        places = [sorted(each) for each in heap]
        rows: list[dict[int, Bit]] = [{} for _ in range(most)]
        for place, literals in enumerate(places):
            heapq.heapify(literals)
            while (more := len(literals) - most) > 0:
                if place == len(places) - 1:
                    chosen = [heapq.heappop(literals) for _ in range(min(more + 1, LUT_INPUTS))]
                    made = list(enumerate(self._table(chosen, _odd)))
                else:
                    chosen = [heapq.heappop(literals) for _ in range(7 if more >= 6 else 3)]
                    made = self._seven(chosen) if more >= 6 else self._three(chosen)
                for above, bit in made:
                    heapq.heappush(places[place + above], self._literal(bit))
            for row, (_, right, bit) in zip(rows, sorted(literals), strict=False):
                row[place] = bit if right else self._inverse(bit)
        return [row for row in rows if row]

    def _inverse(self, bit: Bit) -> Bit:
        if bit not in self.inverted:
            self.inverted[bit] = self._node(Table((bit,), (1, 0)))[0]
        return self.inverted[bit]

    def _summed(self, rows: list[dict[int, Bit]], values: IntegerRange) -> int:
        """The node that adds the rows, the shallow ones first."""
        queue = [(self._depth(row), number, row) for number, row in enumerate(rows)]
        heapq.heapify(queue)
        while len(queue) > 2:
            pair = [heapq.heappop(queue) for _ in range(2)]
            both = [row for _, _, row in pair]
            most = sum(1 << place for row in both for place in row)
            width = min(most.bit_length(), values.width)
            bits = self._node(Sum(tuple(map(_row, both)), IntegerRange.of_format(width, False)))
            row = dict(enumerate(bits))
            heapq.heappush(queue, (self._depth(row), len(rows) + len(self.nodes), row))
        self._node(Sum(tuple(_row(row) for _, _, row in queue) or ((),), values))
        return self.inputs + len(self.nodes) - 1

    def _depth(self, row: dict[int, Bit]) -> int:
        return max((self.depths.get(bit, 0) for bit in row.values()), default=0)


@cache
def _contents(value: Callable[..., int], shape: tuple[tuple[bool, int | None], ...]) -> tuple[int, ...]:
    """What a function says for each address, of literals that count as they are or inverted, some of them constants."""
    varying, contents = [place for place, (_, constant) in enumerate(shape) if constant is None], []
    for address in range(1 << len(varying)):
        bits = [constant or 0 for _, constant in shape]
        for number, place in enumerate(varying):
            bits[place] = address >> number & 1
        contents.append(value(*(bit ^ (not right) for bit, (right, _) in zip(bits, shape, strict=True))))
    return tuple(contents)


def _ones(*bits: int) -> int:
    return sum(bits)


def _odd(*bits: int) -> int:
    return sum(bits) & 1


def _carry(*bits: int) -> int:
    return sum(bits) >> 1


def _chosen(odd: int, late: int, early: int) -> int:
    return late if odd else early


def _joined(odd: int, late: int, *bits: int) -> int:
    return (odd ^ late) + sum(bits)


def _row(bits: dict[int, Bit]) -> tuple[Bit, ...]:
    return tuple(bits.get(place, (CONSTANT, 0)) for place in range(max(bits, default=-1) + 1))


def _cost(node: Table | Sum, target: LogicTarget) -> int:
    return node.luts if isinstance(node, Table) else target.adder(node.addition)


def _members(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _digits(value: int) -> list[tuple[int, int]]:
    """Non-adjacent signed digits, as (place, sign)."""
    size, sign = abs(value), -1 if value < 0 else 1
    plus, minus = (3 * size & ~size) >> 1, (size & ~(3 * size)) >> 1
    return [(place, sign) for place in _members(plus)] + [(place, -sign) for place in _members(minus)]
