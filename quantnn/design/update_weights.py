"""Other weights for hardware that is there: only contents of memories change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.design.export import ONNX
from quantnn.design.fingerprint import IDENTITY, fingerprint, identity_with
from quantnn.design.hardware import ExportedHardware
from quantnn.design.interface import CoreInterface
from quantnn.design.planned_report import scale_entry
from quantnn.design.quality import Quality
from quantnn.design.remarks import remarks
from quantnn.design.replay_set import REPLAY, ReplaySet
from quantnn.design.report import LayerEntry, Report, current_report, load_report
from quantnn.design.stimulus import extreme_samples
from quantnn.design.summary import summary, write_report
from quantnn.design.vectors import Vectors
from quantnn.errors import DoesNotFitError, InputError, VerificationError
from quantnn.files.plain_file import read_plain
from quantnn.files.staged_files import check_writable, staged_files
from quantnn.model.quantized import AnyNetwork, QuantizedNetwork
from quantnn.model.sample_file import Values
from quantnn.network.file import save_network
from quantnn.network.network import IntegerNetwork
from quantnn.network.onnx_graph import save_onnx
from quantnn.network.reference import answers
from quantnn.network.samples import Head, Joined, Samples
from quantnn.quantization.fitted import Fitter
from quantnn.quantization.post_training import quantize
from quantnn.quantization.precision import Precision
from quantnn.system.html import Shown
from quantnn.system.text import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["Update", "UpdateOptions", "update_weights"]

_MOST_BYTES = 1 << 28
"""Of a memory file of the board."""

_OBSOLETE = ("vectors/labels.npy", "wave.vcd")
"""Files that go unless the update writes them anew."""


@dataclass(frozen=True, eq=False)
class UpdateOptions:
    """What to update with.

    Parameters
    ----------
    calibration : int64 of shape (n, in_features), optional
        Raw inputs that the scales are chosen on; by default the model's own.
    test_inputs, test_labels : int64 of shape (n, in_features) and int64 array of shape (n,), optional
        What the design is verified and its accuracy measured with; by default what the folder has.
    name : str
        What the report calls the model.
    test_values : float64 of shape (n, in_features), optional
        The test inputs before a sensor rounded them.
    """

    calibration: Samples | None = None
    test_inputs: Samples | None = None
    test_labels: Integers | None = None
    name: str = "model"
    test_values: Values | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Update(Shown):
    """What was done.

    Parameters
    ----------
    report : Report
        The new report, not verified.
    memories : tuple of str
        The memory files of ``core/`` whose contents are others now.
    """

    report: Report
    memories: tuple[str, ...]

    def __rich__(self) -> RenderableType:
        return summary(self.report)

    def __repr__(self) -> str:
        return f"<Update: {printable(self.report.model)}, {len(self.memories)} memories changed>"


def update_weights(
    folder: Path,
    model: AnyNetwork,
    options: UpdateOptions | None = None,
    step: Callable[[str], None] = lambda _: None,
) -> Update:
    """Put a model of the same shape into an exported design; ``step`` is told what is being done.

    The Verilog and the board's project stay as they are, the samples built into the board too. All files change at
    the end, or, whatever fails, none.

    Raises
    ------
    InputError
        The folder is no exported design, is damaged, or was changed, be it meanwhile.
    DoesNotFitError
        The model needs other hardware: says what for.
    """
    options = options or UpdateOptions()
    report = load_report(folder)
    hardware = ExportedHardware.load(folder)
    hardware.compare(model)
    if hardware.record.runs:
        raise DoesNotFitError("the weights of unrolled layers are logic, not memory contents: export again")
    check_writable(folder)
    step("quantizing for the hardware that is there")
    network, fitted = _fitted(model, hardware, report, options)
    hardware.check(network)
    step("writing the memories")
    memories = hardware.memories(network)
    changed = tuple(name for name, content in memories.items() if (folder / "core" / name).read_bytes() != content)
    step("computing the expected answers")
    stored = _stored(hardware) if options.test_inputs is None else None
    inputs, labels = stored or (options.test_inputs, options.test_labels)
    assert inputs is not None
    vectors = Vectors(network, Joined((inputs, extreme_samples(network))), labels)

    notes = [*model.notes, *fitted]
    quality = None
    if stored and not _same_sensor(network, hardware.network):
        notes.append("the sensor is another one: samples in vectors/ and on the board are those of the one before")
    elif len(inputs):
        own = inputs if labels is None else Head(inputs, len(labels))
        quality = Quality.measure(model, network, own, answers(network, own), labels, options.test_values)
        if stored and model.sensor is not None and labels is not None:
            notes.append("the float network's accuracy is that on the samples in vectors/, which a sensor has rounded")
        notes += remarks(
            model,
            network,
            own,
            labels=labels,
            values=options.test_values,
            calibration=options.calibration,
            activation_bits=report.precision.activation_bits,
        )

    report = current_report(folder, report, core=True)
    with staged_files(folder, [*_OBSOLETE, *report.build_files]) as staged:
        for name in ("core", "board", "vectors"):
            (staged / name).mkdir()
        for name, content in memories.items():
            for place in ("core", "board"):
                (staged / place / name).write_bytes(content)
        mark = fingerprint(folder / "core", memories, hardware.module)
        if report.link:
            (staged / "board" / IDENTITY).write_text(identity_with(folder / "board" / IDENTITY, mark), encoding="utf-8")
        for name, content in _replay_files(folder, report, hardware, network).items():
            (staged / "board" / name).write_bytes(content)
        interface = CoreInterface.of_plan(hardware.record.core_plan(network), hardware.module)
        interface.save(staged / "core" / "interface.json")
        save_network(network, staged / "network.npz")
        if ONNX in report.files:
            save_onnx(network, staged / ONNX)
        vectors.save(staged / "vectors")
        calibration = model.calibration if options.calibration is None else options.calibration
        if calibration is None and not isinstance(model, QuantizedNetwork):
            notes.append("no calibration samples: scales come from the proven interval bounds, which cost accuracy")
        report = replace(
            report.without_build().unverified(),
            model=options.name,
            fingerprint=mark.hex(),
            precision=replace(report.precision, calibration_samples=0 if calibration is None else len(calibration)),
            layers=_layers(report, network),
            accuracy=quality.accuracy if quality else None,
            sqnr_db=quality.sqnr_db if quality else None,
            sqnr_db_outputs=quality.sqnr_db_outputs if quality else (),
            notes=tuple(notes),
            class_names=network.class_names,
        )
        kept = tuple(name for name in report.files if name not in _OBSOLETE)
        written = (path.relative_to(staged).as_posix() for path in staged.rglob("*") if path.is_file())
        report = replace(report, files=kept).with_files(*written, "summary.txt")
        write_report(report, staged)
    return Update(report, changed)


def _fitted(
    model: AnyNetwork, hardware: ExportedHardware, report: Report, options: UpdateOptions
) -> tuple[IntegerNetwork, tuple[str, ...]]:
    """The network, and what its report should say of how it was made."""
    if isinstance(model, QuantizedNetwork):
        return model.network, ()
    fitter = Fitter(hardware.record.layers)
    precision = Precision(report.precision.weight_bits, report.precision.activation_bits)
    return quantize(model, options.calibration, precision, fitter), tuple(fitter.notes)


def _stored(hardware: ExportedHardware) -> tuple[Samples, Integers | None]:
    """The folder's samples without the extreme ones, which depend on the weights, and their labels."""
    try:
        vectors = Vectors.load(hardware.folder / "vectors", hardware.network)
    except VerificationError as error:
        raise InputError(str(error)) from None
    extremes = extreme_samples(hardware.network)
    own = max(0, len(vectors.inputs) - len(extremes))
    inputs = Head(vectors.inputs, own) if np.array_equal(vectors.inputs[own:], extremes) else vectors.inputs
    return inputs, vectors.labels


