import numpy as np
import pytest

from quantnn.network import samples
from quantnn.network.samples import Head, Joined, blocks, spread

VALUES = np.arange(42).reshape(21, 2)


@pytest.mark.parametrize("count", [0, 1, 6, 7, 8, 21])
def test_blocks_cover_all_rows_once(count, monkeypatch):
    monkeypatch.setattr(samples, "BLOCK", 7)
    rows = list(blocks(count))
    assert [row for block in rows for row in range(count)[block]] == list(range(count))
    assert all(0 < block.stop - block.start <= 7 for block in rows)


def test_joined_sources_are_one():
    joined = Joined((VALUES[:5], VALUES[5:6], VALUES[6:]))
    assert joined.shape == VALUES.shape
    for start in range(-3, 23):
        for end in range(start, 24):
            assert joined[start:end].tolist() == VALUES[start:end].tolist()
    assert joined[1:20:3].tolist() == VALUES[1:20:3].tolist()


@pytest.mark.parametrize("count", [1, 5, 21, 30])
def test_the_head_ends_early(count):
    head = Head(VALUES, count)
    assert head.shape == VALUES[:count].shape and np.asarray(head).tolist() == VALUES[:count].tolist()
    assert head[3:99].tolist() == VALUES[:count][3:99].tolist()


@pytest.mark.parametrize("source", [VALUES, Joined((VALUES[:3], VALUES[3:]))])
def test_a_spread_holds_both_ends(source):
    assert spread(source, 21).tolist() == spread(source, 99).tolist() == VALUES.tolist()
    assert spread(source, 5).tolist() == VALUES[[0, 5, 10, 15, 20]].tolist()
