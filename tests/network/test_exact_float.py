from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from networks import random_network, random_samples
from oracle import outputs

from quantnn.arithmetic import IntegerRange, Requantizer
from quantnn.network.exact_float import exact_step, exact_type
from quantnn.network.layers import Dense
from quantnn.network.reference import accumulate


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
            assert step(np.array(given)).astype(np.int64).tolist() == wanted


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