def _replay_files(
    folder: Path, report: Report, hardware: ExportedHardware, network: IntegerNetwork
) -> dict[str, bytes]:
    """What new weights change of a replay: the reference's classes of its samples."""
    entry, place = report.board_top.replay, folder / "board"
    if entry is None:
        return {}
    files = {path.name: read_plain(path, _MOST_BYTES) for path in sorted(place.glob(f"{REPLAY}_*.mem"))}
    interface = CoreInterface.of_plan(hardware.record.core_plan(network), hardware.module)
    stored = ReplaySet.stored(interface, entry.samples, entry.labels_sha256 is not None, network, files, place)
    return stored.rewritten(files, place)


def _same_sensor(a: IntegerNetwork, b: IntegerNetwork) -> bool:
    if a.sensor is None or b.sensor is None:
        return a.sensor is b.sensor
    same = np.array_equal(a.sensor.step, b.sensor.step) and np.array_equal(a.sensor.zero, b.sensor.zero)
    return same and a.sensor.ties == b.sensor.ties


def _layers(report: Report, network: IntegerNetwork) -> tuple[LayerEntry, ...]:
    """The layers with the ranges of the new weights, in the formats of the hardware."""
    return tuple(
        replace(
            entry,
            accumulator=replace(entry.accumulator, lo=accumulator.lo, hi=accumulator.hi),
            output=replace(entry.output, lo=layer.output.lo, hi=layer.output.hi, scale=scale_entry(layer)),
        )
        for entry, layer, accumulator in zip(report.layers, network.layers, network.accumulators, strict=True)
    )
