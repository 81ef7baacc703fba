import numpy as np
import pytest

from quantnn.importers.pytorch.dtypes import DTYPES, EXPORTED, STORAGES
from quantnn.importers.pytorch.tensor import Storage, Tensor

NUMBERS = np.arange(24, dtype=np.float32)


def storage(array=NUMBERS, dtype="float32", order="<"):
    return Storage(dtype, array.nbytes, lambda: (array.tobytes(), order))


@pytest.mark.parametrize(
    ("offset", "shape", "strides", "expected"),
    [
        (0, (4, 6), (6, 1), NUMBERS.reshape(4, 6)),
        (0, (6, 4), (1, 6), NUMBERS.reshape(4, 6).T),
        (2, (2, 2), (12, 3), NUMBERS[2:].reshape(-1)[[0, 3, 12, 15]].reshape(2, 2)),
        (23, (), (), NUMBERS[23]),
        (5, (3, 2), (0, 1), np.array([[5, 6]] * 3)),
        (0, (0, 3), (3, 1), np.zeros((0, 3))),
    ],
)
def test_views(offset, shape, strides, expected):
    array = Tensor(storage(), "float32", offset, shape, strides).array()
    assert array.dtype == np.float32 and array.shape == shape
    np.testing.assert_array_equal(array, expected)


def test_it_is_a_copy():
    array = Tensor(storage(), "float32", 0, (3, 2), (0, 1)).array()
    array[0, 0] = 7
    assert array[1, 0] == 0


@pytest.mark.parametrize("dtype", [name for name in DTYPES if name not in ("bfloat16", "bool")])
@pytest.mark.parametrize("order", "<>")
def test_number_types(dtype, order):
    numbers = np.arange(6).astype(np.dtype(dtype).newbyteorder(order))
    array = Tensor(storage(numbers, dtype, order), dtype, 0, (6,), (1,)).array()
    assert array.dtype == np.dtype(dtype) and array.dtype.isnative
    np.testing.assert_array_equal(array, np.arange(6))


def test_bfloat16_is_the_upper_half_of_a_float32():
    bits = np.array([0x3F80, 0xC040, 0x0000, 0x7F80], "<u2")
    array = Tensor(storage(bits, "bfloat16"), "bfloat16", 0, (2, 2), (2, 1)).array()
    np.testing.assert_array_equal(array, [[1, -3], [0, np.inf]])


def test_bools():
    array = Tensor(storage(np.array([0, 1, 2], np.uint8), "bool"), "bool", 0, (3,), (1,)).array()
    assert array.tolist() == [False, True, True]


def test_a_shadow_takes_no_memory():
    huge = Tensor(Storage("float32", 1 << 40, lambda: (b"", "<")), "float32", 0, (1 << 30,), (1,))
    assert huge.shadow().shape == (1 << 30,) and huge.shadow().dtype == np.float32


@pytest.mark.parametrize(
    ("dtype", "offset", "shape", "strides", "words"),
    [
        ("complex64", 0, (3,), (1,), "numbers of type complex64"),
        ("float32", -1, (3,), (1,), "must be integers of a tensor's size"),
        ("float32", 0, (-3,), (1,), "must be integers of a tensor's size"),
        ("float32", 0, (3,), (-1,), "must be integers of a tensor's size"),
        ("float32", 0, (True,), (1,), "must be integers of a tensor's size"),
        ("float32", 0, (3.0,), (1,), "must be integers of a tensor's size"),
        ("float32", 0, (1 << 60,), (0,), "must be integers of a tensor's size"),
        ("float32", 0, (3,), (1, 1), "1 dimensions and 2 strides"),
        ("float32", 0, (1,) * 33, (1,) * 33, "33 dimensions"),
        ("float32", 0, (1 << 40, 1 << 40), (0, 0), "far more numbers than any memory"),
        ("float32", 0, (25,), (1,), "takes 25 numbers of a storage of 24"),
        ("float32", 20, (5,), (1,), "takes 25 numbers of a storage of 24"),
        ("float32", 0, (2, 2), (23, 1), "takes 25 numbers of a storage of 24"),
        ("float64", 0, (13,), (1,), "takes 13 numbers of a storage of 12"),
    ],
)
def test_what_leaves_the_storage(dtype, offset, shape, strides, words):
    with pytest.raises(ValueError, match=words):
        Tensor(storage(), dtype, offset, shape, strides)


def test_a_billion_equal_numbers():
    with pytest.raises(ValueError, match="1,000,000,000 numbers, more than"):
        Tensor(storage(), "float32", 0, (1_000_000_000,), (0,)).array()


def test_a_storage_that_ends_early():
    short = Storage("float32", 96, lambda: (bytes(50), "<"))
    with pytest.raises(ValueError, match="ends after 12 numbers"):
        Tensor(short, "float32", 0, (24,), (1,)).array()


def test_every_kind_of_storage_has_a_number_type():
    assert {*STORAGES.values(), *EXPORTED.values()} <= DTYPES.keys()
