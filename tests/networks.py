"""Small random integer networks and an invented device for tests."""

import numpy as np

from quantnn.arithmetic import IntegerRange, Requantizer
from quantnn.layers import Dense, Rescale
from quantnn.network import IntegerNetwork
from quantnn.plan.planner import Planner
from quantnn.resources import BlockRam, Logic, MultiplierMode, Multipliers, Resources

BYTE = IntegerRange(0, 255)
SIGNED_NIBBLE = IntegerRange(-8, 7)


def random_requantizer(random, channels, output):
    """Parameters that are uniform or differ by channel, with every kind of activation and rounding."""

    def column(low, high):
        values = random.integers(low, high, channels) if random.random() < 0.5 else [random.integers(low, high)] * channels
        return tuple(int(value) for value in values)

    shifts = column(0, 5)
    if random.random() < 0.4:
        multipliers = (1 << int(random.integers(0, 3)),) * channels
    else:
        multipliers = column(0, 9)
    negative = [multipliers, (0,) * channels, tuple(m // 4 for m in multipliers)][random.integers(3)]
    halves = random.choice(["half", "truncate", "both"])
    chosen = {"half": [True] * channels, "truncate": [False] * channels, "both": random.random(channels) < 0.5}[halves]
    roundings = tuple(2 ** (s - 1) if s and half else 0 for s, half in zip(shifts, chosen, strict=True))
    return Requantizer(multipliers, negative, shifts, roundings, output)


def random_output(random):
    width = int(random.integers(1, 6))
    return IntegerRange.of_format(width, bool(random.integers(2))) if width > 1 else IntegerRange(0, 1)


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


def random_network(seed, widths=None, rescale=None, classify=None):
    """A network of dense layers between tensors of ``widths`` elements, maybe behind a rescale layer."""
    random = np.random.default_rng(seed)
    widths = widths or [int(w) for w in random.integers(1, 8, random.integers(2, 5))]
    layers = []
    if random.random() < 0.3 if rescale is None else rescale:
        layers.append(random_rescale(random, widths[0]))
    layers += [random_dense(random, a, b) for a, b in zip(widths, widths[1:], strict=False)]
    output = IntegerRange(-(2**40), 2**40)
    last = layers[-1]
    logits = Requantizer.make(last.out_features, output, multiplier=tuple(1 << int(k) for k in random.integers(0, 3, last.out_features)))
    layers[-1] = Dense(last.bias, logits, weights=last.weights, weight_range=last.weight_range)
    draft = IntegerNetwork(random_output(random), tuple(layers))
    box = layers[-1].output_box([draft.accumulators[-1]] * 0 or _box_before_last(draft))
    tight = IntegerRange(min(r.lo for r in box), max(r.hi for r in box))
    logits = Requantizer(logits.multipliers, logits.negative_multipliers, logits.shifts, logits.roundings, tight)
    layers[-1] = Dense(last.bias, logits, weights=last.weights, weight_range=last.weight_range)
    return IntegerNetwork(draft.input, tuple(layers), bool(random.integers(2)) if classify is None else classify)
