"""``files/qkeras_quantizers.npz`` holds, for each of some quantizers, kernels and what QDense of QKeras 0.9 makes of
them with ``kernel_quantizer``: ``layer.kernel_quantizer_internal(layer.kernel)``."""

from pathlib import Path

import numpy as np
import pytest

from quantnn.importers.keras.quantized_weights import quantized_kernel, quantized_values
from quantnn.importers.keras.quantizer import Quantizer

with np.load(Path(__file__).parent / "files" / "qkeras_quantizers.npz") as _file:
    CASES = list(zip(_file["quantizers"].tolist(), _file["kernels"], _file["quantized"], strict=True))
ARBITRARY = "alpha='auto')"
"""Quantizers whose scales are no powers of two: QKeras computes these, and the products, in float32."""


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{name}-{i % 3}" for i, (name, _, _) in enumerate(CASES)])
def test_what_qkeras_makes_of_a_kernel(number):
    name, kernel, expected = CASES[number]
    whole = quantized_kernel(Quantizer.parsed(name), kernel.astype(float))
    if name.endswith(ARBITRARY):
        np.testing.assert_allclose(whole.values, expected, rtol=3e-7)
    else:
        assert np.array_equal(whole.values, expected)
    assert whole.integers.min() >= whole.range.lo and whole.integers.max() <= whole.range.hi
    assert whole.scale.shape in ((), kernel.shape[1:]) and whole.scale.all()


def values(text, *numbers):
    return quantized_values(Quantizer.parsed(text), np.array(numbers)).tolist()


def test_biases():
    assert quantized_values(None, np.array([0.3])).tolist() == [0.3]
    assert values("quantized_bits(4,0)", 0.3, -2.0, 0.9, 0.0625) == [0.25, -1.0, 0.875, 0.0]  # halves to even
    assert values("quantized_bits(4,0,1)", -2.0) == [-0.875]
    assert values("quantized_po2(4)", 0.7, -0.3, 0.0) == [0.5, -0.25, 2.0**-4]
    assert values("quantized_relu_po2(3,1)", 0.7, -0.3) == [0.5, 2.0**-8]


@pytest.mark.parametrize(
    ("quantizer", "words"),
    [
        ("quantized_bits(20,0,alpha=1)", "must take at most 16 bits"),
        ("quantized_bits(1,0,1)", "of 1 bit must state alpha as a number"),
        ("quantized_po2(8)", "must lie within 2\\^14 of each other"),
        ("quantized_po2(4,use_stochastic_rounding=1)", "must not round at random"),
        ("quantized_po2(4,log2_rounding='up')", "log2_rounding rnd or floor, not 'up'"),
        ("quantized_relu_po2(4,negative_slope=0.5)", "must have no negative_slope for weights"),
        ("ternary(alpha='auto',threshold=0.5)", "must have no threshold"),
        ("quantized_bits(0)", "must have bits in 1..32"),
    ],
)
def test_what_is_no_integer(quantizer, words):
    kernel = np.array([[1.0, 1e-6], [1e-6, 1.0]])
    with pytest.raises(ValueError, match=words):
        quantized_kernel(Quantizer.parsed(quantizer), kernel)


def test_relus_are_no_weights():
    with pytest.raises(ValueError, match="quantized_relu is for activations"):
        quantized_kernel(Quantizer.parsed("quantized_relu(4)"), np.ones((2, 2)))


def test_a_bias_with_a_scale_of_its_own():
    with pytest.raises(ValueError, match="must state alpha as a number"):
        values("quantized_bits(4,0,alpha='auto')", 0.5)
