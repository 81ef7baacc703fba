"""Functions that are applied element by element."""

from __future__ import annotations

import math

import numpy as np

from quantnn.importers.onnx.call import Call, Refusal
from quantnn.importers.onnx.flow import Flow
from quantnn.importers.onnx.handlers.affine import affine
from quantnn.importers.operators.operator import Activate
from quantnn.model.activation import FloatActivation

__all__ = ["clip", "hard_sigmoid", "leaky_relu", "maximum", "minimum", "prelu", "relu", "sigmoid", "tanh"]


def relu(call: Call) -> tuple[Flow]:
    return _activated(call, "relu")


def sigmoid(call: Call) -> tuple[Flow]:
    return _activated(call, "sigmoid")


def tanh(call: Call) -> tuple[Flow]:
    return _activated(call, "tanh")


def leaky_relu(call: Call) -> tuple[Flow]:
    return _sloped(call, call.number("alpha", 0.01))


def prelu(call: Call) -> tuple[Flow]:
    slopes = call.constant(1)
    if slopes is None or not slopes.size or not (slopes == slopes.flat[0]).all():
        raise Refusal("it has several slopes: train with one for all features, or with LeakyRelu")
    return _sloped(call, float(str(np.float32(slopes.flat[0]))))


def clip(call: Call) -> tuple[Flow]:
    """Bounds are attributes before opset 11, inputs since."""
    low, high = (
        call.number(name, default) if call.opset < 11 else _number(call, position, default)
        for position, (name, default) in enumerate((("min", -math.inf), ("max", math.inf)), 1)
    )
    return clipped(call, call.flow(), low, high)


def maximum(call: Call) -> tuple[Flow]:
    flow, number = _with_number(call)
    return clipped(call, flow, number, math.inf)


def minimum(call: Call) -> tuple[Flow]:
    flow, number = _with_number(call)
    return clipped(call, flow, -math.inf, number)


def hard_sigmoid(call: Call) -> tuple[Flow]:
    """``min(1, max(0, alpha · x + beta))``."""
    slope, offset = (np.array(call.number(name, default)) for name, default in (("alpha", 0.2), ("beta", 0.5)))
    (scaled,) = affine(call, call.flow(), slope, offset)
    return clipped(call, scaled, 0.0, 1.0)


def clipped(call: Call, flow: Flow, low: float, high: float) -> tuple[Flow]:
    """``min(high, max(low, x))``."""
    if math.isnan(low) or math.isnan(high) or low >= high:
        raise Refusal(f"its bounds are {low:g} and {high:g}, but must rise")
    # the largest finite numbers are what exporters write for no bound
    low, high = (value if abs(value) < 3.4e38 else math.copysign(math.inf, value) for value in (low, high))
    if low == 0 and high == math.inf:
        return _activated(call, "relu", flow)
    if low == -math.inf and high == math.inf:
        return _activated(call, "linear", flow)
    return _activated(call, f"clip:{low!r}:{high!r}", flow)


def _with_number(call: Call) -> tuple[Flow, float]:
    if len(call.inputs) != 2:
        raise Refusal("it must have two inputs")
    place = 0 if isinstance(call.given(0), Flow) else 1
    return call.flow(place), _number(call, 1 - place, math.nan)


def _number(call: Call, position: int, default: float) -> float:
    array = call.constant(position, default)
    if array is None or array.size != 1:
        raise Refusal("its bounds must be one number each")
    return float(str(np.float32(array.reshape(()))))


def _sloped(call: Call, slope: float) -> tuple[Flow]:
    if not 0 <= slope <= 1:
        raise Refusal(f"its slope is {slope:g}: one in 0..1 is supported")
    return _activated(call, f"leaky_relu:{slope!r}")


def _activated(call: Call, name: str, flow: Flow | None = None) -> tuple[Flow]:
    flow = flow or call.flow()
    try:
        activation = FloatActivation.named(name)
    except ValueError as error:
        raise Refusal(str(error)) from None
    return call.emit(flow, Activate(call.name, call.kind, activation), shape=flow.shape)
