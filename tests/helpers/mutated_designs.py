"""Small cores in which faults show.

Their seeds are chosen so that layers spread over their range and saturate, and logits come in every order and sign.
"""

from dataclasses import replace

import numpy as np
from networks import plan_of, unsaturated
from unrolled import unrolled_plan

from quantnn.arithmetic import IntegerRange, Requantizer, half
from quantnn.network.layers import Dense, Rescale
from quantnn.network.network import IntegerNetwork
from quantnn.network.table import Table
from quantnn.plan.planner import Goal

__all__ = ["folded", "mixed", "packed", "tabulated", "unrolled"]

WEIGHTS = IntegerRange(-7, 7)
SIGNED, UNSIGNED = IntegerRange(-16, 15), IntegerRange(0, 15)
TWO_BITS = Requantizer((1,) * 3, (0,) * 3, (2, 3, 3), (half(2), 0, half(3)), IntegerRange(0, 3))


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


def unrolled():
    """One pipeline: a rescale layer, multipliers and a selection by sign, saturation at either end, a small table."""
    random = np.random.default_rng(16)
    scale = Rescale(np.array([-9, 5]), Requantizer((3, 5), (3, 5), (2, 3), (half(2), 0), SIGNED))
    leaky = Requantizer((3, 5, 4), (1, 2, 1), (4, 4, 3), (half(4), 0, half(3)), SIGNED)
    index = Requantizer((1,) * 2, (1,) * 2, (3, 4), (half(3), 0), IntegerRange(-8, 7))
    table = Table(index.output, tuple(random.permutation(np.arange(-8, 8)).tolist()), index.output)
    second = replace(dense(random, 3, 2, index), table=table)
    layers = scale, dense(random, 2, 3, leaky), second, logits(random, 2)
    plan, _ = unrolled_plan(unsaturated(IntegerNetwork(IntegerRange(-32, 31), layers, False)))
    return plan


def packed():
    """Two layers of tables and short sums, which take a sample in one beat and answer in two."""
    random = np.random.default_rng(38)
    layers = dense(random, 4, 3, TWO_BITS), logits(random, 3)
    network = unsaturated(IntegerNetwork(TWO_BITS.output, layers, True))
    plan, _ = unrolled_plan(network, goal=Goal(interval=2))
    return plan


def mixed():
    """A folded layer in front of an unrolled one that answers in two beats."""
    random = np.random.default_rng(221)
    layers = dense(random, 6, 3, TWO_BITS), logits(random, 3)
    network = unsaturated(IntegerNetwork(SIGNED, layers, True))
    plan, _ = unrolled_plan(network, "folded,unrolled", multipliers=7, blocks=5)
    return plan
