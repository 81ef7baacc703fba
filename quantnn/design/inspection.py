"""What is in a file, for people and for programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Group, RenderableType

from quantnn.design.report import Report, load_report
from quantnn.design.summary import summary
from quantnn.files.record import record_values
from quantnn.files.safe_zip import zip_names
from quantnn.importers.format import NO_HINTS, Hints
from quantnn.importers.formats import read_model
from quantnn.importers.reading import Reading
from quantnn.model.network import FloatNetwork
from quantnn.model.quantized import AnyNetwork, QuantizedNetwork, difference_words
from quantnn.network.class_names import numbered_names
from quantnn.network.file import load_network
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork
from quantnn.system.html import Shown
from quantnn.system.paragraph import Paragraph
from quantnn.system.table import Table

__all__ = ["Description", "describe", "describe_report", "show_network", "show_reading"]


@dataclass(frozen=True)
class Description(Shown):
    """What is in a file.

    Parameters
    ----------
    values : dict or list
        As JSON values.
    shown : RenderableType
        As tables.
    """

    values: dict[str, Any] | list[Any]
    shown: RenderableType

    def __rich__(self) -> RenderableType:
        return self.shown


def describe(path: Path, hints: Hints = NO_HINTS) -> Description:
    """A model file, a saved integer network, or the report of an exported folder.

    Raises
    ------
    InputError
        It is none of them.
    """
    if path.is_dir():
        return describe_report(load_report(path))
    if "header.npy" in (zip_names(path) or ()):
        network = load_network(path)
        return Description(_integer_values(network, path), show_network(network, path.name))
    reading = read_model(path, hints)
    model = reading.model
    shown = show_reading(reading, path.name)
    if isinstance(model, QuantizedNetwork):
        return Description(_quantized_values(reading, model, path), shown)
    return Description(_float_values(reading, model, path), shown)


def describe_report(report: Report) -> Description:
    """The report of a design."""
    return Description(record_values(report), summary(report))


def _quantized_values(reading: Reading, model: QuantizedNetwork, path: Path) -> dict[str, Any]:
    values = _integer_values(model.network, path)
    for layer, difference in zip(values["layers"], model.differences, strict=True):
        layer["largest_difference"] = difference
    return {
        **values,
        "format": "quantnn quantized model",
        "file_format": reading.format,
        "operators": [asdict(entry) for entry in reading.entries],
        "decision": model.decision,
        "notes": list(model.notes),
    }


def _show_quantized(reading: Reading, model: QuantizedNetwork, name: str) -> Group:
    exact = Table("layer", "beside the file's own arithmetic, for the same inputs")
    for number, difference in enumerate(model.differences):
        exact.add_row(str(number), difference_words(difference))
    what = "integers" if model.sensor is None else "floats, which the host rounds to integers"
    return Group(
        Paragraph(
            f"{name}: quantized model ({reading.format}), {model.in_features} inputs, {model.out_features} outputs",
            "bold",
        ),
        *([_operators(reading)] if reading.entries else []),
        _layers(model.network),
        exact,
        Paragraph(f"input: {what} in {model.input.lo} … {model.input.hi}; answer: {model.decision}"),
        *_classes(model),
        *(Paragraph(f"note: {note}") for note in model.notes),
    )


def _operators(reading: Reading) -> Table:
    operators = Table("operator", "name", "outputs", "in the network")
    for entry in reading.entries:
        operators.add_row(entry.operator, entry.name, entry.shape, entry.became)
    return operators


def _float_values(reading: Reading, network: FloatNetwork, path: Path) -> dict[str, Any]:
    return {
        "format": "quantnn model",
        "file": path.name,
        "file_format": reading.format,
        "operators": [asdict(entry) for entry in reading.entries],
        "input": {"bits": network.input_bits, "signed": network.input_signed},
        "uniform_scaling": network.scaling.uniform,
        "calibration_samples": 0 if network.calibration is None else len(network.calibration),
        "decision": network.decision,
        "class_names": list(network.class_names),
        "input_shape": list(network.input_shape),
        "layers": [
            {
                "in_features": layer.in_features,
                "out_features": layer.out_features,
                "activation": layer.activation,
                "weights": [float(layer.weights.min()), float(layer.weights.max())],
                "bias": [float(layer.bias.min()), float(layer.bias.max())],
            }
            for layer in network.layers
        ],
        "notes": list(network.notes),
    }


def show_reading(reading: Reading, name: str) -> Group:
    """What was understood of a model."""
    network = reading.model
    if isinstance(network, QuantizedNetwork):
        return _show_quantized(reading, network, name)
    table = Table("layer", "shape", "activation", "weights", "bias")
    for number, layer in enumerate(network.layers):
        table.add_row(
            str(number),
            f"{layer.in_features}→{layer.out_features}",
            layer.activation,
            *(f"{values.min():.4g} … {values.max():.4g}" for values in (layer.weights, layer.bias)),
        )
    count = 0 if network.calibration is None else len(network.calibration)
    sign = "signed" if network.input_signed else "unsigned"
    scaling = "one for all inputs" if network.scaling.uniform else "one per input"
    lines: list[RenderableType] = [
        Paragraph(
            f"{name}: float model ({reading.format}),"
            f" {network.in_features} inputs, {network.out_features} outputs",
            "bold",
        ),
        *([_operators(reading)] if reading.entries else []),
        table,
        Paragraph(f"input: {network.input_bits} bits {sign}; scaling: {scaling}; calibration samples: {count}"),
        *_classes(network),
    ]
    return Group(*lines, *(Paragraph(f"note: {note}") for note in network.notes))


def _integer_values(network: IntegerNetwork, path: Path) -> dict[str, Any]:
    return {
        "format": "quantnn network",
        "file": path.name,
        "input": [network.input.lo, network.input.hi],
        "classify": network.classify,
        "class_names": list(network.class_names),
        "input_shape": list(network.input_shape),
        "layers": [
            {
                "kind": layer.kind,
                "in_features": layer.in_features,
                "out_features": layer.out_features,
                "activation": layer.activation,
                "weights": [layer.weight_range.lo, layer.weight_range.hi] if isinstance(layer, Dense) else None,
                "zeros": float(np.mean(layer.weights == 0)) if isinstance(layer, Dense) else None,
                "accumulator": [accumulator.lo, accumulator.hi],
                "shifts": [min(layer.requantizer.shifts), max(layer.requantizer.shifts)],
                "output": [layer.output.lo, layer.output.hi],
            }
            for layer, accumulator in zip(network.layers, network.accumulators, strict=True)
        ],
    }


def show_network(network: IntegerNetwork, name: str) -> Group:
    """The layers of an integer network."""
    heading = f"{name}: integer network, input {network.input.lo} … {network.input.hi}"
    return Group(Paragraph(heading, style="bold"), _layers(network), *_classes(network))


def _classes(network: AnyNetwork | IntegerNetwork) -> tuple[Paragraph, ...]:
    """What the classes are called, if anything."""
    return (Paragraph(f"classes: {numbered_names(network.class_names)}"),) if network.class_names else ()


def _layers(network: IntegerNetwork) -> Table:
    table = Table("layer", "shape", "activation", "weights", "zeros", "accumulator, proven", "shift", "output")
    for number, (layer, accumulator) in enumerate(zip(network.layers, network.accumulators, strict=True)):
        weights, zeros = "–", "–"
        if isinstance(layer, Dense):
            weights = f"{layer.weight_range.lo}…{layer.weight_range.hi}"
            zeros = f"{100 * float(np.mean(layer.weights == 0)):.0f} %"
        shifts = layer.requantizer.shifts
        table.add_row(
            f"{number} {layer.kind}",
            f"{layer.in_features}→{layer.out_features}",
            layer.activation,
            weights,
            zeros,
            f"{accumulator.lo}…{accumulator.hi}",
            f"{min(shifts)}…{max(shifts)}" if min(shifts) != max(shifts) else str(shifts[0]),
            f"{layer.output.lo}…{layer.output.hi}",
        )
    return table
