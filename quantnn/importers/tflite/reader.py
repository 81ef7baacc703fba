"""From a file of TensorFlow Lite to a network."""

from __future__ import annotations

from pathlib import Path

from quantnn.errors import InputError
from quantnn.importers.format import Hints
from quantnn.importers.operators.float_network import InputFormat, float_network
from quantnn.importers.reading import Reading
from quantnn.importers.tflite.model_file import ModelFile
from quantnn.importers.tflite.tensor import Tensor
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
    walk = Walk(model)
    network, fates = float_network(
        walk.operators, str(path), _input(walk.input, walk.sample), decision=hints.decision, notes=tuple(walk.notes)
    )
    return Reading(f"TensorFlow Lite, schema {model.version}", network, walk.entries(fates))


def _input(tensor: Tensor, sample: tuple[int, ...]) -> InputFormat:
    own = tensor.integers
    if own is None or own.width > MAX_INPUT_BITS:
        return InputFormat(sample)
    return InputFormat(sample, own.width, own.signed)
