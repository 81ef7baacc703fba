"""Other weights for hardware that is there: only contents of memories change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.design.build_record import build_files, drop_build
from quantnn.design.fingerprint import IDENTITY, fingerprint, identity_with
from quantnn.design.hardware import ExportedHardware
from quantnn.design.interface import CoreInterface
from quantnn.design.report import Quality, load_report, save_report
from quantnn.design.stimulus import extreme_samples
from quantnn.design.summary import render_summary
from quantnn.design.vectors import Vectors
from quantnn.errors import InputError, VerificationError
from quantnn.files.staged_files import staged_files
from quantnn.model.network import FloatNetwork
from quantnn.network.file import save_network
from quantnn.network.network import IntegerNetwork
from quantnn.quantize.fitted import Fitter
from quantnn.quantize.post_training import quantize
from quantnn.quantize.precision import Precision

__all__ = ["Update", "UpdateOptions", "update_weights"]

_OBSOLETE = ("vectors/labels.npy", "wave.vcd")
"""Files that go unless the update writes them anew."""


@dataclass(frozen=True, eq=False)
class UpdateOptions:
    """What to update with.

    Parameters
    ----------
    calibration : int64 array of shape (n, in_features), optional
        Raw inputs that the scales are chosen on; by default the model's own.
    test_inputs, test_labels : int64 arrays of shape (n, in_features) and (n,), optional
        What the design is verified and its accuracy measured with; by default what the folder has.
    name : str
        What the report calls the model.
    """

    calibration: Integers | None = None
    test_inputs: Integers | None = None
    test_labels: Integers | None = None
    name: str = "model"


@dataclass(frozen=True, eq=False)
class Update:
    """What was done.

    Parameters
    ----------
    report : dict
        The new report, not verified.
    memories : tuple of str
        The memory files of ``core/`` whose contents are others now.
    """

    report: dict[str, Any]
    memories: tuple[str, ...]


def update_weights(
    folder: Path,
    model: FloatNetwork,
    options: UpdateOptions | None = None,
    step: Callable[[str], None] = lambda _: None,
) -> Update:
    """Put a model of the same shape into an exported design; ``step`` is told what is being done.

    The Verilog and the board's project stay as they are, the samples built into the board too. All files change at
    the end, or, whatever fails, none.

    Raises
    ------
    InputError
        The folder is no exported design, is damaged, or was changed.
    DoesNotFitError
        The model needs other hardware: says what for.
    """
    options = options or UpdateOptions()
    report = load_report(folder)
    hardware = ExportedHardware.load(folder)
    hardware.compare(model)
    step("quantizing for the hardware that is there")
    fitter = Fitter(hardware.record.layers)
    network = quantize(model, options.calibration, _precision(report, folder), fitter)
    hardware.check(network)
    step("writing the memories")
    memories = hardware.memories(network)
    changed = tuple(name for name, content in memories.items() if (folder / "core" / name).read_bytes() != content)
    step("computing the expected answers")
    stored = _stored(hardware) if options.test_inputs is None else None
    inputs, labels = stored or (options.test_inputs, options.test_labels)
    assert inputs is not None
    vectors = Vectors.make(network, np.concatenate([inputs, extreme_samples(network)]), labels)

    notes = [*model.notes, *fitter.notes]
    quality = None
    if stored and not _same_sensor(network, hardware.network):
        notes.append("the sensor is another one: samples in vectors/ and on the board are those of the one before")
    elif labels is not None or not stored or report.get("sqnr_db") is not None:
        own = inputs if labels is None else inputs[: len(labels)]
        quality = Quality.measure(model, network, own, vectors.expected.head(len(own)), labels)

    with staged_files(folder, [*_OBSOLETE, *build_files(report)]) as staged:
        for name in ("core", "board", "vectors"):
            (staged / name).mkdir()
        for name, content in memories.items():
            for place in ("core", "board"):
                (staged / place / name).write_bytes(content)
        mark = fingerprint(folder / "core", memories, hardware.module)
        if report.get("link"):
            (staged / "board" / IDENTITY).write_text(identity_with(folder / "board" / IDENTITY, mark))
        interface = CoreInterface.of_plan(hardware.record.core_plan(network), hardware.module)
        interface.save(staged / "core" / "interface.json")
        save_network(network, staged / "network.npz")
        vectors.save(staged / "vectors")
        calibration = model.calibration if options.calibration is None else options.calibration
        if calibration is None:
            notes.append("no calibration samples: scales come from the proven interval bounds, which cost accuracy")
        report |= {
            "model": options.name,
            "fingerprint": mark.hex(),
            "accuracy": quality.accuracy if quality else None,
            "sqnr_db": quality.sqnr_db if quality else None,
            "verification": None,
            "notes": notes,
        }
        drop_build(report)
        try:
            _describe(report, network, 0 if calibration is None else len(calibration))
            _list_files(report, staged)
            (staged / "summary.txt").write_text(render_summary(report))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{folder / 'report.json'} is damaged ({error!r}): export the model again") from None
        save_report(report, staged)
    return Update(report, changed)


def _precision(report: dict[str, Any], folder: Path) -> Precision:
    try:
        return Precision(int(report["precision"]["weight_bits"]), int(report["precision"]["activation_bits"]))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{folder / 'report.json'} is damaged ({error!r}): export the model again") from None


def _stored(hardware: ExportedHardware) -> tuple[Integers, Integers | None]:
    """The folder's samples without the extreme ones, which depend on the weights, and their labels."""
    try:
        vectors = Vectors.load(hardware.folder / "vectors", hardware.network)
    except VerificationError as error:
        raise InputError(str(error)) from None
    extremes = extreme_samples(hardware.network)
    own, last = vectors.inputs[: -len(extremes)], vectors.inputs[-len(extremes) :]
    return own if np.array_equal(last, extremes) else vectors.inputs, vectors.labels


def _same_sensor(a: IntegerNetwork, b: IntegerNetwork) -> bool:
    if a.sensor is None or b.sensor is None:
        return a.sensor is b.sensor
    return np.array_equal(a.sensor.step, b.sensor.step) and np.array_equal(a.sensor.zero, b.sensor.zero)


def _describe(report: dict[str, Any], network: IntegerNetwork, calibrated: int) -> None:
    """What else the new weights change: ranges, in the formats of the hardware. Nothing is measured yet."""
    report["precision"]["calibration_samples"] = calibrated
    report["ii_cycles"]["measured"] = report["latency_cycles"]["measured"] = None
    for entry, layer, accumulator in zip(report["layers"], network.layers, network.accumulators, strict=True):
        entry["accumulator"] |= {"lo": accumulator.lo, "hi": accumulator.hi}
        entry["output"] |= {"lo": layer.output.lo, "hi": layer.output.hi, "scale": layer.scale}


def _list_files(report: dict[str, Any], staged: Path) -> None:
    written = {path.relative_to(staged).as_posix() for path in staged.rglob("*") if path.is_file()}
    report["files"] = sorted({name for name in report["files"] if name not in _OBSOLETE} | written)
