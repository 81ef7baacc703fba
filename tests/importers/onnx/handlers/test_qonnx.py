"""QONNX against qonnx' own executor.

Scales are powers of two, as float32 is exact then and answers have to be equal.
"""

import numpy as np
import pytest
from onnx import TensorProto, helper
from onnx_files import model, node, read

from quantnn.arithmetic import IntegerRange
from quantnn.errors import InputError
from quantnn.network.layers import Dense
from quantnn.network.reference import evaluate

RNG = np.random.default_rng(4)
QONNX = "qonnx.custom_op.general"
F = np.float32


def values_of(reading, raw):
    network = reading.model.network
    return evaluate(network, raw).logits * np.asarray(network.layers[-1].scale)


def qonnx_model(nodes, weights, features):
    return model(nodes, ["n", features], weights, opset=13, domains=(QONNX,))


def qonnx_answers(proto, x):
    modelwrapper = pytest.importorskip("qonnx.core.modelwrapper")
    execute = pytest.importorskip("qonnx.core.onnx_exec").execute_onnx
    for value in proto.graph.output:
        value.type.tensor_type.ClearField("shape")
    proto.graph.input[0].CopyFrom(helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, x.shape[1]]))
    wrapped = modelwrapper.ModelWrapper(proto)
    infer = pytest.importorskip("qonnx.transformation.infer_shapes").InferShapes
    wrapped = wrapped.transform(infer())
    return np.concatenate([execute(wrapped, {"x": row[np.newaxis]})["y"] for row in x])


def quant(name, source, target, scale, bits, weights, kind="Quant", zero=0.0, **attributes):
    weights |= {f"{name}_s": np.asarray(scale, F), f"{name}_z": F(zero), f"{name}_b": F(bits)}
    return node(kind, [source, f"{name}_s", f"{name}_z", f"{name}_b"], [target], domain=QONNX, name=name, **attributes)


def compare_qonnx(proto, tmp_path, features, **others):
    x = np.round(RNG.normal(size=(40, features)) * 16).astype(F) / 32
    reading = read(proto, tmp_path, **others)
    raw = reading.model.sensor(x.astype(float))
    assert np.allclose(reading.model.logits(raw), qonnx_answers(proto, x), atol=1e-6)
    step = np.asarray(reading.model.network.layers[-1].scale)
    off = np.abs((values_of(reading, raw) - reading.model.logits(raw)) / step).max()
    if len(reading.model.network.layers) == 1:
        assert off <= reading.model.differences[0] + 1e-6
    return reading


@pytest.mark.parametrize("signed", [0, 1])
@pytest.mark.parametrize("narrow", [0, 1])
@pytest.mark.parametrize("rounding", ["ROUND", "FLOOR"])
@pytest.mark.parametrize("bits", [3, 5])
def test_quant(tmp_path, signed, narrow, rounding, bits):
    weights = {"w": RNG.normal(size=(4, 3)).astype(F)}
    attributes = {"signed": signed, "narrow": narrow, "rounding_mode": rounding}
    scale = 2.0 ** -RNG.integers(3, 6, 3)[np.newaxis]
    nodes = [
        quant("a", "x", "aq", 0.125, bits, weights, **attributes),
        quant("wq", "w", "ww", scale, 4, weights, signed=1, narrow=narrow, rounding_mode=rounding),
        node("MatMul", ["aq", "ww"], ["m"]),
        node("Relu", ["m"], ["r"]),
        quant("o", "r", "y", 0.25, bits, weights, "IntQuant", signed=0, narrow=narrow, rounding_mode=rounding),
    ]
    reading = compare_qonnx(qonnx_model(nodes, weights, 4), tmp_path, 4)
    assert reading.model.network.layers[0].weight_range == IntegerRange(-7 if narrow else -8, 7)
    if rounding == "FLOOR":
        assert reading.model.differences == (0,)


