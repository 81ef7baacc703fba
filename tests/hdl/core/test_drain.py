import numpy as np
import pytest
from engines import streamed
from gateware import get, pace, run
from networks import SIGNED_NIBBLE, random_rescale, tabulated
from oracle import drained

from quantnn.hdl.core.drain import Drain
from quantnn.hdl.core.memory import ReadOnlyMemory


@pytest.mark.parametrize("stalls", [False, True])
@pytest.mark.parametrize("table", [False, True])
@pytest.mark.parametrize(("features", "lanes"), [(1, 1), (5, 1), (4, 2), (7, 3), (3, 3), (2, 5)])
def test_sums_become_outputs_channel_after_channel(features, lanes, table, stalls):
    """Sums beyond the last channel are 0, and so are the outputs there."""
    random = np.random.default_rng(features)
    layer = random_rescale(random, features)
    layer = tabulated(random, layer) if table else layer
    plan = streamed(layer, SIGNED_NIBBLE, lanes)
    parameters, beats = plan.parameters, -(-features // lanes)
    mask = (1 << parameters.accumulator.width) - 1
    dut, starts = Drain(plan), pace(stalls, 7)

    async def bench(ctx):
        sums_at, results_at, started = {}, {}, 0
        for cycle in range(8 * beats + 20):
            due = results_at.pop(cycle, None)
            assert ctx.get(dut.valid) == (due is not None)
            if due is not None:
                assert get(ctx, dut.o) == due + [0] * (lanes - len(due))
            start = started < 5 * beats and next(starts)
            ctx.set(dut.start, start)
            if start:
                first = started % beats * lanes
                channels = range(first, min(first + lanes, features))
                sums = [int(random.integers(-8, 8)) for _ in channels]
                biased = [total + int(layer.bias[c]) for total, c in zip(sums, channels, strict=True)]
                sums_at[cycle + ReadOnlyMemory.LATENCY] = [total & mask for total in sums]
                latency = parameters.latency + (ReadOnlyMemory.LATENCY if table else 0)
                results_at[cycle + ReadOnlyMemory.LATENCY + latency] = [
                    drained(layer, c, acc) for c, acc in zip(channels, biased, strict=True)
                ]
                started += 1
            ctx.set(dut.sums, [*sums_at.pop(cycle, [mask] * lanes), *[0] * lanes][:lanes])
            await ctx.tick()
        assert started == 5 * beats and not results_at

    run(dut, bench)
