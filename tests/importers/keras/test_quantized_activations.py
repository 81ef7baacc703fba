"""``files/qkeras_quantizers.npz`` holds what QActivation of QKeras 0.9 makes of some values."""

from pathlib import Path

import numpy as np
import pytest

from quantnn.importers.keras.layer import Layer
from quantnn.importers.keras.quantized_activations import quantized_activation
from quantnn.importers.operators.operator import Quantize, Sign
from quantnn.importers.operators.specification import specified

with np.load(Path(__file__).parent / "files" / "qkeras_quantizers.npz") as _file:
    X, CASES = _file["x"].astype(float), dict(zip(_file["activations"].tolist(), _file["y"], strict=True))


@pytest.mark.parametrize("name", CASES)
def test_what_qkeras_computes(name):
    found = quantized_activation(Layer("QActivation", "a", {"activation": name}))
    y = specified(found, X[:, np.newaxis])[:, 0]
    if any(isinstance(operator, (Quantize, Sign)) for operator in found):
        assert np.array_equal(y, CASES[name])
    else:
        np.testing.assert_allclose(y, CASES[name], atol=1e-6)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("quantized_po2(4)", "gives no evenly spaced values"),
        ("quantized_relu(4,use_sigmoid=1)", "must have use_sigmoid 0"),
        ("quantized_relu(4,is_quantized_clip=0)", "is_quantized_clip 1"),
        ("quantized_relu(2,0,0,0.25)", "must be a power of two that the bits can express"),
        ("quantized_relu(2,0,0,2.0)", "must be a power of two"),
        ("quantized_bits(4,alpha='auto')", "what it is follows from each batch"),
        ("quantized_bits(4,alpha=-1)", "an alpha that exceeds 0"),
        ("ternary(threshold=0)", "its threshold must exceed 0"),
        ("quantized_hswish(4)", "quantized_hswish is not read"),
        ("swish", "'swish' is not supported"),
    ],
)
def test_what_cannot_be_had(name, words):
    with pytest.raises(ValueError, match=words):
        quantized_activation(Layer("QActivation", "a", {"activation": name}))
