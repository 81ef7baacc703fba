import numpy as np
import pytest
from sums import counted_anew, filled, saved

from quantnn.adders.search.columns import allowed, multiple_in, new_columns, new_node, rest_of, set_cell
from quantnn.adders.search.digits import digit_counts, new_digits
from quantnn.adders.search.patterns import key_of, new_patterns


def test_counts_do_not_depend_on_what_was_written_before():
    random = np.random.default_rng(0)
    matrix = random.integers(-20, 21, (6, 3))
    columns, digits, patterns = filled(matrix)
    for _ in range(200):
        node, column = random.integers(6), random.integers(3)
        value = int(random.integers(-20, 21)) * int(random.integers(0, 2))
        if digit_counts(columns.cells[:, [column]]).sum() < columns.terms.shape[1] or not value:
            set_cell(columns, digits, patterns, node, column, value)
    assert saved(patterns) == counted_anew(columns)
    assert columns.lengths.tolist() == (columns.cells != 0).sum(axis=0).tolist()
    assert columns.loads.tolist() == digit_counts(columns.cells).sum(axis=0).tolist()
    assert columns.users[:6].tolist() == (columns.cells[:6] != 0).sum(axis=1).tolist()


def test_nodes_of_different_blocks_share_nothing():
    columns, digits, patterns = filled([[1, 1], [1, 1]])
    assert saved(patterns) == {key_of(0, 1, 0, 1): 2}
    columns.blocks[1] = 7
    set_cell(columns, digits, patterns, 1, 0, 0)
    set_cell(columns, digits, patterns, 1, 1, 0)
    fresh = new_patterns(8)
    set_cell(columns, digits, fresh, 1, 0, 1)
    assert not saved(fresh)


def test_a_pattern_is_taken_as_often_as_it_occurs():
    # 5x + 10y = 5 (x + 2y); 5x + 2y holds it once.
    columns, digits, _ = filled([[5, 5, 5], [10, 2, 1]])
    key = key_of(0, 1, 1, 1)
    assert [int(multiple_in(columns, digits, key, column)) for column in range(3)] == [5, 1, 0]
    assert rest_of(columns, key, 0, 5) == (0, 0)
    assert rest_of(columns, key, 1, 1) == (4, 0)


def test_a_pattern_must_not_make_a_column_too_deep():
    columns, _, _ = filled([[1], [1], [1]], depth=2)
    key = key_of(0, 1, 0, 1)
    assert allowed(columns, key, 0, 1, 1)
    assert not allowed(columns, key, 0, 1, 2)


def test_a_node_knows_its_range_depth_and_low_zeros():
    columns = new_columns(2, 1, 5, 4)
    columns.lo[:2], columns.hi[:2] = -128, 127
    node = new_node(columns, key_of(0, 1, 3, -1))
    assert (columns.lo[node], columns.hi[node]) == (-128 - 8 * 127, 127 + 8 * 128)
    assert (columns.depths[node], columns.low[node]) == (1, 0)
    upper = new_node(columns, key_of(node, 1, 0, 1))
    assert columns.depths[upper] == 2
    assert columns.users[:3].tolist() == [1, 2, 1]


def test_a_column_without_room_is_refused():
    columns, digits = new_columns(3, 1, 4, 1), new_digits(8)
    set_cell(columns, digits, new_patterns(8), 0, 0, 1)
    with pytest.raises(MemoryError, match="terms"):
        set_cell(columns, digits, new_patterns(8), 1, 0, 1)
