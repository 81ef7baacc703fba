import numpy as np
import pytest
from networks import random_network

from quantnn.errors import InputError
from quantnn.quantization.tradeoff import Point, Tradeoff

NETWORK = random_network(np.random.default_rng(0))


def point(cells, quality):
    return Point(NETWORK, 4, (4,), 1e-6, 10, cells, quality)


def front(*points, reference=0.97):
    return Tradeoff.of([point(*each) for each in points], "accuracy", reference, 1000)


def test_no_point_is_beaten():
    given = [(50, 0.9), (40, 0.95), (60, 0.97), (60, 0.96), (70, 0.97), (30, 0.8), (30, 0.85)]
    kept = [(each.cells, each.quality) for each in front(*given).points]
    expected = [
        a for a in given if not any(b != a and b[0] <= a[0] and b[1] >= a[1] for b in given)
    ]
    assert kept == sorted(expected)


@pytest.mark.parametrize(("drop", "cells"), [(0, 60), (0.9, 60), (1, 50), (5, 40), (100, 30)])
def test_the_cheapest_that_is_good_enough_is_picked(drop, cells):
    assert front((30, 0.8), (40, 0.92), (50, 0.96), (60, 0.97), (70, 0.98)).pick(drop).cells == cells


def test_where_none_is_good_enough_it_says_what_is_reached():
    reached = r"but the best rounding reaches 0\.9500: allow --max-accuracy-drop 2\.01"
    with pytest.raises(InputError, match=rf"accuracy must be at least 0\.9690, {reached}"):
        front((30, 0.8), (40, 0.95)).pick(0.1)
    assert front((30, 0.8), (40, 0.95)).pick(2.01).cells == 40
    with pytest.raises(InputError, match=r"must be at least 0\.9690, but no rounding worked$"):
        front().pick(0.1)
