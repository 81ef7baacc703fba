"""Networks whose accumulators reach the ends of their registers, and other corners of the arithmetic."""

import numpy as np

from quantnn.arithmetic import MAX_MULTIPLIER_BITS, MAX_SHIFT, Box, IntegerRange, Requantizer
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork

__all__ = ["EXTREMES"]

NINE_BITS = IntegerRange.of_format(9, signed=False)
SIGNED_NINE_BITS = IntegerRange.of_format(9, signed=True)
WEIGHTS = IntegerRange(-255, 255)


def dense(weights, bias, output, **parameters):
    """A layer of weights (inputs, outputs)."""
    weights = np.array(weights)
    requantizer = Requantizer.make(weights.shape[1], output, **parameters)
    return Dense(np.array(bias), requantizer, weights=weights, weight_range=WEIGHTS)


def exact(weights, bias, input):
    """A layer whose output is its accumulator, in the accumulator's own format."""
    box = dense(weights, bias, input).accumulator_box(Box.uniform(input, len(weights)))
    return dense(weights, bias, box.union)


def greatest():
    """Every weight and every input at its greatest."""
    return IntegerNetwork(NINE_BITS, (exact(np.full((7, 5), 255), [0] * 5, NINE_BITS),))


def least():
    """Every weight and every input at its least: the products are the greatest."""
    return IntegerNetwork(SIGNED_NINE_BITS, (exact(np.full((9, 3), -255), [0] * 3, SIGNED_NINE_BITS),))


def full_registers():
    """Accumulators that take exactly -2^k … 2^k - 1, so that one more in either direction would not fit."""
    bit = IntegerRange(0, 1)
    weights = [[1, 100, 255], [2, 27, 0], [4, 0, 0], [-5, -127, -255], [-3, -1, -1]]
    return IntegerNetwork(bit, (exact(weights, [0, 0, 0], bit),))


def full_second_layer():
    """A first layer that passes its inputs on, so that the second one's bounds are reached too."""
    nibble = IntegerRange(-8, 7)
    weights = np.array([[255, -255], [-255, 255], [255, 255]])
    return IntegerNetwork(nibble, (dense(np.eye(3, dtype=int), [0] * 3, nibble), exact(weights, [100, -100], nibble)))


def greatest_multiplier():
    """The widest product and the longest shift."""
    most = (1 << MAX_MULTIPLIER_BITS) - 1
    wide = dense(np.full((4, 3), 255), [1 << 30, -(1 << 30), 0], IntegerRange(-8, 7), multiplier=most, shift=MAX_SHIFT)
    near = dense(np.full((3, 2), -255), [5, -5], IntegerRange(-128, 127), multiplier=most, shift=21)
    return IntegerNetwork(NINE_BITS, (wide, near), classify=False)


def ties():
    """Equal logits, in the same beat and in different ones: the lowest index wins."""
    return IntegerNetwork(NINE_BITS, (exact([[3, 3, -1, 3, 3, 0, 3]], [0, 0, 0, 0, 0, 0, 0], NINE_BITS),))


def ones():
    """One input, one neuron, one bit."""
    return IntegerNetwork(IntegerRange(0, 1), (exact([[1]], [0], IntegerRange(0, 1)),), classify=False)


def threshold():
    """A single logit that classifies by its sign."""
    return IntegerNetwork(SIGNED_NINE_BITS, (exact([[1], [-1]], [0], SIGNED_NINE_BITS),))


def rounding_ties():
    """All of x/4 for small x, of either sign, rounded and truncated."""
    input = IntegerRange(-32, 31)
    both = Requantizer((1, 1), (1, 1), (2, 2), (2, 0), IntegerRange(-6, 5))
    layer = Dense(np.zeros(2, dtype=int), both, weights=np.array([[1, 1]]), weight_range=IntegerRange(-1, 1))
    return IntegerNetwork(input, (layer,), classify=False)


EXTREMES = [
    greatest, least, full_registers, full_second_layer, greatest_multiplier, ties, ones, threshold, rounding_ties,
]
