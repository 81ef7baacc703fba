"""Networks as programs of full adders, against the reference."""

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from networks import random_dense, random_network, random_requantizer, tabulated, unsaturated
from ternary import ternary_network

from quantnn.arithmetic import IntegerRange, Requantizer
from quantnn.errors import InputError
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import evaluate
from quantnn.speed.bit_sliced import compiled as module
from quantnn.speed.bit_sliced.compiled import compiled
from quantnn.speed.bit_sliced.program import ONE

BIT = IntegerRange(0, 1)


def answers(program, samples):
    """By a plain run of the program's adders on whole columns."""
    rows = np.zeros((program.rows, len(samples)), dtype=np.int64)
    rows[ONE] = 1
    rows[2 : 2 + program.inputs] = samples.T
    for a, b, c, total, carry in program.adders.tolist():
        ones = rows[a] + rows[b] + rows[c]
        rows[total], rows[carry] = ones & 1, ones >> 1
    columns = []
    for planes in program.outputs:
        value = sum(rows[plane] << bit for bit, plane in enumerate(planes))
        columns.append(value - (rows[planes[-1]] << len(planes)) if program.signed else value)
    return np.stack(columns, axis=1)


def check(network, seed=1, count=150):
    samples = np.random.default_rng(seed).integers(0, 2, (count, network.in_features))
    expected = evaluate(network, samples)
    wanted = expected.classes[:, np.newaxis] if network.classify else expected.logits
    np.testing.assert_array_equal(answers(compiled(network), samples), wanted)


def one_slope(random, layer):
    """The layer without a leaky activation: a relu, where it has one, has no outputs below 0."""
    requantizer = layer.requantizer
    if layer.output.lo < 0:
        requantizer = replace(requantizer, negative_multipliers=requantizer.multipliers)
    return replace(layer, requantizer=requantizer)


@pytest.mark.parametrize("seed", range(60))
def test_random_networks(seed):
    random = np.random.default_rng(seed)
    widths = [int(width) for width in random.integers(1, 8, random.integers(2, 5))]
    layers = [one_slope(random, random_dense(random, a, b)) for a, b in pairwise(widths)]
    network = IntegerNetwork(BIT, tuple(layers), classify=bool(seed % 2))
    if seed % 3:
        layers[-1] = replace(layers[-1], requantizer=Requantizer.make(widths[-1], BIT, multiplier=1 + seed % 4))
        network = unsaturated(replace(network, layers=tuple(layers)))
    check(network, seed)


@pytest.mark.parametrize("seed", range(3))
def test_ternary_networks(seed):
    check(ternary_network(seed, (100, 16, 8, 5)), seed)


@pytest.mark.parametrize("output", [(-9, -5), (-3, 2), (0, 0), (2, 5), (5, 90), (40, 90), (-90, -70)])
def test_saturation_to_any_range(output):
    random = np.random.default_rng(3)
    for shift in (0, 1, 3, 9):
        requantizer = Requantizer.make(6, IntegerRange(*output), multiplier=3, shift=shift)
        weights = random.integers(-7, 8, (9, 6))
        layer = Dense(random.integers(-9, 9, 6), requantizer, weights=weights, weight_range=IntegerRange(-7, 7))
        check(IntegerNetwork(BIT, (layer,), classify=False))


def test_ties_go_to_the_lowest_class():
    layer = Dense(
        np.array([0, 1, 1, 1, 0]),
        Requantizer.make(5, IntegerRange(-1, 2)),
        weights=np.array([[0, -1, 0, 0, 1], [0, 0, -2, 0, 1]]),
        weight_range=IntegerRange(-2, 2),
    )
    network = IntegerNetwork(BIT, (layer,))
    samples = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
    np.testing.assert_array_equal(answers(compiled(network), samples)[:, 0], [1, 2, 1, 4])
    np.testing.assert_array_equal(evaluate(network, samples).classes, [1, 2, 1, 4])


def test_a_sum_takes_about_an_adder_for_each_of_its_terms():
    network = ternary_network(2, (784, 64, 10))
    terms = sum(
        np.count_nonzero(layer.weights) * format.width
        for layer, format in zip(network.layers, network.formats, strict=False)
    )
    assert 0.7 * terms < len(compiled(network).adders) < 1.1 * terms


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (lambda: replace(ternary_network(1, (5, 3)), input=IntegerRange(0, 3)), "inputs 0 and 1, .* are 0..3"),
        (lambda: random_network_of_bits(rescale=True), "layer 0: a rescale is not sliced into bits"),
        (lambda: with_table(), "layer 0: a table is not sliced into bits"),
        (lambda: leaky(), "layer 0: a leaky relu is not sliced into bits"),
    ],
)
def test_what_has_no_such_form(network, words):
    with pytest.raises(InputError, match=words):
        compiled(network())


def test_too_many_terms(monkeypatch):
    monkeypatch.setattr(module, "_MOST_TERMS", 10)
    with pytest.raises(InputError, match=re.escape("up to 10 terms, but this network has ")):
        compiled(ternary_network(1, (50, 3)))


def test_terms_are_digits_of_weights_and_multipliers(monkeypatch):
    # 5·3 = 16 - 1 has two digits, 7·3 = 16 + 4 + 1 three, 0 none, for two neurons
    weights = np.array([[5, -5], [7, 7], [0, 0]])
    layer = Dense(
        np.array([0, 0]),
        Requantizer.make(2, IntegerRange(-99, 99), multiplier=3),
        weights=weights,
        weight_range=IntegerRange(-7, 7),
    )
    network = IntegerNetwork(BIT, (layer,), classify=False)
    monkeypatch.setattr(module, "_MOST_TERMS", 9)
    with pytest.raises(InputError, match="up to 9 terms, but this network has 10"):
        compiled(network)
    monkeypatch.setattr(module, "_MOST_TERMS", 10)
    check(network)


def random_network_of_bits(rescale):
    return replace(random_network(1, widths=[4, 3], rescale=rescale), input=BIT)


def with_table():
    random = np.random.default_rng(4)
    layer = tabulated(random, random_dense(random, 4, 3, output=IntegerRange(0, 3)))
    return IntegerNetwork(BIT, (layer,), classify=False)


def leaky():
    random = np.random.default_rng(4)
    requantizer = random_requantizer(random, 3, IntegerRange(-8, 7))
    requantizer = replace(requantizer, multipliers=(4,) * 3, negative_multipliers=(1,) * 3)
    return IntegerNetwork(BIT, (replace(random_dense(random, 4, 3), requantizer=requantizer),), classify=False)
