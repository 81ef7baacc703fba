from itertools import product

import numpy as np
import pytest
from networks import random_dense
from oracle import accumulators

from quantnn.arithmetic import IntegerRange, Requantizer
from quantnn.network.layers import Dense

NIBBLE = IntegerRange(-8, 7)


def dense(weights, bias, **kwargs):
    bias = np.array(bias)
    kwargs.setdefault("weight_range", NIBBLE)
    return Dense(bias, Requantizer.make(len(bias), NIBBLE), weights=np.array(weights), **kwargs)


@pytest.mark.parametrize("seed", range(12))
def test_accumulator_boxes_are_exact(seed):
    """Every corner and every inner point of a small box: the ends are reached, and nothing lies beyond."""
    random = np.random.default_rng(seed)
    inputs = int(random.integers(1, 4))
    layer = random_dense(random, inputs, 3)
    lows = random.integers(-3, 3, inputs)
    box = [IntegerRange(int(lo), int(lo + span)) for lo, span in zip(lows, random.integers(0, 5, inputs), strict=True)]
    reached = [accumulators(layer, x) for x in product(*(range(r.lo, r.hi + 1) for r in box))]
    expected = [IntegerRange(min(column), max(column)) for column in zip(*reached, strict=True)]
    assert layer.accumulator_box(box) == expected


def test_sizes():
    layer = dense([[1, 2], [3, 4], [5, 6]], [0, 0])
    assert (layer.in_features, layer.out_features, layer.macs) == (3, 2, 6)


def test_saved_and_rebuilt():
    layer = dense([[1, -2]], [3, 4], scale=0.5, activation="relu")
    common = {"requantizer": layer.requantizer, "scale": 0.5, "activation": "relu"}
    again = Dense.from_saved(layer.arrays(), common, layer.extra())
    assert again.weights.tolist() == [[1, -2]] and again.bias.tolist() == [3, 4]
    assert (again.weight_range, again.scale, again.activation) == (NIBBLE, 0.5, "relu")


@pytest.mark.parametrize(
    ("weights", "bias", "message"),
    [
        ([[1, 2]], [0], r"weights of shape \(1, 2\) must have one column per bias, of which there are 1"),
        ([[8]], [0], "weights must lie in -8..7, not 8..8"),
        ([[-9], [1]], [0], "weights must lie in -8..7, not -9..1"),
        ([[0.5]], [0], "weights must hold integers, not float64"),
        ([1], [0], "weights must be a non-empty array of 2 dimensions"),
        ([[1]], [0.5], "bias must hold integers, not float64"),
    ],
)
def test_refuses(weights, bias, message):
    with pytest.raises(ValueError, match=message):
        dense(weights, bias)
