"""The digits example: what ships works, and the script makes it."""

import re
from pathlib import Path

import numpy as np
import pytest
from datasets import load_inputs, load_labels
from sklearn.exceptions import ConvergenceWarning

from quantnn.examples.digits.train import shift, write_example
from quantnn.importers.npz import load_model

FOLDER = Path(__file__).parents[2] / "examples" / "digits"
FILES = ("model.npz", "test_x.npy", "test_y.npy")


@pytest.fixture(scope="module")
def network():
    return load_model(FOLDER / "model.npz")


def test_network(network):
    assert [network.in_features, *(layer.out_features for layer in network.layers)] == [64, 32, 16, 10]
    assert [layer.activation for layer in network.layers] == ["relu", "relu", "linear"]
    assert (network.input_bits, network.input_signed) == (5, False)
    assert network.scaling.uniform and network.scaling.slope == 1 / 16 and network.scaling.offset == 0
    assert network.calibration.shape == (256, 64)
    assert network.calibration[:].max() == 16


def test_stated_accuracy_is_the_real_one(network):
    inputs = load_inputs(FOLDER / "test_x.npy", network.in_features, network.input)
    labels = load_labels(FOLDER / "test_y.npy", len(inputs), network.out_features)
    right = int((network.classes(inputs) == labels).sum())
    stated = re.search(r"Float accuracy: (0\.\d{4})\*\* on its (\d+) test samples \((\d+) right\)", readme())
    assert stated.groups() == (f"{right / len(inputs):.4f}", str(len(inputs)), str(right))
    assert right / len(inputs) >= 0.97


def test_files_are_small_integers():
    assert np.load(FOLDER / "test_x.npy").dtype == np.load(FOLDER / "test_y.npy").dtype == np.uint8


def test_calibration_shares_no_image_with_the_test(network):
    test = {image.tobytes() for image in np.load(FOLDER / "test_x.npy")}
    assert not test & {image.astype(np.uint8).tobytes() for image in network.calibration[:]}


def test_readme_names_every_file():
    assert all(f"`{name}`" in readme() for name in (*FILES, "train.py"))


def test_training_is_deterministic(tmp_path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        with pytest.warns(ConvergenceWarning):
            write_example(tmp_path / name, epochs=2)
    for name in FILES:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    for name in FILES[1:]:
        np.testing.assert_array_equal(np.load(tmp_path / "first" / name), np.load(FOLDER / name))


@pytest.mark.slow
def test_training_reaches_the_accuracy(tmp_path):
    assert write_example(tmp_path) >= 0.96


def test_shift():
    image = np.arange(64, dtype=np.uint8).reshape(1, 64)
    moved = shift(image, right=1, down=0).reshape(8, 8)
    assert moved[:, 0].tolist() == [0] * 8
    np.testing.assert_array_equal(moved[:, 1:], image.reshape(8, 8)[:, :-1])
    moved = shift(image, right=0, down=-1).reshape(8, 8)
    assert moved[7].tolist() == [0] * 8
    np.testing.assert_array_equal(moved[:-1], image.reshape(8, 8)[1:])


def readme():
    return (FOLDER / "README.md").read_text(encoding="utf-8")
