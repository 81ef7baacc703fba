import numpy as np
import pytest

from quantnn.arithmetic import IntegerRange
from quantnn.errors import InputError
from quantnn.model.array_checks import integral, numeric, texts

BYTE = IntegerRange(0, 255)


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint64, np.float16, np.float32, ">f8"])
def test_numeric(dtype):
    values = numeric(np.array([[0, 1]], dtype=dtype), "W0", "a.npz")
    assert values.dtype == np.float64
    np.testing.assert_array_equal(values, [[0, 1]])


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array(["x"]), "a.npz: array W0 must hold numbers, not <U1: save it as numbers"),
        (
            np.array([[1, np.nan], [np.inf, 0]]),
            "a.npz: array W0 has values that are not finite (2 of 4, the first is NaN at [0, 1]):"
            " train or save it again",
        ),
        (
            np.array(-np.inf),
            "a.npz: array W0 has values that are not finite (1 of 1, the first is infinite):"
            " train or save it again",
        ),
    ],
)
def test_numeric_refuses(array, message):
    with pytest.raises(InputError) as caught:
        numeric(array, "W0", "a.npz")
    assert str(caught.value) == message


def test_long_double_beyond_float64():
    with pytest.raises(InputError, match="infinite"):
        numeric(np.array([np.longdouble(1e300) ** 2]), "W0", "a.npz")


def test_integral():
    values = integral(np.array([[0.0, 255.0]], np.float32), "", "x.npy", BYTE, "do this")
    assert values.dtype == np.int64
    np.testing.assert_array_equal(values, [[0, 255]])


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([1, 0.25]), "x.npy must hold integers, not 0.25 at [1]: do this"),
        (np.array([[1, 256]]), "x.npy must lie in 0..255, not be 256 at [0, 1]: do this"),
        (np.array(-1), "x.npy must lie in 0..255, not be -1: do this"),
        (
            np.array([2**64 - 1], np.uint64),
            "x.npy must lie in 0..255, not be 1.84467440737096e+19 at [0]: do this",
        ),
    ],
)
def test_integral_refuses(array, message):
    with pytest.raises(InputError) as caught:
        integral(array, "", "x.npy", BYTE, "do this")
    assert str(caught.value) == message


@pytest.mark.parametrize("array", [np.array([" relu", "linear"]), np.array([b"relu", b"linear "])])
def test_texts(array):
    assert texts(array, "activations", "a.npz") == ["relu", "linear"]


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.array("relu"), "list of strings, not <U4 of shape"),
        (np.array([1, 2]), "list of strings, not int64"),
        (np.array([b"\xff"]), "undecodable text"),
        pytest.param(np.frombuffer(b"\xff\xff\xff\x7f", "<U1"), "undecodable text", id="beyond Unicode"),
    ],
)
def test_texts_refuses(array, words):
    with pytest.raises(InputError, match=words):
        texts(array, "activations", "a.npz")
