"""Quantizers of QONNX."""

from __future__ import annotations

import numpy as np

from quantnn.arithmetic import IntegerRange
from quantnn.importers.onnx.call import Call, Refusal
from quantnn.importers.onnx.flow import Flow
from quantnn.importers.onnx.handlers.parameters import numbers, one_number, quantizer, whole_number
from quantnn.importers.onnx.quantizer_domains import qonnx_range, qonnx_rounding
from quantnn.importers.operators.operator import Affine, Sign
from quantnn.importers.operators.rounding import Rounding

__all__ = ["bipolar_quant", "quant", "trunc"]


def quant(call: Call) -> tuple[Flow]:
    """QONNX: ``(round(clip(x / scale + zero, lo, hi)) − zero) · scale``."""
    flow = call.flow()
    try:
        own, rounding = qonnx_range(call.node, numbers(call, 3)), qonnx_rounding(call.node)
    except ValueError as error:
        raise Refusal(str(error)) from None
    scale, zero = one_number(call, 1, "scale"), whole_number(call, 2)
    if zero and not (rounding in (Rounding.FLOOR, Rounding.CEIL) or (rounding is Rounding.HALF_EVEN and not zero % 2)):
        raise Refusal(f"it rounds {rounding.value} behind a zero point of {zero}: quantize with a zero point of 0")
    return call.emit(flow, quantizer(call, scale, zero, own, rounding), shape=flow.shape)


def bipolar_quant(call: Call) -> tuple[Flow]:
    flow = call.flow()
    try:
        return call.emit(flow, Sign(call.name, call.kind, scale=one_number(call, 1, "scale")), shape=flow.shape)
    except ValueError as error:
        raise Refusal(str(error)) from None


def trunc(call: Call) -> tuple[Flow]:
    """QONNX: the lowest bits of an integer are rounded off; its scale stays."""
    flow = call.flow()
    scale, zero = one_number(call, 1, "scale"), whole_number(call, 2)
    before, behind = (int(_width(call, position)) for position in (3, 4))
    if zero or behind > before or call.given(5) is not None:
        raise Refusal("its zero point must be 0, and it must make fewer bits, with the scale that it had")
    try:
        rounding = qonnx_rounding(call.node, "FLOOR")
    except ValueError as error:
        raise Refusal(str(error)) from None
    lost = before - behind
    own = IntegerRange(-(1 << behind), 1 << behind)
    made = quantizer(call, scale * 2.0**lost, 0, own, rounding)
    shrunk = Affine(call.name, call.kind, np.array(2.0**-lost), np.array(0.0))
    return call.emit(flow, made, shrunk, shape=flow.shape)


def _width(call: Call, position: int) -> float:
    bits = one_number(call, position, "bit width")
    if not 1 <= bits <= 32 or bits % 1:
        raise Refusal(f"its bit width is {bits:g}: whole numbers are supported")
    return bits
