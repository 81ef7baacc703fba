"""The hardware in an exported folder, and what a network has to be to go into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from quantnn.adders.file import load_graphs
from quantnn.adders.sums import Sums
from quantnn.design.interface import CoreInterface
from quantnn.errors import DoesNotFitError, InputError
from quantnn.hdl.core.core import Core
from quantnn.hdl.core.verilog import emit_verilog
from quantnn.model.quantized import AnyNetwork, QuantizedNetwork
from quantnn.network.file import load_network
from quantnn.network.network import IntegerNetwork
from quantnn.plan.core import CorePlan
from quantnn.plan.core_record import CoreRecord
from quantnn.plan.datapath import format_name
from quantnn.system.scratch import scratch_folder

__all__ = ["GRAPHS", "ExportedHardware"]

_MOST_NUMBERS = 1 << 27

GRAPHS = "adder_graphs.npz"
"""The adder graphs of unrolled layers, in ``core/``."""

_MOST_BITS = 1 << 30
"""Bits of all memories of a core; the largest devices have a third of it."""


@dataclass(frozen=True, eq=False)
class ExportedHardware:
    """An exported folder as far as other weights are concerned.

    Parameters
    ----------
    folder : Path
    record : CoreRecord
        What was built.
    network : IntegerNetwork
        What is in it.
    module : str
        What its core is called.
    graphs : mapping of int to Sums
        Those of unrolled dense layers, by the layers' numbers.
    """

    folder: Path
    record: CoreRecord
    network: IntegerNetwork
    module: str
    graphs: Mapping[int, Sums] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read ``core/plan.json``, ``core/interface.json``, ``network.npz``, and the graphs of unrolled layers.

        Raises
        ------
        InputError
            One is missing or damaged, or they do not belong together.
        """
        path = folder / "core" / "plan.json"
        module = CoreInterface.load(folder / "core" / "interface.json").module
        record, network = CoreRecord.load(path), load_network(folder / "network.npz")
        graphs = load_graphs(folder / "core" / GRAPHS) if record.runs else {}
        _check_graphs(graphs, folder / "core" / GRAPHS)
        hardware = cls(folder, record, network, module, graphs)
        try:
            hardware.check(hardware.network)
            _check_size(hardware.plan)
            _check_queues(hardware.plan)
        except DoesNotFitError as error:
            raise InputError(f"{path} is not that of network.npz ({error})") from None
        except (LookupError, ValueError, TypeError) as error:
            raise InputError(f"{path} is damaged ({error}): export the model again") from None
        return hardware

    @property
    def plan(self) -> CorePlan:
        """The core with the network that is in it."""
        return self.record.core_plan(self.network, self.graphs)

    def compare(self, model: AnyNetwork) -> None:
        """Refuse a model of another shape before it is quantized.

        Raises
        ------
        DoesNotFitError
            Says the first difference.
        """
        record = self.record
        if model.input != record.input:
            raise DoesNotFitError(
                f"the model's inputs are {format_name(model.input)}, those of the hardware {format_name(record.input)}:"
                " export again"
            )
        shapes = _shapes(model)
        layers = record.all_layers
        if len(shapes) != len(layers):
            count = len(layers)
            raise DoesNotFitError(f"the model has {len(shapes)} layers, the hardware {count}: export again")
        for number, (own, there) in enumerate(zip(shapes, layers, strict=True)):
            if own != there.shape:
                a, b = ("{} {}→{} {}".format(*shape) for shape in (own, there.shape))
                raise DoesNotFitError(f"layer {number}: it is {a}, the hardware {b}: export again")
        classify = model.decision != "none"
        if classify != record.classify:
            gives, given = (("values", "classes")[answer] for answer in (classify, record.classify))
            raise DoesNotFitError(f"the model answers with {gives}, the hardware with {given}: export again")

    def check(self, network: IntegerNetwork) -> None:
        """Prove that every layer fits, over every possible input.

        Raises
        ------
        DoesNotFitError
            Says the first thing that does not.
        """
        for number, (layer, there) in enumerate(zip(network.layers, self.record.all_layers, strict=True)):
            if difference := there.difference(layer):
                raise DoesNotFitError(f"layer {number}: {difference}: export again")
            for misfit in there.misfits(layer, network.accumulator_boxes[number]):
                raise DoesNotFitError(f"layer {number}: {misfit.reason}: export again")

    def emitted(self, network: IntegerNetwork) -> dict[str, bytes]:
        """The core's files, the Verilog first, as this quantnn writes them for a network that passed :meth:`check`."""
        with scratch_folder() as folder:
            files = emit_verilog(Core(self.record.core_plan(network, self.graphs)), self.module, folder)
            return {path.name: path.read_bytes() for path in files}

    def memories(self, network: IntegerNetwork) -> dict[str, bytes]:
        """Every memory file of the core with a network in it that passed :meth:`check`, by name.

        The whole core is generated anew. Its Verilog must come out as the one that is there.

        Raises
        ------
        InputError
            A file of the core is missing or was changed.
        DoesNotFitError
            The Verilog would be another.
        """
        verilog, memories = self._core(network)
        for place in ("core", "board"):
            source = self.folder / place / f"{self.module}.v"
            found = _text(source)
            if found != verilog:
                if found == self._core(self.network)[0]:
                    raise DoesNotFitError("the new weights need other logic: export again")
                raise InputError(f"{source} was changed, or written by another quantnn: export the model again")
            for name in memories:
                if not (self.folder / place / name).is_file():
                    raise InputError(f"{self.folder / place / name} is missing: export the model again")
        return memories

    def _core(self, network: IntegerNetwork) -> tuple[str, dict[str, bytes]]:
        """The core's Verilog, without the line that names the version, and its memory files."""
        files = self.emitted(network)
        return files.pop(f"{self.module}.v").decode().partition("\n")[2], files


