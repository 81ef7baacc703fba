"""Sums and products with constants."""

from __future__ import annotations

import numpy as np

from quantnn.importers.operators.operator import Affine, Operator
from quantnn.importers.tflite.activations import fused
from quantnn.importers.tflite.call import Call
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
    return [Affine(call.name, call.kind, slope, offset), *fused(call)]


def _constant(call: Call) -> Floats:
    """Per feature, or one number where all are the same."""
    value = call.constant(1 - call.place)
    if value is None or not value.size:
        raise ValueError("one of the two must be constant")
    if (value == value.flat[0]).all():
        return np.asarray(value.flat[0])
    if call.operand.shape != call.result.shape:
        raise ValueError("its constant must not widen the tensor")
    one = (1, *call.operand.shape[1:]) if call.constants.batch > 1 else call.operand.shape
    try:
        return np.broadcast_to(value, one).reshape(-1)
    except ValueError:
        raise ValueError(f"its constant of shape {value.shape} does not fit {one}: convert the model again") from None
