"""Float weights that are integers in some power of two."""

from __future__ import annotations

import numpy as np

from quantnn.arithmetic import IntegerRange
from quantnn.importers.operators.operator import IntegerLinear, Linear

__all__ = ["whole_weights"]

_MOST_BITS = 16


def whole_weights(operator: Linear) -> IntegerLinear:
    """The same operator with its weights as integers.

    Raises
    ------
    ValueError
        They are no multiples of a power of two that 16 bits hold.
    """
    weights = operator.weights
    greatest = float(np.abs(weights).max())
    if greatest == 0:
        return _whole(operator, 0)
    top = int(np.floor(np.log2(greatest)))
    for fraction in range(-top, _MOST_BITS - 1 - top):
        scaled = weights * 2.0**fraction
        if (scaled == np.rint(scaled)).all():
            return _whole(operator, fraction)
    raise ValueError("its weights are floats, though the file quantizes its activations: quantize the weights, too")


def _whole(operator: Linear, fraction: int) -> IntegerLinear:
    integers = np.rint(operator.weights * 2.0**fraction).astype(np.int64)
    span = IntegerRange.of_array(integers)
    greatest = max(-span.lo, span.hi, 1)
    return IntegerLinear(
        operator.name,
        operator.kind,
        integers=integers,
        scale=np.asarray(2.0**-fraction),
        bias=operator.bias,
        range=IntegerRange(-greatest, greatest),
    )
