# amaranth: UnusedElaboratable=no

import pytest
from gateware import run

from quantnn.hdl.board.reset import BoardReset

LATENCY = 5
"""Cycles from a cause to the reset."""


def levels(cycles, drive, count=60):
    """The reset in each cycle while ``drive`` says per cycle whether the button is pressed and the clock is locked."""
    dut = BoardReset(cycles)
    found = []

    async def bench(ctx):
        for cycle in range(count):
            button, locked = drive(cycle)
            ctx.set(dut.button, button)
            ctx.set(dut.locked, locked)
            found.append(ctx.get(dut.o))
            await ctx.tick()

    run(dut, bench)
    return found


@pytest.mark.parametrize("cycles", [1, 5, 20])
def test_it_lasts_from_power_up_for_its_cycles_after_the_clock_is_locked(cycles):
    found = levels(cycles, lambda cycle: (0, cycle >= 10))
    length = found.index(0)
    assert set(found[:length]) == {1} and set(found[length:]) == {0}
    assert 10 + cycles <= length <= 10 + cycles + LATENCY


def test_the_button_resets_while_it_is_pressed_and_for_the_cycles_after():
    found = levels(5, lambda cycle: (20 <= cycle < 30, 1))
    assert set(found[12:20]) == {0}
    first = found.index(1, 12)
    assert first - 20 <= LATENCY
    assert set(found[first : 30 + 5]) == {1}
    assert set(found[30 + 5 + LATENCY :]) == {0}


def test_a_lost_clock_resets():
    found = levels(3, lambda cycle: (0, not 20 <= cycle < 22))
    assert 1 in found[20 : 23 + LATENCY] and set(found[32:]) == {0}


def test_a_press_of_a_cycle_is_a_whole_reset():
    assert sum(levels(7, lambda cycle: (cycle == 25, 1))[20:]) >= 7


def test_no_cycles_are_refused():
    with pytest.raises(ValueError, match=r"^A reset must last at least 1 cycle, not 0$"):
        BoardReset(0)
