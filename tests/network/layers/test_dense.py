from itertools import product
from random import Random

import numpy as np
import pytest
from networks import random_dense
from oracle import accumulators

from quantnn.arithmetic import Box, IntegerRange, Requantizer
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
    box = Box(lows, lows + random.integers(0, 5, inputs))
    reached = [accumulators(layer, x) for x in product(*(range(r.lo, r.hi + 1) for r in box))]
    columns = list(zip(*reached, strict=True))
    assert layer.accumulator_box(box) == Box([min(column) for column in columns], [max(column) for column in columns])


def wide(bits):
    return IntegerRange.of_format(bits, signed=True)


@pytest.mark.parametrize("seed", range(60))
def test_huge_weights_are_exact_or_refused(seed):
    """Against Python's integers: whatever an int64 holds up to 2**62 is right, and nothing beyond comes back."""
    draw = Random(seed)
    inputs, most = draw.randrange(1, 5), draw.choice([40, 58, 60, 62, 63])
    weights = [[draw.randrange(-(2**most), 2**most) >> draw.randrange(6)] for _ in range(inputs)]
    lows = [draw.randrange(-4, 3) for _ in range(inputs)]
    highs = [lo + draw.randrange(4) for lo in lows]
    bias = draw.randrange(-(2**most), 2**most)
    corners = list(product(*({lo, hi} for lo, hi in zip(lows, highs, strict=True))))
    sums = [bias + sum(w * x for [w], x in zip(weights, corner, strict=True)) for corner in corners]
    layer = dense(weights, [bias], weight_range=wide(64))
    if max(map(abs, sums)) <= 2**62:
        assert layer.accumulator_box(Box(lows, highs)) == Box([min(sums)], [max(sums)])
    else:
        with pytest.raises(OverflowError):
            layer.accumulator_box(Box(lows, highs))


@pytest.mark.parametrize("weight", [2**62, -(2**63), 2**63 - 1])
@pytest.mark.parametrize("inputs", [2, 4, 8, 1024])
def test_sums_that_wrap_back_to_small_ones_are_refused(weight, inputs):
    """4 · 2**62 is 0 in an int64."""
    layer = dense([[weight]] * inputs, [0], weight_range=wide(64))
    with pytest.raises(OverflowError, match="accumulators take about"):
        layer.accumulator_box(Box.uniform(IntegerRange(0, 255), inputs))


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
