# amaranth: UnusedElaboratable=no

import pytest
from gateware import pace, run

from quantnn.hdl.counter import WrappingCounter


@pytest.mark.parametrize("stalls", [False, True])
@pytest.mark.parametrize("period", [1, 2, 3, 4, 5, 8, 13])
def test_counts_steps_modulo_the_period(period, stalls):
    dut = WrappingCounter(period)
    steps = pace(stalls, period)

    async def bench(ctx):
        taken = 0
        for _ in range(4 * period + 6):
            assert (ctx.get(dut.count), ctx.get(dut.last)) == (taken % period, taken % period == period - 1)
            step = next(steps)
            ctx.set(dut.step, step)
            taken += step
            await ctx.tick()

    run(dut, bench)


@pytest.mark.parametrize("period", [0, -3])
def test_a_period_below_one_is_refused(period):
    with pytest.raises(ValueError, match=rf"^A counter's period must be at least 1, not {period}$"):
        WrappingCounter(period)
