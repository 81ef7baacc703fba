import numpy as np
import pytest
from exported import save_model

import quantnn
from quantnn.errors import InputError

RANDOM = np.random.default_rng(4)
W0, B0, W1, B1 = RANDOM.normal(size=(6, 5)), RANDOM.normal(size=5), RANDOM.normal(size=(5, 3)), RANDOM.normal(size=3)
PIXELS = RANDOM.integers(0, 256, (20, 6))
GIVEN = {"weights": [W0, W1], "biases": [B0, B1], "activations": ["relu", "softmax"], "input_scale": 1 / 255}


def exact(pixels):
    """The network above by hand."""
    return np.maximum(pixels / 255 @ W0 + B0, 0) @ W1 + B1


def test_arrays_and_their_file_are_the_same_model(tmp_path):
    of_arrays = quantnn.from_arrays(**GIVEN)
    named = {"W0": W0, "b0": B0, "W1": W1, "b1": B1, "activations": ["relu", "softmax"], "input_scale": 1 / 255}
    np.savez(tmp_path / "m.npz", **named)
    for model in (of_arrays, quantnn.from_arrays(named), quantnn.load(tmp_path / "m.npz")):
        np.testing.assert_allclose(model.logits(PIXELS), exact(PIXELS), rtol=1e-12)
        np.testing.assert_array_equal(model.predict(PIXELS), exact(PIXELS).argmax(axis=1))


def test_samples_come_alone_as_images_and_from_files(tmp_path):
    model = quantnn.from_arrays(**GIVEN)
    np.save(tmp_path / "x.npy", PIXELS)
    expected = model.logits(PIXELS)
    np.testing.assert_array_equal(model.logits(PIXELS.reshape(20, 2, 3)), expected)
    np.testing.assert_array_equal(model.logits(tmp_path / "x.npy"), expected)
    assert model.logits(PIXELS[3]).shape == (3,) and model.predict(PIXELS[3]) == expected[3].argmax()
    np.testing.assert_allclose(model.logits(PIXELS[3]), expected[3], rtol=1e-12)


def test_a_layer_without_biases_has_zeros():
    given = {**GIVEN, "biases": [None, B1]}
    np.testing.assert_allclose(
        quantnn.from_arrays(**given).logits(PIXELS), np.maximum(PIXELS / 255 @ W0, 0) @ W1 + B1, rtol=1e-12
    )
    assert not quantnn.from_arrays(**{**GIVEN, "biases": []}).network.layers[1].bias.any()


def test_activations_may_be_said_where_a_file_does_not(tmp_path):
    path = save_model(tmp_path, activations=None)
    model = quantnn.load(path, activations=["relu", "tanh", "linear"], decision="none")
    assert [layer.activation for layer in model.network.layers] == ["relu", "tanh", "linear"]
    assert model.network.decision == "none" and model.name == "small.npz"
    assert model.predict(PIXELS).shape == (20, 3), "values, as it decides nothing"


def test_another_input():
    model = quantnn.from_arrays(**GIVEN).with_input(bits=4, signed=True, scale=2.0)
    assert (model.network.input.lo, model.network.input.hi) == (-8, 7)
    np.testing.assert_allclose(model.logits(PIXELS), exact(PIXELS * 510), rtol=1e-12)


@pytest.mark.parametrize(
    "given, message",
    [
        ({"weights": [W0, W1.T]}, "from_arrays: "),
        ({"biases": [B0]}, "biases must be as many as weights, 2, not 1"),
        ({"activations": ["relu"] * 3}, "for 2 layers"),
        ({"activations": "relu"}, "activations must be a list of names, not 'relu': write ['relu']"),
        ({"arrays": {"W0": W0}}, "weights and biases must stand in the mapping of arrays"),
        ({"wights": 2}, "from_arrays takes no wights: its options are input_bits, input_signed, input_scale, input_m"),
        ({"arrays": [W0], "weights": [], "biases": []}, "arrays must be a mapping of names to arrays, not list"),
        ({"weights": [], "biases": []}, "from_arrays has no layers, only input_scale: "),
        ({"input_scales": 2}, "from_arrays: array input_scales is unknown: call it input_scale"),
        ({"weights": [[[1, 2], [3]], W1]}, "must be an array of numbers"),
        ({"input_bits": 17}, "from_arrays: array input_bits must lie in 1..16, not be 17"),
    ],
)
def test_what_cannot_be_is_one_line(given, message):
    with pytest.raises(InputError) as caught:
        quantnn.from_arrays(**{**GIVEN, **given})
    assert message in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "samples, message",
    [
        (PIXELS[:, :5], "samples must have shape (n, 6), not (20, 5)"),
        (PIXELS[0, :5], "samples must have shape (n, 6), not (1, 5)"),
        ([["a"] * 6], "samples must hold numbers, not <U1"),
        ([[np.nan] * 6], "samples has values that are not finite"),
    ],
)
def test_samples_that_do_not_suit_it(samples, message):
    with pytest.raises(InputError) as caught:
        quantnn.from_arrays(**GIVEN).predict(samples)
    assert message in str(caught.value)


def test_it_shows_itself():
    model = quantnn.from_arrays(**GIVEN, name="a<b>&\x1b[31m.npz")
    assert repr(model) == r"<Model a<b>&\x1b[31m.npz: 6→5→3, arrays>"
    html = model._repr_html_()
    assert html.startswith("<pre ") and html.rstrip().endswith("</pre>")
    assert r"a&lt;b&gt;&amp;\x1b[31m.npz: float model" in html and "<b>" not in html and "\x1b" not in html
    assert "6→5" in html and "relu" in html


def test_weights_and_biases_in_one_array():
    """As a network of equal layers has them: the first axis is the layer."""
    weights, biases = np.ones((2, 3, 3)), np.array([[1, 2, 3], [0, 0, 0]])
    model = quantnn.from_arrays(weights=weights, biases=biases, activations=["linear", "linear"], decision="none")
    np.testing.assert_array_equal(model.logits([1, 1, 1]), [15, 15, 15])
    assert (quantnn.from_arrays(weights=weights, activations=["linear"] * 2).network.layers[0].bias == 0).all()


def test_nothing_given_is_one_line():
    with pytest.raises(InputError, match=r"^from_arrays must get weights, a list of a matrix per layer, or a mapping"):
        quantnn.from_arrays(activations=["relu"])
