"""Chooses the engines of layers, and their folds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from quantnn.adders.estimate import few_bits
from quantnn.errors import DoesNotFitError
from quantnn.network.layers import Dense
from quantnn.plan.core import CorePlan
from quantnn.plan.engine_choice import EngineChoice
from quantnn.plan.planner import Goal, Planner
from quantnn.plan.unrolled.pipeline import linear_maps
from quantnn.plan.unroller import Unroller

__all__ = ["EnginePlanner"]


@dataclass(frozen=True, eq=False)
class EnginePlanner:
    """Plans a network whose layers may be unrolled.

    Parameters
    ----------
    planner : Planner
        Of the network with every layer time-multiplexed.
    choice : EngineChoice
    unroller : Unroller
    """

    planner: Planner
    choice: EngineChoice
    unroller: Unroller

    def best(self, goal: Goal, *, advise: bool = True) -> tuple[Planner, CorePlan]:
        """The planner of the best engines, and its plan.

        Where engines are free, the plan with the least interval, as :meth:`Planner.best` ranks them; with an interval
        to reach, the one that takes least of the device.

        Raises
        ------
        DoesNotFitError
            Nothing fits, or the goal is out of reach.
        """
        masks = list(self.choice.masks(len(self.planner.network.layers)))
        if len(masks) == 1:
            planner = self._planner(masks[0])
            return planner, planner.best(goal, advise=advise)
        found: list[tuple[Planner, CorePlan]] = []
        for mask in masks:
            last = not any(mask)
            try:
                planner = self._planner(mask)
                found.append((planner, planner.best(goal, advise=advise and last)))
            except DoesNotFitError:
                if last and not found:
                    raise
                continue
            if goal == Goal() and found[-1][1].timing.interval == 1:
                break
        return min(found, key=lambda pair: pair[0].merit(pair[1], goal))

    def _planner(self, mask: tuple[bool, ...]) -> Planner:
        """The planner with these layers unrolled, if there can be room for them."""
        if not any(mask):
            return self.planner
        self._check_room(mask)
        return replace(self.planner, stages=self.unroller.stages(mask))

    def _check_room(self, mask: tuple[bool, ...]) -> None:
        """Refuse at once what would be searched for minutes and does not fit by far."""
        network, limits = self.planner.network, self.planner.limits
        total = 0
        for first, end, unrolled in EngineChoice.runs(mask):
            if not unrolled:
                continue
            layers = network.layers[first:end]
            numbers = [number for number in range(first, end) if isinstance(network.layers[number], Dense)]
            for number, wanted in zip(numbers, linear_maps(layers, network.input_boxes[first]), strict=True):
                total += few_bits(wanted)
                if total > limits.logic:
                    unit = self.planner.resources.logic.unit
                    raise DoesNotFitError(
                        f"The network does not fit: unrolled, it takes {total:,} {unit} at least up to layer {number},"
                        f" and there is room for {limits.logic:,}. Use --engine folded or auto, or fewer bits or"
                        " weights"
                    )
