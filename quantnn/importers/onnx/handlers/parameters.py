"""Scales, zero points and widths of quantizers, which have to be constant."""

from __future__ import annotations

import numpy as np

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.importers.onnx.call import Call, Refusal
from quantnn.importers.operators.operator import Quantize
from quantnn.importers.operators.rounding import Rounding
from quantnn.model.activation import Floats

__all__ = ["numbers", "one_number", "quantizer", "whole_number", "whole_numbers"]

_MOST = 1 << 24


def numbers(call: Call, position: int, default: float | None = None) -> Floats:
    values = call.constant(position, default)
    if values is None:
        raise Refusal(f"its input {position} is missing")
    if not values.size or not np.isfinite(values).all():
        raise Refusal(f"its input {position} must hold finite numbers")
    return values


def whole_numbers(call: Call, position: int) -> Integers:
    """Zero points, of any shape; 0 where they are left out.

    Raises
    ------
    Refusal
        They are no integers.
    """
    values = numbers(call, position, 0.0)
    if (values != np.rint(values)).any() or np.abs(values).max() > _MOST:
        raise Refusal(f"its zero points, input {position}, must be whole numbers")
    return values.astype(np.int64)


def one_number(call: Call, position: int, what: str, default: float | None = None) -> float:
    values = numbers(call, position, default)
    if not (values == values.flat[0]).all():
        raise Refusal(
            f"its {what} differs from feature to feature, but a matrix takes sums of them: quantize per tensor"
        )
    return float(values.flat[0])


def whole_number(call: Call, position: int) -> int:
    values = whole_numbers(call, position)
    if not (values == values.flat[0]).all():
        raise Refusal("its zero point differs from feature to feature: quantize per tensor")
    return int(values.flat[0])


def quantizer(call: Call, scale: float, zero: int, own: IntegerRange, rounding: Rounding) -> Quantize:
    try:
        return Quantize(call.name, call.kind, scale=scale, zero=zero, lo=own.lo, hi=own.hi, rounding=rounding)
    except ValueError as error:
        raise Refusal(str(error)) from None
