"""A list of operations that grows: equal ones are shared, and what is known beforehand is not computed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.packing import CONSTANT, Bit, Packing, Table
from quantnn.arithmetic import Box, IntegerRange, Integers
from quantnn.plan.unrolled.bit_operations import BitSum, BitTable
from quantnn.plan.unrolled.operations import Add, Constant, Input, Lookup, Operation, Select, Shift, Term

__all__ = ["Dataflow"]


@dataclass(eq=False)
class Dataflow:
    """Operations, each behind those that it reads.

    Parameters
    ----------
    inputs : Box
        The range of each element of the input.

    Members
    -------
    operations : list of Operation
    """

    inputs: Box
    operations: list[Operation] = field(default_factory=list)
    _numbers: dict[Operation, int] = field(default_factory=dict, repr=False)

    def leaves(self) -> list[Term]:
        """The inputs; those that never change are constants."""
        return [self._known(values) or self._term(Input(values, n)) for n, values in enumerate(self.inputs)]

    def range(self, term: Term) -> IntegerRange:
        """What a term's value lies in."""
        wire = self.operations[term.operation].range
        return IntegerRange(wire.lo << term.shift, wire.hi << term.shift)

    def constant(self, value: int) -> Term:
        zeros = (value & -value).bit_length() - 1 if value else 0
        return self._term(Constant(IntegerRange(value >> zeros, value >> zeros)), zeros)

    def graph(self, graph: AdderGraph, leaves: list[Term], inputs: Box) -> list[Term]:
        """The outputs of an adder graph of these leaves, which lie in these ranges."""
        box = graph.boxes(inputs)
        nodes = list(leaves) + [self.constant(value) for value in graph.constants.tolist()]
        ends = zip(box.lo[graph.leaves :].tolist(), box.hi[graph.leaves :].tolist(), strict=True)
        for (left, right, left_shift, right_shift, sign), (lo, hi) in zip(graph.adders.tolist(), ends, strict=True):
            operands = nodes[left].shifted(left_shift), nodes[right].shifted(right_shift)
            nodes.append(self.sum(*operands, sign, IntegerRange(lo, hi)))
        outputs = []
        for node, shift, sign in graph.outputs.tolist():
            if node < 0:
                outputs.append(self.constant(0))
                continue
            term, values = nodes[node], box[node]
            if sign < 0:
                term = self.sum(self.constant(0), term, -1, IntegerRange(-values.hi, -values.lo))
            outputs.append(term.shifted(shift))
        return outputs

    def packing(self, packing: Packing, leaves: list[Term]) -> list[Term]:
        """The outputs of tables and short sums of these leaves."""
        nodes = list(leaves)
        for node in packing.nodes:
            if isinstance(node, Table):
                operation: Operation = BitTable(node.range, self._bits(node.bits, nodes), node.contents)
            else:
                operation = BitSum(node.range, tuple(self._bits(row, nodes) for row in node.rows))
            nodes.append(self._known(node.range) or self._term(operation))
        return [nodes[output] for output in packing.outputs]

    def _bits(self, bits: tuple[Bit, ...], nodes: list[Term]) -> tuple[Bit, ...]:
        """Bits of nodes as those of wires."""
        found = []
        for source, place in bits:
            if source != CONSTANT:
                term = nodes[source]
                wire = self.operations[term.operation]
                source, place = term.operation, place - term.shift
                if isinstance(wire, Constant) or place < 0:
                    source, place = CONSTANT, wire.range.lo >> place & 1 if place >= 0 else 0
                elif place >= wire.range.width:
                    source, place = (source, wire.range.width - 1) if wire.range.signed else (CONSTANT, 0)
            found.append((source, place))
        return tuple(found)

    def sum(self, left: Term, right: Term, sign: int, values: IntegerRange) -> Term:
        """``left + sign · right``, which lies in ``values``."""
        known = self._known(values)
        if known:
            return known
        for zero, other in ((left, right), (right, left)):
            if self.range(zero) == IntegerRange(0, 0) and (sign > 0 or zero is right):
                return other
        zeros = min(left.shift, right.shift)
        wires = IntegerRange(values.lo >> zeros, values.hi >> zeros)
        shift = right.shift - left.shift
        low = self.operations[(left if shift >= 0 else right).operation].range
        joined = sign > 0 and not low.signed and low.hi < 1 << abs(shift)
        return self._term(Add(wires, left.operation, right.operation, shift, sign, joined), zeros)

    def shifted(self, term: Term, shift: int, limits: IntegerRange) -> Term:
        """``limits.clamp(term >> shift)``; a negative shift is one to the left."""
        shift -= term.shift
        wire = self.operations[term.operation].range
        lo, hi = (end >> shift if shift >= 0 else end << -shift for end in (wire.lo, wire.hi))
        least, most = limits.lo if lo < limits.lo else None, limits.hi if hi > limits.hi else None
        values = IntegerRange(min(max(lo, limits.lo), limits.hi), max(min(hi, limits.hi), limits.lo))
        known = self._known(values)
        if known:
            return known
        if least is None and most is None and shift <= 0:
            return Term(term.operation, -shift)
        spare = max(0, IntegerRange(lo, hi).width - values.width)
        return self._term(Shift(values, term.operation, shift, least, most, spare))

    def select(self, decider: Term, negative: Term, positive: Term, values: IntegerRange) -> Term:
        """``negative`` where ``decider < 0``, else ``positive``; the result lies in ``values``."""
        zeros = min(negative.shift, positive.shift)
        wires = IntegerRange(values.lo >> zeros, values.hi >> zeros)
        return self._term(Select(wires, decider.operation, negative.shifted(-zeros), positive.shifted(-zeros)), zeros)

    def lookup(self, term: Term, values: Integers) -> Term:
        """A table of the term's values, from its least to its greatest in steps of its unit."""
        spread = IntegerRange.of_array(values)
        wire = self.operations[term.operation].range
        return self._known(spread) or self._term(Lookup(spread, term.operation, wire.lo, tuple(values.tolist())))

    def points(self, term: Term) -> Integers:
        """Every value that a term may have."""
        wire = self.operations[term.operation].range
        return np.arange(wire.lo, wire.hi + 1, dtype=np.int64) << term.shift

    def bits(self, term: Term) -> int:
        """The wire's."""
        return self.operations[term.operation].range.width

    def _known(self, values: IntegerRange) -> Term | None:
        return self.constant(values.lo) if values.lo == values.hi else None

    def _term(self, operation: Operation, shift: int = 0) -> Term:
        number = self._numbers.setdefault(operation, len(self.operations))
        if number == len(self.operations):
            self.operations.append(operation)
        return Term(number, shift)
