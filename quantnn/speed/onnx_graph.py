"""A float32 network as an ONNX model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from quantnn.speed.float_steps import FloatStep

__all__ = ["INPUT", "OUTPUT", "empty_model", "onnx_model", "serialized"]

INPUT, OUTPUT = "samples", "answers"

_OPSET, _IR = 17, 8
"""Versions of the operators and of the file, from 2022: what every onnxruntime of these years reads."""

_ACTIVATIONS = {"relu": "Relu", "leaky_relu": "LeakyRelu", "sigmoid": "Sigmoid", "tanh": "Tanh"}


def onnx_model(steps: Sequence[FloatStep], classify: bool) -> bytes:
    """A serialized model from samples (n, in_features) to classes (n,), or to outputs (n, out_features).

    Of a single output, the class is whether it exceeds 0, as a boolean of shape (n, 1).
    """
    from onnx import TensorProto, helper, numpy_helper

    nodes, arrays, values = [], [], INPUT
    for number, step in enumerate(steps):
        weights, bias, sums = (f"{name}_{number}" for name in ("weights", "bias", "sums"))
        arrays += [numpy_helper.from_array(step.weights, weights), numpy_helper.from_array(step.bias, bias)]
        if step.weights.ndim == 2:
            nodes.append(helper.make_node("Gemm", [values, weights, bias], [sums]))
        else:
            nodes.append(helper.make_node("Mul", [values, weights], [f"products_{number}"]))
            nodes.append(helper.make_node("Add", [f"products_{number}", bias], [sums]))
        values = sums
        kind, slope = step.activation.kind, step.activation.slope
        if kind == "clip":
            ends = {f"{name}_{number}": getattr(step.activation, name) for name in ("lo", "hi")}
            arrays += [numpy_helper.from_array(np.array(end, np.float32), name) for name, end in ends.items()]
            values = f"outputs_{number}"
            nodes.append(helper.make_node("Clip", [sums, *ends], [values]))
        elif operator := _ACTIVATIONS.get(kind):
            values = f"outputs_{number}"
            nodes.append(helper.make_node(operator, [sums], [values], **({} if slope is None else {"alpha": slope})))
    width = len(steps[-1].bias)
    if not classify:
        nodes.append(helper.make_node("Identity", [values], [OUTPUT]))
        output = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["n", width])
    elif width == 1:
        arrays.append(numpy_helper.from_array(np.zeros(1, np.float32), "zero"))
        nodes.append(helper.make_node("Greater", [values, "zero"], [OUTPUT]))
        output = helper.make_tensor_value_info(OUTPUT, TensorProto.BOOL, ["n", 1])
    else:
        nodes.append(helper.make_node("ArgMax", [values], [OUTPUT], axis=1, keepdims=0))
        output = helper.make_tensor_value_info(OUTPUT, TensorProto.INT64, ["n"])
    samples = helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["n", steps[0].in_features])
    graph = helper.make_graph(nodes, "network", [samples], [output], arrays)
    return serialized(graph)


def empty_model(in_features: int) -> bytes:
    """A model that does nothing: what a call of it takes is the call."""
    from onnx import TensorProto, helper

    node = helper.make_node("Identity", [INPUT], [OUTPUT])
    samples, output = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", in_features]) for name in (INPUT, OUTPUT)
    )
    return serialized(helper.make_graph([node], "empty", [samples], [output]))


def serialized(graph: object, *domains: str) -> bytes:
    """A model of this graph, which takes operators of further domains, too."""
    from onnx import helper

    opsets = [helper.make_opsetid("", _OPSET), *(helper.make_opsetid(domain, 1) for domain in domains)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR)
    return bytes(model.SerializeToString())
