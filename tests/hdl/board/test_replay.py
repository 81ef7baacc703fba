# amaranth: UnusedElaboratable=no

import random
import struct

import numpy as np
import pytest
from amaranth.back import rtlil
from amaranth.hdl import Signal
from displayed import displayed
from gateware import run

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.hdl.board.replay import Replay
from quantnn.hdl.core.verilog import emit_verilog
from quantnn.plan.replay import REPLAY_BYTES, ReplayPlan

M9K = ((1024, 9), (512, 18), (256, 36))
OUTPUT = BeatFormat(3, IntegerRange(-9, 9), class_width=3)
COUNT = 11
MARK = 0xDECAFBAD
FORMATS = {
    "three beats": BeatFormat(7, IntegerRange(-100, 100), per_beat=3),
    "one beat": BeatFormat(20, IntegerRange(0, 1), per_beat=20),
}


def class_of(words):
    """What the core of these tests answers."""
    return sum(words) * 5 % 8


class Bench:
    """A set on a board with a core of Python, which takes beats and answers at a pace of its own."""

    def __init__(self, form=FORMATS["three beats"], *, stalls=0.0, delay=4, labels=True, wrong=(), displays=6):
        draw = np.random.default_rng(6)
        lo, hi = form.element.lo, form.element.hi
        samples = form.pack(draw.integers(lo, hi, (COUNT, form.elements), endpoint=True))
        self.form = form
        self.words = [[int.from_bytes(beat.tobytes(), "little") for beat in sample] for sample in samples]
        self.expected = [class_of(words) for words in self.words]
        self.labels = [(found + (n % 3 == 0)) % 8 for n, found in enumerate(self.expected)]
        self.wrong = wrong
        self.stalls, self.delay = stalls, delay
        self.draw = random.Random(8)
        plan = ReplayPlan(form, OUTPUT, COUNT, labels, M9K, displays)
        given = self.labels if labels else None
        self.dut = Replay(plan, samples, self.expected, given, mark=MARK, step_cycles=4)
        self.reset = Signal()
        self.taken = []
        self.first = self.last = None
        self.over = False

    async def core(self, ctx):
        """One beat per cycle unless it stalls; the answer to a sample comes ``delay`` cycles after its last beat."""
        dut, waiting, partial, cycle, answered = self.dut, [], [], 0, 0
        while not self.over:
            ready = self.draw.random() >= self.stalls
            ctx.set(dut.m_axis_tready, ready)
            answers = bool(waiting) and waiting[0][0] <= cycle
            ctx.set(dut.answered, answers)
            ctx.set(dut.number, waiting[0][1] if answers else self.draw.randrange(8))
            if ctx.get(self.reset):
                waiting, partial = [], []
            elif ready and ctx.get(dut.m_axis_tvalid):
                self.first = cycle if self.first is None else self.first
                partial.append(ctx.get(dut.m_axis_tdata))
                if ctx.get(dut.m_axis_tlast):
                    self.taken.append(partial)
                    found = class_of(partial) ^ (answered in self.wrong)
                    waiting.append((cycle + self.delay, found))
                    answered, partial = answered + 1, []
            if answers and waiting:
                self.last = cycle
                waiting.pop(0)
            await ctx.tick()
            cycle += 1

    def run(self, use):
        async def bench(ctx):
            ctx.set(self.dut.free, 1)
            await use(ctx, self)
            self.over = True

        run(self.dut, self.core, bench, reset=self.reset)
        return self

    async def ask(self, ctx):
        ctx.set(self.dut.request, 1)
        await ctx.tick()
        ctx.set(self.dut.request, 0)

    async def finish(self, ctx):
        await ctx.tick().until(self.dut.done)

    async def counts(self, ctx):
        """Answers, right ones, those that are the reference's, cycles."""
        told = bytearray()
        for place in range(REPLAY_BYTES):
            ctx.set(self.dut.place, place)
            await ctx.tick()
            told.append(ctx.get(self.dut.byte))
        *counts, mark = struct.unpack("<5I", told)
        assert mark == MARK
        return counts

    @property
    def right(self):
        return sum(a == b for a, b in zip(self.labels, self.expected, strict=True))


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_a_sample_every_clock_and_all_counted(form):
    async def use(ctx, bench):
        for _ in range(2):
            await bench.ask(ctx)
            await bench.finish(ctx)
            cycles = COUNT * form.beats - 1 + bench.delay
            assert await bench.counts(ctx) == [COUNT, bench.right, COUNT, cycles]
            assert ctx.get(bench.dut.perfect)

    assert Bench(form).run(use).taken == 2 * Bench(form).words


