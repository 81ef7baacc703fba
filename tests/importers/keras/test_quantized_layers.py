"""The files qkeras_* in ``files`` were written by QKeras 0.9 with tf_keras 2.21: Sequential models with random weights,

    bits: QActivation("quantized_bits(8,2,0,alpha=1)"),
        QDense(8, kernel_quantizer="quantized_bits(4,0,1)", bias_quantizer="quantized_bits(6,1,alpha=1)"),
        QActivation("quantized_relu(5,1)"),
        QDense(7, "quantized_bits(6,0,alpha=1)" twice, activation="quantized_relu(4,1,negative_slope=0.25)"),
        Dropout(0.1), QDense(3, "quantized_bits(5,1,1,alpha='auto')", "quantized_bits(8,1)"), Activation("softmax")
    few: QActivation("quantized_relu(4,1)"), QDense(8, "ternary()", "quantized_bits(6,1)"), BatchNormalization(),
        QActivation("binary()"), QDense(7, "binary(alpha=1)", use_bias=False, activation="ternary()"),
        QDense(3, "quantized_po2(4,1)", "quantized_po2(4)")
    norm: QDense(8, "quantized_bits(4,0,1,alpha=1)"), QBatchNormalization(), QActivation("quantized_relu(6,2)"),
        QDense(3, "quantized_bits(4,0,1,alpha=1)")

with what they compute for x / 16.
"""

import gzip
from pathlib import Path

import numpy as np
import pytest

from quantnn.importers.format import Hints
from quantnn.importers.formats import read_model
from quantnn.importers.keras.layer import Layer
from quantnn.importers.keras.layers import operators, roles
from quantnn.importers.operators.operator import IntegerLinear, Linear
from quantnn.model.quantized import QuantizedNetwork
from quantnn.network.reference import evaluate

FILES = Path(__file__).parent / "files"


@pytest.fixture(params=["bits", "few", "norm"])
def case(request, tmp_path):
    path = tmp_path / "model.h5"
    path.write_bytes(gzip.decompress((FILES / f"qkeras_{request.param}.h5.gz").read_bytes()))
    with np.load(FILES / f"qkeras_{request.param}.npz") as expected:
        return request.param, read_model(path, Hints(decision="none")), expected["x"], expected["y"]


def softmax(x):
    return np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)


def test_what_qkeras_computes(case):
    name, reading, x, y = case
    model = reading.model.with_input(1 / 16, bits=7, signed=True)
    assert isinstance(model, QuantizedNetwork)
    found = model.logits(x)
    np.testing.assert_allclose(softmax(found) if name == "bits" else found, y, rtol=1e-6, atol=1e-6)


def test_the_integers(case):
    name, reading, x, y = case
    model = reading.model.with_input(1 / 16, bits=7, signed=True)
    found = evaluate(model.network, x).logits * model.network.layers[-1].scale
    if name == "few":  # where nothing is rounded but to a sign, nothing is lost
        assert model.differences == (0, 0, 0, 0) and np.array_equal(found, y)
    else:  # ties go up and not to even, and a bias of floats is rounded to the accumulator's steps
        expected = model.logits(x)
        assert 0 < max(model.differences) <= 1
        assert np.abs(found - expected).mean() < 0.05 * expected.std()
        assert (found.argmax(axis=1) == expected.argmax(axis=1)).mean() > 0.95


def test_a_quantizer_in_front_is_the_hosts(case):
    name, reading, _, _ = case
    model = reading.model
    if name == "norm":
        assert model.sensor is None
    elif name == "few":
        assert model.sensor(np.array([[-1.0, 0.0, 0.125, 0.3, 1.0, 9.0]])).tolist() == [[0, 0, 1, 2, 8, 15]]
    else:
        assert float(model.sensor.step) == 2.0**-5 and model.input.lo == -128
    assert reading.entries[-1].operator == ("Activation" if name == "bits" else "QDense")


KERNEL = np.array([[0.5, -0.25], [0.3, 1.0]])


def made(kind, config, weights, shape=(2,)):
    layer = Layer(kind, "n", config)
    assert set(roles(layer)) == set(weights)
    return operators(layer, shape, weights)[0]


def test_weights_without_a_quantizer_stay_floats():
    found = made("QDense", {"use_bias": False, "activation": None}, {"kernel": KERNEL})
    assert isinstance(found[0], Linear) and found[0].weights is KERNEL
    found = made("QDense", {"use_bias": False, "kernel_quantizer": "quantized_bits(4,0,alpha=1)"}, {"kernel": KERNEL})
    assert isinstance(found[0], IntegerLinear) and found[0].integers.tolist() == [[4, -2], [2, 7]]
    assert float(found[0].scale) == 1 / 8 and found[0].range.lo == -8


def test_a_normalization_with_another_quantizer():
    with pytest.raises(ValueError, match="its inverse_quantizer must be none"):
        made(
            "QBatchNormalization",
            {"scale": False, "center": False, "inverse_quantizer": "quantized_bits(8)"},
            {"moving_mean": np.zeros(2), "moving_variance": np.ones(2)},
        )
