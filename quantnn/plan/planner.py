"""Chooses the folds: the least initiation interval that a device has room for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from quantnn.arithmetic import ceil_div
from quantnn.errors import DoesNotFitError
from quantnn.network.network import IntegerNetwork
from quantnn.plan.advice import explain, narrower
from quantnn.plan.assemble import Choice, assemble
from quantnn.plan.core import CorePlan
from quantnn.plan.cost import Cost, engine_cost, memory_cost
from quantnn.plan.options import LayerOptions, Option, pareto
from quantnn.plan.resources import Resources

__all__ = ["Goal", "Planner"]

_ASSEMBLED = 12
"""Candidates of one interval whose queues and latency are worked out exactly."""
_FURTHER_INTERVALS = 48
"""Intervals beyond the least promising one that are all tried when exact queues do not fit."""


_LOGIC_FILL = 0.8
"""How full of logic a device may be: the count is an estimate, and full devices do not route."""


_LOGIC_GRAINS = 128
"""Steps of logic in which partial plans are told apart, of the whole device."""


@dataclass(frozen=True)
class Goal:
    """What to aim for.

    Parameters
    ----------
    interval : int or None
        Reach this initiation interval with the least resources, instead of the least interval.
    latency : int or None
        Cycles that a sample may take at most.
    """

    interval: int | None = None
    latency: int | None = None


@dataclass(frozen=True)
class _Partial:
    """Options of the layers so far, and their sums."""

    cost: Cost
    tail: int
    options: tuple[Option, ...]
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
    logic_multipliers, logic_memories : bool
        Whether multipliers, and small memories, may be made of logic. Even if not, they are if nothing else fits, or
        if memories in logic shorten the interval.

    Members
    -------
    device_bound : int
        Cycles per sample that no fold can beat: multiplications per sample over multipliers, rounded up.
    """

    network: IntegerNetwork
    resources: Resources
    reserved: Cost = Cost()
    logic_multipliers: bool = False
    logic_memories: bool = False
    layers: LayerOptions = field(init=False)

    def __post_init__(self) -> None:
        options = LayerOptions(self.network, self.resources, self.logic_multipliers, self.logic_memories)
        object.__setattr__(self, "layers", options)

    @cached_property
    def limits(self) -> Cost:
        """What the core may take."""
        limits = Cost.limits(self.resources)
        return replace(limits, logic=int(limits.logic * _LOGIC_FILL)) - self.reserved

    @property
    def device_bound(self) -> int:
        return ceil_div(self.network.macs, self.resources.multipliers.count)

    def cost(self, plan: CorePlan) -> Cost:
        """What a plan takes of the device, without what is reserved."""
        front = [plan.input_queue.memory("queue")] if plan.input_queue else []
        return sum((engine_cost(e, self.resources) for e in plan.engines), memory_cost(front, self.resources))

    def best(self, goal: Goal = Goal()) -> CorePlan:
        """The plan with the least interval; of those, the least latency, then block RAM, then logic.

        Every option of every layer is considered: dynamic programming over the layers keeps, for each width of the
        beats in between, all partial plans that no other beats in multipliers, block RAM and logic. Queues are
        priced for two samples while searching and exactly at the end; equal intervals are ranked by exact latency
        among the candidates that promise the least. Logic stands in for block RAM only where that shortens the
        interval, for multipliers only if asked for or if nothing else fits.

        Raises
        ------
        DoesNotFitError
            The network does not fit, or the goal is out of reach: says by how much, and what would help.
        """
        planners = self._able
        if not planners:
            raise DoesNotFitError(replace(self, logic_memories=True)._refusal())
        if goal.interval is not None:
            able = [planner for planner in planners if goal.interval > 0 and planner.fits(goal.interval)]
            if not able:
                least = min(planner.least_interval for planner in planners)
                raise DoesNotFitError(
                    f"--target-ii {goal.interval} is out of reach: the least interval here is about {least} cycles"
                )
            return able[0]._first(goal, [goal.interval])
        refusals = []
        for planner in sorted(planners, key=lambda planner: planner.least_interval):
            try:
                return planner._first(goal, planner._intervals)
            except DoesNotFitError as refusal:
                refusals.append(refusal)
        raise refusals[0]

    @property
    def _able(self) -> list[Planner]:
        """This planner, and the one with memories in logic, if they have folds that fit; else with multipliers too."""
        small = replace(self, logic_memories=True)
        planners = [planner for planner in (self, small) if planner.least_interval]
        if planners or self.logic_multipliers:
            return planners
        last_resort = replace(small, logic_multipliers=True)
        return [last_resort] if last_resort.least_interval else []

    @property
    def _intervals(self) -> list[int]:
        """Every interval from the least one on, and further ones at growing steps up to the slowest."""
        intervals = list(range(self.least_interval, self.least_interval + _FURTHER_INTERVALS))
        while intervals[-1] < self.slowest:
            intervals.append(min(self.slowest, intervals[-1] * 3 // 2 + 1))
        return intervals

    @property
    def possible(self) -> bool:
        """Whether anything fits with exact queues at the slowest."""
        return any(next(planner._plans(self.slowest), None) is not None for planner in self._able)

    def _first(self, goal: Goal, intervals: Iterable[int]) -> CorePlan:
        """The best plan of the first interval that has any."""
        latencies: list[int] = []
        for number, interval in enumerate(intervals):
            if latencies and number >= _FURTHER_INTERVALS:
                break
            plans = list(self._plans(interval))
            if goal.latency is not None:
                latencies += [plan.timing.latency for plan in plans]
                plans = [plan for plan in plans if plan.timing.latency <= goal.latency]
            if plans:
                return min(plans, key=self._rank if goal.interval is None else self._thrift)
        if latencies:
            raise DoesNotFitError(
                f"--max-latency {goal.latency} is out of reach: the least latency found is {min(latencies)} cycles"
            )
        raise DoesNotFitError(self._refusal())

    def _refusal(self) -> str:
        """Why nothing fits, even at the slowest."""
        endless = Cost(1 << 60, 1 << 60, 1 << 60)
        least = min(
            (partial.cost for partial in self.partials(self.slowest, endless)),
            key=lambda cost: sum(
                amount / max(1, getattr(self.limits, name)) for name, amount in cost.excess(self.limits).items()
            ),
        )
        remedy = narrower(self.network, lambda network: replace(self, network=network).possible)
        return explain(least, self.limits, self.reserved, self.resources, remedy)

    def _rank(self, plan: CorePlan) -> tuple[float, ...]:
        cost = self.cost(plan)
        return (plan.timing.interval, plan.timing.latency, cost.block_ram, cost.logic)

    def _thrift(self, plan: CorePlan) -> tuple[float, ...]:
        return (self.cost(plan).share(self.limits), *self._rank(plan))

    @property
    def slowest(self) -> int:
        """Cycles per sample with one multiplier per layer."""
        return max(layer.macs for layer in self.network.layers)

    @cached_property
    def least_interval(self) -> int:
        """The least interval that there are folds for, 0 if there is none.

        By doubling and bisection: what fits at an interval fits at longer ones.
        """
        low = 1 if self.logic_multipliers else min(self.device_bound, self.slowest)
        high = low
        while not self.fits(high):
            if high == self.slowest:
                return 0
            low, high = high + 1, min(2 * high, self.slowest)
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.fits(middle) else (middle + 1, high)
        return low

    def fits(self, interval: int) -> bool:
        """Whether there is a choice of folds for that interval."""
        return bool(self.partials(interval, self.limits))

    def partials(self, interval: int, limits: Cost, by_tail: bool = False) -> list[_Partial]:
        """Undominated choices for all layers within an interval and limits; ``by_tail`` keeps quick ones too."""
        least = ceil_div(self.network.in_features, interval)

        grain = max(1, self.limits.logic // _LOGIC_GRAINS)

        def key(partial: _Partial) -> tuple[float, ...]:
            cost = (partial.cost.multipliers, partial.cost.block_ram, partial.cost.logic // grain)
            return (*cost, partial.tail) if by_tail else cost

        states = {1: [_Partial(Cost(), 0, (), 1)]}
        for number in range(len(self.network.layers)):
            reached: dict[int, list[_Partial]] = {}
            for beat, partials in states.items():
                for option in self.layers.of(number, beat):
                    if option.interval > interval:
                        continue
                    per_beat = None if number else _input_beat(option, least)
                    if number == 0 and per_beat is None:
                        continue
                    direct = option.direct and per_beat == option.fold.word
                    cost = option.cost if direct else option.cost + option.front
                    for partial in partials:
                        total = partial.cost + cost
                        if total.within(limits):
                            reached.setdefault(option.fold.lanes, []).append(
                                _Partial(
                                    total,
                                    partial.tail + option.tail,
                                    (*partial.options, option),
                                    per_beat or partial.per_beat,
                                )
                            )
            states = {lanes: pareto(partials, key) for lanes, partials in reached.items()}
        return [partial for partials in states.values() for partial in partials]

    def _plans(self, interval: int) -> Iterator[CorePlan]:
        """Cores of the most promising choices that fit with their exact queues and keep the interval."""
        found = self.partials(interval, self.limits, by_tail=True)
        quick = sorted(found, key=lambda partial: partial.tail)[:_ASSEMBLED]
        roomy = sorted(found, key=lambda partial: partial.cost.share(self.limits))[:_ASSEMBLED]
        for partial in dict.fromkeys(quick + roomy):
            plan = assemble(Choice(partial.options, partial.per_beat), self.layers)
            if self.cost(plan).within(self.limits) and plan.timing.interval <= interval:
                yield plan


def _input_beat(option: Option, least: int) -> int | None:
    """Elements of an input beat for an option of the first layer: the fewest that keep its pace and divide its words.

    None if that would take more than twice as many as needed.
    """
    word = option.fold.word
    if option.direct and word <= 2 * least:
        return word
    return next((n for n in range(least, min(2 * least, word) + 1) if word % n == 0), None)
