"""Scales, zero points and widths of quantizers, which have to be constant."""

from __future__ import annotations

import numpy as np

from quantnn.arithmetic import IntegerRange
from quantnn.importers.onnx.call import Call, Refusal
from quantnn.importers.operators.operator import Quantize
from quantnn.importers.operators.rounding import Rounding
from quantnn.model.activation import Floats

__all__ = ["numbers", "one_number", "quantizer", "whole_number"]


def numbers(call: Call, position: int, default: float | None = None) -> Floats:
    values = call.constant(position, default)
    if values is None:
        raise Refusal(f"its input {position} is missing")
    return values


def one_number(call: Call, position: int, what: str, default: float | None = None) -> float:
    values = numbers(call, position, default)
    if not values.size or not (values == values.flat[0]).all():
        raise Refusal(
            f"its {what} differs from feature to feature, but a matrix takes sums of them: quantize per tensor"
        )
    return float(values.flat[0])


def whole_number(call: Call, position: int) -> int:
    value = one_number(call, position, "zero point", 0.0)
    if not np.isfinite(value) or value % 1:
        raise Refusal(f"its zero point is {value:g}: a whole number is needed")
    return int(value)


def quantizer(call: Call, scale: float, zero: int, own: IntegerRange, rounding: Rounding) -> Quantize:
    try:
        return Quantize(call.name, call.kind, scale=scale, zero=zero, lo=own.lo, hi=own.hi, rounding=rounding)
    except ValueError as error:
        raise Refusal(str(error)) from None
