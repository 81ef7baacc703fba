"""One operator of the graph, with what it takes and gives, as its reader sees it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import Integers
from quantnn.errors import InputError
from quantnn.importers.tflite.model_file import ModelFile, Node
from quantnn.importers.tflite.tensor import Tensor
from quantnn.model.activation import Floats

__all__ = ["Call", "Constants"]

_MOST_ELEMENTS = 1 << 25


@dataclass(eq=False)
class Constants:
    """The constants of a file, and how much of them has been used.

    Parameters
    ----------
    model : ModelFile
    computed : dict
        Values by tensor that constant operators gave.
    batch : int
        Samples that the file's tensors hold.
    """

    model: ModelFile
    batch: int
    computed: dict[int, npt.NDArray[Any]] = field(default_factory=dict)
    left: int = _MOST_ELEMENTS

    def known(self, number: int) -> bool:
        return number in self.computed or (number >= 0 and self.model.tensors[number].constant)

    def array(self, number: int) -> npt.NDArray[Any]:
        """The elements; every use counts, as it becomes a copy.

        Raises
        ------
        ValueError
            It is no constant, or not as its shape says.
        InputError
            All that was used is too much.
        """
        if number < 0:
            raise ValueError("an input is left out: convert the model again")
        array = self.computed[number] if number in self.computed else self.model.tensors[number].array()
        self.spend(array.size)
        return array

    def spend(self, elements: int) -> None:
        """Count what takes memory.

        Raises
        ------
        InputError
            All together is too much.
        """
        self.left -= elements
        if self.left < 0:
            raise InputError(f"{self.model.path} has more than {_MOST_ELEMENTS:,} weights: convert a smaller model")


@dataclass(frozen=True, eq=False)
class Call:
    """An operator with one input that depends on the sample.

    Parameters
    ----------
    constants : Constants
    node : Node
    place : int
        Which of its inputs that is.
    """

    constants: Constants
    node: Node
    place: int

    @property
    def operand(self) -> Tensor:
        return self.constants.model.tensors[self.node.inputs[self.place]]

    @property
    def result(self) -> Tensor:
        return self.constants.model.tensors[self.node.outputs[0]]

    @property
    def name(self) -> str:
        return self.result.name

    @property
    def kind(self) -> str:
        return self.node.kind

    def sample(self, tensor: Tensor) -> tuple[int, ...]:
        """A tensor's shape without the batch.

        Raises
        ------
        ValueError
            It does not hold as many samples as the input.
        """
        shape, batch = tensor.shape, self.constants.batch
        if shape and shape[0] == batch:
            return shape[1:]
        if batch == 1:
            return shape
        raise ValueError(
            f"{tensor.name} of shape {shape} must begin with the batch of {batch}: convert for a batch of 1"
        )

    def features(self, tensor: Tensor) -> int:
        return math.prod(self.sample(tensor))

    def constant(self, place: int) -> Floats | None:
        """An input's elements, dequantized where they are integers that stand for floats; None if it is left out."""
        tensor = self.tensor(place)
        return None if tensor is None else dequantized(self.constants.array(tensor.number), tensor)

    def tensor(self, place: int) -> Tensor | None:
        """An input; None if it is left out."""
        inputs = self.node.inputs
        if place >= len(inputs) or inputs[place] < 0:
            return None
        return self.constants.model.tensors[inputs[place]]

    def integers(self, place: int) -> Integers:
        """An input's elements, which must be constant integers, as they are.

        Raises
        ------
        ValueError
            They are not.
        """
        array = self.constants.array(self.node.inputs[place])
        if array.dtype.kind not in "iu" or not array.size:
            raise ValueError(f"input {place} must be integers: convert the model again")
        return array.astype(np.int64)

    def flag(self, name: str) -> bool:
        return bool(self.node.options.get(name, 0))


def dequantized(array: npt.NDArray[Any], tensor: Tensor) -> Floats:
    """``scale · (integer − zero)``, along the tensor's axis.

    Raises
    ------
    ValueError
        The scales do not fit the shape, or a value is not finite.
    """
    values: Floats = array.astype(np.float64)
    quantization = tensor.quantization
    if quantization is not None and array.dtype.kind in "iu":
        count = len(quantization.scales)
        shape = [1] * values.ndim
        if count > 1:
            if not 0 <= quantization.axis < values.ndim or values.shape[quantization.axis] != count:
                raise ValueError(f"{tensor.name} has {count} scales that do not fit its shape {values.shape}")
            shape[quantization.axis] = count
        values = (values - quantization.zeros.reshape(shape)) * quantization.scales.reshape(shape)
    if not np.isfinite(values).all():
        raise ValueError(f"{tensor.name} must be finite: train or convert it again")
    return values
