import numpy as np
import pytest
from sums import counted_anew, expanded, filled, saved

from quantnn.adders.search.digits import digit_counts
from quantnn.adders.search.greedy import best, greedy, look_ahead, saving, take
from quantnn.adders.search.patterns import key_of


def test_a_filled_column_is_its_matrix():
    matrix = np.random.default_rng(1).integers(-9, 10, (5, 4))
    columns, _, patterns = filled(matrix)
    np.testing.assert_array_equal(expanded(columns, 5), matrix)
    assert saved(patterns) == counted_anew(columns)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("extra", [0, 2])
def test_greedy_keeps_the_matrix_the_depth_and_the_counts(seed, extra):
    matrix = np.random.default_rng(seed).integers(-15, 16, (9, 9))
    depth = (int(digit_counts(matrix).sum(axis=0).max()) - 1).bit_length() + extra
    columns, digits, patterns = filled(matrix, depth)
    patterns = greedy(columns, digits, patterns, 8)
    np.testing.assert_array_equal(expanded(columns, 9), matrix)
    assert saved(patterns) == counted_anew(columns)
    assert (columns.loads <= 1 << depth).all()
    assert best(columns, digits, patterns, 8) == -1


def test_what_occurs_most_is_taken():
    matrix = [[1, 1, 1, 0], [2, 2, 2, 5], [0, 1, 0, 5]]
    columns, digits, patterns = filled(matrix)
    key = best(columns, digits, patterns, 8)
    assert key == key_of(0, 1, 1, 1)
    assert saving(columns, digits, patterns, key) == 3
    node = take(columns, digits, patterns, key)
    assert columns.cells[node].tolist() == [1, 1, 1, 0]
    np.testing.assert_array_equal(expanded(columns, 3), matrix)


def test_of_equals_the_one_that_destroys_least_is_taken():
    # x + y is needed by nothing else; y + z, that saves as much, would destroy it or z + w.
    matrix = [[1, 1, 0, 0], [1, 1, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]]
    columns, digits, patterns = filled(matrix)
    lost = {key: look_ahead(columns, digits, patterns, key) for key in saved(patterns)}
    assert best(columns, digits, patterns, 99) == min(lost, key=lost.get) == key_of(0, 1, 0, 1)


def test_a_pattern_saves_nothing_where_there_is_no_depth_for_it():
    columns, digits, patterns = filled([[1, 1]] * 4, depth=2)
    assert saving(columns, digits, patterns, key_of(0, 1, 0, 1)) == 2
    take(columns, digits, patterns, key_of(0, 1, 0, 1))
    # A third term on top of the first two would leave the fourth no room.
    assert saving(columns, digits, patterns, key_of(2, 4, 0, 1)) == 0
