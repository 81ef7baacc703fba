import numpy as np
import pytest

from quantnn.arithmetic import Box, IntegerRange, Requantizer
from quantnn.network.layers import LAYER_TYPES, Dense, Rescale
from quantnn.network.layers.base import frozen_integers
from quantnn.network.table import Table

NIBBLE = IntegerRange(-8, 7)


def test_layer_types_by_name():
    assert {"dense": Dense, "rescale": Rescale} == LAYER_TYPES


def test_the_requantizer_must_have_a_channel_per_output():
    with pytest.raises(ValueError, match="A layer with 2 outputs must have as many requantizer channels, not 3"):
        Rescale(np.array([1, 2]), Requantizer.make(3, NIBBLE))


def test_output_box_is_the_requantized_accumulator_box():
    layer = Rescale(np.array([1, -2]), Requantizer.make(2, NIBBLE, shift=1))
    assert layer.output_box(Box([0, -90], [8, 90])) == Box([1, -8], [5, 7])
    assert layer.output == NIBBLE


def test_a_scale_for_all_or_one_per_output():
    def scale(value):
        return Rescale(np.array([1, 2]), Requantizer.make(2, NIBBLE), scale=value).scale

    assert scale(0.5) == scale(np.array([0.5, 0.5])) == 0.5
    assert scale([0.5, 2]).tolist() == [0.5, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        scale(np.array([1.0, 2.0]))[0] = 3
    with pytest.raises(ValueError, match=r"A scale must be one value, or 2, one per output, not of shape \(3,\)"):
        scale([1.0, 2.0, 3.0])
    for wrong in (0, -1.0, np.nan, [1.0, np.inf]):
        with pytest.raises(ValueError, match="A scale must be finite and exceed 0"):
            scale(wrong)


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int64])
def test_integers_are_copied_and_frozen(dtype):
    values = np.array([1, 2], dtype=dtype)
    frozen = frozen_integers(values, 1, "bias")
    values[0] = 9
    assert frozen.dtype == np.int64 and frozen.tolist() == [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        frozen[0] = 3


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.array([1.0]), "bias must hold integers, not float64"),
        (np.array([[1]]), r"bias must be a non-empty array of 1 dimensions, not of shape \(1, 1\)"),
        (np.array([1, 2**63], dtype=np.uint64), "bias must hold integers of 64 bits with a sign, not 92233"),
        (np.zeros(0, dtype=int), r"bias must be a non-empty array of 1 dimensions, not of shape \(0,\)"),
    ],
)
def test_refuses_what_is_no_array_of_integers(values, message):
    with pytest.raises(ValueError, match=message):
        frozen_integers(values, 1, "bias")


def test_a_table_is_indexed_by_what_the_requantizer_gives():
    requantizer, wrong = Requantizer.make(1, NIBBLE), IntegerRange(0, 15)
    table = Table(wrong, tuple(range(16)), IntegerRange(0, 15))
    with pytest.raises(ValueError, match=r"A table's indices must be the requantizer's outputs .*, not "):
        Rescale(np.array([1]), requantizer, table=table)
