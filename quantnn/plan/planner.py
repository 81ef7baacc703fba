"""Chooses the folds: the least initiation interval that a device has room for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from quantnn.arithmetic import IntegerRange, ceil_div
from quantnn.beats import BeatFormat
from quantnn.errors import DoesNotFitError
from quantnn.layers import Dense
from quantnn.network import IntegerNetwork
from quantnn.plan.core import CorePlan
from quantnn.plan.cost import Cost, engine_cost, memory_cost
from quantnn.plan.engine import ENGINE_PLANS, EnginePlan, Fold
from quantnn.plan.memory import next_power_of_two
from quantnn.plan.parameters import ParameterFormat
from quantnn.plan.queue import QueuePlan
from quantnn.resources import Resources

__all__ = ["Planner"]

_ATTEMPTS = 64


@dataclass(frozen=True)
class _Choice:
    """Folds of the layers so far, what they cost, and the elements of a beat of their results and of the input."""

    folds: tuple[tuple[type[EnginePlan], Fold], ...]
    cost: Cost
    lanes: int
    per_beat: int


@dataclass(frozen=True, eq=False)
class Planner:
    """Plans cores of one network for one device.

    Parameters
    ----------
    network : IntegerNetwork
    resources : Resources
        What the device has.
    reserved : Cost
        What is taken by others, such as a board's sample memory.

    Members
    -------
    device_bound : int
        Cycles per sample that no fold can beat: multiplications per sample over multipliers, rounded up.
    """

    network: IntegerNetwork
    resources: Resources
    reserved: Cost = Cost()

    @cached_property
    def _limits(self) -> Cost:
        limits = Cost.limits(self.resources)
        return Cost(*(getattr(limits, name) - getattr(self.reserved, name) for name in vars(limits)))

    @cached_property
    def _parameters(self) -> tuple[ParameterFormat, ...]:
        network = self.network
        return tuple(ParameterFormat(*pair) for pair in zip(network.layers, network.accumulator_boxes, strict=True))

    @property
    def device_bound(self) -> int:
        return ceil_div(self.network.macs, self.resources.multipliers.count)

    def best(self) -> CorePlan:
        """The plan with the least initiation interval; of those that the search meets, the one with the most room.

        Feasibility grows with the interval, so the least one is found by bisection.

        Raises
        ------
        DoesNotFitError
            The network fits at no interval: names the limit, by how much, and what would help.
        """
        slowest = max(layer.macs for layer in self.network.layers)
        if not self._choices(slowest):
            raise DoesNotFitError(self._explanation(slowest))
        low, high = 1, slowest
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self._choices(middle) else (middle + 1, high)
        for interval in range(low, low + _ATTEMPTS):
            for choice in self._choices(interval):
                plan = self._materialized(choice)
                if self.cost(plan).within(self._limits):
                    return plan
        raise DoesNotFitError(self._explanation(slowest))

    def cost(self, plan: CorePlan) -> Cost:
        """What a plan takes of the device, without what is reserved."""
        front = (plan.input_queue.memory("queue"),) if plan.input_queue else ()
        return sum((engine_cost(e, self.resources) for e in plan.engines), memory_cost(front, self.resources))

    def _choices(self, interval: int, limits: Cost | None = None) -> list[_Choice]:
        """Folds for all layers within the interval and the device, cheapest first, by what they weigh most."""
        limits = limits or self._limits
        found = []
        for weights in ((1.0, 0.01), (0.5, 0.5), (0.01, 1.0)):
            choice = self._cheapest(interval, weights)
            if choice and choice.cost.within(limits) and choice not in found:
                found.append(choice)
        return sorted(found, key=lambda choice: choice.cost.share(self._limits))

    def _cheapest(self, interval: int, weights: tuple[float, float]) -> _Choice | None:
        """Dynamic programming over the layers; the state is the width of the beats between two of them."""

        def weight(choice: _Choice) -> float:
            multipliers = choice.cost.multipliers / max(1, self._limits.multipliers)
            return weights[0] * multipliers + weights[1] * choice.cost.block_ram / max(1, self._limits.block_ram)

        least = ceil_div(self.network.in_features, interval)
        widths = range(least, min(2 * least, self.network.in_features) + 1)
        best = {per_beat: _Choice((), Cost(), per_beat, per_beat) for per_beat in widths}
        for number in range(len(self.network.layers)):
            reached: dict[int, _Choice] = {}
            for before in best.values():
                for kind, fold, cost in self._folds(number, interval, before.lanes):
                    folds = (*before.folds, (kind, fold))
                    choice = _Choice(folds, before.cost + cost, fold.lanes, before.per_beat)
                    known = reached.get(fold.lanes)
                    if known is None or weight(choice) < weight(known):
                        reached[fold.lanes] = choice
            best = reached
        return min(best.values(), key=weight, default=None)

    def _folds(self, number: int, interval: int, beat: int) -> list[tuple[type[EnginePlan], Fold, Cost]]:
        layer = self.network.layers[number]
        result = []
        for kind in ENGINE_PLANS[type(layer)]:
            for fold in kind.folds_within(layer, interval, beat):
                queue = QueuePlan(layer.out_features, layer.output, fold.lanes, fold.lanes)
                queue = replace(queue, depth=next_power_of_two(2 * queue.words))
                result.append((kind, fold, engine_cost(self._engine(number, kind, fold, queue), self.resources)))
        return result

    def _engine(self, number: int, kind: type[EnginePlan], fold: Fold, queue: QueuePlan) -> EnginePlan:
        layer, input_format = self.network.layers[number], self.network.formats[number]
        return kind.make(layer, self._parameters[number], input_format, queue, fold)

    def _materialized(self, choice: _Choice) -> CorePlan:
        """The core of these folds, with queues just deep enough to keep its interval."""
        network, folds = self.network, choice.folds
        drafts = []
        for number, (kind, fold) in enumerate(folds):
            layer = network.layers[number]
            queue = QueuePlan(layer.out_features, layer.output, fold.lanes, fold.lanes)
            drafts.append(self._engine(number, kind, fold, queue))
        engines = list(drafts)
        for number, (kind, fold) in enumerate(folds[:-1]):
            reader = drafts[number + 1]
            queue = replace(drafts[number].queue, word=reader.word, replays=reader.replays)
            engines[number] = self._engine(number, kind, fold, queue)

        word, replays, per_beat = engines[0].word, engines[0].replays, choice.per_beat
        front = QueuePlan(network.in_features, network.input, per_beat, word, replays)
        direct = per_beat == word and replays == 1
        logits = network.layers[-1].output
        classes = network.out_features if network.classify else 1
        plan = CorePlan(
            network,
            BeatFormat(network.in_features, network.input, per_beat),
            BeatFormat(
                network.out_features, logits, engines[-1].lanes, IntegerRange(0, classes - 1).width * network.classify
            ),
            None if direct else front,
            tuple(engines),
        )
        peaks = list(plan.simulate(4 * len(engines) + 8, pace=plan.interval).peaks)
        if not direct:
            front = replace(front, depth=next_power_of_two(peaks.pop(0)))
        engines = [
            self._engine(number, *folds[number], replace(engine.queue, depth=next_power_of_two(peak)))
            for number, (engine, peak) in enumerate(zip(engines, peaks, strict=True))
        ]
        return replace(plan, input_queue=None if direct else front, engines=tuple(engines))

    def _explanation(self, slowest: int) -> str:
        endless = Cost(1 << 60, 1 << 60, 1 << 60)
        least = self._choices(slowest, endless)[-1].cost
        names = {
            "multipliers": self.resources.multipliers.name,
            "block_ram": self.resources.block_ram.name,
            "logic": self.resources.logic.unit,
        }
        over = ", ".join(
            f"{getattr(least, key)} {names[key]} of {getattr(self._limits, key)} ({amount} too many)"
            for key, amount in least.excess(self._limits).items()
        )
        return f"The network does not fit: even at its slowest it needs {over}. {self._advice(slowest)}"

    def _advice(self, slowest: int) -> str:
        """The widest weights that would fit, if any."""
        widest = max(layer.weight_range.width for layer in self.network.layers if isinstance(layer, Dense))
        for bits in range(widest - 1, 1, -1):
            layers = tuple(
                _narrowed(layer, bits) if isinstance(layer, Dense) else layer for layer in self.network.layers
            )
            if replace(self, network=replace(self.network, layers=layers))._choices(slowest):
                return f"--weight-bits {bits} would make it fit"
        return "No weight width makes it fit: use a smaller network or a larger board"


def _narrowed(layer: Dense, bits: int) -> Dense:
    """The layer with weights of ``bits`` bits, for counting only."""
    narrow = IntegerRange(-(1 << (bits - 1)) + 1, (1 << (bits - 1)) - 1)
    return replace(layer, weights=narrow.clamp(layer.weights), weight_range=narrow)
