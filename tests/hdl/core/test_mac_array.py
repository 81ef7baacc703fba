import numpy as np
import pytest
from engines import cut, extremes, folded
from gateware import get, pace, run
from networks import SIGNED_NIBBLE, random_dense

from quantnn.arithmetic import IntegerRange
from quantnn.hdl.core.mac_array import MacArray
from quantnn.hdl.core.memory import ReadOnlyMemory

FOLDS = [(5, 4, 2, 2, 1), (6, 3, 3, 1, 3), (3, 5, 2, 3, 2), (4, 1, 1, 4, 1), (1, 3, 1, 1, 1), (7, 4, 4, 2, 2)]


@pytest.mark.parametrize("stalls", [False, True])
@pytest.mark.parametrize("input", [SIGNED_NIBBLE, IntegerRange(0, 15)], ids=["signed", "unsigned"])
@pytest.mark.parametrize(("inputs", "outputs", "pe", "simd", "lanes"), FOLDS)
def test_sums_of_products(inputs, outputs, pe, simd, lanes, input, stalls):
    random = np.random.default_rng(inputs)
    layer = random_dense(random, inputs, outputs)
    plan = folded(layer, input, pe, simd, lanes)
    columns, weights = -(-inputs // simd), layer.weights.tolist()
    mask = (1 << plan.parameters.accumulator.width) - 1
    latency = plan.MAC_LATENCY + (simd - 1).bit_length()
    samples, offers = extremes(input, inputs, random, 5), pace(stalls, 3)
    dut = MacArray(plan)

    def fold_sums(sample, fold):
        neurons = range(fold * pe, min((fold + 1) * pe, outputs))
        sums = [sum(x * row[j] for x, row in zip(sample, weights, strict=True)) & mask for j in neurons]
        return cut(sums, lanes)

    async def bench(ctx):
        work = [
            (word, column == columns - 1, fold_sums(sample, fold))
            for sample in samples
            for fold in range(-(-outputs // pe))
            for column, word in enumerate(cut(sample, simd, padding=input.hi))
        ]
        due, starts, free, cycle = {}, set(), 0, 0
        while work or due:
            assert ctx.get(dut.start) == (cycle in starts)
            if cycle in due:
                expected = due.pop(cycle)
                assert get(ctx, dut.sums)[: len(expected)] == expected
            offer = bool(work and (not work[0][1] or cycle >= free) and next(offers))
            ctx.set(dut.valid, offer)
            ctx.set(dut.last, bool(work and work[0][1]))
            ctx.set(dut.word, work[0][0] if work else [input.hi] * simd)
            if offer:
                _, last, beats = work.pop(0)
                if last:
                    free = cycle + len(beats)
                    for number, beat in enumerate(beats):
                        due[cycle + latency + number] = beat
                        starts.add(cycle + latency + number - ReadOnlyMemory.LATENCY)
            await ctx.tick()
            cycle += 1

    run(dut, bench)
