"""What was built for one layer: enough to fill it with other weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic.dataclasses import dataclass

from quantnn.arithmetic import Box
from quantnn.files.field_types import Size, Words
from quantnn.files.record import RECORD
from quantnn.network.layers import LAYER_TYPES, Dense, Layer
from quantnn.plan.datapath import Datapath, HeldParameters, Misfit, format_name, same_format
from quantnn.plan.drained_engine import ENGINE_PLANS, DrainedEnginePlan
from quantnn.plan.engine import Fold
from quantnn.plan.memory import Shapes
from quantnn.plan.queue import QueuePlan
from quantnn.plan.range_pair import RangePair

__all__ = ["LayerRecord"]


@dataclass(frozen=True, config=RECORD)
class LayerRecord:
    """The hardware of one layer, whatever its weights.

    Parameters
    ----------
    kind, activation : str
        As the layer says.
    engine : str
        What it was built as.
    in_features, out_features : int
    input : IntegerRange
        Format of an input element.
    weights : IntegerRange or None
        Format of a weight; None for a layer without.
    table : (IntegerRange, IntegerRange) or None
        Formats of the activation table's indices and outputs.
    fold : Fold
    queue : QueuePlan
    accumulator, product, requantized : IntegerRange
    fields, constants : mapping of str to int
    multiplies, one_multiplier, rounds : bool
    clips : (bool, bool)
        As :class:`~quantnn.plan.datapath.Datapath` has them.

    Raises
    ------
    ValueError
        There is no such layer or engine.
    """

    kind: Words
    activation: Words
    engine: Words
    in_features: Size
    out_features: Size
    input: RangePair
    weights: RangePair | None
    table: tuple[RangePair, RangePair] | None
    fold: Fold
    queue: QueuePlan
    accumulator: RangePair
    product: RangePair
    requantized: RangePair
    fields: Mapping[str, int]
    constants: Mapping[str, int]
    multiplies: bool
    one_multiplier: bool
    rounds: bool
    clips: tuple[bool, bool]

    def __post_init__(self) -> None:
        if self.kind not in LAYER_TYPES:
            raise ValueError(f"kind must be one of {', '.join(LAYER_TYPES)}, not {self.kind!r:.40}")
        if self.engine not in self._engines:
            raise ValueError(f"engine must be one of {', '.join(self._engines)}, not {self.engine!r:.40}")
        if self.queue.elements != self.out_features:
            raise ValueError(f"queue.elements must be out_features, {self.out_features}, not {self.queue.elements}")

    @classmethod
    def of(cls, engine: DrainedEnginePlan) -> LayerRecord:
        """The record of a layer that is built so."""
        layer, table = engine.layer, engine.layer.table
        datapath = Datapath.of(engine.parameters)
        return cls(
            layer.kind,
            layer.activation,
            engine.engine,
            layer.in_features,
            layer.out_features,
            engine.input,
            layer.weight_range if isinstance(layer, Dense) else None,
            None if table is None else (table.index, table.output),
            engine.fold,
            engine.queue,
            datapath.accumulator,
            datapath.product,
            datapath.output,
            dict(datapath.fields),
            dict(datapath.constants),
            datapath.multiplies,
            datapath.one_multiplier,
            datapath.rounds,
            datapath.clips,
        )

    @property
    def datapath(self) -> Datapath:
        """The layer's requantizers as they were built."""
        return Datapath(
            self.accumulator,
            self.product,
            self.requantized,
            tuple(self.fields.items()),
            tuple(self.constants.items()),
            self.multiplies,
            self.one_multiplier,
            self.rounds,
            self.clips,
        )

    @property
    def _engines(self) -> dict[str, type[DrainedEnginePlan]]:
        return {each.engine: each for each in ENGINE_PLANS[LAYER_TYPES[self.kind]]}

    @property
    def shape(self) -> tuple[str, int, int, str]:
        """What two layers must have in common before their numbers are worth comparing."""
        return self.kind, self.in_features, self.out_features, self.activation

    def difference(self, layer: Layer) -> str:
        """Why a layer is of another kind, or ''."""
        if (layer.kind, layer.in_features, layer.out_features, layer.activation) != self.shape:
            return (
                f"it is {layer.kind} {layer.in_features}→{layer.out_features} {layer.activation}, the hardware"
                f" {self.kind} {self.in_features}→{self.out_features} {self.activation}"
            )
        if isinstance(layer, Dense) and layer.weight_range != self.weights:
            there = "none" if self.weights is None else format_name(self.weights)
            return f"its weights are {format_name(layer.weight_range)}, those of the hardware {there}"
        table = None if layer.table is None else (layer.table.index, layer.table.output)
        if (table is None) != (self.table is None):
            return f"it {'has no' if table is None else 'has an'} activation table, other than the hardware"
        if table and self.table and not all(same_format(*pair) for pair in zip(table, self.table, strict=True)):
            return "its activation table has other formats than the hardware's"
        return ""

    def misfits(self, layer: Layer, accumulators: Box) -> Iterator[Misfit]:
        """What of a layer without :meth:`difference` does not fit."""
        return self.datapath.misfits(layer, accumulators)

    def engine_plan(self, layer: Layer, accumulators: Box, shapes: Shapes) -> DrainedEnginePlan:
        """The same hardware with a layer that fits it."""
        parameters = HeldParameters(layer, accumulators, self.datapath)
        return self._engines[self.engine].make(layer, parameters, self.input, self.queue, self.fold, shapes)
