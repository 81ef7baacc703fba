"""Sums and products with constants."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from quantnn.importers.operators.operator import Affine, Operator, Reorder
from quantnn.importers.tflite.activations import fused
from quantnn.importers.tflite.call import Call
from quantnn.importers.tflite.tensor import Tensor
from quantnn.model.activation import Floats

__all__ = ["affine"]


def affine(call: Call) -> list[Operator]:
    """``ADD``, ``SUB``, ``MUL`` and ``DIV`` of the sample's tensor and a constant."""
    constant = _constant(call)
    one, none = np.ones(()), np.zeros(())
    match call.kind, call.place:
        case "ADD", _:
            slope, offset = one, constant
        case "SUB", 0:
            slope, offset = one, -constant
        case "SUB", _:
            slope, offset = -one, constant
        case "MUL", _:
            slope, offset = constant, none
        case "DIV", 0:
            if not constant.all():
                raise ValueError("it must not divide by 0")
            slope, offset = 1 / constant, none
        case _:
            raise ValueError("it must divide by a constant, not a constant by features")
    return [*_widened(call), Affine(call.name, call.kind, slope, offset), *fused(call)]


def _constant(call: Call) -> Floats:
    """Per feature of the result, or one number where all are the same.

    Raises
    ------
    ValueError
        It is no constant, or does not fit.
    """
    value = call.constant(1 - call.place)
    if value is None or not value.size:
        raise ValueError("one of the two must be constant")
    if (value == value.flat[0]).all():
        return np.asarray(value.flat[0])
    return _spread(call, value, _one(call, call.result))


def _widened(call: Call) -> list[Operator]:
    """What repeats features, where the constant has more of them."""
    taken, given = _one(call, call.operand), _one(call, call.result)
    if taken == given:
        return []
    places = _spread(call, np.arange(math.prod(taken)).reshape(taken), given)
    return [Reorder(call.name, f"{call.kind}, widened", places)]


def _one(call: Call, tensor: Tensor) -> tuple[int, ...]:
    """A tensor's shape for a batch of 1."""
    return (1, *call.sample(tensor)) if call.constants.batch > 1 else tensor.shape


def _spread(call: Call, values: npt.NDArray[Any], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    call.constants.spend(math.prod(shape))
    try:
        return np.broadcast_to(values, shape).reshape(-1)
    except ValueError:
        raise ValueError(f"{values.shape} does not fit {shape}: convert the model again") from None
