import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantnn.plan.pareto import pareto

POINTS = st.lists(st.tuples(*[st.integers(0, 5)] * 3), max_size=40)


def beaten(one, others):
    """Whether another point is no greater in any part."""
    return any(all(a <= b for a, b in zip(other, one, strict=True)) for other in others)


def array(points):
    return np.array(points, dtype=np.int64).reshape(len(points), 3)


@given(POINTS)
def test_what_nothing_beats_stays_and_of_equals_the_first(points):
    kept = pareto(array(points)).tolist()
    chosen = [points[place] for place in kept]
    assert chosen == sorted(set(chosen)), "in the order of the keys, each once"
    for point in set(points):
        assert (point in chosen) != beaten(point, set(points) - {point})
    assert all(points.index(points[place]) == place for place in kept)


@pytest.mark.parametrize("seed", range(6))
def test_many_rows_are_compared_part_by_part(seed):
    """More rows, and more of them unbeaten, than are compared with each other at once."""
    random = np.random.default_rng(seed)
    points = random.integers(0, 60, (3000, 3))
    points[:, 2] = 120 - points[:, 0] - points[:, 1] + random.integers(0, 3, 3000)
    kept = points[pareto(points)]
    assert len(kept) > 500
    for point in np.unique(points, axis=0):
        better = (points <= point).all(axis=1) & (points < point).any(axis=1)
        assert better.any() != (kept == point).all(axis=1).any()
