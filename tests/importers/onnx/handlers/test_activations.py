import math

import numpy as np
import pytest
from onnx_files import check, model, node, read

from quantnn.errors import InputError

RNG = np.random.default_rng(1)
W, V = np.float32(RNG.normal(size=(4, 5)) / 50), np.float32(RNG.normal(size=(5, 3)))
F32 = np.finfo(np.float32)


def between(*nodes, weights=None, opset=13):
    """A dense layer, nodes from h to a, and another dense layer."""
    chain = [node("MatMul", ["x", "w"], ["h"]), *nodes, node("MatMul", ["a", "v"], ["y"])]
    return model(chain, ["n", 4], {"w": W, "v": V, **(weights or {})}, opset=opset)


@pytest.mark.parametrize(
    ("operator", "attributes", "activation"),
    [
        ("Relu", {}, "relu"),
        ("Sigmoid", {}, "sigmoid"),
        ("Tanh", {}, "tanh"),
        ("LeakyRelu", {}, "leaky_relu:0.01"),
        ("LeakyRelu", {"alpha": 0.3}, "leaky_relu:0.3"),
        ("LeakyRelu", {"alpha": 0.0}, "relu"),
        ("LeakyRelu", {"alpha": 1.0}, "linear"),
        ("HardSigmoid", {}, "clip:0.0:1.0"),
        ("HardSigmoid", {"alpha": 0.1666666, "beta": 0.25}, "clip:0.0:1.0"),
    ],
)
@pytest.mark.parametrize("opset", [6, 13])
def test_a_function(tmp_path, operator, attributes, activation, opset):
    reading = check(between(node(operator, ["h"], ["a"], **attributes), opset=opset), tmp_path, (1, 4))
    assert reading.model.layers[0].activation == activation and len(reading.model.layers) == 2


@pytest.mark.parametrize(
    ("low", "high", "activation"),
    [
        (0, 6, "clip:0.0:6.0"),
        (-1, 1, "clip:-1.0:1.0"),
        (0, None, "relu"),
        (0, F32.max, "relu"),
        (F32.min, F32.max, "linear"),
        (None, 0.5, "clip:-inf:0.5"),
        (0.25, None, "clip:0.25:inf"),
        (None, None, "linear"),
    ],
)
def test_a_clip_of_old_and_new_opsets(tmp_path, low, high, activation):
    attributes = {name: float(value) for name, value in (("min", low), ("max", high)) if value is not None}
    old = between(node("Clip", ["h"], ["a"], **attributes), opset=9)
    assert check(old, tmp_path, (1, 4)).model.layers[0].activation == activation
    bounds = {name: np.float32(value) for name, value in (("lo", low), ("hi", high)) if value is not None}
    inputs = ["h", "lo" if low is not None else "", "hi" if high is not None else ""]
    new = between(node("Clip", inputs, ["a"]), weights=bounds)
    assert check(new, tmp_path, (1, 4)).model.layers[0].activation == activation


@pytest.mark.parametrize("first", [True, False])
def test_a_maximum_and_a_minimum_are_clips(tmp_path, first):
    nodes = [
        node("Max", ["h", "lo"] if first else ["lo", "h"], ["m"]),
        node("Min", ["m", "hi"] if first else ["hi", "m"], ["a"]),
    ]
    proto = between(*nodes, weights={"lo": np.float32(0), "hi": np.float32([6])})
    assert check(proto, tmp_path, (1, 4)).model.layers[0].activation == "clip:0.0:6.0"


@pytest.mark.parametrize("shape", [(), (1,), (5,), (1, 5)])
def test_a_prelu_of_one_slope(tmp_path, shape):
    proto = between(node("PRelu", ["h", "s"], ["a"]), weights={"s": np.full(shape, 0.2, np.float32)})
    assert check(proto, tmp_path, (1, 4)).model.layers[0].activation == "leaky_relu:0.2"


@pytest.mark.parametrize(
    ("call", "weights", "opset", "words"),
    [
        (node("LeakyRelu", ["h"], ["a"], alpha=-0.5), {}, 13, "its slope is -0.5"),
        (node("LeakyRelu", ["h"], ["a"], alpha=2.0), {}, 13, "its slope is 2"),
        (node("LeakyRelu", ["h"], ["a"], alpha=math.nan), {}, 13, "its slope is nan"),
        (node("PRelu", ["h", "s"], ["a"]), {"s": np.float32([1, 2, 3, 4, 5])}, 13, "it has several slopes"),
        (node("PRelu", ["h", "h"], ["a"]), {}, 13, "two of its inputs depend"),
        (node("PRelu", ["h"], ["a"]), {}, 13, "it has several slopes"),
        (node("Clip", ["h"], ["a"], min=2.0, max=1.0), {}, 9, "bounds are 2 and 1, but must rise"),
        (node("Clip", ["h", "s"], ["a"]), {"s": np.float32([1, 2])}, 13, "must be one number each"),
        (node("Clip", ["h", "s"], ["a"]), {"s": np.float32(math.nan)}, 13, "must rise"),
        (node("Clip", ["h", "h"], ["a"]), {}, 13, "two of its inputs depend"),
        (node("Max", ["h"], ["a"]), {}, 13, "it must have two inputs"),
        (node("Max", ["h", "h"], ["a"]), {}, 13, "two of its inputs depend"),
        (node("Elu", ["h"], ["a"]), {}, 13, r"a \(Elu, 1×5\): it is another function: train with Relu"),
        (node("Softmax", ["h"], ["a"]), {}, 13, "these end a network"),
    ],
)
def test_what_cannot_be_had(tmp_path, call, weights, opset, words):
    with pytest.raises(InputError, match=words):
        read(between(call, weights=weights, opset=opset), tmp_path)
