import numpy as np
import pytest

from quantnn.api.samples import Batch
from quantnn.arithmetic import IntegerRange
from quantnn.errors import InputError
from quantnn.model.data_options import Expected
from quantnn.model.given import Data

BYTES = IntegerRange(0, 255)


@pytest.mark.parametrize(
    "shape, single",
    [((6,), True), ((5, 6), False), ((1, 6), False), ((5, 2, 3), False), ((2, 3), True), ((1, 2, 3), False)],
)
def test_one_or_many(shape, single):
    """Of a network that was trained on images of 2×3."""
    batch = Batch.of(np.arange(np.prod(shape)).reshape(shape), Expected((2, 3)))
    assert batch.single is single
    assert batch.floats().shape == (1 if single else shape[0], 6)


def test_a_batch_comes_before_a_single_sample():
    """Six samples of a feature each, or one of six: what has the right size is taken as many."""
    assert not Batch.of(np.zeros((6, 1)), Expected((1,))).single
    assert not Batch.of(np.zeros((1, 6)), Expected((1, 6))).single


def test_files_hold_many(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(12).reshape(2, 6))
    batch = Batch.of(tmp_path / "x.npy", Expected((6,)))
    assert not batch.single and batch.raw(BYTES).tolist() == np.arange(12).reshape(2, 6).tolist()


@pytest.mark.parametrize("values", [[[256]], [[-1]], [[0.5]], [[np.nan]], [["1"]]])
def test_what_is_no_raw_integer(values):
    with pytest.raises(InputError):
        Batch.of(values, Expected((1,))).raw(BYTES)


def test_whole_floats_are_integers():
    assert Batch.of([[3.0]], Expected((1,))).raw(BYTES).tolist() == [[3]]


def test_what_is_said_of_a_file_must_suit_it(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((2, 6)))
    with pytest.raises(InputError, match="is for a folder of images, of which there is none"):
        Batch.of(Data(tmp_path / "x.npy", resize=True), Expected((6,)))
