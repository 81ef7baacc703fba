import numpy as np
import pytest

from quantnn.adders.search.patterns import (
    add,
    count_of,
    grown,
    key_of,
    new_patterns,
    own,
    owner_of,
    parts_of_key,
    rank,
    top,
)


@pytest.mark.parametrize("parts", [(0, 1, 0, 1), (3, 3, 2, -1), (5, 1 << 20, -64, 1), (1 << 20, 7, 63, -1)])
def test_keys_hold_their_parts(parts):
    assert parts_of_key(key_of(*parts)) == parts


def test_counts_and_the_highest_level_are_those_of_a_dictionary():
    random, patterns, counts = np.random.default_rng(1), new_patterns(64), {}
    keys = [key_of(*random.integers(0, 9, 2).tolist(), int(random.integers(-3, 4)), 1) for _ in range(60)]
    for step in range(4000):
        key = keys[random.integers(len(keys))]
        change = int(random.integers(1, 4)) if random.random() < 0.5 else -min(counts.get(key, 0), 2)
        patterns = grown(patterns, 1)
        add(patterns, key, change)
        counts[key] = counts.get(key, 0) + change
        if step % 50 == 0:
            assert all(count_of(patterns, key) == count for key, count in counts.items())
            most = max(counts.values())
            assert top(patterns) == (most if most >= 2 else 1)


def test_patterns_that_are_nodes_save_one_more():
    patterns, key = new_patterns(8), key_of(0, 1, 0, 1)
    add(patterns, key, 2)
    assert top(patterns) == 2
    own(patterns, key, 6)
    assert (owner_of(patterns, key), top(patterns)) == (6, 3)
    add(patterns, key, -2)
    assert top(patterns) == 1
    own(patterns, key, 0)
    assert owner_of(patterns, key) == 0


def test_a_pattern_waits_in_the_list_that_it_is_put_in():
    patterns, key = new_patterns(8), key_of(0, 1, 0, 1)
    add(patterns, key, 5)
    rank(patterns, patterns.heads[5], 3)
    assert top(patterns) == 3
    add(patterns, key, 1)
    assert top(patterns) == 6


def test_growing_keeps_counts_owners_and_the_order_of_lists():
    patterns = new_patterns(8)
    keys = [key_of(number, number + 1, 0, -1) for number in range(300)]
    for number, key in enumerate(keys):
        patterns = grown(patterns, 1)
        add(patterns, key, 2 + number % 2)
    own(patterns, keys[7], 9)
    order = walked(patterns, 3)
    more = grown(patterns, 5000)
    assert len(more.keys) > len(patterns.keys)
    assert [count_of(more, key) for key in keys] == [2 + number % 2 for number in range(300)]
    assert owner_of(more, keys[7]) == 9
    assert walked(more, 3) == order


def walked(patterns, level):
    keys, pattern = [], patterns.heads[level]
    while pattern >= 0:
        keys.append(int(patterns.keys[pattern]))
        pattern = patterns.after[pattern]
    return keys
