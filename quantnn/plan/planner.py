"""Chooses the folds: the least initiation interval that a device has room for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from quantnn.arithmetic import ceil_div
from quantnn.errors import DoesNotFitError
from quantnn.network.network import IntegerNetwork
from quantnn.plan.advice import explain, narrower
from quantnn.plan.assemble import assemble
from quantnn.plan.core import CorePlan
from quantnn.plan.cost import Cost, engine_cost, memory_cost
from quantnn.plan.options import LayerOptions
from quantnn.plan.resources import Resources
from quantnn.plan.search import Effort, Partials, Search
from quantnn.plan.stage import LayerStage, Stage

__all__ = ["Goal", "Planner"]

_ASSEMBLED, _FEWEST, _STAGES = 12, 2, 72
"""Candidates of one interval whose queues and latency are worked out exactly, twice: at most, at least, and so many of
their layers together."""

_NEAR = 72
"""Intervals beyond the least promising one that are all tried when exact queues do not fit, times the layers."""

_TRIES = 8
"""Intervals with room for what queues lacked that are tried beyond."""

_FEW, _MANY, _KEPT = 200, 2000, 12_000
"""Partial choices of a layer that a search keeps: to see whether there is any; where the few have led nowhere, and for
plans; and of all layers together."""

_LOGIC_FILL = 0.8
"""How full of logic a device may be: the count is an estimate, and full devices do not route."""


_QUEUED = 2
"""Block RAMs that exact queues may save each, about, before a choice beyond the limits is worth a look."""


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
    stages : tuple of Stage, optional
        What each engine is to build; by default every layer alone, time-multiplexed.
    effort : Effort
        What the searches took, those on behalf of this planner included.

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
    stages: tuple[Stage, ...] = ()
    effort: Effort = field(default_factory=Effort)

    @cached_property
    def layers(self) -> LayerOptions:
        """The options of each layer."""
        flags = self.logic_multipliers, self.logic_memories
        return LayerOptions(self.network, self.resources, *flags, self.stages)

    @cached_property
    def search(self) -> Search:
        """The search for choices that the core may take."""
        return Search(self.layers, self.limits, self.effort)

    @cached_property
    def limits(self) -> Cost:
        """What the core may take."""
        limits = Cost.limits(self.resources)
        return replace(limits, logic=int(limits.logic * _LOGIC_FILL)) - self.reserved

    @property
    def device_bound(self) -> int:
        products = sum(stage.products for stage in self.layers.stages)
        return max(1, ceil_div(products, self.resources.multipliers.count))

    @property
    def slowest(self) -> int:
        """Cycles per sample with one multiplier per layer."""
        return max(stage.slowest for stage in self.layers.stages)

    def cost(self, plan: CorePlan) -> Cost:
        """What a plan takes of the device, without what is reserved."""
        front = [plan.input_queue.memory("queue")] if plan.input_queue else []
        return sum((engine_cost(e, self.resources) for e in plan.engines), memory_cost(front, self.resources))

    def best(self, goal: Goal = Goal(), *, advise: bool = True) -> CorePlan:
        """The plan with the least interval; of those, the least latency, then block RAM, then logic.

        Every option of every layer is considered: dynamic programming over the layers keeps, for each width of the
        beats in between, all partial plans that no other beats in multipliers, block RAM and logic. Queues are
        priced for two samples while searching and exactly at the end; equal intervals are ranked by exact latency
        among the candidates that promise the least. Logic stands in for block RAM only where that shortens the
        interval, for multipliers only if asked for or if nothing else fits. Where there are too many partial plans, the
        most promising are kept, and ``effort.cut`` says so.

        Without ``advise``, a refusal does not say which weights would fit, which takes as long again.

        Raises
        ------
        DoesNotFitError
            The network does not fit, or the goal is out of reach: says by how much, and what would help.
        """
        planners = list(self._able())
        small = self._with(logic_memories=True)
        if not planners:
            if goal == Goal() and (plan := small._exactly()):
                return plan
            raise DoesNotFitError(small._refusal(advise))
        if goal.interval is not None:
            able = [planner for planner in planners if goal.interval > 0 and planner.fits(goal.interval)]
            if not able:
                least = min(planner.least_interval for planner in planners)
                raise DoesNotFitError(
                    f"--target-ii {goal.interval} is out of reach: the least interval here is about {least} cycles"
                )
            planners = able[:1]
        refusals = []
        for planner in sorted(planners, key=lambda planner: goal.interval or planner.least_interval):
            try:
                return planner._first(goal, advise)
            except DoesNotFitError as refusal:
                refusals.append(refusal)
        if goal == Goal() and (plan := small._exactly()):
            return plan
        raise refusals[0]

    def _with(self, *, logic_memories: bool, logic_multipliers: bool | None = None) -> Planner:
        """The planner that may use logic so."""
        multipliers = self.logic_multipliers if logic_multipliers is None else logic_multipliers
        stages = self.layers.stages
        return replace(self, logic_memories=logic_memories, logic_multipliers=multipliers, stages=stages)

    def _able(self) -> Iterator[Planner]:
        """This planner, and the one with memories in logic, if they have folds that fit; else with multipliers too."""
        small = self._with(logic_memories=True)
        able = False
        for planner in (self, small):
            if planner.fits(self.slowest):
                able = True
                yield planner
        if not able and not self.logic_multipliers:
            last_resort = small._with(logic_memories=True, logic_multipliers=True)
            if last_resort.fits(self.slowest):
                yield last_resort

    @property
    def possible(self) -> bool:
        """Whether anything fits with exact queues at the slowest."""
        if not self.limits.holds(sum(stage.weight_bits for stage in self.layers.stages), self.resources):
            return False
        if any(next(planner._plans(self.slowest), None) is not None for planner in self._able()):
            return True
        return self._with(logic_memories=True)._exactly() is not None

    def _exactly(self) -> CorePlan | None:
        """A core at the slowest that fits with exact queues, though not with room for two samples in each."""
        found = self.search.run(self.slowest, _FEW, beyond=True)
        over = [found.costs(row).excess(self.limits) for row in range(len(found))]
        most = _QUEUED * (len(self.layers.stages) + 1)
        near = [row for row, excess in enumerate(over) if set(excess) <= {"block_ram"} and sum(excess.values()) <= most]
        for row in sorted(near, key=lambda row: sum(over[row].values()))[:_ASSEMBLED]:
            plan = assemble(found.choice(row), self.layers)
            if self.cost(plan).within(self.limits) and plan.timing.interval <= self.slowest:
                return plan
        return None

    def _first(self, goal: Goal, advise: bool) -> CorePlan:
        """The best plan of the first interval that has any.

        Intervals are tried one after the other. Where exact queues still do not fit, those are skipped whose choices
        do not leave what was short; the slowest is always tried.
        """
        if goal.latency is not None:
            return self._quick(goal.latency, goal.interval, advise)
        if goal.interval is not None:
            plans = list(self._plans(goal.interval))
            if not plans:
                raise DoesNotFitError(self._refusal(advise))
            return min(plans, key=self._thrift)
        interval, spare, near = self.least_interval, Cost(), max(1, _NEAR // len(self.layers.stages))
        for number in range(near + _TRIES):
            short: list[Cost] = []
            plans = list(self._plans(interval, spare=spare, short=short))
            if plans:
                return min(plans, key=self._rank)
            if interval == self.slowest:
                break
            spare = min(short, key=lambda cost: cost.share(self.limits), default=spare)
            interval = min(interval + 1 if number < near else interval * 9 // 8 + 1, self.slowest)
            if number >= near - 1:
                interval = self._least(interval, self.slowest, spare)
            if number == near + _TRIES - 2:
                interval = self.slowest
        raise DoesNotFitError(self._refusal(advise))

    def _quick(self, latency: int, only: int | None, advise: bool) -> CorePlan:
        """The best plan of the first interval that has any within a latency; of the interval ``only``, if given."""
        found: list[int] = []

        def plans(interval: int, longest: int | None = latency) -> list[CorePlan]:
            some = list(self._plans(interval, longest))
            found.extend(plan.timing.latency for plan in some)
            return [plan for plan in some if plan.timing.latency <= latency]

        low, high = only or self.least_interval, only or self.slowest
        best: list[CorePlan] = []
        if self.quick(high, latency):
            low = self._bisected(low, high, lambda interval: self.quick(interval, latency))
            failed, step, interval = low - 1, 1, low
            while not (best := plans(interval)) and interval < high:
                failed, interval, step = interval, min(interval + step, high), 2 * step
            while best and interval - failed > 1:
                middle = (failed + interval) // 2
                if within := plans(middle):
                    best, interval = within, middle
                else:
                    failed = middle
        if best:
            return min(best, key=self._rank if only is None else self._thrift)
        if not found:
            plans(low, None)
            plans(high, None)
        if not found:
            raise DoesNotFitError(self._refusal(advise))
        raise DoesNotFitError(
            f"--max-latency {latency} is out of reach: the least latency found is {min(found)} cycles"
        )

    def quick(self, interval: int, latency: int) -> bool:
        """Whether there is a choice of folds for that interval whose latency may be so short."""
        tail = self.search.bounds.longest_tail(latency)
        return len(self.search.run(interval, self._many, tail=tail, by_tail=True)) > 0

    def _refusal(self, advise: bool) -> str:
        """Why nothing fits, even at the slowest."""
        found = self.search.run(self.slowest, _FEW, beyond=True)
        least = min(
            (found.costs(row) for row in range(len(found))),
            key=lambda cost: sum(
                amount / max(1, getattr(self.limits, name)) for name, amount in cost.excess(self.limits).items()
            ),
        )
        remedy = ""
        if any(not isinstance(stage, LayerStage) for stage in self.layers.stages):
            remedy = "Use --engine auto or folded, or fewer bits or weights"
        elif advise:
            remedy = narrower(self.network, lambda network: replace(self, network=network, stages=()).possible)
        return explain(least, self.limits, self.reserved, self.resources, remedy)

    def merit(self, plan: CorePlan, goal: Goal) -> tuple[float, ...]:
        """What plans of other engines are to be compared by: the least is the best."""
        if goal.interval is None:
            return self._rank(plan)
        cost, limits = self.cost(plan), self.limits
        return (cost.share(limits) + cost.logic / max(1, limits.logic), *self._rank(plan))

    def _rank(self, plan: CorePlan) -> tuple[float, ...]:
        cost = self.cost(plan)
        return (plan.timing.interval, plan.timing.latency, cost.block_ram, cost.logic)

    def _thrift(self, plan: CorePlan) -> tuple[float, ...]:
        return (self.cost(plan).share(self.limits), *self._rank(plan))

    @cached_property
    def least_interval(self) -> int:
        """The least interval that there are folds for, 0 if there is none."""
        if not self.fits(self.slowest):
            return 0
        return self._least(1 if self.logic_multipliers else min(self.device_bound, self.slowest), self.slowest)

    @property
    def _many(self) -> int:
        return min(_MANY, max(_FEW, _KEPT // len(self.layers.stages)))

    def _least(self, low: int, high: int, spare: Cost = Cost()) -> int:
        """The least interval from ``low`` to ``high`` with folds that leave ``spare``; ``high`` if there is none.

        What fits at an interval fits at longer ones. The bounds say where to begin; steps from there grow until
        something fits, and bisection finds the least, or where searches are cut, about the least.
        """
        low = self.search.bounds.least_interval(low, high)
        return self._bisected(low, high, lambda interval: self.fits(interval, spare))

    def _bisected(self, low: int, high: int, fits: Callable[[int], bool]) -> int:
        """The least interval from ``low`` to ``high`` that fits, about; ``high`` without asking if no other does."""
        step, fitting = 1, low
        while fitting < high and not fits(fitting):
            low, fitting, step = fitting + 1, min(fitting + step, high), 2 * step
        while low < fitting:
            middle = (low + fitting) // 2
            low, fitting = (low, middle) if fits(middle) else (middle + 1, fitting)
            if self.search.cut and fitting - low < fitting // _NEAR:
                break
        return fitting

    def fits(self, interval: int, spare: Cost = Cost()) -> bool:
        """Whether there is a choice of folds for that interval that leaves ``spare``."""
        search = self.search
        return search.bounds.allow(interval) and (
            len(search.run(interval, _FEW, spare=spare)) > 0
            or (search.cut and self._many > 2 * _FEW and len(search.run(interval, self._many, spare=spare)) > 0)
        )

    def _plans(
        self, interval: int, latency: int | None = None, spare: Cost = Cost(), short: list[Cost] | None = None
    ) -> Iterator[CorePlan]:
        """Cores of the most promising choices that fit with their exact queues and keep the interval.

        Where ``latency`` is given, without those that are known to take longer. ``short`` gets what others lacked, and
        some that leave ``spare`` are among them.
        """
        each = min(_ASSEMBLED, max(_FEWEST, _STAGES // len(self.layers.stages)))

        def roomy(found: Partials) -> list[tuple[Partials, int]]:
            rows = sorted(range(len(found)), key=lambda row: found.costs(row).share(self.limits))
            return [(found, row) for row in rows[:each]]

        tail = np.inf if latency is None else self.search.bounds.longest_tail(latency)
        found = self.search.run(interval, self._many, tail=tail, by_tail=True)
        self.effort.cut = cut = self.search.cut
        rows = sorted(range(len(found)), key=lambda row: found.tail[row])
        candidates = [(found, row) for row in rows[:each]] + roomy(found)
        if cut or spare != Cost():
            candidates += roomy(self.search.run(interval, self._many, tail=tail, spare=spare))
        for partials, row in dict.fromkeys(candidates):
            plan = assemble(partials.choice(row), self.layers)
            cost = self.cost(plan)
            if not cost.within(self.limits):
                if short is not None:
                    short.append(Cost(**cost.excess(self.limits)))
            elif plan.timing.interval <= interval:
                yield plan
