from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantnn.plan.memory import MemoryPlan, next_power_of_two, pack_words, split_depths

M9K = ((8192, 1), (4096, 2), (2048, 4), (1024, 9), (512, 18), (256, 36))
POWERS = [2**k for k in range(1, 13)]


def counted(depths, width, shapes=M9K):
    """Blocks of parts, each on the shape that needs fewest, by counting."""
    total = 0
    for depth in depths:
        ways = []
        for deep, wide in shapes:
            rows, columns = 0, 0
            while rows * deep < depth:
                rows += 1
            while columns * wide < width:
                columns += 1
            ways.append(rows * columns)
        total += min(ways)
    return total


@pytest.mark.parametrize(("value", "power"), [(1, 1), (2, 2), (3, 4), (4, 4), (5, 8), (1000, 1024), (1024, 1024)])
def test_next_power_of_two(value, power):
    assert next_power_of_two(value) == power


@pytest.mark.parametrize(("words", "depth"), [(1, 2), (2, 2), (3, 4), (384, 512), (513, 1024)])
def test_depth(words, depth):
    assert MemoryPlan("m", words, 8).depth == depth


@pytest.mark.parametrize(
    ("words", "width", "blocks"),
    [
        (256, 36, 1),
        (257, 36, 2),
        (1024, 9, 1),
        (392, 2096, 117),  # two weights of 8 bits for each of 131 inputs: 116.4 columns of 18 bits
        (200, 256, 8),  # 7.1 columns of 36 bits
        (2, 1, 1),
        (8192, 1, 1),
        (8193, 1, 2),
        (20000, 9, 32),
    ],
)
def test_m9k_blocks_by_shape(words, width, blocks):
    assert MemoryPlan("m", words, width).blocks(M9K) == blocks


@given(st.integers(1, 5000), st.integers(1, 700))
def test_blocks_are_counted_by_part_and_shape(words, width):
    memory = MemoryPlan("m", words, width)
    assert memory.blocks(M9K) == counted(memory.depths, width)


@given(st.integers(1, 4000), st.integers(1, 400))
def test_split_depths_take_the_fewest_blocks_of_all_splits(words, width):
    depths = split_depths(words, width, M9K)
    MemoryPlan("m", words, width, depths)
    every = [c[::-1] for count in (1, 2, 3) for c in combinations(POWERS, count) if sum(c) >= words]
    fewest = min(counted(c, width) for c in every)
    assert counted(depths, width) == fewest
    fewest_parts = min(len(c) for c in every if counted(c, width) == fewest)
    assert len(depths) == fewest_parts


def test_a_split_that_saves_blocks():
    """600 words of 36 bits: four blocks of 256 as one part of 1024, three as 512 and 128."""
    assert MemoryPlan("m", 600, 36).blocks(M9K) == 4
    assert split_depths(600, 36, M9K) == (512, 128)
    assert MemoryPlan("m", 600, 36, (512, 128)).blocks(M9K) == 3
    assert split_depths(600, 9, M9K) == (1024,)


def test_memories_in_logic_take_no_blocks():
    rom, ram = MemoryPlan("m", 32, 4, in_logic=True), MemoryPlan("m", 32, 4, writable=True, in_logic=True)
    assert rom.blocks(M9K) == ram.blocks(M9K) == 0
    assert 32 * 4 // 16 <= rom.logic_elements < 32 * 4 < ram.logic_elements
    assert MemoryPlan("m", 32, 4).logic_elements == 0


def test_only_small_memories_go_into_logic():
    assert MemoryPlan("m", 8, 10).in_logic_if_small(M9K).in_logic
    assert not MemoryPlan("m", 4096, 36).in_logic_if_small(M9K).in_logic
    assert not MemoryPlan("m", 512, 18, writable=True).in_logic_if_small(M9K).in_logic


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (("m", 0, 8), "A memory must have words and bits, not 0 words of 8 bits"),
        (("m", 8, 0), "A memory must have words and bits, not 8 words of 0 bits"),
        (("m", 9, 8, (8,)), r"9 words must fit falling powers of two, not the depths \(8,\)"),
        (("m", 9, 8, (4, 8)), "must fit falling powers of two"),
        (("m", 9, 8, (12,)), "must fit falling powers of two"),
        (("m", 9, 8, (8, 8)), "must fit falling powers of two"),
    ],
)
def test_refuses(parameters, message):
    with pytest.raises(ValueError, match=message):
        MemoryPlan(*parameters)


@given(st.integers(1, 20), st.integers(1, 9), st.data())
def test_packed_words_are_two_s_complement_side_by_side(bits, places, data):
    value = st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    rows = data.draw(st.lists(st.lists(value, min_size=places, max_size=places), min_size=1, max_size=4))
    expected = [int("".join(format(v % 2**bits, f"0{bits}b") for v in reversed(row)), 2) for row in rows]
    assert pack_words(np.array(rows), bits) == expected
