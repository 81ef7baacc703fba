"""What each layer can be built as, without what others beat in every respect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.network.network import IntegerNetwork
from quantnn.plan.cost import Cost, multiplier_elements
from quantnn.plan.engine import EnginePlan, Fold
from quantnn.plan.fold_table import Flags, FoldLimits, FoldTable, MemoryColumns, ceil_divs, powers_of_two
from quantnn.plan.memory import next_power_of_two
from quantnn.plan.pareto import pareto
from quantnn.plan.queue import QueuePlan
from quantnn.plan.resources import Resources
from quantnn.plan.stage import Stage, layer_stages

__all__ = ["LayerOptions", "Option", "OptionTable"]

_SAMPLES_QUEUED = 2
"""Samples that a queue is priced for before the cycle model says how many it holds."""

_INPUT_SPARE = 3
"""By how much the first layer's words may be wider than needed, so that they divide into input beats."""


_COLUMNS = ("kind", "folds", "interval", "cost", "front", "direct", "tail")


@dataclass(frozen=True)
class Option:
    """One way to build a layer.

    Parameters
    ----------
    cost : Cost
        Of the engine; of the last layer, of its queue too.
    front : Cost
        Of the queue in front.
    direct : bool
        Whether the engine can do without that queue, given beats as wide as its words.
    """

    kind: type[EnginePlan]
    fold: Fold
    interval: int
    cost: Cost
    front: Cost
    direct: bool
    tail: int


@dataclass(frozen=True, eq=False)
class OptionTable(Sequence[Option]):
    """Options of a layer, a row for each: as :class:`Option` says, costs as (multipliers, block RAMs, logic).

    Members
    -------
    whole : Integers of shape (n, 3)
        The option with the queue in front.
    """

    kinds: tuple[type[EnginePlan], ...]
    kind: Integers
    folds: Integers
    """Word, lanes, PE, three depths, logic multipliers and logic memories."""
    interval: Integers
    cost: Integers
    front: Integers
    direct: Flags
    tail: Integers

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def word(self) -> Integers:
        return self.folds[:, 0]

    @property
    def lanes(self) -> Integers:
        return self.folds[:, 1]

    @property
    def whole(self) -> Integers:
        return self.cost + self.front

    def rows(self, which: Integers) -> OptionTable:
        """Some of the options."""
        return replace(self, **{name: getattr(self, name)[which] for name in _COLUMNS})

    def __getitem__(self, place: int) -> Option:  # type: ignore[override]
        word, lanes, pe, *depths, in_logic, small = self.folds[place].tolist()
        parts = tuple(depth for depth in depths if depth)
        return Option(
            self.kinds[self.kind[place]],
            Fold(word, lanes, pe, parts, bool(in_logic), bool(small)),
            int(self.interval[place]),
            Cost(*self.cost[place].tolist()),
            Cost(*self.front[place].tolist()),
            bool(self.direct[place]),
            int(self.tail[place]),
        )

    def unbeaten(self, by_word: bool) -> OptionTable:
        """The options that no other with the same lanes, and word if so said, equals or beats in every respect."""
        whole = self.whole
        return self._kept(by_word, [whole[:, 0], whole[:, 1], self.interval, whole[:, 2], self.tail])

    def cheapest(self, by_word: bool, by_tail: bool) -> OptionTable:
        """Those that no other beats in cost, and in tail if that matters, whatever their intervals."""
        return self._kept(by_word, [*self.whole.T, *([self.tail] if by_tail else [])])

    def _kept(self, by_word: bool, merits: list[Integers]) -> OptionTable:
        keys = np.stack(merits, axis=1)
        groups = self.lanes
        if by_word:
            groups = (groups * (int(self.word.max(initial=0)) + 1) + self.word) * 2 + self.direct
        kept = [group[pareto(keys[group])] for group in grouped(groups, np.arange(len(self)))]
        return self.rows(np.concatenate(kept) if kept else np.arange(0))


def grouped(labels: Integers, values: Integers) -> Iterator[Integers]:
    """The values of each label, in the order in which labels first come."""
    if not len(labels):
        return
    order = np.argsort(labels, kind="stable")
    starts = np.flatnonzero(np.diff(labels[order], prepend=labels[order[0]] - 1))
    parts = np.split(values[order], starts[1:])
    for place in np.argsort(order[starts], kind="stable").tolist():
        yield parts[place]


