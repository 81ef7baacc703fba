# amaranth: UnusedElaboratable=no

import pytest
from gateware import run

from quantnn.hdl.board.sample_selector import SampleSelector


@pytest.mark.parametrize(("switches", "samples"), [(10, 16), (10, 5), (4, 16), (2, 3), (1, 2)])
def test_switches_give_the_number(switches, samples):
    dut = SampleSelector(switches, samples, 1)

    async def bench(ctx):
        for value in range(min(1 << switches, 64)):
            ctx.set(dut.switch, value)
            assert ctx.get(dut.select) == value % 16
            assert ctx.get(dut.present) == (value % 16 < samples)
        await ctx.tick()

    run(dut, bench)


@pytest.mark.parametrize("samples", [1, 2, 5, 16])
def test_each_press_leads_to_the_next_and_then_to_the_first(samples):
    dut = SampleSelector(0, samples, 4)
    found = []

    async def bench(ctx):
        for _ in range(samples + 2):
            found.append(ctx.get(dut.select))
            assert ctx.get(dut.present)
            for level in (1, 0):
                ctx.set(dut.button, level)
                await ctx.tick().repeat(9)

    run(dut, bench)
    assert found == [press % samples for press in range(samples + 2)]


def test_bouncing_is_one_press():
    dut = SampleSelector(0, 16, 20)

    async def bench(ctx):
        for _ in range(5):
            before = ctx.get(dut.select)
            for level in (1, 0):
                for bounce in (level, 1 - level) * 4:
                    ctx.set(dut.button, bounce)
                    await ctx.tick()
                ctx.set(dut.button, level)
                await ctx.tick().repeat(50)
            assert ctx.get(dut.select) == before + 1

    run(dut, bench)