def _shapes(model: AnyNetwork) -> list[tuple[str, int, int, str]]:
    """Kind, size and activation of each layer that a model will have."""
    if isinstance(model, QuantizedNetwork):
        layers = model.network.layers
        return [(each.kind, each.in_features, each.out_features, each.activation) for each in layers]
    shapes = [("dense", layer.in_features, layer.out_features, layer.activation) for layer in model.layers]
    if not model.scaling.uniform and model.sensor is None:
        shapes.insert(0, ("rescale", model.in_features, model.in_features, "input scaling"))
    return shapes


def _check_graphs(graphs: Mapping[int, Sums], path: Path) -> None:
    """Refuse graphs whose proof would take more memory than any device's would."""
    numbers = sum(graph.proof_numbers for graph in graphs.values())
    if numbers > _MOST_NUMBERS:
        raise InputError(f"{path} must hold at most {_MOST_NUMBERS:,} factors of inputs, not {numbers:,}")


def _check_size(plan: CorePlan) -> None:
    """Refuse what no device could hold, before it is generated."""
    bits = sum(memory.depth * memory.width for memory in plan.memories)
    if bits > _MOST_BITS:
        raise ValueError(f"its memories must have at most {_MOST_BITS:,} bits, not {bits:,}")
    for number, engine in zip(plan.places, plan.engines, strict=True):
        outputs = engine.out_features
        if not (engine.word <= engine.in_features and max(engine.lanes, engine.queue.word) <= outputs):
            raise ValueError(f"layer {number} must not work on more elements at a time than it has")


def _check_queues(plan: CorePlan) -> None:
    """Refuse queues that do not take what their engine gives, or do not give what the next one takes."""
    takers = [*(engine.word for engine in plan.engines[1:]), plan.output.per_beat]
    for number, engine, word in zip(plan.places, plan.engines, takers, strict=True):
        queue, output = engine.queue, engine.output
        if (queue.element.width, queue.element.signed) != (output.width, output.signed):
            raise ValueError(f"layer {number}'s queue must be of its outputs' format")
        if queue.elements != engine.out_features or queue.word != word:
            raise ValueError(f"layer {number}'s queue must have {engine.out_features} elements in words of {word}")


def _text(verilog: Path) -> str:
    try:
        return verilog.read_text(encoding="utf-8").partition("\n")[2]
    except OSError as error:
        raise InputError(f"{verilog} cannot be read ({error.strerror}): export the model again") from None
    except UnicodeDecodeError:
        raise InputError(f"{verilog} is damaged: export the model again") from None
