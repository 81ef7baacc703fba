"""What was built, in a file beside it, so that other weights can be put into it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.errors import InputError
from quantnn.network.network import IntegerNetwork
from quantnn.plan.core import CorePlan
from quantnn.plan.layer_record import LayerRecord, queue_from_json, queue_to_json
from quantnn.plan.memory import Shapes
from quantnn.plan.queue import QueuePlan

__all__ = ["FORMAT", "VERSION", "CoreRecord"]

FORMAT = "quantnn plan"
VERSION = 1


@dataclass(frozen=True)
class CoreRecord:
    """The hardware of a whole core, whatever its weights.

    Parameters
    ----------
    input : IntegerRange
        Format of an input element.
    per_beat : int
        Elements of an input beat.
    classify : bool
        Whether the answer is a class.
    shapes : Shapes
        The block RAM shapes beside which small memories were built of logic; empty where none was.
    input_queue : QueuePlan or None
    layers : tuple of LayerRecord
    """

    input: IntegerRange
    per_beat: int
    classify: bool
    shapes: Shapes
    input_queue: QueuePlan | None
    layers: tuple[LayerRecord, ...]

    @classmethod
    def of(cls, plan: CorePlan) -> CoreRecord:
        """The record of a core that is built so."""
        return cls(
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
        engines = tuple(record.engine_plan(layer, box, self.shapes) for record, layer, box in pairs)
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
        description = {
            "format": FORMAT,
            "version": VERSION,
            "input": [self.input.lo, self.input.hi],
            "per_beat": self.per_beat,
            "classify": self.classify,
            "block_ram_shapes": [list(shape) for shape in self.shapes],
            "input_queue": None if self.input_queue is None else queue_to_json(self.input_queue),
            "layers": [layer.to_json() for layer in self.layers],
        }
        path.write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> CoreRecord:
        """Read what :meth:`save` wrote.

        Raises
        ------
        InputError
            The file is missing, damaged or of another version.
        """
        try:
            description = json.loads(path.read_text(encoding="utf-8"))
            if description["format"] != FORMAT or description["version"] != VERSION:
                raise ValueError(f"{description['format']}, version {description['version']}")
            queue = description["input_queue"]
            return cls(
                IntegerRange(*description["input"]),
                int(description["per_beat"]),
                bool(description["classify"]),
                tuple((int(depth), int(width)) for depth, width in description["block_ram_shapes"]),
                None if queue is None else queue_from_json(queue),
                tuple(LayerRecord.from_json(entry) for entry in description["layers"]),
            )
        except FileNotFoundError:
            raise InputError(f"{path} is missing: export the model again") from None
        except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"{path} is damaged ({error}): export the model again") from None
