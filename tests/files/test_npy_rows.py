import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.files.npy_rows import NpyRows, RowWriter


@pytest.fixture
def save(tmp_path):
    def saved(array):
        np.save(tmp_path / "a.npy", array)
        return tmp_path / "a.npy"

    return saved


ARRAYS = [
    np.arange(12), np.arange(24, dtype=np.uint8).reshape(12, 2), np.arange(72.0).reshape(12, 3, 2),
    np.asfortranarray(np.arange(36).reshape(12, 3)), np.arange(12, dtype=">i4"),
]  # fmt: skip


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype}{array.shape}")
@pytest.mark.parametrize(("start", "end"), [(0, 12), (0, 1), (5, 7), (11, 12), (4, 4), (9, 100), (12, 12)])
def test_rows_are_those_of_the_array(save, array, start, end):
    rows = NpyRows.of(save(array))
    assert (rows.shape, rows.ndim, rows.size, len(rows)) == (array.shape, array.ndim, array.size, 12)
    found = rows.read(start, end)
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array[start:end])


@pytest.mark.parametrize("shape", [(0, 3), (12, 0)])
def test_nothing_at_all_is_refused(save, shape):
    with pytest.raises(InputError, match=r"a.npy is empty \(shape "):
        NpyRows.of(save(np.zeros(shape)))


def test_a_single_number_is_refused(save):
    with pytest.raises(InputError, match=r"a.npy holds a single number, but an array is needed"):
        NpyRows.of(save(np.array(5)))


def test_a_file_that_becomes_shorter_meanwhile(save):
    path = save(np.arange(12))
    rows = NpyRows.of(path)
    path.write_bytes(path.read_bytes()[:-8])
    assert rows.read(0, 11).tolist() == [*range(11)]
    with pytest.raises(InputError, match=r"a.npy became shorter while it was read: try again"):
        rows.read(10, 12)


@pytest.mark.parametrize("array", [array for array in ARRAYS if array.flags.c_contiguous], ids=str)
@pytest.mark.parametrize("block", [1, 5, 12])
def test_blocks_are_written_as_numpy_writes_the_whole(tmp_path, save, array, block):
    path = tmp_path / "b.npy"
    with RowWriter(path, array.dtype.str, array.shape) as writer:
        for start in range(0, 12, block):
            writer.write(np.asfortranarray(array[start : start + block]))
    assert path.read_bytes() == save(array).read_bytes()


def test_it_is_closed_after_an_error_too(tmp_path):
    with pytest.raises(ZeroDivisionError), RowWriter(tmp_path / "b.npy", "int64", (2, 3)) as writer:
        raise ZeroDivisionError
    with pytest.raises(ValueError, match="closed file"):
        writer.write(np.zeros((2, 3)))
