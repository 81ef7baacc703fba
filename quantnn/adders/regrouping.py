"""Sums of an adder graph in another order, or with other signs, where that takes less of a target's logic."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heappop, heappush
from random import Random
from types import MappingProxyType

import numpy as np

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.logic_target import LogicTarget, Values, addition, lowest_place
from quantnn.arithmetic import Box, Integers

__all__ = ["regrouped"]

_LEAST, _MOST = 3, 40
"""How often each adder is tried,"""
_TRIED = 30_000
"""and how many are, if that does not forbid it."""
_NONE: Mapping[int, Values] = MappingProxyType({})
_ANY = 1 << 30
"""Depth of what no output reads."""

Part = tuple[int, int, int]
"""What a sum has of a node: its number, a shift to the left, and a sign."""


def regrouped(graph: AdderGraph, inputs: Box, target: LogicTarget) -> AdderGraph:
    """The same outputs with no more of the target's logic, and none of them deeper.

    Two changes are tried for each adder, again and again. A node that is a difference can be had with the other sign,
    and whoever reads it subtracts where it added: the low bits of ``a - (b << k)`` pass through, those of
    ``(b << k) - a`` do not. And where a sum is read by one other alone, the three operands of both can be added in
    another order: a narrow one costs least where the sum is narrow, and cells of two bits want even widths. What costs
    as much is taken now and then, as something better may lie behind it. The same graph gives the same one.
    """
    groups, numbers = _Groups(graph, inputs, target), range(graph.leaves, graph.nodes)
    for _ in range(min(_MOST, max(_LEAST, _TRIED // max(1, len(numbers))))):
        for number in numbers:
            groups.turn(number)
            groups.regroup(number)
    return groups.graph()


class _Groups:
    def __init__(self, graph: AdderGraph, inputs: Box, target: LogicTarget) -> None:
        self.given, self.inputs, self.target, self.random = graph, inputs, target, Random(1)
        self.forms = list(graph.forms.T.copy())
        self.values = [self._values(form) for form in self.forms]
        self.parts: list[tuple[Part, Part] | None] = [None] * graph.leaves
        self.parts += [((left, by, 1), (right, more, sign)) for left, right, by, more, sign in graph.adders.tolist()]
        self.readers: list[list[int]] = [[] for _ in self.parts]
        for number, parts in enumerate(self.parts):
            for node, _, _ in parts or ():
                self.readers[node].append(number)
        self.depths: list[int] = graph.depths.tolist()
        self.ends: dict[int, int] = {node: self.depths[node] for node, _, _ in graph.outputs.tolist() if node >= 0}
        self.latest = [_ANY] * graph.nodes
        for number in reversed(range(graph.nodes)):
            self.latest[number] = self._latest(number)
        self.costs = [0] * graph.leaves
        self.costs += [self._cost(*self._of(n), self.values[n]) for n in range(graph.leaves, graph.nodes)]

    def turn(self, number: int) -> None:
        """Have a node with the other sign, if that is cheaper for it and for those that read it."""
        turned, changed, queue = set[int](), dict[int, tuple[Part, Part]](), [(0, number)]
        while queue:
            _, node = heappop(queue)
            if node != number and any(sign > 0 for _, _, sign in changed[node]):
                continue
            if node in self.ends:
                return
            turned.add(node)
            changed[node] = _opposite(changed.get(node) or self._of(node))
            for reader in set(self.readers[node]):
                if reader not in changed:
                    changed[reader] = self._of(reader)
                    heappush(queue, (self.depths[reader], reader))
                one, two = ((n, by, -sign if n == node else sign) for n, by, sign in changed[reader])
                changed[reader] = one, two
        if all(sign < 0 for _, _, sign in changed[number]):
            return
        values = {node: _negative(self.values[node]) for node in turned}
        costs = {n: self._cost(*parts, values.get(n, self.values[n]), values) for n, parts in changed.items()}
        if not self._takes(sum(costs.values()), sum(self.costs[node] for node in costs)):
            return
        for node in turned:
            self.forms[node], self.values[node] = -self.forms[node], values[node]
        for node, parts in changed.items():
            self.parts[node], self.costs[node] = parts, costs[node]

    def regroup(self, number: int) -> None:
        """Add a sum's operand and those of another operand, which nobody else reads, in the cheapest order."""
        for place in (0, 1):
            self._regroup(number, place)

    def _regroup(self, number: int, place: int) -> None:
        inner, shift, sign = self._of(number)[place]
        if inner < self.given.leaves or len(self.readers[inner]) != 1 or inner in self.ends:
            return
        other = self._of(number)[1 - place]
        one, two = ((node, by + shift, sign * its) for node, by, its in self._of(inner))
        if len({one[0], two[0], other[0]}) < 3:
            return
        best, chosen = self.costs[inner] + self.costs[number], None
        for pair, last in (((one, other), two), ((two, other), one)):
            depth = 1 + max(self.depths[node] for node, _, _ in pair)
            if 1 + max(depth, self.depths[last[0]]) > self.latest[number]:
                continue
            low = min(by for _, by, _ in pair)
            for way in (1, -1):
                first, second = ((node, by - low, its * way) for node, by, its in pair)
                rest = (inner, low, way)
                if first[2] + second[2] < 0 or way + last[2] < 0:
                    continue
                form = first[2] * (self.forms[first[0]] << first[1]) + second[2] * (self.forms[second[0]] << second[1])
                values = self._values(form)
                costs = (
                    self._cost(first, second, values),
                    self._cost(rest, last, self.values[number], {inner: values}),
                )
                if self._takes(sum(costs), best):
                    best, chosen = sum(costs), ((first, second), (rest, last), form, values, costs, depth)
        if chosen is None:
            return
        parts, outer, form, values, costs, depth = chosen
        self._connect(inner, parts)
        self._connect(number, outer)
        self.forms[inner], self.values[inner] = form, values
        self.costs[inner], self.costs[number] = costs
        self.depths[inner] = depth
        self._deepen(number)
        for node in (inner, *(node for node, _, _ in (*parts, outer[1]))):
            self._hurry(node)

    def _of(self, number: int) -> tuple[Part, Part]:
        parts = self.parts[number]
        assert parts is not None
        return parts

    def _connect(self, number: int, parts: tuple[Part, Part]) -> None:
        for node, _, _ in self._of(number):
            self.readers[node].remove(number)
        for node, _, _ in parts:
            self.readers[node].append(number)
        self.parts[number] = parts

    def _deepen(self, number: int) -> None:
        depth = 1 + max(self.depths[node] for node, _, _ in self._of(number))
        if depth != self.depths[number]:
            self.depths[number] = depth
            for reader in self.readers[number]:
                self._deepen(reader)

    def _latest(self, number: int) -> int:
        """The depth that a node may have with no output deeper than it was."""
        return min([self.ends.get(number, _ANY), *(self.latest[reader] - 1 for reader in self.readers[number])])

    def _hurry(self, number: int) -> None:
        latest = self._latest(number)
        if latest != self.latest[number]:
            self.latest[number] = latest
            for node, _, _ in self.parts[number] or ():
                self._hurry(node)

    def _values(self, form: Integers) -> Values:
        factors, added = form[:-1], int(form[-1])
        ends = np.where(factors > 0, (self.inputs.lo, self.inputs.hi), (self.inputs.hi, self.inputs.lo))
        lo, hi = (ends @ factors).tolist()
        return Values(lo + added, hi + added, lowest_place(int(np.bitwise_or.reduce(form))))

    def _cost(self, first: Part, second: Part, total: Values, changed: Mapping[int, Values] = _NONE) -> int:
        if first[2] < 0:
            first, second = second, first
        (left, by, _), (right, more, sign) = first, second
        augend, addend = (changed.get(node, self.values[node]) for node in (left, right))
        return self.target.adder(addition(augend, by, addend, more, sign, total))

    def _takes(self, cost: int, now: int) -> bool:
        return cost < now or (cost == now and self.random.random() < 0.5)

    def graph(self) -> AdderGraph:
        """Each adder behind what it reads."""
        order = sorted(range(self.given.leaves, self.given.nodes), key=lambda number: (self.depths[number], number))
        numbers = list(range(self.given.leaves)) + [0] * len(order)
        adders = []
        for own, number in enumerate(order, start=self.given.leaves):
            numbers[number] = own
            (left, by, sign), (right, more, its) = self._of(number)
            if sign < 0:
                left, by, sign, right, more, its = right, more, its, left, by, sign
            adders.append((numbers[left], numbers[right], by, more, its))
        outputs = [(node if node < 0 else numbers[node], by, sign) for node, by, sign in self.given.outputs.tolist()]
        return AdderGraph(self.given.inputs, self.given.constants, np.array(adders, dtype=np.int64), np.array(outputs))


def _negative(values: Values) -> Values:
    return Values(-values.hi, -values.lo, values.lowest)


def _opposite(parts: tuple[Part, Part]) -> tuple[Part, Part]:
    (left, by, sign), (right, more, its) = parts
    return (left, by, -sign), (right, more, -its)
