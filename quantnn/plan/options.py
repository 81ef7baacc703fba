"""What each layer can be built as, without what others beat in every respect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from quantnn.network.network import IntegerNetwork
from quantnn.plan.cost import Cost, engine_cost, memory_cost
from quantnn.plan.engine import ENGINE_PLANS, EnginePlan, Fold
from quantnn.plan.memory import next_power_of_two
from quantnn.plan.parameters import ParameterFormat
from quantnn.plan.queue import QueuePlan
from quantnn.plan.resources import Resources

__all__ = ["LayerOptions", "Option", "pareto"]

_SAMPLES_QUEUED = 2
"""Samples that a queue is priced for before the cycle model says how many it holds."""

_INPUT_SPARE = 3
"""By how much the first layer's words may be wider than needed, so that they divide into input beats."""

T = TypeVar("T")


def pareto(items: Iterable[T], key: Callable[[T], tuple[float, ...]]) -> list[T]:
    """Those items that no other beats or equals in every part of their key, in the order of their keys."""
    ordered = sorted(((key(item), item) for item in items), key=lambda pair: pair[0])
    if not ordered:
        return []
    values = np.array([pair[0] for pair in ordered], dtype=np.float64)
    kept: list[int] = []
    best = np.empty_like(values)
    for place, row in enumerate(values):
        if not (best[: len(kept)] <= row).all(axis=1).any():
            best[len(kept)] = row
            kept.append(place)
    return [ordered[place][1] for place in kept]


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


@dataclass(eq=False)
class LayerOptions:
    """The options of every layer of a network on a device, worked out once for each width of arriving beats.

    Parameters
    ----------
    network : IntegerNetwork
    resources : Resources
    logic_multipliers, logic_memories : bool
        Whether multipliers, and small memories, may be made of logic.
    """

    network: IntegerNetwork
    resources: Resources
    logic_multipliers: bool = False
    logic_memories: bool = False
    _known: dict[tuple[int, int], list[Option]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        network = self.network
        self.parameters = tuple(
            ParameterFormat(*pair) for pair in zip(network.layers, network.accumulator_boxes, strict=True)
        )

    def engine(self, number: int, kind: type[EnginePlan], fold: Fold, queue: QueuePlan) -> EnginePlan:
        """The plan of layer ``number`` on that engine."""
        layer, format = self.network.layers[number], self.network.formats[number]
        return kind.make(layer, self.parameters[number], format, queue, fold, self.resources.block_ram.shapes)

    def draft_queue(self, number: int, fold: Fold) -> QueuePlan:
        """The queue behind layer ``number`` as if its reader took its beats as they come."""
        layer = self.network.layers[number]
        return self.queue(QueuePlan(layer.out_features, layer.output, fold.lanes, fold.lanes), fold)

    def queue(self, queue: QueuePlan, fold: Fold, depth: int = 0) -> QueuePlan:
        """The queue with its depth, and placed as ``fold`` wants its memories; for two samples by default."""
        deep = replace(queue, depth=depth or max(2, next_power_of_two(_SAMPLES_QUEUED * queue.words)))
        if not fold.logic_memories:
            return deep
        return replace(deep, in_logic=deep.memory("queue").in_logic_if_small(self.resources.block_ram.shapes).in_logic)

    def of(self, number: int, beat: int) -> list[Option]:
        """The options of layer ``number`` for arriving beats of ``beat`` elements.

        The first layer's beats are the core's input, whose width is free: give 1 for it.
        """
        if (number, beat) not in self._known:
            groups: dict[tuple[int, int], list[Option]] = {}
            for option in self._priced(number, beat):
                groups.setdefault((option.fold.lanes, 0 if number else option.fold.word), []).append(option)
            self._known[number, beat] = [option for group in groups.values() for option in pareto(group, _merits)]
        return self._known[number, beat]

    def _priced(self, number: int, beat: int) -> Iterator[Option]:
        layer, last = self.network.layers[number], number == len(self.network.layers) - 1
        shapes = self.resources.block_ram.shapes
        for kind in ENGINE_PLANS[type(layer)]:
            for fold in dict.fromkeys(kind.choices(layer, beat, shapes, 0 if number else _INPUT_SPARE)):
                if not self._allowed(fold):
                    continue
                engine = self.engine(number, kind, fold, self.draft_queue(number, fold))
                cost = engine_cost(engine, self.resources, engine.memories if last else engine.own_memories)
                arriving = QueuePlan(layer.in_features, engine.input, beat, engine.word, engine.replays)
                front = memory_cost([self.queue(arriving, fold).memory("queue")], self.resources)
                direct = number == 0 and engine.replays == 1
                yield Option(kind, fold, engine.interval, cost, front, direct, engine.tail)

    def _allowed(self, fold: Fold) -> bool:
        if fold.logic_multipliers:
            return self.logic_multipliers and (self.logic_memories or not fold.logic_memories)
        fits = fold.pe * fold.word <= self.resources.multipliers.count
        return fits and (self.logic_memories or not fold.logic_memories)


def _merits(option: Option) -> tuple[float, ...]:
    cost = option.cost + option.front
    return (cost.multipliers, cost.block_ram, option.interval, cost.logic, option.tail)
