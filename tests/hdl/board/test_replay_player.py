# amaranth: UnusedElaboratable=no

import random

import numpy as np
import pytest
from amaranth.back import rtlil
from amaranth.sim import Simulator

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.hdl.board.replay_player import ReplayPlayer
from quantnn.plan.replay import ReplayPlan

M9K = ((1024, 9), (512, 18), (256, 36))
OUTPUT = BeatFormat(3, IntegerRange(-9, 9), class_width=2)
FORMATS = {
    "three beats": BeatFormat(7, IntegerRange(-100, 100), per_beat=3),
    "one beat": BeatFormat(20, IntegerRange(0, 1), per_beat=20),
}


def player(form, count):
    draw = np.random.default_rng(count)
    samples = form.pack(draw.integers(form.element.lo, form.element.hi, (count, form.elements), endpoint=True))
    return ReplayPlayer(ReplayPlan(form, OUTPUT, count, False, M9K), samples), samples


def played(dut, orders, stalls):
    """The (data, last) that leave for each order, a sample or None for all; and the cycle of each, from its start."""
    draw = random.Random(3)
    found = []

    async def bench(ctx):
        for order in orders:
            assert ctx.get(dut.ready)
            ctx.set(dut.start, 1)
            ctx.set(dut.all, order is None)
            ctx.set(dut.select, order or 0)
            beats, cycle, held = [], 0, None
            while not beats or not ctx.get(dut.ready):
                ready = not stalls or draw.random() < stalls
                ctx.set(dut.m_axis_tready, ready)
                valid = ctx.get(dut.m_axis_tvalid)
                beat = ctx.get(dut.m_axis_tdata), ctx.get(dut.m_axis_tlast)
                assert held is None or (valid and beat == held), "a beat that is offered stays until it is taken"
                held = beat if valid and not ready else None
                if valid and ready:
                    beats.append((beat, cycle))
                await ctx.tick()
                cycle += 1
                ctx.set(dut.start, draw.random() < 0.5 and not ctx.get(dut.ready))  # it is busy: not heard
                ctx.set(dut.select, draw.randrange(16))
            ctx.set(dut.start, 0)
            found.append(beats)
            await ctx.tick().repeat(draw.randrange(1, 4))

    simulator = Simulator(dut)
    simulator.add_clock(1e-8)
    simulator.add_testbench(bench)
    simulator.run()
    return [[beat for beat, _ in beats] for beats in found], [[cycle for _, cycle in beats] for beats in found]


def expected(samples, order):
    chosen = samples if order is None else samples[order : order + 1]
    return [
        (int.from_bytes(beat.tobytes(), "little"), place == len(sample) - 1)
        for sample in chosen
        for place, beat in enumerate(sample)
    ]


@pytest.mark.parametrize("stalls", [0, 0.2, 0.5, 0.9])
@pytest.mark.parametrize("count", [1, 3, 20])
@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_all_samples_or_one_come_out_in_order(form, count, stalls):
    dut, samples = player(form, count)
    orders = [None, 0, count - 1 if count < 16 else 15, None, None]
    found, _ = played(dut, orders, stalls)
    assert found == [expected(samples, order) for order in orders]


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_a_beat_every_cycle(form):
    dut, _ = player(form, 20)
    _, [cycles] = played(dut, [None], 0)
    assert cycles == list(range(3, 3 + 20 * form.beats))


def test_a_memory_in_parts():
    """Of 128, 32 and 2 words; no block RAM is that small, but the parts are read as those of greater ones."""
    form = FORMATS["three beats"]
    plan = ReplayPlan(form, OUTPUT, 54, False, ((4, 24),))
    assert plan.sample_memory.depths == (128, 32, 2)
    values = np.random.default_rng(5).integers(-100, 101, (54, 7))
    dut = ReplayPlayer(plan, form.pack(values))
    found, _ = played(dut, [None, 9, None], 0.6)
    assert found == [expected(form.pack(values), order) for order in (None, 9, None)]


def test_other_samples_than_planned_are_refused():
    plan = ReplayPlan(FORMATS["one beat"], OUTPUT, 4, False, M9K)
    with pytest.raises(ValueError, match=r"^Samples must have the shape \(4, 1, 3\), not \(5, 1, 3\)"):
        ReplayPlayer(plan, np.zeros((5, 1, 3), dtype=np.uint8))


def test_every_signal_has_a_name():
    assert "$signal" not in rtlil.convert(player(FORMATS["three beats"], 5)[0])
