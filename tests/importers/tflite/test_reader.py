"""The expected outputs are those of TensorFlow's interpreter with its reference kernels, see make_files.py."""

import numpy as np
import pytest
from tflite_files import FILES, Graph, expected

from quantnn.errors import InputError
from quantnn.importers.format import Hints
from quantnn.importers.formats import read_model

CLOSE = {"rtol": 2e-5, "atol": 2e-6}  # float32 there, float64 here


def softmax(x):
    grown = np.exp(x - x.max(1, keepdims=True))
    return grown / grown.sum(1, keepdims=True)


@pytest.mark.parametrize(
    ("name", "last"), [("mlp", softmax), ("activations", None), ("normalized", None), ("reordered", softmax),
                       ("half", None), ("pixels", None)],
)  # fmt: skip
def test_a_file_of_the_converter(name, last):
    x, y = expected(name)
    reading = read_model(FILES / f"{name}.tflite", Hints(decision="none"))
    logits = reading.model.logits(x.reshape(len(x), -1))
    np.testing.assert_allclose(last(logits) if last else logits, y, **CLOSE)
    assert reading.format == "TensorFlow Lite, schema 3" and all(entry.became for entry in reading.entries)


def test_weights_of_8_bits_are_floats_and_that_is_said():
    x, y = expected("dynamic")
    network = read_model(FILES / "dynamic.tflite").model
    np.testing.assert_allclose(network.logits(x), y, atol=0.05 * np.abs(y).max())
    assert "the file's own kernels round each layer's inputs, too" in network.notes[0]


def test_entries_and_the_input():
    reading = read_model(FILES / "mlp.tflite")
    assert reading.model.input_shape == (4, 3) and reading.model.decision == "argmax"
    assert [(entry.operator, entry.shape, entry.became) for entry in reading.entries[:3]] == [
        ("RESHAPE", "12", "nothing changes"),
        ("FULLY_CONNECTED", "8", "layer 0"),
        ("FULLY_CONNECTED, RELU", "8", "relu of layer 0"),
    ]
    pixels = read_model(FILES / "pixels.tflite").model
    assert (pixels.input_bits, pixels.input_signed) == (8, False)


def test_weights_stay_bit_for_bit(tmp_path):
    weights = np.float32(np.random.default_rng(1).normal(size=(3, 4)))
    graph = Graph()
    x = graph.tensor((1, 4))
    (tmp_path / "f").write_bytes(graph.content([x], [graph.dense(x, weights, np.zeros(3))]))
    layer = read_model(tmp_path / "f").model.layers[0]
    assert layer.weights.tobytes() == np.ascontiguousarray(weights.T).astype(float).tobytes()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("convolution", r"\(CONV_2D, 1×6×6×1 → 1×4×4×2\): is coming with the convolution engine"),
        ("recurrent", r"\(UNPACK, 4×1×2 → 1×2\): a network has no state between samples"),
    ],
)
def test_what_cannot_be_had(name, words):
    with pytest.raises(InputError, match=words):
        read_model(FILES / f"{name}.tflite")


def test_activations_are_the_files_own():
    with pytest.raises(InputError, match="leave --activations out"):
        read_model(FILES / "mlp.tflite", Hints(("relu",)))
