# amaranth: UnusedElaboratable=no

import pytest
from displayed import displayed
from gateware import run

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.hdl.board.decimal_scroll import DecimalScroll
from quantnn.plan.replay import ReplayPlan

INPUT = BeatFormat(2, IntegerRange(0, 255), 2)
OUTPUT = BeatFormat(3, IntegerRange(-9, 9), class_width=4)
STEP = 5


def read(ctx, dut):
    """What the displays show, from left to right."""
    return displayed(ctx.get(dut.display), len(dut.display) // 7)


def scroll(samples, displays):
    return DecimalScroll(ReplayPlan(INPUT, OUTPUT, samples, False, ((1024, 9),), displays), STEP)


def start(ctx, dut, correct, samples, cycles):
    ctx.set(dut.correct, correct)
    ctx.set(dut.samples, samples)
    ctx.set(dut.cycles, cycles)
    ctx.set(dut.start, 1)


@pytest.mark.parametrize("displays", [1, 4, 6])
@pytest.mark.parametrize(
    "counts",
    [(1974, 2048, 2065), (2048, 2048, 4294967295), (0, 2048, 2049), (1000, 2048, 1000000000), (7, 2048, 0)],
)
def test_the_counts_scroll_past_in_decimal(counts, displays):
    dut = scroll(2048, displays)
    band = "{}-{} C{}".format(*counts)
    signs = 2 * 4 + 3 + 10 + 3
    band += " " * (signs - len(band))

    async def bench(ctx):
        assert read(ctx, dut) == " " * displays
        start(ctx, dut, *counts)
        await ctx.tick()
        ctx.set(dut.start, 0)
        while read(ctx, dut) == " " * displays:
            await ctx.tick()
        for turn in range(2 * signs):
            for _ in range(STEP):
                assert read(ctx, dut) == (3 * band)[turn % signs :][:displays]
                await ctx.tick()

    run(dut, bench)


@pytest.mark.parametrize("after", [*range(1, 12), *range(30, 300, 7)])
def test_other_counts_at_any_time(after):
    dut = scroll(99, 6)

    async def bench(ctx):
        start(ctx, dut, 12, 99, 345)
        await ctx.tick()
        ctx.set(dut.start, 0)
        await ctx.tick().repeat(after)
        start(ctx, dut, 98, 99, 7654321)
        await ctx.tick()
        ctx.set(dut.start, 0)
        await ctx.tick().repeat(500)
        seen = set()
        for _ in range(200):
            seen.add(read(ctx, dut))
            await ctx.tick()
        assert {"98-99 ", "C76543", "7654321"[-6:]} <= seen and not any("12" in text for text in seen)

    run(dut, bench)
