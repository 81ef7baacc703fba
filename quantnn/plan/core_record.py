"""What was built, in a file beside it, so that other weights can be put into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic.dataclasses import dataclass

from quantnn.adders.sums import Sums
from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.errors import InputError
from quantnn.files.field_types import Size
from quantnn.files.json_file import load_json, save_json
from quantnn.files.record import RECORD, read_record, record_values
from quantnn.network.network import IntegerNetwork
from quantnn.plan.core import CorePlan
from quantnn.plan.drained_engine import DrainedEnginePlan
from quantnn.plan.engine import EnginePlan
from quantnn.plan.layer_record import LayerRecord
from quantnn.plan.queue import QueuePlan
from quantnn.plan.range_pair import RangePair
from quantnn.plan.run_record import RunRecord, UnrolledLayer
from quantnn.plan.unrolled_engine import UnrolledPlan

__all__ = ["FORMAT", "VERSION", "CoreRecord"]

FORMAT: Literal["quantnn plan"] = "quantnn plan"
VERSION: Literal[1] = 1


@dataclass(frozen=True, config=RECORD)
class CoreRecord:
    """The hardware of a whole core, whatever its weights.

    Parameters
    ----------
    format, version
        Of the file.
    input : IntegerRange
        Format of an input element.
    per_beat : int
        Elements of an input beat.
    classify : bool
        Whether the answer is a class.
    block_ram_shapes : Shapes
        The block RAM shapes beside which small memories were built of logic; empty where none was.
    input_queue : QueuePlan or None
    layers : tuple of LayerRecord
        Those that have an engine of their own.
    runs : tuple of RunRecord
        Those that are unrolled.

    Raises
    ------
    ValueError
        Runs are not in their places between the other layers.
    """

    format: Literal["quantnn plan"]
    version: Literal[1]
    input: RangePair
    per_beat: Size
    classify: bool
    block_ram_shapes: tuple[tuple[Size, Size], ...]
    input_queue: QueuePlan | None
    layers: tuple[LayerRecord, ...]
    runs: tuple[RunRecord, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.layers) + sum(len(run.layers) for run in self.runs)
        if not count:
            raise ValueError("layers must be one at least")
        if sum(len(_layers(each)) for each in self.engines) != count:
            raise ValueError("runs must stand in the order of their first layers, between the others")

    @property
    def engines(self) -> Iterator[LayerRecord | RunRecord]:
        """What was built, in the order of the stream."""
        place, layers = 0, iter(self.layers)
        runs = {run.first: run for run in self.runs}
        while (each := runs.get(place) or next(layers, None)) is not None:
            yield each
            place += len(_layers(each))

    @property
    def all_layers(self) -> tuple[LayerRecord | UnrolledLayer, ...]:
        """What every layer of the network was built as."""
        return tuple(layer for each in self.engines for layer in _layers(each))

    @classmethod
    def of(cls, plan: CorePlan) -> CoreRecord:
        """The record of a core that is built so."""
        return cls(
            FORMAT,
            VERSION,
            plan.network.input,
            plan.input.per_beat,
            plan.network.classify,
            next((engine.small_in_logic for engine in plan.engines if engine.small_in_logic is not None), ()),
            plan.input_queue,
            tuple(LayerRecord.of(engine) for engine in plan.engines if isinstance(engine, DrainedEnginePlan)),
            tuple(
                RunRecord.of(place, engine)
                for place, engine in zip(plan.places, plan.engines, strict=True)
                if isinstance(engine, UnrolledPlan)
            ),
        )

    def core_plan(self, network: IntegerNetwork, graphs: Mapping[int, Sums] | None = None) -> CorePlan:
        """The same hardware with a network whose layers all fit it: only contents of memories differ.

        ``graphs`` has those of unrolled dense layers by the layers' numbers.
        """
        engines = tuple(self._engine_plans(network, graphs or {}))
        classes = IntegerRange(0, max(2, network.out_features) - 1)
        return CorePlan(
            network,
            BeatFormat(network.in_features, self.input, self.per_beat),
            BeatFormat(
                network.out_features,
                network.layers[-1].output,
                engines[-1].lanes,
                classes.width if self.classify else 0,
            ),
            self.input_queue,
            engines,
        )

    def _engine_plans(self, network: IntegerNetwork, graphs: Mapping[int, Sums]) -> Iterator[EnginePlan]:
        place, shapes = 0, self.block_ram_shapes
        for each in self.engines:
            if isinstance(each, RunRecord):
                layers = network.layers[place : place + len(each.layers)]
                yield each.engine_plan(layers, network.formats[place], network.input_boxes[place], graphs, shapes)
            else:
                yield each.engine_plan(network.layers[place], network.accumulator_boxes[place], shapes)
            place += len(_layers(each))

    def save(self, path: Path) -> None:
        """Write as JSON."""
        values = record_values(self, whole=True)
        if not self.runs:
            del values["runs"]
        save_json(values, path)

    @classmethod
    def load(cls, path: Path) -> CoreRecord:
        """Read what :meth:`save` wrote.

        Raises
        ------
        InputError
            The file is missing, damaged or of another version.
        """
        values = load_json(path)
        try:
            return read_record(cls, values)
        except ValueError as error:
            raise InputError(f"{path} is damaged ({error}): export the model again") from None


def _layers(record: LayerRecord | RunRecord) -> tuple[LayerRecord | UnrolledLayer, ...]:
    return record.layers if isinstance(record, RunRecord) else (record,)
