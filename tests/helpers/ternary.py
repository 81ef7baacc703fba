"""Random sparse ternary networks of few bits, as an unrolled core takes them."""

from itertools import pairwise

import numpy as np
from networks import unsaturated

from quantnn.arithmetic import IntegerRange, Requantizer
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork

__all__ = ["ternary_network"]

PIXEL = IntegerRange(0, 1)
LEVEL = IntegerRange(0, 3)
WEIGHT = IntegerRange(-1, 1)

_SAMPLES = 256


def ternary_network(seed, sizes=(784, 64, 32, 10), density=0.1):
    """Inputs 0 or 1, weights −1, 0 or 1, activations 0..3, and classes.

    A neuron has ``round(density · inputs)`` weights that are not 0, at least 2 if there are so many. Its shift is that
    of the deviation of its sums over random samples, and its bias puts their mean between the levels 1 and 2, so that
    it takes several levels. Biases of the last layer put all classes level.
    """
    random = np.random.default_rng(seed)
    values = random.integers(0, 2, (_SAMPLES, sizes[0]))
    layers = []
    for inputs, outputs in pairwise(sizes):
        weights = sparse_ternary(random, inputs, outputs, density)
        sums = values @ weights
        means = sums.mean(axis=0)
        if len(layers) == len(sizes) - 2:
            last = Requantizer.make(outputs, LEVEL)
            layers.append(Dense(np.rint(-means).astype(int), last, weights=weights, weight_range=WEIGHT))
            break
        shifts = np.rint(np.log2(np.maximum(sums.std(axis=0), 1))).astype(int)
        bias = np.rint(1.5 * 2.0**shifts - means).astype(int)
        requantizer = Requantizer.make(outputs, LEVEL, shift=tuple(shifts.tolist()))
        layers.append(Dense(bias, requantizer, activation="clip:0:3", weights=weights, weight_range=WEIGHT))
        values = layers[-1].finish(sums + bias)
    return unsaturated(IntegerNetwork(PIXEL, tuple(layers)))


def sparse_ternary(random, inputs, outputs, density):
    """A matrix whose columns all have as many weights."""
    count = min(inputs, max(2, round(density * inputs)))
    weights = np.zeros((inputs, outputs), dtype=np.int64)
    for column in weights.T:
        column[random.choice(inputs, count, replace=False)] = random.choice([-1, 1], count)
    return weights
