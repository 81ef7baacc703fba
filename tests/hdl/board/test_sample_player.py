# amaranth: UnusedElaboratable=no

import random

import numpy as np
import pytest
from amaranth.sim import Simulator

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.hdl.board.sample_player import SamplePlayer

FORMAT = BeatFormat(elements=7, element=IntegerRange(-100, 100), per_beat=3)


def packed(count: int, beats: BeatFormat = FORMAT) -> np.ndarray:
    values = np.random.default_rng(count).integers(
        beats.element.lo, beats.element.hi, (count, beats.elements)
    )
    return beats.pack(values)


def words(sample: np.ndarray) -> list[int]:
    return [int.from_bytes(bytes(beat), "little") for beat in sample]


def play(samples: np.ndarray, order: list[int], *, stalls: bool) -> tuple[list[list[int]], list[int]]:
    """The samples that leave the player, and the cycle of each start, first beat and last beat."""
    dut = SamplePlayer(samples)
    draw = random.Random(1)
    played: list[list[int]] = []
    cycles: list[int] = []

    async def start(ctx):
        for index in order:
            ctx.set(dut.select, index)
            ctx.set(dut.start, 1)
            await ctx.tick().until(dut.ready)
            ctx.set(dut.start, 0)
            ctx.set(dut.select, 0 if index else len(samples) - 1)
            if stalls:
                await ctx.tick().repeat(draw.randrange(1, 8))

    async def collect(ctx):
        cycle = 0
        sample: list[int] = []
        held = None
        while len(played) < len(order):
            ready = not stalls or draw.random() < 0.4
            ctx.set(dut.m_axis_tready, ready)
            started = ctx.get(dut.start) and ctx.get(dut.ready)
            valid, data, last = (
                ctx.get(dut.m_axis_tvalid),
                ctx.get(dut.m_axis_tdata),
                ctx.get(dut.m_axis_tlast),
            )
            assert held is None or held == (valid, data, last), (
                "a beat that is offered stays until it is taken"
            )
            held = (valid, data, last) if valid and not ready else None
            if started:
                cycles.append(cycle)
            if valid and ready:
                if not sample or last:
                    cycles.append(cycle)
                sample.append(data)
                if last:
                    played.append(sample)
                    sample = []
            await ctx.tick()
            cycle += 1

    simulator = Simulator(dut)
    simulator.add_clock(1e-8)
    simulator.add_testbench(start)
    simulator.add_testbench(collect)
    simulator.run()
    return played, cycles


@pytest.mark.parametrize("stalls", [False, True])
@pytest.mark.parametrize("count", [1, 5, 16])
def test_the_selected_samples_come_out_whole_and_in_order(count, stalls):
    samples = packed(count)
    order = [*range(count), 0, count - 1]
    played, _ = play(samples, order, stalls=stalls)
    assert played == [words(samples[index]) for index in order]


@pytest.mark.parametrize("stalls", [False, True])
def test_a_sample_may_be_one_beat(stalls):
    samples = packed(3, BeatFormat(elements=2, element=IntegerRange(0, 255), per_beat=4))
    assert play(samples, [2, 0, 1], stalls=stalls)[0] == [words(samples[index]) for index in (2, 0, 1)]


def test_a_beat_comes_every_three_cycles():
    _, (start, first, last) = play(packed(2), [1], stalls=False)
    assert (first - start, last - first) == (3, 3 * (FORMAT.beats - 1))


def test_the_memory_is_a_power_of_two_deep():
    memory = SamplePlayer(packed(5)).memory
    assert (memory.words, memory.depth, memory.width) == (5 * FORMAT.beats, 16, FORMAT.tdata_width)


@pytest.mark.parametrize("shape", [(0, 3, 3), (17, 3, 3), (4, 3)])
def test_samples_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"^Samples must have the shape \(1 to 16, beats, bytes\), not \("):
        SamplePlayer(np.zeros(shape, dtype=np.uint8))
