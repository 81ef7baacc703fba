from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from networks import random_network, random_samples
from oracle import accumulators, outputs

from quantnn.arithmetic import IntegerRange, Requantizer
from quantnn.network.layers import Dense, Rescale
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import evaluate


def layer(inputs, outputs):
    return Dense(
        np.zeros(outputs, dtype=int),
        Requantizer.make(outputs, IntegerRange(0, 3)),
        weights=np.ones((inputs, outputs), dtype=int),
        weight_range=IntegerRange(-1, 1),
    )


@pytest.mark.parametrize("seed", range(20))
def test_boxes_against_every_input_of_a_tiny_network(seed):
    """Exact in the first layer, sound in those behind it."""
    random = np.random.default_rng(seed)
    network = random_network(seed, [int(w) for w in random.integers(1, 4, 4)])
    values = range(network.input.lo, network.input.hi + 1)
    spans = [[(None, None)] * each.out_features for each in network.layers]
    inputs = list(product(values, repeat=network.in_features))
    if len(inputs) > 3000:
        inputs = [tuple(x) for x in random_samples(network, 2000, seed).tolist()]
        inputs += product((network.input.lo, network.input.hi), repeat=network.in_features)
    for sample in inputs:
        below = [list(sample), *outputs(network, sample)]
        for each, x, span in zip(network.layers, below, spans, strict=False):
            for channel, acc in enumerate(accumulators(each, x)):
                lo, hi = span[channel]
                span[channel] = (acc if lo is None else min(lo, acc), acc if hi is None else max(hi, acc))
    assert [(r.lo, r.hi) for r in network.accumulator_boxes[0]] == spans[0]
    for box, span, whole in zip(network.accumulator_boxes, spans, network.accumulators, strict=True):
        for r, (lo, hi) in zip(box, span, strict=True):
            assert r.lo <= lo and hi <= r.hi
        assert (whole.lo, whole.hi) == (min(r.lo for r in box), max(r.hi for r in box))


def test_saturation_and_relu_bound_what_comes_behind():
    """A relu gives 0..3 whatever comes, so the next accumulator is bounded by weights × 3."""
    network = IntegerNetwork(IntegerRange(-1000, 1000), (layer(2, 2), layer(2, 1)))
    assert network.accumulators == (IntegerRange(-2000, 2000), IntegerRange(0, 6))


def test_what_a_neuron_cannot_reach_is_known():
    """Inputs of 0 and 1 give at most 1, of an output format up to 3; the next sum of two is at most 2."""
    network = IntegerNetwork(IntegerRange(0, 1), (layer(1, 2), layer(2, 1)))
    assert network.accumulators == (IntegerRange(0, 1), IntegerRange(0, 2))


def test_sizes_and_formats():
    network = IntegerNetwork(IntegerRange(0, 7), (layer(4, 3), layer(3, 2)))
    assert (network.in_features, network.out_features, network.macs) == (4, 2, 18)
    assert network.formats == (IntegerRange(0, 7), IntegerRange(0, 3), IntegerRange(0, 3))


def test_refuses_layers_that_do_not_chain():
    with pytest.raises(ValueError, match="Layer 2 takes 4 inputs, but layer 1 has 2 outputs"):
        IntegerNetwork(IntegerRange(0, 1), (layer(1, 3), layer(3, 2), layer(4, 1)))
    with pytest.raises(ValueError, match="A network must have at least one layer"):
        IntegerNetwork(IntegerRange(0, 1), ())


WIDEST, NARROW = IntegerRange(-(2**62), 2**62), IntegerRange(-9, 9)
EVERYTHING = IntegerRange.of_format(64, signed=True)


def wide(weights, bias=0, output=WIDEST, **requantizer):
    """A dense layer of one output with weights of any size."""
    return Dense(
        np.array([bias]),
        Requantizer.make(1, output, **requantizer),
        weights=np.array(weights)[:, np.newaxis],
        weight_range=EVERYTHING,
    )


@pytest.mark.parametrize(
    ("layers", "input", "message"),
    [
        ([wide([2**62])], (0, 4), "Layer 0: accumulators take about 66 bits, and 62 are the most"),
        ([wide([2**62] * 4)], (0, 1), "Layer 0: accumulators take about 66 bits"),
        ([wide([1]), wide([2**61])], (-2, 1), "Layer 1: accumulators take 63 bits, and 62 are the most"),
        ([wide([1], bias=2**63 - 1)], (0, 1), "Layer 0: accumulators take about 65 bits"),
        ([wide([1], bias=-(2**61))], (-1, 0), "Layer 0: accumulators take 63 bits"),
        ([wide([1], multiplier=65535)], (0, 2**47), "Layer 0: requantized products take 63 bits, and 62 are the most"),
        ([wide([2**61 - 4], shift=3)], (-1, 1), "Layer 0: requantized products take 63 bits"),
        ([wide([1])], (-(2**61) - 1, 0), "Inputs take 63 bits, and 62 are the most"),
        ([wide([1])], (0, 10**400), "Inputs take 1329 bits, and 62 are the most"),
        (
            [Rescale(np.array([2**62]), Requantizer.make(1, IntegerRange(0, 1)))],
            (0, 1),
            "Layer 0: accumulators take 64 bits",
        ),
    ],
)
def test_refuses_what_62_bits_do_not_hold(layers, input, message):
    with pytest.raises(ValueError, match=message) as caught:
        IntegerNetwork(IntegerRange(*input), tuple(layers))
    assert str(caught.value).endswith("use smaller weights, biases or inputs") and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("layers", "input"),
    [
        ([wide([2**61 - 1, -(2**61)])], (0, 1)),
        ([wide([2**51, -(2**53)], bias=77, shift=20), wide([3])], (0, 255)),
        ([wide([3, -5], bias=2**60, shift=3, multiplier=2, negative_multiplier=1)], (-7, 7)),
        ([wide([1, -1], multiplier=65535, negative_multiplier=1, shift=47)], (0, 2**44 + 5)),
        ([wide([1, 2**40], 0, NARROW, multiplier=3, negative_multiplier=0, shift=41)], (-(2**20), 2**20)),
    ],
)
def test_what_62_bits_hold_is_exact(layers, input):
    network = IntegerNetwork(IntegerRange(*input), tuple(layers))
    ends = {input[0], input[0] + 1, sum(input) // 2, input[1] - 1, input[1]}
    samples = [list(sample) for sample in product(sorted(ends), repeat=network.in_features)]
    found = evaluate(network, np.array(samples)).layers
    assert [list(each) for each in zip(*(layer.tolist() for layer in found), strict=True)] == [
        outputs(network, sample) for sample in samples
    ]


def test_any_layer_may_have_a_scale_per_output():
    apart = replace(layer(2, 2), scale=np.array([1.0, 2.0]))
    for layers in ((layer(2, 2), apart), (apart, layer(2, 2))):
        assert IntegerNetwork(IntegerRange(0, 1), layers).layers == layers
