from pathlib import Path

import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.model.npz_samples import npz_labels, npz_samples


@pytest.fixture
def saved(tmp_path):
    """An .npz whose arrays are numbered from 1 on in all their values, in the order of their names."""

    def save(*names):
        np.savez(tmp_path / "d.npz", **{name: np.full((3, 2), number) for number, name in enumerate(names, start=1)})
        return tmp_path / "d.npz"

    return save


def refusal(function, *arguments):
    with pytest.raises(InputError) as caught:
        function(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def taken(path, purpose):
    data = npz_samples(path, purpose)
    return data.name, None if data.labels is None else data.labels.name, data.notes


@pytest.mark.parametrize("purpose", ["test", "calibration", "input"])
@pytest.mark.parametrize(
    ("names", "samples", "labels"),
    [
        (["x", "y"], "x", "array y"),
        (["Y", "X"], "X", "array Y"),
        (["target", "data"], "data", "array target"),
        (["images", "labels", "other"], "images", "array labels"),
        (["inputs"], "inputs", None),
        (["whatever"], "whatever", None),
    ],
)
def test_a_pair(saved, purpose, names, samples, labels):
    assert taken(saved(*names), purpose) == (samples, labels, ())


KERAS = ["x_train", "y_train", "x_test", "y_test"]
MEDICAL = ["train_images", "val_images", "test_images", "train_labels", "val_labels", "test_labels"]


@pytest.mark.parametrize(
    ("names", "purpose", "samples", "labels"),
    [
        (KERAS, "test", "x_test", "y_test"),
        (KERAS, "input", "x_test", "y_test"),
        (KERAS, "calibration", "x_train", "y_train"),
        (MEDICAL, "test", "test_images", "test_labels"),
        (MEDICAL, "calibration", "train_images", "train_labels"),
        (["x_train", "y_train"], "test", "x_train", "y_train"),
    ],
)
def test_parts(saved, names, purpose, samples, labels):
    path = saved(*names)
    note = f"d.npz: taken are the arrays {samples} and {labels}"
    assert taken(path, purpose) == (samples, f"array {labels}", (note,))
    data = npz_samples(path, purpose)
    assert data.rows.read(0, 1).tolist() == [[names.index(samples) + 1] * 2]
    assert data.labels.values.tolist() == [[names.index(labels) + 1] * 2] * 3


def test_labels_of_another_part_are_not_taken(saved):
    assert taken(saved("x_test", "y_train"), "test")[:2] == ("x_test", None)


@pytest.mark.parametrize(
    ("names", "found"), [(["x", "y"], "y"), (["a"], "a"), (KERAS, "y_test"), (["x", "y_train"], "y_train")]
)
def test_labels_alone(saved, names, found):
    assert npz_labels(saved(*names), "test").name == f"array {found}"


def test_no_usual_name(saved, tmp_path):
    path = saved("a", "b")
    assert "has the arrays a, b, none of which is called as samples are: save" in refusal(npz_samples, path, "test")
    assert "has the arrays a, b, none of which is called as labels are: save" in refusal(npz_labels, path, "test")
    np.savez(path, x=3.0)
    assert "array x is a single number" in refusal(npz_samples, path, "test")
    path.write_bytes(path.read_bytes()[:50])
    assert "truncated or damaged" in refusal(npz_samples, path, "test")


def test_pickles_are_refused(tmp_path):
    np.savez(tmp_path / "d.npz", x=np.array([{}], dtype=object), y=np.zeros(1))
    assert "Python objects" in refusal(npz_samples, Path(tmp_path / "d.npz"), "test")