@dataclass(eq=False)
class LayerOptions:
    """The options of every layer of a network on a device, worked out once for each width of arriving beats.

    Parameters
    ----------
    network : IntegerNetwork
    resources : Resources
    logic_multipliers, logic_memories : bool
        Whether multipliers, and small memories, may be made of logic.
    stages : tuple of Stage, optional
        What each engine is to build; by default every layer alone, time-multiplexed.
    """

    network: IntegerNetwork
    resources: Resources
    logic_multipliers: bool = False
    logic_memories: bool = False
    stages: tuple[Stage, ...] = ()
    _known: dict[tuple[int, int], OptionTable] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stages = self.stages or layer_stages(self.network)

    def engine(self, number: int, kind: type[EnginePlan], fold: Fold, queue: QueuePlan) -> EnginePlan:
        """The plan of stage ``number`` on that engine."""
        return self.stages[number].engine(kind, fold, queue, self.resources.block_ram.shapes)

    def draft_queue(self, number: int, fold: Fold) -> QueuePlan:
        """The queue behind stage ``number`` as if its reader took its beats as they come."""
        stage = self.stages[number]
        return self.queue(QueuePlan(stage.out_features, stage.output, fold.lanes, fold.lanes), fold)

    def queue(self, queue: QueuePlan, fold: Fold, depth: int = 0) -> QueuePlan:
        """The queue with its depth, and placed as ``fold`` wants its memories; for two samples by default."""
        deep = replace(queue, depth=depth or max(2, next_power_of_two(_SAMPLES_QUEUED * queue.words)))
        if not fold.logic_memories:
            return deep
        return replace(deep, in_logic=deep.memory("queue").in_logic_if_small(self.resources.block_ram.shapes).in_logic)

    def of(self, number: int, beat: int) -> OptionTable:
        """The options of stage ``number`` for arriving beats of ``beat`` elements.

        The first stage's beats are the core's input, whose width is free: give 1 for it.
        """
        if (number, beat) not in self._known:
            kinds = self.stages[number].kinds
            priced = [self._priced(number, kinds, place, beat) for place in range(len(kinds))]
            self._known[number, beat] = _joined(priced).unbeaten(number == 0)
        return self._known[number, beat]

    def table(self, number: int, kind: type[EnginePlan], beat: int) -> FoldTable:
        """The folds of that engine that may be chosen."""
        resources = self.resources
        limits = FoldLimits(
            resources.block_ram.shapes,
            resources.multipliers.count,
            resources.logic.count if self.logic_multipliers else 0,
            self.logic_memories,
        )
        return self.stages[number].table(kind, beat, limits, 0 if number else _INPUT_SPARE)

    def front(self, number: int, table: FoldTable) -> MemoryColumns:
        """The memory of the queue in front."""
        stage = self.stages[number]
        return self._queue(stage.in_features, table.word * stage.input.width, table.word, table.small)

    def back(self, number: int, table: FoldTable) -> MemoryColumns:
        """The memory of the queue behind."""
        stage = self.stages[number]
        return self._queue(stage.out_features, table.lanes * stage.output.width, table.lanes, table.small)

    def _queue(self, elements: int, widths: Integers, word: Integers, small: Flags) -> MemoryColumns:
        depths = powers_of_two(_SAMPLES_QUEUED * ceil_divs(elements, word))
        return MemoryColumns.make(depths, widths, self.resources.block_ram.shapes, small, writable=True)

    def _priced(self, number: int, kinds: tuple[type[EnginePlan], ...], kind: int, beat: int) -> OptionTable:
        table = self.table(number, kinds[kind], beat)
        last = number == len(self.stages) - 1
        memories = [*table.memories, *([self.back(number, table)] if last else [])]
        cost = self.products(table)
        for memory in memories:
            cost += memory.cost
        return OptionTable(
            kinds,
            np.full(len(table.word), kind),
            np.column_stack([table.word, table.lanes, table.pe, table.depths, table.in_logic, table.small]),
            table.interval,
            cost,
            self.front(number, table).cost,
            (table.replays == 1) & (number == 0),
            table.tail,
        )

    def products(self, table: FoldTable) -> Integers:
        """(multipliers, 0, logic) of the rows, memories aside."""
        multipliers = np.zeros_like(table.logic)
        for count, first, second in table.multipliers:
            multipliers += count * multiplier_elements((first, second), self.resources.multipliers)
        return np.stack([multipliers, np.zeros_like(multipliers), table.logic], axis=1)


def _joined(tables: list[OptionTable]) -> OptionTable:
    columns: dict[str, Any] = {name: np.concatenate([getattr(table, name) for table in tables]) for name in _COLUMNS}
    return replace(tables[0], **columns)
