"""What is in a file, for people."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rich.console import Group, RenderableType

from quantnn.design.report import load_report
from quantnn.design.summary import summary
from quantnn.errors import InputError
from quantnn.files.safe_npz import read_npz
from quantnn.importers.npz import load_model
from quantnn.model.network import FloatNetwork
from quantnn.network.file import load_network
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork
from quantnn.system.paragraph import Paragraph
from quantnn.system.table import Table

__all__ = ["describe"]


def describe(path: Path) -> RenderableType:
    """A model file, a saved integer network, or the report of an exported folder.

    Raises
    ------
    InputError
        It is none of them.
    """
    if path.is_dir():
        return summary(load_report(path))
    if path.suffix != ".npz":
        raise InputError(f"{path} is neither an .npz nor an exported folder: give one of them")
    if "header" in read_npz(path):
        return _integer(load_network(path), path)
    return _float(load_model(path), path)


def _float(network: FloatNetwork, path: Path) -> Group:
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
        Paragraph(f"{path.name}: float model, {network.in_features} inputs, {network.out_features} outputs", "bold"),
        table,
        Paragraph(f"input: {network.input_bits} bits {sign}; scaling: {scaling}; calibration samples: {count}"),
    ]
    return Group(*lines, *(Paragraph(f"note: {note}") for note in network.notes))


def _integer(network: IntegerNetwork, path: Path) -> Group:
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
    heading = f"{path.name}: integer network, input {network.input.lo} … {network.input.hi}"
    return Group(Paragraph(heading, style="bold"), table)
