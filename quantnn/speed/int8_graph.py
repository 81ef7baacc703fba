"""The ONNX graph of an integer network in bytes, as onnxruntime computes quantized networks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.errors import InputError
from quantnn.network.layers import Dense, Layer
from quantnn.network.network import IntegerNetwork
from quantnn.speed.onnx_graph import INPUT, OUTPUT, serialized

__all__ = ["int8_model", "zero_byte"]

_DOMAIN = "com.microsoft"
_TIES_UP = 1 + 2.0**-20
"""Factor of gains: halves above 0 are then rounded up, as the integer network does, and not to even."""

_BYTE = IntegerRange(0, 255)


def zero_byte(values: IntegerRange) -> int | None:
    """The byte, without a sign, that 0 of a range is: 0, or else 128; None where the range does not fit one."""
    return next((zero for zero in (0, 128) if values.lo + zero in _BYTE and values.hi + zero in _BYTE), None)


def int8_model(network: IntegerNetwork) -> bytes:
    """A serialized model from samples (n, in_features) in bytes to what
    :func:`~quantnn.speed.onnx_graph.onnx_model` gives.

    Every layer is a QGemm: products of bytes, biases of 32 bits, a float gain per output, rounded to a byte and
    saturated; the last one's sums stay floats. Halves below 0, and gains that no power of two is, may round otherwise
    than the integer network. What some processors saturate within a product of bytes is theirs.

    Raises
    ------
    InputError
        A layer is not dense, has a table or a slope, or its integers do not fit: bytes, and 32 bits for its sums.
    """
    from onnx import TensorProto, helper, numpy_helper

    arrays, nodes, values = [], [], INPUT

    def constant(name: str, array: object, kind: npt.DTypeLike) -> str:
        arrays.append(numpy_helper.from_array(np.asarray(array, kind), name))
        return name

    last = len(network.layers) - 1
    for number, (layer, format) in enumerate(zip(network.layers, network.formats, strict=False)):
        zero = zero_byte(format)
        if zero is None:
            raise InputError(f"layer {number}: its inputs {format.lo}..{format.hi} are no bytes")
        weights = _weights(layer, number, network.accumulators[number])
        columns = layer.requantizer.multipliers, layer.requantizer.shifts, layer.requantizer.roundings
        m, s, r = (np.array(column, np.float64) for column in columns)
        floored = number < last and (r < np.floor(2.0**s / 2))
        bias = layer.bias - np.where(floored, np.rint(2.0**s / 2 / np.maximum(m, 1)), 0)
        one = constant(f"one{number}", 1, np.float32)
        given = [
            values, one, constant(f"zero{number}", zero, np.uint8),
            constant(f"weights{number}", weights, np.int8),
            constant(f"gain{number}", m * 2.0**-s * (1 if number == last else _TIES_UP), np.float32),
            constant(f"weights_zero{number}", np.zeros(len(m)), np.int8),
            constant(f"bias{number}", bias, np.int32),
        ]  # fmt: skip
        behind = None if number == last else zero_byte(layer.output)
        if behind is not None:
            given += [one, constant(f"zero_behind{number}", behind, np.uint8)]
        values = f"outputs{number}"
        nodes.append(helper.make_node("QGemm", given, [values], domain=_DOMAIN))
        if behind is not None and layer.output.hi - layer.output.lo < _BYTE.hi:
            range = {"lo": layer.output.lo + behind, "hi": layer.output.hi + behind}
            ends = [constant(f"{name}{number}", end, np.uint8) for name, end in range.items()]
            nodes.append(helper.make_node("Clip", [values, *ends], [f"clipped{number}"]))
            values = f"clipped{number}"
    width = network.out_features
    if not network.classify:
        nodes.append(helper.make_node("Identity", [values], [OUTPUT]))
        answer = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["n", width])
    elif width == 1:
        nodes.append(helper.make_node("Greater", [values, constant("zero", [0], np.float32)], [OUTPUT]))
        answer = helper.make_tensor_value_info(OUTPUT, TensorProto.BOOL, ["n", 1])
    else:
        nodes.append(helper.make_node("ArgMax", [values], [OUTPUT], axis=1, keepdims=0))
        answer = helper.make_tensor_value_info(OUTPUT, TensorProto.INT64, ["n"])
    samples = helper.make_tensor_value_info(INPUT, TensorProto.UINT8, ["n", network.in_features])
    return serialized(helper.make_graph(nodes, "network", [samples], [answer], arrays), _DOMAIN)


def _weights(layer: Layer, number: int, sums: IntegerRange) -> Integers:
    if not isinstance(layer, Dense) or layer.table is not None:
        raise InputError(f"layer {number}: a {layer.kind if layer.table is None else 'table'} has no form in bytes")
    requantizer = layer.requantizer
    pairs = zip(requantizer.multipliers, requantizer.negative_multipliers, strict=True)
    if layer.output.lo < 0 and any(m != n for m, n in pairs):
        raise InputError(f"layer {number}: a relu with outputs below 0, or a leaky one, has no form in bytes")
    own = IntegerRange.of_array(layer.weights)
    if own.lo < -128 or own.hi > 127:
        raise InputError(f"layer {number}: its weights {own.lo}..{own.hi} are no bytes")
    if max(sums.width, IntegerRange.of_array(layer.bias).width) > 32:
        raise InputError(f"layer {number}: its sums take {sums.width} bits, more than 32")
    return layer.weights