@pytest.mark.parametrize("rounding", ["ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"])
def test_roundings(tmp_path, rounding):
    weights = {"w": RNG.integers(-3, 4, (4, 3)).astype(F)}
    nodes = [
        quant("a", "x", "aq", 0.125, 4, weights, signed=1, narrow=0, rounding_mode="ROUND"),
        quant("wq", "w", "ww", 1.0, 3, weights, signed=1, narrow=0, rounding_mode=rounding),
        node("MatMul", ["aq", "ww"], ["m"]),
        quant("o", "m", "y", 0.5, 4, weights, signed=1, narrow=0, rounding_mode=rounding),
    ]
    compare_qonnx(qonnx_model(nodes, weights, 4), tmp_path, 4)


def test_a_binary_network(tmp_path):
    weights = {
        "w0": RNG.normal(size=(6, 4)).astype(F), "w1": RNG.normal(size=(4, 3)).astype(F), "one": F(1), "half": F(0.5),
        "g": F([1, -0.5, 0.3, 2]), "b": F([0.1, 0.2, -1, 0]), "mean": F([0, 1, -1, 0.5]), "var": F([1, 2, 0.5, 1]),
    }  # fmt: skip
    nodes = [
        node("BipolarQuant", ["x", "one"], ["a0"], domain=QONNX),
        node("BipolarQuant", ["w0", "half"], ["w0q"], domain=QONNX),
        node("MatMul", ["a0", "w0q"], ["m0"]),
        node("BatchNormalization", ["m0", "g", "b", "mean", "var"], ["n0"]),
        node("BipolarQuant", ["n0", "one"], ["a1"], domain=QONNX),
        node("BipolarQuant", ["w1", "one"], ["w1q"], domain=QONNX),
        node("MatMul", ["a1", "w1q"], ["y"]),
    ]
    reading = compare_qonnx(qonnx_model(nodes, weights, 6), tmp_path, 6)
    assert reading.model.differences == (0, 0) and reading.model.input == IntegerRange(0, 1)
    assert all(isinstance(layer, Dense) for layer in reading.model.network.layers)


def test_trunc(tmp_path):
    weights = {"w": RNG.integers(-3, 4, (4, 3)).astype(F), "t_b": F(4)}
    nodes = [
        quant("a", "x", "aq", 0.125, 4, weights, signed=1, narrow=0, rounding_mode="ROUND"),
        quant("wq", "w", "ww", 1.0, 3, weights, signed=1, narrow=0, rounding_mode="ROUND"),
        node("MatMul", ["aq", "ww"], ["m"]),
        quant("o", "m", "q", 0.125, 8, weights, signed=1, narrow=0, rounding_mode="ROUND"),
        node("Trunc", ["q", "o_s", "o_z", "o_b", "t_b"], ["y"], domain=QONNX, rounding_mode="FLOOR"),
    ]
    x = np.round(RNG.normal(size=(40, 4)) * 16).astype(F) / 32
    reading = read(qonnx_model(nodes, weights, 4), tmp_path)
    raw = reading.model.sensor(x.astype(float))
    arrays = np.clip(np.rint(x / 0.125), -8, 7).astype(int) @ weights["w"].astype(int)
    assert np.array_equal(reading.model.logits(raw), np.clip(arrays, -128, 127) // 16 * 0.125)
    assert np.array_equal(values_of(reading, raw), reading.model.logits(raw))


@pytest.mark.parametrize(
    ("bits", "attributes", "words"),
    [
        (2.5, {}, "bit width is .*: one whole number up to 24"),
        (1, {"signed": 1, "narrow": 1}, "must have a range of integers"),
        (4, {"rounding_mode": "SOMEHOW"}, "rounding mode is 'SOMEHOW'"),
    ],
)
def test_quants_that_cannot_be_had(tmp_path, bits, attributes, words):
    weights = {"w": F(np.ones((2, 2)))}
    nodes = [quant("a", "x", "aq", 0.5, bits, weights, **attributes), node("MatMul", ["aq", "w"], ["y"])]
    with pytest.raises(InputError, match=words):
        read(qonnx_model(nodes, weights, 2), tmp_path)


def test_an_odd_zero_point_of_a_quant(tmp_path):
    weights = {"w": F(np.ones((2, 2)))}
    nodes = [quant("a", "x", "aq", 0.5, 4, weights, zero=1.0), node("MatMul", ["aq", "w"], ["y"])]
    with pytest.raises(InputError, match="behind a zero point of 1"):
        read(qonnx_model(nodes, weights, 2), tmp_path)
