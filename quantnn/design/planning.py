"""The integer network of a design, what it came from, and the plan of its core."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from quantnn.adders.logic_target import LOGIC_ELEMENTS, LogicTarget
from quantnn.adders.solve import Effort
from quantnn.adders.sums import Sums
from quantnn.errors import DoesNotFitError
from quantnn.model.network import FloatNetwork
from quantnn.model.quantized import AnyNetwork, QuantizedNetwork
from quantnn.network.network import IntegerNetwork
from quantnn.network.samples import Samples
from quantnn.plan.core import CorePlan
from quantnn.plan.cost import Cost
from quantnn.plan.engine_choice import EngineChoice
from quantnn.plan.engine_planner import EnginePlanner
from quantnn.plan.planner import Goal, Planner
from quantnn.plan.resources import Resources
from quantnn.plan.run_stage import RunStage
from quantnn.plan.stage import layer_stages
from quantnn.plan.unrolled.schedule import Pipelining
from quantnn.plan.unroller import Unroller
from quantnn.quantization.post_training import quantize
from quantnn.quantization.precision import Precision
from quantnn.system.progress import SILENT, Progress

__all__ = ["Aim", "Planned", "Quantized"]


@dataclass(frozen=True, eq=False)
class Quantized:
    """An integer network, and what it came from.

    Parameters
    ----------
    network : IntegerNetwork
    model : FloatNetwork, QuantizedNetwork or None
        What was quantized, or was already; None where nobody knows any more, as of a saved network.
    activation_bits : int
        Bits between layers.
    calibration : int64 of shape (n, in_features) or None
        Raw inputs on which scales were chosen.
    """

    network: IntegerNetwork
    model: AnyNetwork | None = None
    activation_bits: int = 8
    calibration: Samples | None = None

    @classmethod
    def of(cls, model: AnyNetwork, calibration: Samples | None, precision: Precision) -> Quantized:
        """Quantize a model, if it is not already; its own calibration samples serve where others are not given."""
        if isinstance(model, QuantizedNetwork):
            return cls(model.network, model, model.activation_bits)
        network = quantize(model, calibration, precision)
        given = model.calibration if calibration is None else calibration
        return cls(network, model, precision.activation_bits, given)


@dataclass(frozen=True)
class Aim:
    """What a plan is for.

    Parameters
    ----------
    resources : Resources
        The device's.
    reserved : Cost
        What everything around the core takes of them.
    goal : Goal
    logic_multipliers : bool
        Whether multipliers may be made of logic, for a shorter interval.
    engines : EngineChoice
        Which layers are unrolled.
    pipelining : Pipelining
        Where unrolled layers have registers.
    effort : Effort
        How hard to look for their adder graphs.
    logic : LogicTarget
        What these are to take little of.
    """

    resources: Resources
    reserved: Cost
    goal: Goal = Goal()
    logic_multipliers: bool = False
    engines: EngineChoice = EngineChoice()
    pipelining: Pipelining = Pipelining(1)
    effort: Effort = Effort()
    logic: LogicTarget = LOGIC_ELEMENTS


@dataclass(frozen=True, eq=False)
class Planned:
    """A network and the plan of its core.

    Parameters
    ----------
    quantized : Quantized
    planner : Planner
        That of the engines that were chosen.
    plan : CorePlan
    graphs : dict of int to Sums
        Those of unrolled dense layers, by the layers' numbers.
    """

    quantized: Quantized
    planner: Planner
    plan: CorePlan
    graphs: dict[int, Sums] = field(default_factory=dict)

    @classmethod
    def of(
        cls, quantized: Quantized, aim: Aim, *, advise: bool = True, progress: Progress = SILENT
    ) -> Planned:
        """The best plan.

        Raises
        ------
        DoesNotFitError
            There is none; ``advise`` has the message say what would help, which takes time.
        """
        network = quantized.network
        stages = layer_stages(network)
        folded = Planner(network, aim.resources, aim.reserved, aim.logic_multipliers, stages=stages)
        unroller = Unroller(network, stages, aim.pipelining, aim.effort, aim.logic, progress)
        planner, plan = EnginePlanner(folded, aim.engines, unroller).best(aim.goal, advise=advise)
        unrolled = [
            place + number
            for place, stage in zip(plan.places, planner.layers.stages, strict=True)
            if isinstance(stage, RunStage)
            for number in range(len(stage.layers))
        ]
        return cls(quantized, planner, plan, unroller.chosen(unrolled))

    @classmethod
    def of_model(
        cls, model: FloatNetwork, calibration: Samples | None, precision: Precision, aim: Aim, *,
        widest_that_fit: bool = False, progress: Progress = SILENT,
    ) -> Planned:  # fmt: skip
        """Quantize and plan; with ``widest_that_fit``, to the widest weights up to ``precision`` of which there is a
        plan.

        Raises
        ------
        DoesNotFitError
            There is none.
        """
        widths = _widths(model, precision.weight_bits, aim) if widest_that_fit else [precision.weight_bits]
        for bits in widths:
            progress(f"quantizing to weights of {bits} bits")
            quantized = Quantized.of(model, calibration, replace(precision, weight_bits=bits))
            progress(f"planning with weights of {bits} bits")
            try:
                return cls.of(quantized, aim, advise=bits == widths[-1], progress=progress)
            except DoesNotFitError:
                if bits == widths[-1]:
                    raise
        raise AssertionError("the last width is planned or refused")


def _widths(model: FloatNetwork, widest: int, aim: Aim) -> list[int]:
    """Bits of weights to try, the widest first: only those of which the memories hold as many as there are."""
    if aim.engines != EngineChoice():
        return list(range(widest, 1, -1))
    weights = sum(layer.weights.size for layer in model.layers)
    room = Cost.limits(aim.resources) - aim.reserved
    return [*(bits for bits in range(widest, 2, -1) if room.holds(bits * weights, aim.resources)), 2]
