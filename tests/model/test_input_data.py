from dataclasses import replace

import numpy as np
import pytest
from datasets import load_inputs, load_labels
from networks import random_network

from quantnn.arithmetic import IntegerRange
from quantnn.errors import InputError
from quantnn.model.given import Data
from quantnn.model.input_data import InputData
from quantnn.network.sensor import Sensor

BYTE = IntegerRange(0, 255)


def saved(tmp_path, array):
    np.save(tmp_path / "x.npy", array)
    return tmp_path / "x.npy"


def refusal(function, *args):
    with pytest.raises(InputError) as caught:
        function(*args)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12, dtype=np.uint8).reshape(2, 6),
        np.arange(12, dtype=np.float32).reshape(2, 6),
        np.arange(12).reshape(2, 2, 3),
        np.arange(12).reshape(2, 1, 2, 3),
    ],
)
def test_inputs(tmp_path, array):
    samples = load_inputs(saved(tmp_path, array), 6, BYTE)
    assert samples.dtype == np.int64
    assert samples.tolist() == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]


def test_images_are_flattened_row_by_row(tmp_path):
    images = np.asfortranarray(np.arange(8).reshape(2, 2, 2))
    assert load_inputs(saved(tmp_path, images), 4, BYTE).tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (
            np.arange(12).reshape(2, 6) / 12,
            "must hold integers, not 0.0833333 at [0, 1]: give integers as the sensor",
        ),
        (np.array([[300, 0]]), "must lie in 0..255, not be 300 at [0, 0]: give integers as the sensor"),
        (np.array([[0, -1]]), "must lie in 0..255, not be -1 at [0, 1]"),
        (np.array([[0, np.nan]]), "not finite"),
        (np.array([["a", "b"]]), "must hold numbers"),
    ],
)
def test_input_values(tmp_path, array, words):
    path = saved(tmp_path, array)
    assert f"{path} " in refusal(load_inputs, path, array.shape[1], BYTE)
    assert words in refusal(load_inputs, path, array.shape[1], BYTE)


def test_remedy_names_the_arrays_of_the_model_file(tmp_path):
    message = refusal(load_inputs, saved(tmp_path, np.array([[0.5]])), 1, BYTE)
    assert all(name in message for name in ("input_scale", "input_bits", "input_signed"))


@pytest.mark.parametrize(
    ("shape", "remedy"),
    [
        ((12,), "reshape it to (n, 6)"),
        ((6, 2), "reshape it to (n, 6)"),
        ((2, 5), "take samples made for this model"),
    ],
)
def test_input_shape(tmp_path, shape, remedy):
    message = refusal(load_inputs, saved(tmp_path, np.zeros(shape)), 6, BYTE)
    assert f"must have shape (n, 6), not {shape}: {remedy}" in message


def test_a_sensor_takes_floats(tmp_path):
    sensor = Sensor(np.array(0.25), np.array(-1.0), BYTE)
    samples = load_inputs(saved(tmp_path, np.array([[[-1.0, 0.0], [0.125, 99.0]]])), 4, BYTE, sensor)
    assert samples.dtype == np.int64 and samples.tolist() == [[0, 4, 5, 255]]


def test_missing_file(tmp_path):
    assert "does not exist" in refusal(load_inputs, tmp_path / "x.npy", 4, BYTE)
    assert "does not exist" in refusal(load_labels, tmp_path / "x.npy", 4, 10)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32])
def test_labels(tmp_path, dtype):
    labels = load_labels(saved(tmp_path, np.array([0, 9, 3], dtype)), 3, 10)
    assert labels.dtype == np.int64 and labels.tolist() == [0, 9, 3]


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.eye(3) / 2, "must have one label per sample, not shape (3, 3): save its argmax over axis 1"),
        (np.zeros((3, 2)), "not shape (3, 2): give the labels, not the samples"),
        (np.zeros((1, 3)), "not shape (1, 3): flatten it"),
        (np.zeros(4), "has 4 labels for 3 samples"),
        (
            np.array([0, 1, 3]),
            "must lie in 0..2, not be 3 at [2]: labels are the index of the network's output",
        ),
        (np.array([0, 1, 1.5]), "must hold integers, not 1.5 at [2]"),
        (np.array(["a", "b", "b"]), "has 2 classes (a, b), but the network 3: save what they are called"),
    ],
)
def test_labels_refused(tmp_path, array, words):
    assert words in refusal(load_labels, saved(tmp_path, array), 3, 3)


NETWORK = replace(random_network(4, (4, 3, 2)), classify=True, input=BYTE)


def test_labels_beside_the_samples(tmp_path):
    np.savez(tmp_path / "d.npz", x=np.arange(12).reshape(3, 2, 2), y=[1, 0, 1])
    data = InputData.load(NETWORK, tmp_path / "d.npz")
    assert data.samples[:].tolist() == np.arange(12).reshape(3, 4).tolist() and data.labels.tolist() == [1, 0, 1]
    assert data.notes == ("d.npz: array x: samples of 2×2 are flattened with the last axis fastest",)
    np.save(tmp_path / "y.npy", [0, 0, 1])
    assert InputData.load(NETWORK, tmp_path / "d.npz", tmp_path / "y.npy").labels.tolist() == [0, 0, 1]


def test_names_of_the_network_or_of_the_labels(tmp_path):
    (tmp_path / "t.csv").write_text("a,b,c,d,kind\n1,2,3,4,yes\n5,6,7,8,no\n")
    data = InputData.load(NETWORK, tmp_path / "t.csv")
    assert (data.class_names, data.labels.tolist()) == (("no", "yes"), [1, 0])
    data = InputData.load(replace(NETWORK, class_names=("yes", "no")), tmp_path / "t.csv")
    assert (data.class_names, data.labels.tolist()) == (("yes", "no"), [0, 1])
    data = InputData.load(NETWORK, Data(tmp_path / "t.csv", 4))
    assert data.labels.tolist() == [1, 0]


def test_values_have_no_labels(tmp_path):
    np.savez(tmp_path / "d.npz", x=np.zeros((3, 4)), y=[1.5, 0, 1])
    regression = replace(NETWORK, classify=False)
    assert InputData.load(regression, tmp_path / "d.npz").labels is None
    assert InputData.load(regression, tmp_path / "d.npz", tmp_path / "d.npz").labels is None


def test_no_labels(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((3, 4)))
    assert InputData.load(NETWORK, tmp_path / "x.npy").labels is None
    with pytest.raises(InputError, match=r"x\.npy holds no labels: give them in a second file or array"):
        InputData.load(NETWORK, tmp_path / "x.npy", str(tmp_path / "x.npy"))
