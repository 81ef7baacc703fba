"""From a file of TensorFlow Lite to a network."""

from __future__ import annotations

from pathlib import Path

from quantnn.errors import InputError
from quantnn.importers.format import Hints
from quantnn.importers.operators.float_network import InputFormat
from quantnn.importers.operators.network import network as network_of
from quantnn.importers.reading import Reading
from quantnn.importers.tflite.model_file import ModelFile
from quantnn.importers.tflite.walk import Walk
from quantnn.model.network import MAX_INPUT_BITS

__all__ = ["read"]


def read(path: Path, hints: Hints) -> Reading:
    """Read a file that was recognised.

    Raises
    ------
    InputError
        It is damaged, its graph is no chain, or an operator cannot be had.
    """
    if hints.activations:
        raise InputError(f"{path} states its activations: leave --activations out")
    model = ModelFile.read(path)
    walk = Walk(model, hints.decision)
    network, fates = network_of(
        walk.operators, str(path), _input(walk), decision=hints.decision, notes=tuple(walk.notes)
    )
    return Reading(f"TensorFlow Lite, schema {model.version}", network, walk.entries(fates))


def _input(walk: Walk) -> InputFormat:
    own = walk.input.integers
    if own is None or own.width > MAX_INPUT_BITS:
        return InputFormat(walk.sample)
    return InputFormat(walk.sample, own.width, own.signed, walk.integral)
