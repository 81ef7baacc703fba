"""Random ternary networks are as sparse as asked, and alive."""

import numpy as np
import pytest
from networks import random_samples
from ternary import LEVEL, PIXEL, WEIGHT, ternary_network

from quantnn.network.reference import evaluate


@pytest.mark.parametrize("sizes", [(784, 64, 32, 10), (30, 12, 8, 4), (9, 3)])
@pytest.mark.parametrize("seed", range(3))
def test_neurons_take_several_levels(seed, sizes):
    network = ternary_network(seed, sizes)
    assert (network.input, network.in_features, network.out_features) == (PIXEL, sizes[0], sizes[-1])
    found = evaluate(network, random_samples(network, 300, seed + 100))
    for layer, values in zip(network.layers[:-1], found.layers, strict=False):
        assert layer.output == LEVEL and layer.weight_range == WEIGHT
        assert (values.std(axis=0) > 0).all()
    assert len(np.unique(found.classes)) > 1


@pytest.mark.parametrize("density", [0.05, 0.1, 0.5])
def test_density(density):
    for layer in ternary_network(1, (200, 40, 10), density).layers:
        np.testing.assert_array_equal(np.count_nonzero(layer.weights, axis=0), round(density * len(layer.weights)))


def test_a_seed_is_a_network():
    one, same, other = (ternary_network(seed, (20, 5, 3)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.layers[0].weights, same.layers[0].weights)
    assert (one.layers[0].weights != other.layers[0].weights).any()
