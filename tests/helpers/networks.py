"""Small random integer networks and an invented device for tests."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from quantnn.arithmetic import IntegerRange, Requantizer
from quantnn.network.layers import Dense, Rescale
from quantnn.network.network import IntegerNetwork
from quantnn.network.table import Table
from quantnn.plan.planner import Planner
from quantnn.plan.resources import BlockRam, Logic, MultiplierMode, Multipliers, Resources

BYTE = IntegerRange(0, 255)
SIGNED_NIBBLE = IntegerRange(-8, 7)


def random_requantizer(random, channels, output):
    """Parameters that are uniform or differ by channel, with every kind of activation and rounding.

    Powers of two as multipliers come with shifts around their own exponent, as slopes near 1 have them.
    """

    def column(low, high):
        different = random.random() < 0.5
        values = random.integers(low, high, channels if different else 1).tolist()
        return tuple(values if different else values * channels)

    shifts = column(0, 5)
    exponent = int(random.integers(0, 9))
    if random.random() < 0.4:
        multipliers = (1 << exponent,) * channels
        shifts = tuple(max(0, exponent + s - 2) for s in shifts)
    else:
        multipliers = column(0, 9)
    negative = [multipliers, (0,) * channels, tuple(m // 4 for m in multipliers)][random.integers(3)]
    halves = random.choice(["half", "truncate", "both"])
    chosen = {"half": [True] * channels, "truncate": [False] * channels, "both": random.random(channels) < 0.5}[halves]
    roundings = tuple(2 ** (s - 1) if s and half else 0 for s, half in zip(shifts, chosen, strict=True))
    return Requantizer(multipliers, negative, shifts, roundings, output)


def random_output(random):
    """A whole format, or a part of one, as clips and imported zero points leave."""
    width = int(random.integers(1, 6))
    whole = IntegerRange.of_format(width, bool(random.integers(2))) if width > 1 else IntegerRange(0, 1)
    ends = sorted(random.integers(whole.lo, whole.hi + 1, 2).tolist())
    return IntegerRange(*ends) if random.random() < 0.3 and ends[0] < ends[1] else whole


def random_dense(random, inputs, outputs, weight_bits=None, output=None):
    limit = (1 << (int(weight_bits or random.integers(2, 6)) - 1)) - 1
    return Dense(
        random.integers(-40, 41, outputs),
        random_requantizer(random, outputs, output or random_output(random)),
        weights=random.integers(-limit, limit + 1, (inputs, outputs)),
        weight_range=IntegerRange(-limit, limit),
    )


def random_rescale(random, features):
    return Rescale(random.integers(-20, 21, features), random_requantizer(random, features, random_output(random)))


def unsaturated(network):
    """The network with last outputs that are its last accumulators, shifted left channel by channel."""
    last = network.layers[-1]
    wide = replace(last.requantizer, output=IntegerRange(-(2**40), 2**40))
    logits = replace(wide, output=wide.interval(network.accumulator_boxes[-1]).union)
    return replace(network, layers=(*network.layers[:-1], replace(last, requantizer=logits)))


def tabulated(random, layer):
    """The layer with a table of random small integers behind its requantizer."""
    index, output = layer.requantizer.output, IntegerRange(-5, 9)
    values = random.integers(output.lo, output.hi + 1, index.hi - index.lo + 1).tolist()
    return replace(layer, table=Table(index, tuple(values), output))


def random_network(seed, widths=None, rescale=None, classify=None):
    """Dense layers between tensors of ``widths`` elements, maybe behind a rescale layer, some with tables."""
    random = np.random.default_rng(seed)
    widths = widths or [int(w) for w in random.integers(1, 8, random.integers(2, 5))]
    layers = []
    if random.random() < 0.3 if rescale is None else rescale:
        layers.append(random_rescale(random, widths[0]))
    layers += [random_dense(random, a, b) for a, b in pairwise(widths)]
    layers = [tabulated(random, layer) if random.random() < 0.25 else layer for layer in layers]
    shifts = tuple(1 << int(k) for k in random.integers(0, 3, widths[-1]))
    layers[-1] = replace(layers[-1], table=None, requantizer=Requantizer.make(widths[-1], BYTE, multiplier=shifts))
    classes = bool(random.integers(2)) if classify is None else classify
    return unsaturated(IntegerNetwork(random_output(random), tuple(layers), classes))


def random_samples(network, count, seed=0):
    lo, hi = network.input.lo, network.input.hi
    return np.random.default_rng(seed).integers(lo, hi + 1, (count, network.in_features))


SOURCE = ("a test",)


def device(multipliers=8, blocks=64, logic=100_000, shapes=((64, 4), (32, 8), (16, 16))):
    """An invented device with small memory blocks and two multiplier modes."""
    return Resources(
        Logic("LE", logic, SOURCE),
        Multipliers("multiplier", multipliers, (MultiplierMode((9, 9), 1), MultiplierMode((18, 18), 2)), SOURCE),
        BlockRam("block", blocks, 256, shapes, SOURCE),
    )


def plan_of(network, **limits):
    """The planner's best core of a network on an invented device."""
    return Planner(network, device(**limits)).best()
