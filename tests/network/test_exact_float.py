from dataclasses import replace
from functools import lru_cache
from itertools import pairwise, product

import numpy as np
import pytest
from networks import random_network, random_samples
from oracle import outputs, requantize

from quantnn.arithmetic import MAX_MULTIPLIER_BITS, IntegerRange, Requantizer, half
from quantnn.network.exact_float import exact_step, exact_type
from quantnn.network.layers import Dense
from quantnn.network.reference import accumulate, layer_function


@pytest.mark.parametrize(
    ("bound", "kind"),
    [(0, np.float32), (2**24, np.float32), (2**24 + 1, np.float64), (2**53, np.float64), (2**53 + 1, None)],
)
def test_the_type_that_is_exact_up_to_a_bound(bound, kind):
    assert exact_type(bound) is kind


def test_the_first_integers_that_a_type_cannot_hold():
    assert int(np.float32(2**24 + 1)) != 2**24 + 1
    assert int(np.float64(2**53 + 1)) != 2**53 + 1


@pytest.mark.parametrize("seed", range(40))
def test_every_dense_layer_equals_exact_fractions(seed):
    network = random_network(seed)
    samples = random_samples(network, 20, seed)
    expected = [outputs(network, sample) for sample in samples.tolist()]
    formats = [network.input, *(layer.output for layer in network.layers)]
    inputs = [samples.tolist(), *([rows[n] for rows in expected] for n in range(len(network.layers)))]
    for layer, form, (given, wanted) in zip(network.layers, formats, pairwise(inputs), strict=False):
        if isinstance(layer, Dense):
            step = exact_step(layer, form)
            assert step is not None
            assert step(np.array(given)).tolist() == wanted


MULTIPLIERS, SHIFTS, BIASES, REACH = range(18), range(6), range(-2, 3), 24
"""Every multiplier, sign, shift and rounding of small widths."""


@lru_cache
def unclipped(acc, m, s, rounds):
    return requantize(acc, m, s=s, lo=-(2**60), hi=2**60, truncate=not rounds)


def narrow_layer(m, n, s, rounds, output, other):
    """acc = x + bias, one channel per bias; a second input of weight ``other`` decides which type is exact."""
    count = len(BIASES)
    roundings = tuple(half(shift) if r else 0 for shift, r in zip(s, rounds, strict=True))
    return Dense(
        np.array(BIASES),
        Requantizer(m, n, s, roundings, output),
        weights=np.stack([np.ones(count, np.int64), np.full(count, other)]),
        weight_range=IntegerRange(0, max(1, other)),
    )


def check_whole_range(layer, kind):
    """Every accumulator that the layer's first input reaches, against fractions."""
    form, requantizer = IntegerRange(-REACH, REACH), layer.requantizer
    samples = np.array([[x, 0] for x in range(-REACH, REACH + 1)])
    values = layer_function(layer, form)(samples)
    assert values.dtype == kind
    expected = [
        [
            min(max(unclipped(x + b, m if x + b >= 0 else n, s, r > 0), requantizer.output.lo), requantizer.output.hi)
            for b, m, n, s, r in zip(
                layer.bias.tolist(),
                requantizer.multipliers,
                requantizer.negative_multipliers,
                requantizer.shifts,
                requantizer.roundings,
                strict=True,
            )
        ]
        for x in samples[:, 0].tolist()
    ]
    assert values.tolist() == expected, requantizer


@pytest.mark.parametrize(("other", "kind"), [(0, np.float32), (2**22, np.float64), (2**50, np.int64)])
@pytest.mark.parametrize("output", [IntegerRange(-500, 500), IntegerRange(-8, 7), IntegerRange(0, 500)], ids=str)
def test_small_widths_equal_exact_fractions(output, other, kind):
    """All combinations where multipliers are powers of two, or near them; every fifth of the others."""
    combinations = product(MULTIPLIERS, MULTIPLIERS, SHIFTS, (True, False))
    for number, (m, n, s, rounds) in enumerate(combinations):
        if m & (m - 1) == 0 or number % 5 == 0:
            count = len(BIASES)
            layer = narrow_layer((m,) * count, (n,) * count, (s,) * count, (rounds,) * count, output, other)
            check_whole_range(layer, kind)


@pytest.mark.parametrize("seed", range(300))
def test_channels_that_differ_equal_exact_fractions(seed):
    random = np.random.default_rng(seed)
    count = len(BIASES)
    m = tuple((1 << random.integers(0, 5, count)).tolist())
    n = m if random.random() < 0.8 else tuple(random.integers(0, 18, count).tolist())
    s = tuple(random.integers(0, 6, count).tolist())
    rounds = tuple(bool(b) for b in random.random(count) < random.choice([0.0, 0.5, 1.0]))
    check_whole_range(narrow_layer(m, n, s, rounds, IntegerRange(-500, 500), 0), np.float32)


