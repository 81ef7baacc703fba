"""Sums and products with constants."""

from __future__ import annotations

import numpy as np

from quantnn.importers.onnx.call import Call, Refusal
from quantnn.importers.onnx.flow import Flow
from quantnn.importers.operators.operator import Affine
from quantnn.model.activation import Floats

__all__ = ["add", "affine", "batch_normalization", "divide", "multiply", "negate", "subtract"]

ONE, ZERO = np.array(1.0), np.array(0.0)


def add(call: Call) -> tuple[Flow]:
    flow, constants, _ = _sides(call)
    return affine(call, flow, ONE, sum(constants, ZERO))


def subtract(call: Call) -> tuple[Flow]:
    flow, (constant,), first = _sides(call, 2)
    return affine(call, flow, ONE, -constant) if first else affine(call, flow, -ONE, constant)


def multiply(call: Call) -> tuple[Flow]:
    flow, (constant,), _ = _sides(call, 2)
    return affine(call, flow, constant, ZERO)


def divide(call: Call) -> tuple[Flow]:
    flow, (constant,), first = _sides(call, 2)
    if not first:
        raise Refusal("it divides by what depends on the input: only constants may be divided by")
    if not constant.all():
        raise Refusal("it divides by 0")
    return affine(call, flow, 1 / constant, ZERO)


def negate(call: Call) -> tuple[Flow]:
    return affine(call, call.flow(), -ONE, ZERO)


def batch_normalization(call: Call) -> tuple[Flow]:
    """``scale · (x − mean) / √(variance + epsilon) + bias`` for each index of axis 1."""
    flow = call.flow()
    if call.attribute("training_mode", 0):
        raise Refusal("it is in training mode: export the model in evaluation mode")
    if len(flow.shape) < 2:
        raise Refusal("its input must have an axis of channels")
    scale, bias, mean, variance = (call.constant(position) for position in range(1, 5))
    if scale is None or bias is None or mean is None or variance is None:
        raise Refusal("scale, bias, mean and variance must be constants")
    channels = (flow.shape[1], *(1 for _ in flow.shape[2:]))
    try:
        with np.errstate(all="ignore"):
            slope = (scale / np.sqrt(variance + call.number("epsilon", 1e-5))).reshape(channels)
        return affine(call, flow, slope, bias.reshape(channels) - slope * mean.reshape(channels))
    except ValueError:
        raise Refusal(f"it has {scale.size} channels, but its input {flow.shape[1]}") from None


def affine(call: Call, flow: Flow, slope: Floats, offset: Floats) -> tuple[Flow]:
    """``flow · slope + offset`` with numpy's broadcasting."""
    try:
        shape = np.broadcast_shapes(flow.shape, slope.shape, offset.shape)
    except ValueError:
        raise Refusal(f"a constant of shape {(slope if slope.ndim else offset).shape} does not fit") from None
    call.budget.take(int(np.prod(shape, dtype=object)), call.node.shown)
    if not (np.isfinite(slope).all() and np.isfinite(offset).all()):
        raise Refusal("its constants must be finite")
    settled = call.chain.settle(flow, shape)
    flat = (
        values.reshape(()) if values.size == 1 else np.broadcast_to(values, shape).ravel() for values in (slope, offset)
    )
    return call.emit(settled, Affine(call.name, call.kind, *flat), shape=shape)


def _sides(call: Call, count: int = 0) -> tuple[Flow, list[Floats], bool]:
    """The flow, the constants, and whether the flow stands first."""
    places = [position for position, value in enumerate(call.inputs) if isinstance(value, Flow)]
    if len(places) > 1:
        raise Refusal("two of its inputs depend on the network's input: only a chain of operators is supported")
    if count and (len(call.inputs) != count or any(given is None for given in call.inputs)):
        raise Refusal(f"it must have {count} inputs")
    flow = call.flow(places[0])
    constants = []
    for position in range(len(call.inputs)):
        constant = call.constant(position) if position != places[0] else None
        if constant is not None:
            constants.append(_aligned(call, constant, len(flow.shape)) if position else constant)
    return flow, constants, places[0] == 0


def _aligned(call: Call, constant: Floats, axes: int) -> Floats:
    """A second operand's axes where opset 6 puts them: at ``axis``, and not at the end."""
    if call.opset >= 7 or "axis" not in call.node.attributes or not constant.ndim:
        return constant
    axis = call.attribute("axis", 0)
    axis = axis + axes if axis < 0 else axis
    behind = axes - axis - constant.ndim
    if behind < 0:
        raise Refusal(f"its axis {axis} does not fit")
    return constant.reshape(constant.shape + (1,) * behind)
