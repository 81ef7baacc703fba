from pathlib import Path

import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.model.class_labels import FoundLabels
from quantnn.model.data_options import Expected

ANIMALS = ("dog", "cat", "ant")


def labels(values, count, names=(), named=True):
    values = np.array(values)
    found = FoundLabels(values, Path("data/y.csv"), "column 3", named)
    return found.of_samples(len(values), Expected((4,), count, names))


def refusal(*arguments, **options):
    with pytest.raises(InputError) as caught:
        labels(*arguments, **options)
    assert "\n" not in str(caught.value) and str(caught.value).startswith("data/y.csv: ")
    return str(caught.value)


@pytest.mark.parametrize(
    ("values", "count", "numbers", "names"),
    [
        (["b", "a", "c", "a"], 3, [1, 0, 2, 0], ("a", "b", "c")),
        (["B", "a"], 2, [0, 1], ("B", "a")),
        ([b"b", b"a"], 2, [1, 0], ("a", "b")),
        (["0", "9", "3"], 10, [0, 9, 3], ()),
        ([0, 9, 3], 10, [0, 9, 3], ()),
        ([0.0, 1.0], 2, [0, 1], ()),
        ([1, 2, 3, 1], 3, [0, 1, 2, 0], ("1", "2", "3")),
        (["10", "9", "-1"], 3, [2, 1, 0], ("-1", "9", "10")),
        ([-1, 1], 2, [0, 1], ("-1", "1")),
    ],
)
def test_names_of_the_file(values, count, numbers, names):
    found = labels(values, count)
    assert found.numbers.dtype == np.int64 and found.numbers.tolist() == numbers and found.names == names
    order = f"y.csv: column 3: classes are numbered in the order {', '.join(names)}"
    assert found.note == (order if names else "")


@pytest.mark.parametrize(
    ("values", "names", "numbers"),
    [
        (["cat", "ant"], ANIMALS, [1, 2]),
        ([1, 0], ("1", "2", "0"), [0, 2]),
        ([3, 1], ("1", "2", "3"), [2, 0]),
        ([2, 0], ANIMALS, [2, 0]),
        (["2", "0"], ANIMALS, [2, 0]),
    ],
)
def test_names_of_the_model(values, names, numbers):
    found = labels(values, 3, names)
    assert found.numbers.tolist() == numbers and (found.names, found.note) == ((), "")


def test_numbers_outside_of_tables_are_outputs():
    assert labels([1, 0], 3, ("1", "2", "0"), named=False).numbers.tolist() == [1, 0]
    assert "must lie in 0..2, not be 3 at [2]: labels are the index" in refusal([1, 2, 3], 3, named=False)


@pytest.mark.parametrize(
    ("values", "count", "names", "words"),
    [
        (["a", "b"], 3, (), "has 2 classes (a, b), but the network 3: save what they are called as class_names"),
        ([1, 2, 4, 5], 3, (), "has 4 classes (1, 2, 4, 5), but the network 3: leave the others out"),
        (["cow"], 3, ANIMALS, "has 'cow', but the network's classes are dog, cat, ant"),
        ([3], 3, ANIMALS, "has '3', but the network's classes are"),
        ([0, 1], 3, ("1", "2", "3"), "has '0', but the network's classes are"),
        (["0", "cat"], 3, ANIMALS, "has '0', but the network's classes are"),
        ([0.5, 1], 2, (), "must hold integers, not 0.5 at [0]"),
        ([np.nan, 1], 2, (), "not finite"),
        (["a" * 65, "b"], 2, (), "1 to 64 characters"),
        (["a\x1b", "b"], 2, (), "printable"),
        ([b"\xff", b"b"], 2, (), "undecodable text"),
    ],
)
def test_refused(values, count, names, words):
    assert words in refusal(values, count, names)


def test_a_column_of_labels_is_flat_enough():
    assert labels([[2], [0]], 3, named=False).numbers.tolist() == [2, 0]


def test_the_number_of_labels():
    found = FoundLabels(np.zeros(3), Path("y.npy"))
    with pytest.raises(InputError, match=r"^y.npy has 3 labels for 4 samples"):
        found.of_samples(4, Expected((1,), 2))


def test_one_hot_labels():
    assert labels(np.eye(3)[[2, 0, 1, 2]], 3, named=False).numbers.tolist() == [2, 0, 1, 2]
    assert labels(np.eye(3, dtype=bool)[[1]], 3, ANIMALS).numbers.tolist() == [1]
    for values in (np.eye(3) / 2, np.ones((2, 3)), np.zeros((2, 3)), np.eye(3) * 2):
        assert "save its argmax over axis 1" in refusal(values, 3, named=False)
    assert "give the labels, not the samples" in refusal(np.eye(4), 3, named=False)


def test_a_header_that_was_taken_for_a_label():
    found = FoundLabels(np.array(["species", "a", "b"]), Path("y.csv"), "column 0", named=True)
    with pytest.raises(InputError, match=r"3 labels for 2 samples: .*; if the first, 'species', is a header, call"):
        found.of_samples(2, Expected((1,), 2))
