"""What only moves values, or leaves them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from onnx import TensorProto

from quantnn.arithmetic import Integers
from quantnn.importers.onnx.call import Call, Refusal
from quantnn.importers.onnx.constants import Constant
from quantnn.importers.onnx.flow import Flow

__all__ = ["cast", "dropout", "measured", "passed", "rearranged", "reshape"]

_FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.BFLOAT16)


def rearranged(call: Call) -> tuple[Flow, ...]:
    """Moves values of one tensor: onnx's reference moves their numbers instead."""
    flows = [value for value in call.inputs if isinstance(value, Flow)]
    first = flows[0]
    if any(flow.base != first.base for flow in flows) or (
        call.node.op_type == "Concat" and len(flows) < len(call.inputs)
    ):
        raise Refusal("it joins what was computed on two branches: only a chain of operators is supported")
    if not isinstance(call.given(0), Flow):
        raise Refusal("it looks its input up in a table: only constant choices of features are supported")
    made = [array.astype(np.int64) for array in call.folded(_numbers(call, 1))]
    if not all(array.size for array in made):
        raise Refusal("it leaves no feature")
    if call.batch:
        _check_apart(call, made, first.features)
    moved = tuple(dict.fromkeys(number for flow in flows for number in flow.moved))
    return tuple(call.chain.keep(replace(first, moved=moved), index) for index in made)


def reshape(call: Call) -> tuple[Flow, ...]:
    return rearranged(call)


def measured(call: Call) -> tuple[Constant, ...]:
    """A shape, which is constant: that of one sample."""
    call.chain.forget()
    return call.folded(_numbers(call, 1))


def passed(call: Call) -> tuple[Flow, ...]:
    """Leaves its first input as it is."""
    flow = call.given(0)
    if not isinstance(flow, Flow):
        raise Refusal("its first input must depend on the network's input")
    return (call.chain.keep(flow, flow.index),)


def dropout(call: Call) -> tuple[Flow, ...]:
    training = call.given(2)
    if isinstance(training, Flow) or (training is not None and training.any()):
        raise Refusal("it is in training mode: export the model in evaluation mode")
    return passed(call)


def cast(call: Call) -> tuple[Flow, ...]:
    flow, to = call.given(0), call.node.attributes.get("to")
    if not isinstance(flow, Flow):
        raise Refusal("its input must depend on the network's")
    # before opset 6 the type was a text, and some exporters kept it
    floats = to in _FLOATS or str(to).upper() in ("FLOAT", "FLOAT16", "DOUBLE")
    if not floats and flow.elements == "float":
        raise Refusal("it rounds floats to integers: only casts to floats are supported")
    kept = passed(call)
    return tuple(replace(made, elements="float") if flow.elements == "integer" and floats else made for made in kept)


def cast_like(call: Call) -> tuple[Flow | Constant, ...]:
    """Of a constant, or of floats to floats: exporters write it where a bound takes the type of what it bounds."""
    value, like = call.given(0), call.given(1)
    floats = like.elements == "float" if isinstance(like, Flow) else like is not None and like.dtype.kind == "f"
    if not floats:
        raise Refusal("it casts to integers: only casts to floats are supported")
    if isinstance(value, Flow):
        if value.elements != "float":
            raise Refusal("it casts integers: write Cast")
        return passed(call)
    if value is None:
        raise Refusal("it must have two inputs")
    call.chain.forget()
    return (value.astype(np.float64),)


def _numbers(call: Call, samples: int) -> tuple[Constant | None, ...]:
    """The node's inputs, with features' numbers in place of features, of one sample or of two behind one another."""
    inputs: list[Constant | None] = [
        _stacked(value, samples) if isinstance(value, Flow) else value for value in call.inputs
    ]
    if call.node.op_type == "Reshape" and call.batch and len(inputs) > 1 and inputs[1] is not None:
        target = np.array(inputs[1])
        if target.size and target.flat[0] == call.batch:
            target.flat[0] = samples
            inputs[1] = target
    return tuple(inputs)


def _stacked(flow: Flow, samples: int) -> Integers:
    if samples == 1:
        return flow.index
    return np.concatenate([flow.index, flow.index + flow.features], axis=0)


def _check_apart(call: Call, made: list[Integers], features: int) -> None:
    """Refuse what mixes samples, if the first axis stands for these."""
    for one, two in zip(made, call.folded(_numbers(call, 2)), strict=True):
        if one.ndim == 0 or two.shape != (2, *one.shape[1:]) or (two != np.concatenate([one, one + features])).any():
            raise Refusal(f"it mixes the {call.batch} samples of a batch: export the model for one sample")
