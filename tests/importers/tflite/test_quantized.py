"""Integers of TensorFlow Lite. The expected ones of the converter's files are its interpreter's, see make_files.py."""

import numpy as np
import pytest
from tflite_files import FILES, Graph, expected

from quantnn.errors import InputError
from quantnn.importers.format import Hints
from quantnn.importers.formats import read_model
from quantnn.importers.tflite.model_file import ModelFile
from quantnn.model.quantized import QuantizedNetwork
from quantnn.network.reference import evaluate

INTEGERS = ("int8", "int8_tensor", "uint8_ends", "int16")


def reals(name, y):
    """What integers of a file's output stand for."""
    model = ModelFile.read(FILES / f"{name}.tflite")
    quantization = model.tensors[model.outputs[0]].quantization
    return (y.astype(np.int64) - quantization.zeros[0]) * quantization.scales[0]


def ours(network, raw):
    """The outputs of the integer network, in their scale."""
    last = network.network.layers[-1]
    outputs = evaluate(network.network, raw).layers[-1]
    return outputs * last.scale


@pytest.mark.parametrize("name", INTEGERS)
def test_the_specification_is_what_the_interpreter_computes(name):
    x, y = expected(name)
    network = read_model(FILES / f"{name}.tflite").model
    assert isinstance(network, QuantizedNetwork) and network.sensor is None and network.decision == "argmax"
    np.testing.assert_allclose(network.logits(x.astype(np.int64)), reals(name, y), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", INTEGERS)
def test_our_integers_are_the_files_own_but_for_what_is_said(name):
    x, y = expected(name)
    reading = read_model(FILES / f"{name}.tflite")
    network = reading.model
    steps = np.abs(ours(network, x.astype(np.int64)) - reals(name, y)) / network.network.layers[-1].scale
    assert steps.max() <= 3 + 1e-6 and np.rint(steps).mean() < 0.5
    assert max(network.differences) <= 1
    assert [layer.weights.shape for layer in network.network.layers] == [(12, 10), (10, 8), (8, 4)]
    assert any("kernels for microcontrollers, which round otherwise, are steps away" in each for each in network.notes)
    assert reading.entries[0].operator in ("scale of the input", "QUANTIZE")


def test_the_input_keeps_its_format():
    network = read_model(FILES / "uint8_ends.tflite").model
    assert (network.input.lo, network.input.hi) == (0, 255)
    network = read_model(FILES / "int16.tflite").model
    assert (network.input.lo, network.input.hi) == (-(1 << 15), (1 << 15) - 1)


def test_floats_at_the_ends():
    x, y = expected("int8_floats")
    network = read_model(FILES / "int8_floats.tflite").model
    assert network.sensor is not None
    np.testing.assert_allclose(network.logits(network.sensor(x.astype(np.float64))), y, rtol=1e-6, atol=1e-6)


def test_tables_and_a_softmax():
    x, y = expected("int8_activations")
    reading = read_model(FILES / "int8_activations.tflite")
    raw = x.astype(np.int64)
    assert (reading.model.classes(raw) == y.argmax(axis=1)).all()
    assert (np.argmax(evaluate(reading.model.network, raw).layers[-1], axis=1) == y.argmax(axis=1)).mean() > 0.9
    layers = reading.model.network.layers
    assert [layer.table is not None for layer in layers] == [True, True, False, False]
    assert layers[2].requantizer.output.hi - layers[2].requantizer.output.lo <= 255  # relu6 ends the range
    assert [entry.became for entry in reading.entries if entry.operator == "SOFTMAX"] == ["left out"]


RNG = np.random.default_rng(8)
W = np.int8(RNG.integers(-127, 128, (3, 4)))
X = RNG.integers(-128, 128, (200, 4))


class Quantized(Graph):
    """Files of int8 tensors with given scales."""

    def between(self, features, scale=0.5, zero=0, kind="INT8", batch=1):
        return self.tensor((batch, features), kind=kind, scales=[scale], zeros=[zero])

    def layer(self, x, weights=W, bias=None, given=(0.5, 3), scales=(0.25,), zeros=(), axis=0, made=None, **fields):
        made = self.between(len(weights), *given) if made is None else made
        inputs = [x, self.tensor(values=weights, scales=scales, zeros=list(zeros), axis=axis)]
        inputs.append(-1 if bias is None else self.tensor(values=np.int32(bias), scales=[0.5 * 0.25]))
        return self.node("FULLY_CONNECTED", inputs, [made], "FullyConnectedOptions", **fields)


def read(tmp_path, graph, x, y, **hints):
    (tmp_path / "f").write_bytes(graph.content([x], [y]))
    return read_model(tmp_path / "f", Hints(**hints))


def rounded(values, scale, zero, lo=-128, hi=127):
    return (np.clip(np.floor(values / scale + 0.5) + zero, lo, hi) - zero) * scale


@pytest.mark.parametrize(("fused", "lo", "hi"), [(0, -128, 127), (1, 3, 127), (2, 1, 5), (3, 3, 15)])
def test_a_layer_with_a_bias_and_every_fused_activation(tmp_path, fused, lo, hi):
    """Scales are powers of two, so every multiplier is one, and floats are exact."""
    graph = Quantized()
    x = graph.between(4, 0.5, -1)
    bias = [100, -300, 5]
    network = read(tmp_path, graph, x, graph.layer(x, bias=bias, FusedActivationFunction=fused), decision="none").model
    sums = ((X + 1) @ W.T.astype(int) + bias) * (0.5 * 0.25)
    wanted = rounded(sums, 0.5, 3, lo, hi)
    assert network.differences == (0,) and (network.logits(X) == wanted).all() and (ours(network, X) == wanted).all()


def test_weights_with_a_zero_point_and_of_8_bits_without_a_sign(tmp_path):
    graph = Quantized()
    x = graph.between(4, 0.5, 7, kind="UINT8")
    weights, made = np.uint8(RNG.integers(0, 256, (3, 4))), graph.between(3, 32.0, 100, kind="UINT8")
    y = graph.layer(x, weights, zeros=[120], made=made)
    network = read(tmp_path, graph, x, y, decision="none").model
    raw = X + 128
    wanted = rounded((raw - 7) @ (weights.T.astype(int) - 120) * (0.5 * 0.25), 32.0, 100, 0, 255)
    assert (network.logits(raw) == wanted).all() and (ours(network, raw) == wanted).all()


RECTIFIERS = {
    "RELU": lambda v: np.maximum(v, 0),
    "RELU6": lambda v: np.clip(v, 0, 6),
    "RELU_N1_TO_1": lambda v: np.clip(v, -1, 1),
    "LEAKY_RELU": lambda v: np.where(v < 0, 0.25 * v, v),
}


@pytest.mark.parametrize("kind", RECTIFIERS)
def test_a_rectifier_of_its_own(tmp_path, kind):
    graph = Quantized()
    x = graph.between(4)
    options = {"options": "LeakyReluOptions", "Alpha": 0.25} if kind == "LEAKY_RELU" else {}
    y = graph.node(kind, [graph.layer(x, given=(0.5, 3))], [graph.between(3, 0.5, -20)], **options)
    network = read(tmp_path, graph, x, y, decision="none").model
    before = rounded(X @ W.T.astype(int) * 0.125, 0.5, 3)
    wanted = rounded(RECTIFIERS[kind](before), 0.5, -20)
    assert (network.logits(X) == wanted).all() and (ours(network, X) == wanted).all()


@pytest.mark.parametrize(("kind", "scale", "zero", "function"), [
    ("LOGISTIC", 1 / 256, -128, lambda v: 1 / (1 + np.exp(-v))), ("TANH", 1 / 128, 0, np.tanh),
])  # fmt: skip
def test_a_table(tmp_path, kind, scale, zero, function):
    graph = Quantized()
    x = graph.between(4)
    y = graph.node(kind, [graph.layer(x, given=(0.0625, 5))], [graph.between(3, scale, zero)])
    network = read(tmp_path, graph, x, y, decision="none").model
    before = rounded(X @ W.T.astype(int) * 0.125, 0.0625, 5)
    wanted = rounded(function(before), scale, zero)
    np.testing.assert_allclose(network.logits(X), wanted, atol=1e-12)
    np.testing.assert_allclose(ours(network, X) - ours(network, X).min(), wanted - wanted.min(), atol=1e-12)


@pytest.mark.parametrize("floats", [False, True])
def test_a_sigmoid_at_the_end_is_a_threshold(tmp_path, floats):
    graph = Quantized()
    x = graph.between(4)
    y = graph.node("LOGISTIC", [graph.layer(x, W[:1], given=(0.0625, 5))], [graph.between(1, 1 / 256, -128)])
    if floats:
        y = graph.node("DEQUANTIZE", [y], [graph.tensor((1, 1))])
    network = read(tmp_path, graph, x, y).model
    before = rounded(X @ W[:1].T.astype(int) * 0.125, 0.0625, 5)
    assert network.decision == "threshold" and (network.classes(X) == (before[:, 0] > 0)).all()
    values = read(tmp_path, *sigmoid_of_values(), decision="none").model
    assert values.decision == "none" and values.network.layers[-1].table is not None


def sigmoid_of_values():
    graph = Quantized()
    x = graph.between(4)
    made = graph.between(1, 1 / 256, -128)
    return graph, x, graph.node("LOGISTIC", [graph.layer(x, W[:1], given=(0.0625, 5))], [made])


def test_what_only_moves_integers(tmp_path):
    graph = Quantized()
    x = graph.tensor((1, 2, 2), kind="INT8", scales=[0.5])
    turned = graph.tensor((1, 2, 2), kind="INT8", scales=[0.5])
    graph.node("TRANSPOSE", [x, graph.tensor(values=np.int32([0, 2, 1]))], [turned])
    flat = graph.node("RESHAPE", [turned], [graph.between(4)])
    network = read(tmp_path, graph, x, graph.layer(flat), decision="none").model
    wanted = rounded(X.reshape(-1, 2, 2).transpose(0, 2, 1).reshape(-1, 4) @ W.T.astype(int) * 0.125, 0.5, 3)
    assert (network.logits(X) == wanted).all() and (ours(network, X) == wanted).all()


def test_integers_that_become_floats_at_once(tmp_path):
    """A file of float layers behind an input of integers is a float model."""
    graph = Quantized()
    x = graph.between(4, 0.25, 3)
    floats = graph.node("DEQUANTIZE", [x], [graph.tensor((1, 4))])
    network = read(tmp_path, graph, x, graph.dense(floats, W, [1, 2, 3]), decision="none").model
    assert not isinstance(network, QuantizedNetwork) and network.input_signed
    np.testing.assert_allclose(network.logits(X), (X - 3) * 0.25 @ W.T.astype(float) + [1, 2, 3])


def other(kind, given=None, *constants, **options):
    def build(graph, x):
        made = graph.between(4) if given is None else graph.between(*given)
        inputs = [x, *(graph.tensor(values=values) for values in constants)]
        return graph.node(kind, inputs, [made], **options)

    return build


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda g, x: g.layer(x, W[:, :3]), "its weights take 3 features, not 4: flatten"),
        (lambda g, x: g.layer(x, W.astype(np.float32)), "a constant matrix of 8-bit integers with a scale"),
        (lambda g, x: g.layer(x, W.astype(np.int16)), "a constant matrix of 8-bit integers with a scale"),
        (lambda g, x: g.layer(x, W, scales=()), "a constant matrix of 8-bit integers with a scale"),
        (lambda g, x: g.layer(x, W, scales=(0.5,) * 2), "has 2 scales for 3 outputs"),
        (lambda g, x: g.layer(x, W, scales=(0.5,) * 3, axis=1), "has 3 scales for 3 outputs"),
        (lambda g, x: g.layer(x, W, bias=[1, 2]), "must have 3 biases, not 2"),
        (lambda g, x: g.layer(x, W, FusedActivationFunction=4), "its fused activation 4 cannot be had"),
        (lambda g, x: g.layer(x, W, WeightsFormat=1), "its weights are shuffled"),
        (lambda g, x: g.layer(x, W, given=(1e-30, 0)), "its scales are out of reach"),
        (lambda g, x: g.layer(x, W, made=g.tensor((1, 3))), "is FLOAT32 without a scale"),
        (lambda g, x: g.layer(x, W, made=g.tensor((1, 3), kind="INT8", scales=[1, 2])), "has 2 scales: only weights"),
        (other("RESHAPE", (4, 0.25)), "its output must have its input's scale"),
        (other("ADD", None, np.int8([1])), "it cannot be had: of integers FULLY_CONNECTED, QUANTIZE, .* are read"),
        (other("DEQUANTIZE"), "its output must be floats"),
        (other("QUANTIZE"), "there is no dense layer"),
    ],
)  # fmt: skip
def test_what_cannot_be_had(tmp_path, build, words):
    graph = Quantized()
    x = graph.between(4)
    with pytest.raises(InputError, match=words) as error:
        read(tmp_path, graph, x, build(graph, x))
    assert "\n" not in str(error.value)


def test_weights_that_are_no_constants(tmp_path):
    graph = Quantized()
    x = graph.between(4)
    y = graph.node("FULLY_CONNECTED", [graph.tensor(values=W, scales=[1.0]), x], [graph.between(3)])
    with pytest.raises(InputError, match="its weights must be constant"):
        read(tmp_path, graph, x, y)
