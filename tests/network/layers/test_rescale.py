import numpy as np
import pytest
from oracle import accumulators, drained

from quantnn.arithmetic import Box, IntegerRange, Requantizer
from quantnn.network.layers import Rescale
from quantnn.network.reference import accumulate

LAYER = Rescale(
    np.array([-10, 4, 0]),
    Requantizer.make(3, IntegerRange(-8, 7), multiplier=(3, 1, 5), shift=(2, 0, 4)),
)


def test_worked_features():
    """(x − 10)·3/4, x + 4 and x·5/16, rounded and saturated."""
    inputs = np.array([[12, 1, 10], [0, 9, 100], [11, -13, -8]])
    assert LAYER.requantizer(accumulate(LAYER, inputs)).tolist() == [[2, 5, 3], [-7, 7, 7], [1, -8, -2]]


def test_boxes_are_exact():
    box = Box([-2, 0, 7], [30, 5, 7])
    assert LAYER.accumulator_box(box) == Box([-12, 4, 7], [20, 9, 7])
    for channel, (feature, found) in enumerate(zip(box, LAYER.output_box(box), strict=True)):
        outputs = []
        for x in range(feature.lo, feature.hi + 1):
            outputs.append(drained(LAYER, channel, accumulators(LAYER, [x] * 3)[channel]))
        assert found == IntegerRange(min(outputs), max(outputs))


@pytest.mark.parametrize(
    ("bias", "lo", "hi"), [(2**63 - 1, 0, 1), (-(2**63), 0, 0), (2**62, 0, 1), (2**61, 0, 2**61 + 1)]
)
def test_refuses_sums_that_might_wrap(bias, lo, hi):
    layer = Rescale(np.array([bias]), Requantizer.make(1, IntegerRange(0, 1)))
    with pytest.raises(OverflowError):
        layer.accumulator_box(Box([lo], [hi]))


def test_sizes():
    assert (LAYER.in_features, LAYER.out_features, LAYER.macs) == (3, 3, 3)


def test_saved_and_rebuilt():
    again = Rescale.from_saved(LAYER.arrays(), {"requantizer": LAYER.requantizer}, LAYER.extra())
    assert again.bias.tolist() == [-10, 4, 0] and again.requantizer == LAYER.requantizer
