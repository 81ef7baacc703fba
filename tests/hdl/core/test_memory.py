# amaranth: UnusedElaboratable=no

import numpy as np
import pytest
from amaranth.hdl import Fragment
from gateware import run

from quantnn.hdl.core.memory import ReadOnlyMemory, block_ram
from quantnn.plan.memory import MemoryPlan

WORDS = [9, 0, 31, 17, 4]


def elaborated(*args):
    memory = block_ram(*args)
    Fragment.get(memory, None)
    return memory


def test_a_word_comes_two_cycles_after_its_address():
    dut = ReadOnlyMemory(MemoryPlan("rom", len(WORDS), 5), WORDS)
    addresses = [0, 4, 2, 2, 1, 3, 7, 5]

    async def bench(ctx):
        for cycle in range(len(addresses) + 2):
            if cycle >= 2:
                assert ctx.get(dut.data) == [*WORDS, 0, 0, 0][addresses[cycle - 2]]
            ctx.set(dut.address, addresses[min(cycle, len(addresses) - 1)])
            await ctx.tick()

    assert ReadOnlyMemory.LATENCY == 2
    run(dut, bench)


@pytest.mark.parametrize(("words", "depth"), [(1, 2), (2, 2), (3, 4), (5, 8), (8, 8)])
def test_the_depth_is_a_power_of_two_and_the_rest_is_zero(words, depth):
    memory = elaborated(MemoryPlan("ram", words, 3), [7] * words)
    assert (memory.depth, memory.shape) == (depth, 3)
    assert list(memory.init) == [7] * words + [0] * (depth - words)


@pytest.mark.parametrize(("in_logic", "style"), [(False, "M9K, no_rw_check"), (True, "logic")])
def test_quartus_is_told_what_to_take(in_logic, style):
    assert elaborated(MemoryPlan("ram", 4, 3, in_logic=in_logic)).attrs["ramstyle"] == style


@pytest.mark.parametrize("depths", [(8, 4), (8, 2), (8, 4, 2), (16,)])
def test_the_parts_of_a_split_memory_read_as_one(depths):
    random = np.random.default_rng(len(depths))
    words = random.integers(0, 32, sum(depths) - 1 if len(depths) > 1 else 11).tolist()
    dut = ReadOnlyMemory(MemoryPlan("rom", len(words), 5, depths), words)
    addresses = [*range(len(words)), *random.integers(0, len(words), 40).tolist()]

    async def bench(ctx):
        for cycle in range(len(addresses) + 2):
            if cycle >= 2:
                assert ctx.get(dut.data) == words[addresses[cycle - 2]]
            ctx.set(dut.address, addresses[min(cycle, len(addresses) - 1)])
            await ctx.tick()

    run(dut, bench)


def test_a_ram_has_one_part():
    with pytest.raises(ValueError, match=r"^The memory ram must have one part, not 2$"):
        block_ram(MemoryPlan("ram", 12, 5, (8, 4)))


@pytest.mark.parametrize("count", [4, 6])
def test_another_number_of_words_is_refused(count):
    with pytest.raises(ValueError, match=rf"^The memory rom must be given 5 words, not {count}$"):
        ReadOnlyMemory(MemoryPlan("rom", 5, 5), [0] * count)
