"""A ternary network as a QONNX file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from quantnn.examples.ternary_mnist.ternary import LEVELS, IntegerLayer
from quantnn.system.extras import needing

__all__ = ["save_qonnx"]

QONNX = "qonnx.custom_op.general"


def save_qonnx(layers: tuple[IntegerLayer, ...], path: Path) -> None:
    """Write Quant for the inputs, and per layer MatMul with ternary weights, Add, Mul by the powers of two, Quant.

    Quant rounds down, as a shift does.

    Raises
    ------
    InputError
        The package onnx is missing.
    """
    with needing("onnx"):
        from onnx import TensorProto, helper, numpy_helper

    arrays, nodes = [], []

    def constant(name: str, values: object) -> str:
        arrays.append(numpy_helper.from_array(np.asarray(values, np.float32), name))
        return name

    def quant(source: str, target: str, bits: int, signed: bool, rounding: str) -> str:
        own = [constant(f"{target}.{name}", value) for name, value in (("scale", 1), ("zero", 0), ("bits", bits))]
        nodes.append(
            helper.make_node(
                "Quant", [source, *own], [target], domain=QONNX,
                signed=int(signed), narrow=int(signed), rounding_mode=rounding,
            )
        )  # fmt: skip
        return target

    last = len(layers) - 1
    values = quant("x", "pixels", 1, False, "ROUND")
    for number, layer in enumerate(layers):
        weights = quant(constant(f"weights{number}", layer.weights), f"ternary{number}", 2, True, "ROUND")
        nodes.append(helper.make_node("MatMul", [values, weights], [f"products{number}"]))
        sums = "y" if number == last else f"sums{number}"
        nodes.append(helper.make_node("Add", [f"products{number}", constant(f"bias{number}", layer.bias)], [sums]))
        if number != last:
            gain = constant(f"gain{number}", np.exp2(-layer.shift.astype(np.float64)))
            nodes.append(helper.make_node("Mul", [sums, gain], [f"scaled{number}"]))
            values = quant(f"scaled{number}", f"levels{number}", LEVELS.bit_length(), False, "FLOOR")
    features = len(layers[0].weights), len(layers[-1].bias)
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width])
        for name, width in zip("xy", features, strict=True)
    ]
    graph = helper.make_graph(nodes, "ternary", ends[:1], ends[1:], arrays)
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid(QONNX, 1)]
    path.write_bytes(helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString())
