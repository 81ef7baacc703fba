import numpy as np
import pytest
from quantized_models import byte_network

import quantnn
from quantnn.errors import InputError
from quantnn.importers.reading import Reading
from quantnn.network.reference import evaluate
from quantnn.network.sensor import Sensor

RANDOM = np.random.default_rng(9)
W0, B0, W1, B1 = RANDOM.normal(size=(6, 5)), RANDOM.normal(size=5), RANDOM.normal(size=(5, 3)), RANDOM.normal(size=3)
PIXELS = np.concatenate([np.zeros((1, 6), int), np.full((1, 6), 255), RANDOM.integers(0, 256, (60, 6))])
MODEL = quantnn.from_arrays(
    weights=[W0, W1], biases=[B0, B1], activations=["relu", "softmax"], input_scale=1 / 255, name="tiny"
)
VALUES = quantnn.from_arrays(weights=[W0 / 255, W1], biases=[B0, B1], activations=["relu", "linear"], decision="none")
NETWORK = quantnn.quantize(MODEL, calibration=PIXELS)
FLOATS = quantnn.quantize(
    quantnn.from_arrays(weights=[W0, W1], biases=[B0, B1], activations=["relu", "softmax"]), calibration=PIXELS / 255
)


def test_logits_are_integers_times_their_scale():
    found = NETWORK.evaluate(PIXELS)
    np.testing.assert_array_equal(NETWORK.logits(PIXELS), found.logits * NETWORK.integers.layers[-1].scale)
    np.testing.assert_array_equal(NETWORK.predict(PIXELS), found.logits.argmax(axis=1))
    exact = np.maximum(PIXELS / 255 @ W0 + B0, 0) @ W1 + B1
    assert np.abs(NETWORK.logits(PIXELS) - exact).max() < 0.05 * np.abs(exact).max()


def test_integers_are_those_of_the_reference():
    found, expected = NETWORK.evaluate(PIXELS), evaluate(NETWORK.integers, PIXELS)
    assert len(found.layers) == 2
    for mine, other in zip(found.layers, expected.layers, strict=True):
        np.testing.assert_array_equal(mine, other)
    np.testing.assert_array_equal(found.classes, expected.classes)


def test_floats_pass_the_sensor_and_raw_integers_do_not():
    """The sensor spans what calibration saw: here 0..1 in 255 steps, so that a raw integer is the pixel."""
    assert isinstance(FLOATS.integers.sensor, Sensor)
    np.testing.assert_array_equal(FLOATS.raw(PIXELS / 255), PIXELS)
    np.testing.assert_array_equal(FLOATS.logits(PIXELS / 255), FLOATS.evaluate(PIXELS).logits * last_scale(FLOATS))
    ones = np.ones((1, 6), int)
    np.testing.assert_array_equal(FLOATS.raw(ones), 255 * ones), "1 is a value in natural units"
    np.testing.assert_array_equal(FLOATS.evaluate(ones).layers[0], evaluate(FLOATS.integers, ones).layers[0])


def last_scale(network):
    return network.integers.layers[-1].scale


def test_without_a_sensor_raw_integers_are_the_natural_unit():
    assert NETWORK.integers.sensor is None
    np.testing.assert_array_equal(NETWORK.raw(PIXELS), PIXELS)
    with pytest.raises(InputError, match=r"samples must hold integers, not 0\.\d+ at \[2, 0\]: give integers as the"):
        NETWORK.predict(PIXELS / 255)


@pytest.mark.parametrize(
    "raw, message",
    [
        (np.full((1, 6), 256), "samples must lie in 0..255, not be 256"),
        (np.full((1, 6), -1), "samples must lie in 0..255, not be -1"),
        (np.full((1, 6), 0.5), "samples must hold integers, not 0.5"),
        (np.zeros((1, 7), int), r"samples must have shape (n, 6), not (1, 7)"),
    ],
)
@pytest.mark.parametrize("network", [NETWORK, FLOATS], ids=["integers", "floats"])
def test_what_is_no_raw_integer(network, raw, message):
    with pytest.raises(InputError) as caught:
        network.evaluate(raw)
    assert message in str(caught.value)


def test_one_sample_has_one_answer(tmp_path):
    many, one = NETWORK.evaluate(PIXELS), NETWORK.evaluate(PIXELS[7])
    assert [values.shape for values in one.layers] == [(5,), (3,)]
    assert one.classes == many.classes[7] == NETWORK.predict(PIXELS[7])
    assert one.logits.tolist() == many.logits[7].tolist() == (NETWORK.logits(PIXELS[7]) / last_scale(NETWORK)).tolist()
    assert NETWORK.raw(PIXELS[7]).shape == (6,)
    np.save(tmp_path / "x.npy", PIXELS.reshape(-1, 3, 2))
    np.testing.assert_array_equal(NETWORK.predict(tmp_path / "x.npy"), many.classes)


