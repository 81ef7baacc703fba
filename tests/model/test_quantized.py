"""A network whose file holds integers already, as the rest of the tool sees it."""

import numpy as np
import pytest
from quantized_models import byte_network, linear

from quantnn.arithmetic import IntegerRange
from quantnn.errors import InputError
from quantnn.importers.operators.float_network import InputFormat
from quantnn.importers.operators.integer_network import integer_network
from quantnn.model.quantized import QuantizedNetwork, difference_words
from quantnn.model.user_data import UserData
from quantnn.network.reference import evaluate


def whole_inputs():
    return integer_network(
        [linear(np.random.default_rng(1), 4, 2)], "model.onnx", InputFormat((4,), 8, True, integral=True)
    )[0]


def test_what_it_says_of_itself():
    model = byte_network()
    assert (model.in_features, model.out_features, model.input) == (6, 3, IntegerRange(0, 255))
    assert (model.input_bits, model.input_signed, model.activation_bits) == (8, False, 8)
    assert model.calibration is None and model.input_shape == (6,) and model.class_count == 3
    assert model.decision == "argmax" and model.network.classify


def test_its_classes_are_the_files_own():
    model = byte_network()
    raw = np.random.default_rng(2).integers(0, 256, (500, 6))
    assert model.classes(raw).tolist() == model.logits(raw).argmax(axis=1).tolist()
    assert (model.classes(raw) == evaluate(model.network, raw).classes).mean() > 0.95
    values = raw / 255
    assert np.allclose(model.positions(values), raw)
    assert np.array_equal(model.logits(model.positions(values)), model.logits(raw))


def test_values_have_no_classes():
    with pytest.raises(InputError, match="decision is none"):
        byte_network(decision="none").classes(np.zeros((1, 6)))


def test_one_difference_per_layer():
    model = byte_network()
    with pytest.raises(ValueError, match="one difference per layer, not 1"):
        QuantizedNetwork(model.network, model.file, (0.0,), "argmax", (6,))


def test_another_input():
    model = byte_network()
    assert model.with_input() is model
    pixels = model.with_input(1 / 255)
    assert pixels.sensor is None and pixels.input == IntegerRange(0, 255)
    raw = np.random.default_rng(2).integers(0, 256, (50, 6))
    assert np.array_equal(evaluate(pixels.network, raw).logits, evaluate(model.network, raw).logits)
    assert model.with_input(bits=4).input == IntegerRange(0, 15)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"scale": 0.0}, "input_scale must be finite and exceed 0, not be 0"),
        ({"scale": float("nan")}, "input_scale must be finite"),
        ({"bits": 17}, "input_bits must lie in 1..16, not be 17"),
    ],
)
def test_an_input_that_is_none(given, words):
    with pytest.raises(InputError, match=words):
        byte_network().with_input(**given)


def test_a_file_of_whole_inputs_keeps_them():
    model = whole_inputs()
    assert model.input == IntegerRange(-128, 127) and model.sensor is None
    with pytest.raises(InputError, match="takes integers of 8 bits, signed: leave --input-scale"):
        model.with_input(scale=0.5)
    with pytest.raises(InputError, match="takes integers: give whole samples"):
        model.with_sensor(np.ones((2, 4)) / 2)


def test_floats_for_a_file_that_does_not_quantize_its_input():
    model = integer_network([linear(np.random.default_rng(1), 4, 2)], "model.onnx", InputFormat((4,)))[0]
    values = np.random.default_rng(2).normal(size=(200, 4)) * [1, 1, 1, 30]
    behind = model.with_sensor(values)
    raw = behind.sensor(values)
    error = (np.abs(values - (raw * behind.sensor.step + behind.sensor.zero)) / behind.sensor.step).max()
    assert error <= 0.5 + 1e-9
    exact = evaluate(behind.network, raw).logits * behind.network.layers[-1].scale
    off = np.abs(exact - behind.logits(raw)) / behind.network.layers[-1].scale
    assert off.max() <= behind.differences[-1] + 1e-6 <= 0.51


def test_names_of_classes():
    assert byte_network().with_class_names(("a", "b", "c")).class_names == ("a", "b", "c")
    with pytest.raises(ValueError, match="class_names"):
        byte_network().with_class_names(("a",))


def test_samples_of_a_user():
    model = byte_network()
    values, labels = np.random.default_rng(1).random((20, 6)), np.arange(20) % 3
    data = UserData.load(model, None, (values, labels))
    assert data.network is model and data.inputs[:].tolist() == model.sensor(values).tolist()
    with pytest.raises(InputError, match="quantized already, and its scales are the file's: leave --calibration out"):
        UserData.load(model, values)
    with pytest.raises(InputError, match=r"the model quantizes inputs in 0..1: say with --input-sc"):
        UserData.load(model, None, (np.arange(120).reshape(20, 6), labels))


def test_words():
    assert [difference_words(each) for each in (0.0, 0.25, 1.0, 3.0)] == [
        "exact", "at most 0.25 step off", "at most 1 step off", "at most 3 steps off",
    ]  # fmt: skip
