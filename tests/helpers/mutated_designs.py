"""Two small cores in which faults show.

Their seeds are chosen so that layers spread over their range and saturate, and logits come in every order and sign.
"""

import numpy as np
from networks import plan_of, unsaturated

from quantnn.arithmetic import IntegerRange, Requantizer, half
from quantnn.network.layers import Dense, Rescale
from quantnn.network.network import IntegerNetwork
from quantnn.network.table import Table

__all__ = ["folded", "tabulated"]

WEIGHTS = IntegerRange(-7, 7)
SIGNED, UNSIGNED = IntegerRange(-16, 15), IntegerRange(0, 15)


def dense(random, inputs, outputs, requantizer):
    weights = random.integers(WEIGHTS.lo, WEIGHTS.hi + 1, (inputs, outputs))
    return Dense(random.integers(-40, 41, outputs), requantizer, weights=weights, weight_range=WEIGHTS)


def logits(random, inputs):
    return dense(random, inputs, 3, Requantizer.make(3, SIGNED, multiplier=(1, 2, 4)))


def folded():
    """Dense layers of four and two folds, an adder tree, an input queue, and every parameter by channel."""
    random = np.random.default_rng(125)
    multipliers, shifts = (3, 5, 3, 6), (4, 5, 4, 5)
    roundings = (half(4), half(5), 0, half(5))
    first = dense(random, 6, 4, Requantizer(multipliers, multipliers, shifts, roundings, SIGNED))
    return plan_of(unsaturated(IntegerNetwork(SIGNED, (first, logits(random, 4)), True)), multipliers=7)


def tabulated():
    """A rescale layer with a table, then dense layers of two folds, the first saturating at 0, on three lanes."""
    random = np.random.default_rng(198)
    index = Requantizer((1, 1), (1, 1), (1, 2), (half(1), half(2)), SIGNED)
    table = Table(SIGNED, tuple(random.permutation(np.arange(-16, 16)).tolist()), SIGNED)
    scale = Rescale(np.array([-30, -50]), index, table=table)
    shifts = (2, 3, 2, 3, 2, 2)
    first = dense(random, 2, 6, Requantizer((1,) * 6, (0,) * 6, shifts, tuple(map(half, shifts)), UNSIGNED))
    network = IntegerNetwork(IntegerRange(0, 127), (scale, first, logits(random, 6)), True)
    return plan_of(unsaturated(network), multipliers=9)
