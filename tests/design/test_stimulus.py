from dataclasses import replace

import numpy as np
import pytest
from networks import random_network
from oracle import accumulators

from quantnn.arithmetic import IntegerRange
from quantnn.design.stimulus import extreme_samples


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("input", [IntegerRange(0, 255), IntegerRange(-128, 127), IntegerRange(0, 1)])
def test_the_first_layer_s_bounds_are_hit_exactly(seed, input):
    network = replace(random_network(seed, (6, 5, 3), rescale=False), input=input)
    samples = extreme_samples(network).tolist()
    reached = [acc for sample in samples for acc in accumulators(network.layers[0], sample)]
    columns = network.layers[0].weights.T.tolist()
    greatest, least = [], []
    for bias, column in zip(network.layers[0].bias.tolist(), columns, strict=True):
        greatest.append(bias + sum(max(w * input.lo, w * input.hi) for w in column))
        least.append(bias + sum(min(w * input.lo, w * input.hi) for w in column))
    assert (max(reached), min(reached)) == (max(greatest), min(least))
    assert max(greatest) == network.accumulators[0].hi and min(least) == network.accumulators[0].lo


def test_edges_and_noise_within_the_format():
    network = replace(random_network(1, (5, 2), rescale=True), input=IntegerRange(-3, 9))
    samples = extreme_samples(network)
    assert samples.dtype == np.int64 and samples.shape[1] == 5
    for row in ([-3] * 5, [9] * 5, [-3, 9, -3, 9, -3], [9, -3, 9, -3, 9]):
        assert row in samples.tolist()
    assert samples.min() == -3 and samples.max() == 9
    assert set(range(-3, 10)) <= set(samples.ravel().tolist())


def test_the_same_samples_every_time():
    network = random_network(2)
    assert np.array_equal(extreme_samples(network), extreme_samples(network))
