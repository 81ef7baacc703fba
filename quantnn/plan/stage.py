"""What one engine is to build: a layer, or layers in a row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from quantnn.arithmetic import IntegerRange
from quantnn.network.layers import Dense, Layer
from quantnn.network.network import IntegerNetwork
from quantnn.plan.drained_engine import ENGINE_PLANS
from quantnn.plan.engine import EnginePlan, Fold
from quantnn.plan.fold_table import FoldLimits, FoldTable
from quantnn.plan.memory import Shapes
from quantnn.plan.parameters import ParameterFormat
from quantnn.plan.queue import QueuePlan

__all__ = ["LayerStage", "Stage", "layer_stages"]


class Stage(ABC):
    """Layers in a row that one engine builds, and the kinds of engine that can.

    Members
    -------
    input : IntegerRange
        Format of an input element.
    """

    input: IntegerRange

    @property
    @abstractmethod
    def layers(self) -> tuple[Layer, ...]: ...

    @property
    def in_features(self) -> int:
        return self.layers[0].in_features

    @property
    def out_features(self) -> int:
        return self.layers[-1].out_features

    @property
    def output(self) -> IntegerRange:
        """Format of an output element."""
        return self.layers[-1].output

    @property
    @abstractmethod
    def kinds(self) -> tuple[type[EnginePlan], ...]: ...

    @property
    @abstractmethod
    def slowest(self) -> int:
        """Cycles per sample with as little hardware as can be."""

    @property
    @abstractmethod
    def products(self) -> int:
        """Multiplications per sample that multipliers make."""

    @property
    @abstractmethod
    def weight_bits(self) -> int:
        """Bits that memories have to hold."""

    @abstractmethod
    def table(self, kind: type[EnginePlan], beat: int, limits: FoldLimits, spare: int) -> FoldTable:
        """Every useful fold for arriving beats of ``beat`` elements and what it takes, its queue in two samples' size.

        Words that are wider by up to ``spare`` elements than their cycles need are useful too.
        """

    @abstractmethod
    def engine(self, kind: type[EnginePlan], fold: Fold, queue: QueuePlan, shapes: Shapes) -> EnginePlan:
        """The plan of that fold; ``queue.lanes`` are the fold's."""


@dataclass(frozen=True, eq=False)
class LayerStage(Stage):
    """One layer, time-multiplexed.

    Parameters
    ----------
    layer : Layer
    parameters : ParameterFormat
    input : IntegerRange
    """

    layer: Layer
    parameters: ParameterFormat
    input: IntegerRange

    @property
    def layers(self) -> tuple[Layer, ...]:
        return (self.layer,)

    @property
    def kinds(self) -> tuple[type[EnginePlan], ...]:
        return tuple(ENGINE_PLANS[type(self.layer)])

    @property
    def slowest(self) -> int:
        return self.layer.macs

    @property
    def products(self) -> int:
        return self.layer.macs if isinstance(self.layer, Dense) or self.parameters.multiplies else 0

    @property
    def weight_bits(self) -> int:
        return self.layer.macs * self.layer.weight_range.width if isinstance(self.layer, Dense) else 0

    def table(self, kind: type[EnginePlan], beat: int, limits: FoldLimits, spare: int) -> FoldTable:
        known = ENGINE_PLANS[type(self.layer)][self.kinds.index(kind)]
        return known.table(self.layer, self.parameters, self.input, beat, limits, spare)

    def engine(self, kind: type[EnginePlan], fold: Fold, queue: QueuePlan, shapes: Shapes) -> EnginePlan:
        known = ENGINE_PLANS[type(self.layer)][self.kinds.index(kind)]
        return known.make(self.layer, self.parameters, self.input, queue, fold, shapes)


def layer_stages(network: IntegerNetwork) -> tuple[LayerStage, ...]:
    """Every layer of a network alone."""
    boxes = zip(network.layers, network.accumulator_boxes, network.formats, strict=False)
    return tuple(LayerStage(layer, ParameterFormat(layer, box), format) for layer, box, format in boxes)
