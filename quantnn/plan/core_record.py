"""What was built, in a file beside it, so that other weights can be put into it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.errors import InputError
from quantnn.files.field_types import Size
from quantnn.files.json_file import load_json, save_json
from quantnn.files.record import RECORD, read_record, record_values
from quantnn.network.network import IntegerNetwork
from quantnn.plan.core import CorePlan
from quantnn.plan.layer_record import LayerRecord
from quantnn.plan.queue import QueuePlan
from quantnn.plan.range_pair import RangePair

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
    """

    format: Literal["quantnn plan"]
    version: Literal[1]
    input: RangePair
    per_beat: Size
    classify: bool
    block_ram_shapes: tuple[tuple[Size, Size], ...]
    input_queue: QueuePlan | None
    layers: Annotated[tuple[LayerRecord, ...], Field(min_length=1)]

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
            tuple(LayerRecord.of(engine) for engine in plan.engines),
        )

    def core_plan(self, network: IntegerNetwork) -> CorePlan:
        """The same hardware with a network whose layers all fit it: only contents of memories differ."""
        pairs = zip(self.layers, network.layers, network.accumulator_boxes, strict=True)
        engines = tuple(record.engine_plan(layer, box, self.block_ram_shapes) for record, layer, box in pairs)
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

    def save(self, path: Path) -> None:
        """Write as JSON."""
        save_json(record_values(self, whole=True), path)

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
