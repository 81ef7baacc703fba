"""Stimulus and expected answers in an exported folder, as plain .npy files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.errors import InputError, VerificationError
from quantnn.files.safe_npz import Array, read_npy
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import Evaluation, evaluate

__all__ = ["Vectors"]


@dataclass(frozen=True, eq=False)
class Vectors:
    """Samples, every layer's expected output for them, and labels where they are known.

    Parameters
    ----------
    inputs : int64 array of shape (n, in_features)
    expected : Evaluation
        What the reference answers.
    labels : int64 array of shape (m,) or None
        True classes of the first m samples.
    """

    inputs: Integers
    expected: Evaluation
    labels: Integers | None = None

    @classmethod
    def make(cls, network: IntegerNetwork, inputs: Integers, labels: Integers | None = None) -> Vectors:
        """Let the reference answer."""
        return cls(inputs, evaluate(network, inputs), labels)

    def save(self, folder: Path) -> None:
        """Write inputs.npy, layer_<n>.npy, classes.npy and labels.npy, in the smallest integer types that hold them."""
        arrays = {"inputs": self.inputs, "classes": self.expected.classes, "labels": self.labels}
        arrays |= {f"layer_{number}": values for number, values in enumerate(self.expected.layers)}
        for name, values in arrays.items():
            if values is not None:
                np.save(folder / f"{name}.npy", _smallest(values), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, network: IntegerNetwork) -> Vectors:
        """Read what :meth:`save` wrote, and have the reference confirm it.

        Raises
        ------
        InputError
            A file is missing or damaged.
        VerificationError
            The expected answers are not the reference's: somebody changed them, or the network.
        """
        inputs = _integers(folder / "inputs.npy")
        labels_file = folder / "labels.npy"
        labels = _integers(labels_file) if labels_file.exists() else None
        try:
            vectors = cls.make(network, inputs, labels)
        except ValueError as error:
            raise InputError(f"{folder / 'inputs.npy'} does not suit the network ({error}): export it again") from None
        stored = {f"layer_{number}": values for number, values in enumerate(vectors.expected.layers)}
        if vectors.expected.classes is not None:
            stored["classes"] = vectors.expected.classes
        for name, values in stored.items():
            if not np.array_equal(_integers(folder / f"{name}.npy"), values):
                raise VerificationError(
                    f"{folder / name}.npy does not hold what the network answers: it or network.npz was changed."
                    " Export the model again"
                )
        return vectors


def _integers(path: Path) -> Integers:
    array = read_npy(path)
    if array.dtype.kind not in "iu":
        raise InputError(f"{path} must hold integers, not {array.dtype}: export the model again")
    return array.astype(np.int64)


def _smallest(values: Integers) -> Array:
    if values.size == 0:
        return values
    spread = IntegerRange.of_array(values)
    bits = next(bits for bits in (8, 16, 32, 64) if spread.width <= bits)
    return values.astype(f"{'int' if spread.signed else 'uint'}{bits}")
