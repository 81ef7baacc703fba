"""What stands at a network's end."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from quantnn.importers.onnx.call import Call, Refusal
from quantnn.importers.onnx.flow import Flow
from quantnn.importers.onnx.handlers.layout import passed
from quantnn.importers.operators.operator import Activate, ArgMax
from quantnn.model.activation import FloatActivation

__all__ = ["argmax", "over_all_outputs", "softmax"]


def softmax(call: Call) -> tuple[Flow]:
    flow = call.flow()
    over_all_outputs(call, flow, call.opset)
    return call.emit(flow, Activate(call.name, call.kind, FloatActivation("softmax")), shape=flow.shape)


def over_all_outputs(call: Call, flow: Flow, opset: int) -> None:
    """Check that a softmax takes every output: it is over one axis since opset 13, before over all axes from that one
    on.

    Raises
    ------
    Refusal
        It does not.
    """
    since13 = opset >= 13
    axis = _axis(call, flow, -1 if since13 else 1)
    if prod(flow.shape[axis : axis + 1] if since13 else flow.shape[axis:]) != flow.index.size:
        raise Refusal("it takes groups of the outputs: one over all of them is supported")


def argmax(call: Call) -> tuple[Flow, ...]:
    scores = call.given(0)
    if isinstance(scores, Flow) and scores.elements == "scores" and scores.index.size == 1:
        return tuple(replace(flow, elements="class") for flow in passed(call))
    flow = call.flow(scores=True)
    axis = _axis(call, flow, 0)
    if flow.shape[axis] != flow.index.size:
        raise Refusal("it takes groups of the outputs: one over all of them is supported")
    if call.attribute("select_last_index", 0):
        raise Refusal("it takes the last of equals: the first is supported")
    rest = flow.shape[:axis] + ((1,) if call.attribute("keepdims", 1) else ()) + flow.shape[axis + 1 :]
    return call.emit(flow, ArgMax(call.name, call.kind), shape=rest, elements="class")


def _axis(call: Call, flow: Flow, default: int) -> int:
    axis = call.attribute("axis", default)
    axes = len(flow.shape)
    if not -axes <= axis < axes:
        raise Refusal(f"its axis {axis} is none of {axes}")
    if call.batch and axis % axes == 0:
        raise Refusal(f"it mixes the {call.batch} samples of a batch: export the model for one sample")
    return int(axis % axes)
