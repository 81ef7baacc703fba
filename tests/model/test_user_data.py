from dataclasses import replace

import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.model.given import Data
from quantnn.model.input_scaling import InputScaling
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.model.user_data import UserData
from quantnn.quantization.post_training import quantize

RANDOM = np.random.default_rng(7)
PIXELS = np.concatenate([[[0] * 4, [255] * 4], RANDOM.integers(0, 256, (30, 4))])
NETWORK = FloatNetwork((FloatDense(RANDOM.normal(size=(4, 3)), np.zeros(3)),))
REGRESSION = FloatNetwork((FloatDense(RANDOM.normal(size=(4, 1)), np.zeros(1)),))
LABELS = np.arange(len(PIXELS)) % 3


@pytest.fixture
def saved(tmp_path):
    def save(name, values):
        np.save(tmp_path / name, values)
        return tmp_path / f"{name}.npy"

    return save


def refusal(*arguments):
    with pytest.raises(InputError) as caught:
        UserData.load(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_integers_stay_as_they_are(saved):
    data = UserData.load(NETWORK, saved("c", PIXELS[:9]), (saved("x", PIXELS), saved("y", LABELS)))
    assert data.network is NETWORK
    assert data.calibration[:].tolist() == PIXELS[:9].tolist() and data.inputs[:].tolist() == PIXELS.tolist()
    assert data.labels.tolist() == LABELS.tolist() and data.values[:].tolist() == PIXELS.tolist()


def test_nothing_given():
    data = UserData.load(NETWORK)
    assert data.network is NETWORK and (data.calibration, data.inputs, data.labels) == (None, None, None)


def test_scaled_pixels_become_the_pixels(saved):
    data = UserData.load(NETWORK, saved("c", PIXELS / 255), (saved("x", PIXELS[5:] / 255), saved("y", LABELS[5:])))
    assert data.calibration[:].tolist() == PIXELS.tolist() and data.inputs[:].tolist() == PIXELS[5:].tolist()


@pytest.mark.parametrize(
    "scaling",
    [InputScaling(), InputScaling(2.0, 0.5, 0.25), InputScaling(1.0, np.arange(4.0))],
    ids=["1", "all", "each"],
)
def test_the_model_scales_the_values_and_not_the_integers(saved, scaling):
    network = replace(NETWORK, scaling=scaling)
    values = PIXELS / 255
    data = UserData.load(network, saved("c", values))
    np.testing.assert_allclose(data.network.logits(data.calibration), network.logits(values), atol=1e-9)


def test_without_calibration_the_sensor_fits_the_test_samples(saved):
    data = UserData.load(NETWORK, None, (saved("x", PIXELS / 1000), saved("y", LABELS)))
    assert data.inputs[:].tolist() == PIXELS.tolist() and data.calibration is None
    assert float(data.network.sensor.step) == pytest.approx(1 / 1000)


def test_the_sensor_fits_the_calibration_samples_and_not_the_test_samples(saved):
    data = UserData.load(NETWORK, saved("c", PIXELS / 255), (saved("x", PIXELS / 510), saved("y", LABELS)))
    assert data.calibration[:].tolist() == PIXELS.tolist()
    assert data.inputs[:].tolist() == ((PIXELS + 1) // 2).tolist(), "half the value, halves upward"


def test_the_models_own_floats_come_first(saved):
    network = NETWORK.with_sensor(PIXELS / 255, keep=True)
    data = UserData.load(network, saved("c", PIXELS / 510), (saved("x", PIXELS / 255), saved("y", LABELS)))
    assert data.network is network
    assert data.inputs[:].tolist() == network.calibration.tolist() == PIXELS.tolist()


def test_integral_values_in_the_sensors_unit_are_values(saved):
    corners = np.array([[0.0, 1.0, 1.0, 0.0]])
    data = UserData.load(NETWORK, saved("c", PIXELS / 255), (saved("x", corners), saved("y", LABELS[:1])))
    assert data.inputs[:].tolist() == [[0, 255, 255, 0]]


def test_floats_beside_the_models_integers_are_refused(saved):
    network = replace(NETWORK, calibration=PIXELS)
    message = refusal(network, None, (saved("x", PIXELS / 255), saved("y", LABELS)))
    assert "x.npy holds floats, but the model's calibration samples are integers" in message


@pytest.mark.parametrize("swapped", [False, True])
def test_pixels_and_scaled_pixels_do_not_mix(saved, swapped):
    raw, scaled = saved("raw", PIXELS), saved("scaled", PIXELS / 255)
    calibration, test = (scaled, raw) if swapped else (raw, scaled)
    message = refusal(NETWORK, calibration, (test, saved("y", LABELS)))
    assert "raw.npy holds integers in 0..255, but other samples are floats in 0..1: give" in message


def test_negative_raw_values_do_not_mix_with_floats_either(saved):
    network = replace(NETWORK, input_signed=True)
    message = refusal(network, saved("c", PIXELS / 255 - 0.5), (saved("x", -PIXELS // 2), saved("y", LABELS)))
    assert "x.npy holds integers in -128..0, but other samples are floats in -0.5..0.5" in message


def test_raw_pixels_do_not_mix_with_the_models_floats(saved):
    network = NETWORK.with_sensor(PIXELS / 255, keep=True)
    assert "same unit" in refusal(network, saved("c", PIXELS))


def test_a_regression_needs_no_classes(saved):
    targets = saved("y", RANDOM.normal(size=(len(PIXELS), 1)))
    data = UserData.load(REGRESSION, None, (saved("x", PIXELS), targets))
    assert data.labels is None and data.inputs[:].tolist() == PIXELS.tolist()


def test_labels_of_a_threshold_are_0_and_1(saved):
    network = replace(REGRESSION, decision="threshold")
    x = saved("x", PIXELS[:2])
    assert UserData.load(network, None, (x, saved("y", np.array([0, 1])))).labels.tolist() == [0, 1]
    assert "must lie in 0..1, not be 2" in refusal(network, None, (x, saved("y", np.array([0, 2]))))


def test_values_that_no_step_tells_apart_are_refused(saved):
    values = np.full((3, 4), 0.5)
    values[1] = -1.7e308
    values[2] = 1.7e308
    assert "must be finite: give samples in another unit" in refusal(NETWORK, saved("c", values))


def test_features_of_very_different_spread_are_folded_into_the_weights(saved):
    """A step per feature, and still no normalization layer in front: the integers spread alike already."""
    values = RANDOM.normal(size=(200, 4)) * [1.0, 1.0, 1.0, 1e4]
    network = replace(NETWORK, layers=(FloatDense(np.diag([1.0, 1.0, 1.0, 1e-4]) @ np.ones((4, 3)), np.zeros(3)),))
    data = UserData.load(network, saved("c", values))
    assert data.network.sensor.features == 4
    integer = quantize(data.network, data.calibration)
    assert [layer.kind for layer in integer.layers] == ["dense"]
    np.testing.assert_array_equal(integer.sensor(values), data.calibration)


def test_floats_are_kept_beside_what_the_sensor_makes_of_them(saved):
    values = PIXELS / 255 * 2 - 0.3
    data = UserData.load(NETWORK, None, (saved("x", values), saved("y", LABELS)))
    assert data.values[:].tolist() == values.tolist() and data.inputs[:].tolist() == PIXELS.tolist()
    exact = (values @ NETWORK.layers[0].weights).argmax(axis=1)
    assert data.network.logits(data.network.positions(data.values[:])).argmax(axis=1).tolist() == exact.tolist()


def test_a_row_of_a_file_that_stretches_the_sensor_is_named(saved):
    values = np.random.default_rng(2).uniform(0, 1, (5000, 4))
    values[4321, 2] = 40.0
    data = UserData.load(NETWORK, saved("c", values))
    assert any(note.startswith("sample 4321 alone stretches the sensor's span") for note in data.network.notes)


@pytest.mark.parametrize("values", [PIXELS, PIXELS / 255], ids=["raw", "floats"])
def test_arrays_are_taken_like_files(saved, values):
    of_files = UserData.load(NETWORK, saved("c", values), (saved("x", values[4:]), saved("y", LABELS[4:])))
    of_arrays = UserData.load(NETWORK, values, (values[4:], LABELS[4:].tolist()))
    for name in ("calibration", "inputs", "labels", "values"):
        assert np.array_equal(getattr(of_arrays, name)[:], getattr(of_files, name)[:])


@pytest.mark.parametrize(
    "given, message",
    [
        ((PIXELS[:, :3],), "calibration must have shape (n, 4), not (32, 3)"),
        (([[1, 2], [3]],), "calibration must be an array of numbers, which it is not"),
        ((None, (PIXELS, LABELS[:5])), "test y has 5 labels for 32 samples"),
        ((None, ([["a"] * 4], [0])), "test x must hold numbers, not <U1"),
        ((PIXELS, (PIXELS / 255, LABELS)), "calibration holds integers in 0..255, but other samples are floats"),
    ],
)
def test_an_array_is_named_by_what_it_is_for(given, message):
    assert message in refusal(NETWORK, *given)


def test_one_file_with_both(tmp_path):
    np.savez(tmp_path / "d.npz", x_train=PIXELS[:9], x_test=PIXELS, y_test=LABELS)
    path = tmp_path / "d.npz"
    data = UserData.load(NETWORK, path, (path, path))
    assert data.calibration[:].tolist() == PIXELS[:9].tolist() and data.inputs[:].tolist() == PIXELS.tolist()
    assert data.labels.tolist() == LABELS.tolist()
    assert data.network.notes == (
        "d.npz: taken are the arrays x_train",
        "d.npz: taken are the arrays x_test and y_test",
    )


def test_one_file_without_labels(saved):
    path = saved("x", PIXELS)
    message = refusal(NETWORK, None, (path, path))
    assert message == f"{path} holds no labels: give them in a second file or array"
    assert UserData.load(REGRESSION, None, (path, path)).labels is None


def test_names_of_labels_become_those_of_the_classes(saved, tmp_path):
    names = np.array(["cat", "ant", "dog"])
    test = saved("x", PIXELS), saved("y", names[LABELS])
    data = UserData.load(NETWORK, None, test)
    assert data.network.class_names == ("ant", "cat", "dog")
    assert data.labels.tolist() == np.array([1, 0, 2])[LABELS].tolist()
    assert data.network.notes == ("y.npy: classes are numbered in the order ant, cat, dog",)
    named = replace(NETWORK, class_names=tuple(names.tolist()))
    data = UserData.load(named, None, test)
    assert data.network is named and data.labels.tolist() == LABELS.tolist()


def test_a_table(tmp_path):
    rows = np.column_stack([PIXELS, LABELS])
    np.savetxt(tmp_path / "t.csv", rows, fmt="%d", delimiter=";", header="a;b;c;d;kind")
    path = tmp_path / "t.csv"
    for given in (path, Data(path, "kind"), Data(path, 4), (Data(path, 4), Data(path, 4))):
        data = UserData.load(NETWORK, None, given)
        assert data.inputs[:].tolist() == PIXELS.tolist() and data.labels.tolist() == LABELS.tolist()
    assert data.network.notes == ("t.csv: column 4 (kind) holds the labels",)


def test_images_come_in_the_models_order(saved):
    network = replace(NETWORK, layers=(FloatDense(np.ones((48, 3)), np.zeros(3)),), input_shape=(3, 4, 4))
    images = RANDOM.integers(0, 256, (5, 4, 4, 3))
    data = UserData.load(network, saved("c", images))
    assert data.calibration[:].tolist() == images.transpose(0, 3, 1, 2).reshape(5, 48).tolist()
    assert data.network.notes == ("c.npy: samples of 4×4×3 are taken as 3×4×4, their channels first",)
    assert "has samples of 4×3×4, but the model takes 3×4×4" in refusal(network, saved("c", images.reshape(5, 4, 3, 4)))
