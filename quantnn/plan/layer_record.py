"""What was built for one layer: enough to fill it with other weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from quantnn.arithmetic import Box, IntegerRange
from quantnn.network.layers import LAYER_TYPES, Dense, Layer
from quantnn.plan.datapath import Datapath, HeldParameters, Misfit, format_name, same_format
from quantnn.plan.engine import ENGINE_PLANS, EnginePlan, Fold
from quantnn.plan.memory import Shapes
from quantnn.plan.queue import QueuePlan

__all__ = ["LayerRecord"]


@dataclass(frozen=True)
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
    datapath : Datapath
    """

    kind: str
    activation: str
    engine: str
    in_features: int
    out_features: int
    input: IntegerRange
    weights: IntegerRange | None
    table: tuple[IntegerRange, IntegerRange] | None
    fold: Fold
    queue: QueuePlan
    datapath: Datapath

    @classmethod
    def of(cls, engine: EnginePlan) -> LayerRecord:
        """The record of a layer that is built so."""
        layer, table = engine.layer, engine.layer.table
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
            Datapath.of(engine.parameters),
        )

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

    def engine_plan(self, layer: Layer, accumulators: Box, shapes: Shapes) -> EnginePlan:
        """The same hardware with a layer that fits it."""
        kinds = {each.engine: each for each in ENGINE_PLANS[LAYER_TYPES[self.kind]]}
        parameters = HeldParameters(layer, accumulators, self.datapath)
        return kinds[self.engine].make(layer, parameters, self.input, self.queue, self.fold, shapes)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        datapath = self.datapath
        return {
            "kind": self.kind,
            "activation": self.activation,
            "engine": self.engine,
            "in_features": self.in_features,
            "out_features": self.out_features,
            "input": _pair(self.input),
            "weights": None if self.weights is None else _pair(self.weights),
            "table": None if self.table is None else [_pair(values) for values in self.table],
            "fold": {**vars(self.fold), "depths": list(self.fold.depths)},
            "queue": queue_to_json(self.queue),
            "accumulator": _pair(datapath.accumulator),
            "product": _pair(datapath.product),
            "requantized": _pair(datapath.output),
            "fields": dict(datapath.fields),
            "constants": dict(datapath.constants),
            "multiplies": datapath.multiplies,
            "one_multiplier": datapath.one_multiplier,
            "rounds": datapath.rounds,
            "clips": list(datapath.clips),
        }

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> LayerRecord:
        """What :meth:`to_json` gave. Raises AttributeError, KeyError, TypeError or ValueError for anything else."""
        below, above = entry["clips"]
        fields, constants = ({str(n): int(v) for n, v in entry[key].items()} for key in ("fields", "constants"))
        weights, table, fold = entry["weights"], entry["table"], entry["fold"]
        tabulated = None
        if table is not None:
            index, values = table
            tabulated = (IntegerRange(*index), IntegerRange(*values))
        datapath = Datapath(
            IntegerRange(*entry["accumulator"]),
            IntegerRange(*entry["product"]),
            IntegerRange(*entry["requantized"]),
            tuple(fields.items()),
            tuple(constants.items()),
            bool(entry["multiplies"]),
            bool(entry["one_multiplier"]),
            bool(entry["rounds"]),
            (bool(below), bool(above)),
        )
        return cls(
            str(entry["kind"]),
            str(entry["activation"]),
            str(entry["engine"]),
            int(entry["in_features"]),
            int(entry["out_features"]),
            IntegerRange(*entry["input"]),
            None if weights is None else IntegerRange(*weights),
            tabulated,
            Fold(**{**fold, "depths": tuple(fold["depths"])}),
            queue_from_json(entry["queue"]),
            datapath,
        )


def queue_to_json(queue: QueuePlan) -> dict[str, Any]:
    """A queue as JSON values."""
    return {**vars(queue), "element": _pair(queue.element)}


def queue_from_json(entry: dict[str, Any]) -> QueuePlan:
    """What :func:`queue_to_json` gave."""
    return QueuePlan(**{**entry, "element": IntegerRange(*entry["element"])})


def _pair(values: IntegerRange) -> list[int]:
    return [values.lo, values.hi]
