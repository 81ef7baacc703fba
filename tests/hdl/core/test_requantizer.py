"""The hardware half of the rule against its software half and against exact fractions, exhaustively at small widths."""

from itertools import product

import numpy as np
import pytest
from requantizer_lanes import expected, layer, stream_through

from quantnn.arithmetic import Box, IntegerRange
from quantnn.plan.parameters import ParameterFormat

SHIFTS = range(5)
MULTIPLIERS = (0, 1, 2, 3, 5, 7)
ACCUMULATORS = [(-16, 15), (0, 31), (-20, -3), (5, 12), (-1, 0), (9, 9)]
OUTPUTS = [(0, 7), (0, 255), (-8, 7), (-128, 127), (-3, 5), (2, 6), (-9, -4), (0, 0)]


def check(layers, box):
    """Every accumulator of every channel, through one lane per layer."""
    formats = [ParameterFormat(layer, Box.uniform(IntegerRange(*box), layer.out_features)) for layer in layers]
    pairs = [(c, acc) for c in range(layers[0].out_features) for acc in range(box[0], box[1] + 1)]
    for each, result in zip(layers, stream_through(formats, pairs), strict=True):
        assert result == expected(each, pairs), (each.requantizer, box)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("box", ACCUMULATORS)
def test_every_parameter_as_a_constant(box, output):
    columns = [(m, n, s, half) for m, s, half in product((0, 1, 4, 5), (0, 3), (True, False)) for n in {0, 1, m}]
    check([layer([column], output) for column in columns], box)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("stored", ["multiplier", "negative", "shift", "round", "all"])
def test_every_parameter_stored_per_channel(stored, output):
    fixed = {"multiplier": [3], "negative": [3], "shift": [2], "round": [True]}
    varied = {"multiplier": MULTIPLIERS, "negative": (0, 1, 3, 6), "shift": SHIFTS, "round": (True, False)}
    columns = list(product(*(varied[n] if n == stored else fixed[n] for n in fixed)))
    if stored == "all":
        columns = list(product((0, 1, 7), (0, 1, 3), (0, 2, 4), (True, False)))
    random = np.random.default_rng(len(columns))
    check([layer(columns, output, random.integers(-100, 100, len(columns)))], (-16, 15))


@pytest.mark.parametrize("negative", [0, 1, 4])
def test_powers_of_two_are_shifted_and_leaky_slopes_multiplied(negative):
    columns = [(m, min(m, negative), s, True) for m in (1, 2, 4, 8) for s in SHIFTS]
    for output in OUTPUTS:
        check([layer([column], output) for column in columns], (-16, 15))


def test_channels_with_ranges_of_their_own():
    """The registers hold the union: no channel's range is cut to another's."""
    boxes = [(-30, -10), (-3, 4), (0, 200), (100, 130)]
    dut = layer([(1, 0, 0, True), (7, 2, 3, True), (2, 2, 1, False), (5, 0, 4, True)], (-128, 255), [3, -7, 0, 99])
    parameters = ParameterFormat(dut, Box.of(IntegerRange(*box) for box in boxes))
    pairs = [(c, acc) for c, (lo, hi) in enumerate(boxes) for acc in range(lo, hi + 1)]
    assert stream_through([parameters], pairs) == [expected(dut, pairs)]


@pytest.mark.parametrize("seed", range(6))
def test_full_widths(seed):
    """Multipliers of 16 bits, shifts up to 47 and accumulators of up to 40 bits, at their ends and ties."""
    random = np.random.default_rng(seed)
    channels = 12
    m = random.integers(1, 1 << 16, channels).tolist()
    n = [m, [0] * channels, [value // 8 for value in m]][seed % 3]
    s = random.integers(20, 48, channels).tolist() if seed % 2 else [47] * channels
    output = [(-128, 127), (0, 255), (-(1 << 15), (1 << 15) - 1)][seed // 2]
    limit = 1 << 39
    dut = layer(list(zip(m, n, s, (random.random(channels) < 0.5).tolist(), strict=True)), output)
    parameters = ParameterFormat(dut, Box.uniform(IntegerRange(-limit, limit - 1), channels))
    pairs = []
    for channel in range(channels):
        tie = ((1 << s[channel]) // 2) // m[channel]
        drawn = random.integers(-limit, limit, 20).tolist()
        near = [sign * k * tie + d for sign in (1, -1) for k in (1, 3, 5) for d in (-1, 0, 1)]
        pairs += [(channel, max(-limit, min(limit - 1, a))) for a in (-limit, limit - 1, -1, 0, 1, *near, *drawn)]
    assert stream_through([parameters], pairs) == [expected(dut, pairs)]


def test_a_lane_with_another_rounding_is_told_apart():
    """The exhaustive comparison is able to fail."""
    truth, faulty = layer([(1, 1, 2, True)], (-8, 7)), layer([(1, 1, 2, False)], (-8, 7))
    pairs = [(0, accumulator) for accumulator in range(-16, 16)]
    [result] = stream_through([ParameterFormat(faulty, Box.of([IntegerRange(-16, 15)]))], pairs)
    assert result == expected(faulty, pairs) != expected(truth, pairs)
