"""What a chain of operators computes by their definitions, in floats, without any of our integers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from quantnn.importers.operators.operator import (
    Activate,
    Affine,
    IntegerLinear,
    Linear,
    Operator,
    Quantize,
    Reorder,
    Sign,
)
from quantnn.model.activation import Floats

__all__ = ["specified"]

_HAIR = 2.0**-46


def specified(operators: Sequence[Operator], x: Floats) -> Floats:
    """The last outputs for inputs of shape (n, features); a softmax and an ArgMax are left to who decides."""
    for operator in operators:
        x = _step(operator, x)
    return x


def _step(operator: Operator, x: Floats) -> Floats:
    match operator:
        case Linear():
            return np.asarray(x @ operator.weights + operator.bias)
        case IntegerLinear():
            return np.asarray((x @ operator.integers.astype(np.float64)) * operator.scale + operator.bias)
        case Affine():
            return np.asarray(x * operator.slope + operator.offset)
        case Activate():
            return operator.activation.function(x)
        case Reorder():
            return x[:, operator.order]
        case Sign():
            return np.where(x >= 0, operator.scale, -operator.scale)
        case Quantize():
            rounded = operator.rounding(_snapped(x / operator.scale)) if operator.fixed is None else operator.fixed(x)
            steps = rounded + operator.zero
            return np.asarray((np.clip(steps, operator.lo, operator.hi) - operator.zero) * operator.scale)
        case _:
            return x


def _snapped(x: Floats) -> Floats:
    """Multiples of a half where a float's own rounding has left one by a hair."""
    near = np.rint(2 * x) / 2
    return np.where(np.abs(x - near) <= np.abs(near) * _HAIR, near, x)
