import pytest
from amaranth.sim import Simulator

from quantnn.hdl.board.seven_segment import SevenSegment

GLYPHS = """
 _       _   _       _   _   _   _   _   _       _       _   _
| |   |  _|  _| |_| |_  |_    | |_| |_| |_| |_  |    _| |_  |_
|_|   | |_   _|   |  _| |_|   | |_|  _| | | |_| |_  |_| |_  |
"""
"""What people read as 0 to 9, A, b, C, d, E, F."""

PLACES = {"a": (0, 1), "b": (1, 2), "c": (2, 2), "d": (2, 1), "e": (2, 0), "f": (1, 0), "g": (1, 1)}
"""Row and column of each segment in a glyph."""


def segments_of_glyph(digit: int) -> int:
    rows = [row.ljust(64)[4 * digit : 4 * digit + 3] for row in GLYPHS.splitlines()[1:]]
    lit = [rows[row][column] != " " for row, column in PLACES.values()]
    return sum(on << bit for bit, on in enumerate(lit))


def shown(**inputs: int) -> int:
    dut = SevenSegment()
    result = []

    async def bench(ctx):
        for name, value in inputs.items():
            ctx.set(getattr(dut, name), value)
        await ctx.delay(1e-9)
        result.append(ctx.get(dut.segments))

    simulator = Simulator(dut)
    simulator.add_testbench(bench)
    simulator.run()
    return result[0]


@pytest.mark.parametrize("digit", range(16))
def test_a_digit_looks_like_its_glyph(digit):
    assert shown(digit=digit) == segments_of_glyph(digit)


def test_a_dash_is_the_middle_segment():
    assert shown(digit=8, dash=1) == 1 << 6


def test_blank_wins_over_dash_and_digit():
    assert shown(digit=8, dash=1, blank=1) == 0
