import numpy as np
from oracle import accumulators, drained

from quantnn.arithmetic import IntegerRange, Requantizer
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
    box = [IntegerRange(-2, 30), IntegerRange(0, 5), IntegerRange(7, 7)]
    assert LAYER.accumulator_box(box) == [IntegerRange(-12, 20), IntegerRange(4, 9), IntegerRange(7, 7)]
    for channel, (feature, found) in enumerate(zip(box, LAYER.output_box(box), strict=True)):
        outputs = []
        for x in range(feature.lo, feature.hi + 1):
            outputs.append(drained(LAYER, channel, accumulators(LAYER, [x] * 3)[channel]))
        assert found == IntegerRange(min(outputs), max(outputs))


def test_sizes():
    assert (LAYER.in_features, LAYER.out_features, LAYER.macs) == (3, 3, 3)


def test_saved_and_rebuilt():
    again = Rescale.from_saved(LAYER.arrays(), {"requantizer": LAYER.requantizer}, LAYER.extra())
    assert again.bias.tolist() == [-10, 4, 0] and again.requantizer == LAYER.requantizer