@pytest.mark.parametrize(("limit", "kind"), [(2**24, np.float32), (2**53, np.float64)])
@pytest.mark.parametrize("exponent", range(MAX_MULTIPLIER_BITS))
def test_sums_at_the_bound_equal_exact_fractions(limit, kind, exponent):
    """The largest accumulators for which a type is said to be exact, and those just beyond."""
    m, everything = 1 << exponent, IntegerRange(-(2**62), 2**62)
    for s, rounds, n in product(
        {0, 1, max(0, exponent - 1), exponent, exponent + 1, exponent + 5}, (True, False), {m, m - 1, 0}
    ):
        r = half(s) if rounds else 0
        for greatest, bias in product([(limit - r) // m, (limit - r) // m + 1], [0, 1, -1, 99]):
            weight = greatest - abs(bias)
            layer = Dense(
                [bias],
                Requantizer((m,), (n,), (s,), (r,), everything),
                weights=[[weight - 1], [1]],
                weight_range=IntegerRange(0, weight),
            )
            samples = np.array([[sign, rest] for sign in (-1, 1) for rest in (-1, 0, 1)])
            step = exact_step(layer, IntegerRange(-1, 1))
            within = greatest * m + r <= limit
            assert (step is not None and step(samples).dtype == kind) == within
            values = layer_function(layer, IntegerRange(-1, 1))(samples)
            for (x, rest), [value] in zip(samples.tolist(), values.tolist(), strict=True):
                acc = bias + x * (weight - 1) + rest
                assert value == unclipped(acc, m if acc >= 0 else n, s, rounds)


def test_a_slope_that_rounds_to_one():
    """A slope of 0.999 is 256 / 256: (acc · 256 + 128) >> 8 is the accumulator itself, not a half more."""
    layer = Dense(
        [-53],
        Requantizer.make(1, IntegerRange(-128, 127), multiplier=256, negative_multiplier=256, shift=8),
        weights=[[1]],
        weight_range=IntegerRange(0, 1),
    )
    assert exact_step(layer, IntegerRange(0, 1))(np.array([[0], [1]])).tolist() == [[-53], [-52]]


def test_outputs_that_saturate_to_what_no_float32_holds():
    """Saturation to 2**24 + 1 and more, of sums that are small."""
    far = 2**24 + 1
    for output, expected in ((IntegerRange(far, far + 2), far), (IntegerRange(-far - 2, -far), -far)):
        layer = Dense([3], Requantizer.make(1, output), weights=[[1]], weight_range=IntegerRange(0, 1))
        assert layer_function(layer, IntegerRange(0, 1))(np.array([[1]])).tolist() == [[expected]]


def wide_layer(rng, inputs, weight_bits, **requantizer):
    limit = 2 ** (weight_bits - 1) - 1
    return Dense(
        rng.integers(-(2**20), 2**20, 6),
        Requantizer.make(6, IntegerRange(-(2**40), 2**40), **requantizer),
        weights=rng.integers(-limit, limit + 1, (inputs, 6)),
        weight_range=IntegerRange(-limit, limit),
    )


@pytest.mark.parametrize("input_bits", [8, 12, 16])
@pytest.mark.parametrize("weight_bits", [2, 8, 16])
@pytest.mark.parametrize(
    "requantizer",
    [
        {},
        {"shift": 7},
        {"shift": (0, 3, 9, 1, 20, 47)},
        {"multiplier": (1, 2, 64, 1, 8, 1), "shift": (0, 1, 3, 9, 0, 6)},
        {"multiplier": 4096, "negative_multiplier": 41, "shift": 15},
        {"multiplier": 65535, "shift": 20, "truncate": True},
    ],
)
def test_long_sums_equal_int64(input_bits, weight_bits, requantizer):
    """Sums of 3000 products, in float32, in blocks, in float64, or in none of them."""
    rng = np.random.default_rng(input_bits * weight_bits)
    layer = wide_layer(rng, 3000, weight_bits, **requantizer)
    form = IntegerRange.of_format(input_bits, signed=False)
    samples = np.stack([np.full(3000, form.hi), np.where(layer.weights[:, 0] > 0, form.hi, 0), np.zeros(3000)])
    samples = np.concatenate([samples.astype(np.int64), rng.integers(0, form.hi + 1, (8, 3000))])
    step = exact_step(layer, form)
    if step is not None:
        assert np.array_equal(step(samples), layer.finish(accumulate(layer, samples)))


def test_no_float_where_none_is_exact():
    layer = wide_layer(np.random.default_rng(0), 3000, 16, multiplier=65535)
    assert exact_step(layer, IntegerRange(0, 65535)) is None
    assert exact_step(replace(layer, requantizer=Requantizer.make(6, IntegerRange(0, 1))), IntegerRange(0, 255))