@pytest.mark.parametrize("stalls", [0.3, 0.8])
@pytest.mark.parametrize("delay", [3, 40])
@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_a_core_that_stalls(form, delay, stalls):
    async def use(ctx, bench):
        await bench.ask(ctx)
        await bench.finish(ctx)
        *counts, cycles = await bench.counts(ctx)
        assert counts == [COUNT, bench.right, COUNT]
        assert cycles == bench.last - bench.first >= COUNT * form.beats - 1 + delay

    assert Bench(form, stalls=stalls, delay=delay).run(use).taken == Bench(form).words


def test_wrong_answers_and_no_labels():
    async def use(ctx, bench):
        await bench.ask(ctx)
        await bench.finish(ctx)
        assert (await bench.counts(ctx))[:3] == [COUNT, COUNT - 2, COUNT - 2]
        assert not ctx.get(bench.dut.perfect)

    Bench(labels=False, wrong=(0, COUNT - 1)).run(use)


def test_samples_one_at_a_time():
    async def use(ctx, bench):
        for index in (0, 5, COUNT - 1):
            await ctx.tick().until(bench.dut.ready)
            ctx.set(bench.dut.select, index)
            ctx.set(bench.dut.start, 1)
            await ctx.tick()
            ctx.set(bench.dut.start, 0)
        await ctx.tick().until(bench.dut.ready)
        assert not ctx.get(bench.dut.running) and await bench.counts(ctx) == [0, 0, 0, 0]

    bench = Bench().run(use)
    assert bench.taken == [bench.words[index] for index in (0, 5, COUNT - 1)]


def test_it_waits_for_the_core():
    async def use(ctx, bench):
        ctx.set(bench.dut.free, 0)
        await bench.ask(ctx)
        for _ in range(20):
            assert ctx.get(bench.dut.holds) and not ctx.get(bench.dut.running)
            await ctx.tick()
        assert bench.taken == []
        ctx.set(bench.dut.free, 1)
        await bench.finish(ctx)
        assert (await bench.counts(ctx))[0] == COUNT

    Bench().run(use)


def test_requests_during_a_replay_are_one_but_in_its_last_cycle():
    async def use(ctx, bench):
        await bench.ask(ctx)
        while not ctx.get(bench.dut.done):
            ctx.set(bench.dut.request, 1)
            await ctx.tick()
            ctx.set(bench.dut.request, 0)
        await ctx.tick().repeat(60)
        assert len(bench.taken) == COUNT and not ctx.get(bench.dut.running)
        await bench.ask(ctx)
        while not ctx.get(bench.dut.done):
            await ctx.tick()
        await bench.ask(ctx)
        await bench.finish(ctx)
        assert len(bench.taken) == 3 * COUNT

    Bench().run(use)


@pytest.mark.parametrize("after", [3, 6, 20, 35, 40])
def test_a_reset_in_mid_replay(after):
    async def use(ctx, bench):
        await bench.ask(ctx)
        await ctx.tick().repeat(after)
        assert ctx.get(bench.dut.running)
        ctx.set(bench.reset, 1)
        for _ in range(3):
            await ctx.tick()
        ctx.set(bench.reset, 0)
        assert not ctx.get(bench.dut.running)
        assert await bench.counts(ctx) == [0, 0, 0, 0]
        bench.taken.clear()
        await bench.ask(ctx)
        await bench.finish(ctx)
        cycles = COUNT * bench.form.beats - 1 + bench.delay
        assert await bench.counts(ctx) == [COUNT, bench.right, COUNT, cycles]
        assert bench.taken == bench.words

    Bench().run(use)


def test_the_displays():
    async def use(ctx, bench):
        assert displayed(ctx.get(bench.dut.display), 6) == " " * 6
        await bench.ask(ctx)
        await bench.finish(ctx)
        await ctx.tick().repeat(250)
        seen = ""
        for _ in range(4 * 40):
            if not seen.endswith(now := displayed(ctx.get(bench.dut.display), 6)[-1]) or now == " ":
                seen += now
            await ctx.tick()
        assert f"{bench.right}-1" in seen, "of 11, which are one sign here"

    Bench().run(use)


@pytest.mark.parametrize("labelled", [False, True])
def test_every_memory_of_the_verilog_is_planned(tmp_path, labelled):
    bench = Bench(labels=labelled)
    _, *memories = emit_verilog(bench.dut, "quantnn_replay", tmp_path)
    found = {path.stem.removeprefix("quantnn_replay_"): path.read_text().split() for path in memories}
    plan = ReplayPlan(bench.form, OUTPUT, COUNT, labelled, M9K, 6)
    assert {name: (len(words), len(words[0])) for name, words in found.items()} == {
        memory.name.replace(".", "_"): (memory.depth, memory.width) for memory in plan.memories
    }


def test_every_signal_has_a_name():
    assert "$signal" not in rtlil.convert(Bench().dut)
