# amaranth: UnusedElaboratable=no

import pytest
from gateware import pace, run

from quantnn.hdl.core.counter import WrappingCounter


@pytest.mark.parametrize("stalls", [False, True])
@pytest.mark.parametrize(
    ("period", "init"), [(1, 0), (2, 0), (2, 1), (3, 0), (4, 0), (4, 2), (5, 0), (5, 3), (5, 4), (8, 0), (13, 0)]
)
def test_counts_steps_modulo_the_period(period, init, stalls):
    dut = WrappingCounter(period, init)
    steps = pace(stalls, period)

    async def bench(ctx):
        taken = init
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


@pytest.mark.parametrize("init", [-1, 3])
def test_a_start_outside_the_period_is_refused(init):
    with pytest.raises(ValueError, match=rf"^A counter that wraps at 3 must start below, not at {init}$"):
        WrappingCounter(3, init)
