# amaranth: UnusedElaboratable=no

import pytest
from gateware import run

from quantnn.hdl.link.pause_timer import PauseTimer


def levels(cycles, starts, count):
    """What the timer says in each of so many cycles, with starts in some."""
    dut = PauseTimer(cycles)
    found = []

    async def bench(ctx):
        for cycle in range(count):
            ctx.set(dut.start, cycle in starts)
            found.append(ctx.get(dut.running))
            await ctx.tick()

    run(dut, bench)
    return found


@pytest.mark.parametrize("cycles", [*range(2, 24), 63, 64, 65, 66, 67, 257, 258, 259, 1000])
def test_a_pause_has_exactly_that_many_cycles_and_comes_once(cycles):
    count = 3 * cycles + 80
    assert levels(cycles, {5}, count) == [6 <= cycle < 6 + cycles for cycle in range(count)]


@pytest.mark.parametrize("cycles", [2, 3, 7, 21])
@pytest.mark.parametrize("later", range(1, 24))
def test_a_start_in_a_pause_begins_it_anew(cycles, later):
    """Whatever the counters are at."""
    both = {*range(6, 6 + cycles), *range(6 + later, 6 + later + cycles)}
    assert levels(cycles, {5, 5 + later}, 80) == [cycle in both for cycle in range(80)]


def test_a_start_that_lasts():
    assert levels(9, set(range(4, 30)), 60) == [5 <= cycle < 39 for cycle in range(60)]


def test_there_is_no_pause_without_a_start():
    assert not any(levels(10, set(), 50))


@pytest.mark.parametrize("cycles", [0, 1])
def test_a_shorter_pause_is_refused(cycles):
    with pytest.raises(ValueError, match=rf"^A pause must have at least 2 cycles, not {cycles}$"):
        PauseTimer(cycles)
