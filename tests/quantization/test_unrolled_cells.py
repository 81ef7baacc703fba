import numpy as np
import pytest

from quantnn.arithmetic import IntegerRange, Requantizer
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork
from quantnn.quantization.unrolled_cells import digit_bits, digits, unrolled_cells


def network_of(weights):
    weights = np.array(weights)
    layer = Dense(
        np.zeros(weights.shape[1], dtype=np.int64), Requantizer.make(weights.shape[1], IntegerRange(-999, 999)),
        weights=weights, weight_range=IntegerRange(-99, 99),
    )  # fmt: skip
    return IntegerNetwork(IntegerRange(0, 7), (layer,), classify=False)


def test_digits_and_the_bits_of_their_inputs():
    network = network_of([[7, 0], [1, -5]])  # 7 = 8 - 1, 5 = 4 + 1; inputs have 3 bits
    assert digits(network) == 5
    assert digit_bits(network) == 15


def test_only_additions_take_logic():
    assert unrolled_cells(network_of([[4, 0], [0, 8]])) == 0
    assert 3 <= unrolled_cells(network_of([[1], [1]])) <= 5  # a sum of two numbers of 3 bits


@pytest.mark.parametrize("seed", range(5))
def test_fewer_digits_take_less_logic(seed):
    random = np.random.default_rng(seed)
    weights = random.integers(-60, 61, (8, 8))
    sparse = np.where(random.random((8, 8)) < 0.5, weights, 0)
    assert digit_bits(network_of(sparse)) < digit_bits(network_of(weights))
    assert unrolled_cells(network_of(sparse)) < unrolled_cells(network_of(weights))