def test_values_instead_of_classes():
    network = quantnn.quantize(VALUES, calibration=PIXELS)
    np.testing.assert_array_equal(network.predict(PIXELS), network.logits(PIXELS))
    assert network.evaluate(PIXELS).classes is None


@pytest.mark.parametrize("network", [NETWORK, FLOATS], ids=["integers", "floats"])
def test_saved_and_loaded(network, tmp_path):
    network.save(tmp_path / "n.npz")
    loaded = quantnn.load_network(tmp_path / "n.npz")
    assert loaded.name == "n.npz" and loaded.quantized.model is None
    samples = PIXELS if network is NETWORK else PIXELS / 255
    np.testing.assert_array_equal(loaded.logits(samples), network.logits(samples))
    with pytest.raises(InputError, match="cannot be written"):
        network.save(tmp_path / "none" / "n.npz")


def test_bits():
    network = quantnn.quantize(MODEL, calibration=PIXELS, weight_bits=4, activation_bits=5)
    assert network.integers.layers[0].weight_range.width == 4 and network.integers.layers[0].output.width == 5
    with pytest.raises(InputError, match=r"weight_bits must lie in 2\.\.16, not be 17"):
        quantnn.quantize(MODEL, weight_bits=17)


def test_it_shows_itself():
    assert repr(NETWORK) == "<Network tiny: 6→5→3, input 0..255>"
    html = NETWORK._repr_html_()
    assert html.startswith("<pre ") and "tiny: integer network, input 0 … 255" in html and "6→5" in html


def test_a_model_that_is_quantized_already_keeps_its_integers():
    """Floats pass what its file says of its input; raw integers are bytes in either case."""
    model = quantnn.Model(Reading("ONNX", byte_network()), "bytes.onnx")
    network = quantnn.quantize(model)
    raw = RANDOM.integers(0, 256, (50, 6))
    np.testing.assert_array_equal(network.raw(raw / 255), raw)
    np.testing.assert_array_equal(network.predict(raw / 255), network.evaluate(raw).classes)
    np.testing.assert_array_equal(network.integers.layers[0].weights, model.network.network.layers[0].weights)
    assert (network.predict(raw / 255) == model.predict(raw / 255)).mean() > 0.9
    with pytest.raises(InputError, match="is quantized already: leave weight_bits"):
        quantnn.quantize(model, weight_bits=8)
    pixels = quantnn.quantize(model.with_input(scale=1 / 255))
    np.testing.assert_array_equal(pixels.predict(raw), network.predict(raw / 255))
    assert repr(model) == "<Model bytes.onnx: 6→5→3, ONNX>" and "bytes.onnx" in model._repr_html_()


def test_classes_may_have_names(tmp_path):
    model = quantnn.from_arrays(weights=[W1], activations=["softmax"], class_names=["cat", "dog", "owl"])
    network = quantnn.quantize(model)
    assert model.class_names == network.class_names == ("cat", "dog", "owl") and NETWORK.class_names == ()
    network.save(tmp_path / "n.npz")
    assert quantnn.load_network(tmp_path / "n.npz").class_names == ("cat", "dog", "owl")


@pytest.mark.parametrize("samples", [PIXELS, PIXELS.astype(np.uint8), PIXELS[1], PIXELS.astype(float)])
def test_raw_integers_are_no_values_of_a_sensor(samples):
    """The sensor sees 0..1: pixels of 255 would all be 1, and the answers garbage."""
    message = r"^samples holds integers in \d+..255, but the network takes values in 0..1: give samples in that unit"
    for ask in (FLOATS.predict, FLOATS.logits, FLOATS.raw):
        with pytest.raises(InputError, match=message):
            ask(samples)
    assert FLOATS.evaluate(samples).classes is not None


def test_a_value_that_is_cut_off_is_no_raw_integer():
    np.testing.assert_array_equal(FLOATS.raw([2, 1, 0, -1, 0, 0]), [255, 255, 0, 0, 0, 0])
    np.testing.assert_array_equal(FLOATS.raw([99.5, 0, 0, 0, 0, 0]), [255, 0, 0, 0, 0, 0])


def test_masked_samples_are_refused():
    with pytest.raises(InputError, match="samples has masked values: fill them, or leave their samples out"):
        NETWORK.predict(np.ma.masked_greater(PIXELS, 200))
    masked = np.ma.masked_greater(PIXELS, 255)
    np.testing.assert_array_equal(NETWORK.predict(masked), NETWORK.predict(PIXELS)), "nothing is masked"
