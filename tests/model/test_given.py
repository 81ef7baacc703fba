from pathlib import Path

import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.model.data_options import DataOptions, Expected
from quantnn.model.given import Data, check_given, given_labels, given_samples, same

EXPECTED = Expected((2,), 2)


def test_files_and_arrays(tmp_path):
    values = np.arange(6).reshape(3, 2)
    np.save(tmp_path / "x.npy", values)
    for given in (tmp_path / "x.npy", str(tmp_path / "x.npy"), Data(tmp_path / "x.npy"), values, values.tolist()):
        assert given_samples(given, EXPECTED, "test", "test x").rows.read(1, 3).tolist() == values[1:].tolist()
    np.save(tmp_path / "y.npy", [1, 0, 1])
    for given in (tmp_path / "y.npy", Data(str(tmp_path / "y.npy")), [1, 0, 1]):
        assert given_labels(given, "test", "test y").of_samples(3, EXPECTED).numbers.tolist() == [1, 0, 1]


def test_what_there_is_to_say_of_a_file():
    assert Data("t.csv", 3, True).options == DataOptions("3", True)


def test_what_is_no_array():
    with pytest.raises(InputError, match="it must be an array of numbers"):
        given_samples([[1], [2, 3]], EXPECTED, "test", "it")
    with pytest.raises(InputError, match="it must be an array of numbers"):
        given_labels([[1], [2, 3]], "test", "it")


def test_the_same():
    array = np.zeros(3)
    assert same(array, array) and not same(array, array.copy()) and not same(array, "x.npy")
    assert same("x.npy", Path("x.npy")) and same(Data("x.npy"), "./x.npy") and not same("x.npy", "y.npy")
    assert same(Data("x.csv", 1), Data("x.csv", 1)) and not same(Data("x.csv", 1), "x.csv")


def test_what_is_said_must_suit_one_of_the_files(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((2, 2)))
    (tmp_path / "t.csv").write_text("1,2,0\n")
    samples, table = (Data(tmp_path / name, label_column=2) for name in ("x.npy", "t.csv"))
    check_given(None, samples, table, np.zeros(3), tmp_path / "x.npy")
    with pytest.raises(InputError, match=r"--label-column is for a CSV, of which there is none .*x.npy"):
        check_given(samples, samples, Data(tmp_path / "t.csv"))
