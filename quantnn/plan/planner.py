"""Chooses the folds: the least initiation interval that a device has room for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from quantnn.arithmetic import ceil_div
from quantnn.errors import DoesNotFitError
from quantnn.network.network import IntegerNetwork
from quantnn.plan.advice import explain, narrower
from quantnn.plan.assemble import assemble
from quantnn.plan.core import CorePlan
from quantnn.plan.cost import Cost, engine_cost, memory_cost
from quantnn.plan.options import LayerOptions
from quantnn.plan.parameters import ParameterFormat
from quantnn.plan.resources import Resources
from quantnn.plan.search import Search

__all__ = ["Goal", "Planner"]

_ASSEMBLED = 12
"""Candidates of one interval whose queues and latency are worked out exactly."""
_FURTHER_INTERVALS = 48
"""Intervals beyond the least promising one that are all tried when exact queues do not fit."""

_FEW, _MANY = 200, 2000
"""Partial choices of a layer that a search keeps: to see whether there is any, and where the few have led nowhere."""

_LOGIC_FILL = 0.8
"""How full of logic a device may be: the count is an estimate, and full devices do not route."""


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
    parameters : tuple of ParameterFormat, optional
        Those of the network's layers, where they are known already.

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
    parameters: tuple[ParameterFormat, ...] = ()

    @cached_property
    def layers(self) -> LayerOptions:
        """The options of each layer."""
        flags = self.logic_multipliers, self.logic_memories
        return LayerOptions(self.network, self.resources, *flags, self.parameters)

    @cached_property
    def search(self) -> Search:
        """The search for choices that the core may take."""
        return Search(self.layers, self.limits)

    @cached_property
    def limits(self) -> Cost:
        """What the core may take."""
        limits = Cost.limits(self.resources)
        return replace(limits, logic=int(limits.logic * _LOGIC_FILL)) - self.reserved

    @property
    def device_bound(self) -> int:
        return ceil_div(self.network.macs, self.resources.multipliers.count)

    @property
    def slowest(self) -> int:
        """Cycles per sample with one multiplier per layer."""
        return max(layer.macs for layer in self.network.layers)

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
            raise DoesNotFitError(replace(self, logic_memories=True, parameters=self.layers.parameters)._refusal())
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

    @cached_property
    def _able(self) -> list[Planner]:
        """This planner, and the one with memories in logic, if they have folds that fit; else with multipliers too."""
        small = replace(self, logic_memories=True, parameters=self.layers.parameters)
        planners = [planner for planner in (self, small) if planner.fits(planner.slowest)]
        if planners or self.logic_multipliers:
            return planners
        last_resort = replace(small, logic_multipliers=True)
        return [last_resort] if last_resort.fits(self.slowest) else []

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
        found = self.search.run(self.slowest, _FEW, beyond=True)
        least = min(
            (found.costs(row) for row in range(len(found))),
            key=lambda cost: sum(
                amount / max(1, getattr(self.limits, name)) for name, amount in cost.excess(self.limits).items()
            ),
        )
        remedy = narrower(self.network, lambda network: replace(self, network=network, parameters=()).possible)
        return explain(least, self.limits, self.reserved, self.resources, remedy)

    def _rank(self, plan: CorePlan) -> tuple[float, ...]:
        cost = self.cost(plan)
        return (plan.timing.interval, plan.timing.latency, cost.block_ram, cost.logic)

    def _thrift(self, plan: CorePlan) -> tuple[float, ...]:
        return (self.cost(plan).share(self.limits), *self._rank(plan))

    @cached_property
    def least_interval(self) -> int:
        """The least interval that there are folds for, 0 if there is none.

        What fits at an interval fits at longer ones. The bounds say where to begin; steps from there grow until
        something fits, and bisection finds the least.
        """
        if not self.fits(self.slowest):
            return 0
        low = 1 if self.logic_multipliers else min(self.device_bound, self.slowest)
        low = self.search.bounds.least_interval(low, self.slowest)
        step, high = 1, low
        while high < self.slowest and not self.fits(high):
            low, high, step = high + 1, min(high + step, self.slowest), 2 * step
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.fits(middle) else (middle + 1, high)
        return low

    def fits(self, interval: int) -> bool:
        """Whether there is a choice of folds for that interval."""
        return self.search.bounds.allow(interval) and any(len(self.search.run(interval, n)) for n in (_FEW, _MANY))

    def _plans(self, interval: int) -> Iterator[CorePlan]:
        """Cores of the most promising choices that fit with their exact queues and keep the interval."""
        found = self.search.run(interval, _MANY, by_tail=True)
        rows = range(len(found))
        quick = sorted(rows, key=lambda row: found.tail[row])[:_ASSEMBLED]
        roomy = sorted(rows, key=lambda row: found.costs(row).share(self.limits))[:_ASSEMBLED]
        for row in dict.fromkeys(quick + roomy):
            plan = assemble(found.choice(row), self.layers)
            if self.cost(plan).within(self.limits) and plan.timing.interval <= interval:
                yield plan
