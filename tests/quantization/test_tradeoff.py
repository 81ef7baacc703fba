import numpy as np
import pytest
from networks import random_network

from quantnn.errors import InputError
from quantnn.quantization.tradeoff import Point, Tradeoff

NETWORK = random_network(np.random.default_rng(0))


def front(*points):
    made = [Point(NETWORK, 4, (4,), 1e-6, 10, cells, 1 - loss / 100, loss) for cells, loss in points]
    return Tradeoff.of(made, "accuracy", 1.0, 1000)


def test_no_point_is_beaten():
    given = [(50, 10), (40, 5), (60, 3), (60, 4), (70, 3), (30, 20), (30, 15)]
    kept = [(each.cells, each.loss) for each in front(*given).points]
    expected = [
        a for a in given if not any(b != a and b[0] <= a[0] and b[1] <= a[1] for b in given)
    ]
    assert kept == sorted(expected)


@pytest.mark.parametrize(("drop", "cells"), [(0.01, 70), (0.1, 60), (0.99, 60), (1, 50), (5, 40), (100, 30)])
def test_the_cheapest_that_is_good_enough_is_picked(drop, cells):
    assert front((30, 20), (40, 5), (50, 1), (60, 0.1), (70, 0.01)).pick(drop).cells == cells


def test_where_none_is_good_enough_it_says_what_is():
    with pytest.raises(InputError, match=r"must be at least 2\.02, what the best rounding may lose, not be 0\.1:"):
        front((30, 20), (40, 2.011)).pick(0.1)
    assert front((30, 20), (40, 2.011)).pick(2.02).cells == 40
    with pytest.raises(InputError, match="no rounding works: train the network again"):
        front().pick(0.1)
