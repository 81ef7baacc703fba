# amaranth: UnusedElaboratable=no

import random

import pytest
from amaranth.back import rtlil
from gateware import run

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.hdl.board.core_share import CoreShare

INPUT = BeatFormat(elements=3, element=IntegerRange(0, 255))
OUTPUT = BeatFormat(elements=2, element=IntegerRange(-100, 100), class_width=3)


def class_of(beats):
    return sum(beats) % 8


def answer(beats):
    """Two beats: a logit and a class, which is right in the last."""
    return [(beats[0] & 0xFF), (beats[-1] & 0xFF) | class_of(beats) << 8]


class Ends:
    """Both sides of a core that is shared, with random stalls, and what they saw."""

    def __init__(self, *, samples=(), builtin=True, stalls=False, pause=2, core_cycles=7, gap=0):
        self.dut = CoreShare(INPUT, OUTPUT, pause)
        self.host = list(samples)
        self.builtin = builtin
        self.draw = random.Random(11)
        self.stalls = stalls
        self.core_cycles = core_cycles
        self.gap = gap
        self.answers, self.seen, self.core_had = [], [], []
        self.played = 0
        self.over = False

    async def pause(self, ctx):
        while self.stalls and self.draw.random() < 0.5:
            await ctx.tick()

    async def send(self, ctx, stream, beats):
        for place, beat in enumerate(beats):
            await self.pause(ctx)
            ctx.set(stream.valid, 1)
            ctx.set(stream.payload.data, beat)
            ctx.set(stream.payload.last, place == len(beats) - 1)
            await ctx.tick().until(stream.ready)
            ctx.set(stream.valid, 0)

    async def take(self, ctx, stream):
        beats = []
        while True:
            await self.pause(ctx)
            ctx.set(stream.ready, 1)
            *_, data, last = await ctx.tick().sample(stream.payload.data, stream.payload.last).until(stream.valid)
            ctx.set(stream.ready, 0)
            beats.append(data)
            if last:
                return beats

    async def link(self, ctx):
        for beats in self.host:
            if self.gap:
                await ctx.tick().repeat(self.gap)
            ctx.set(self.dut.link_waiting, 1)
            await ctx.tick().until(self.dut.link_start)
            ctx.set(self.dut.link_waiting, 0)
            await self.send(ctx, self.dut.link_i, beats)
            self.answers.append(await self.take(ctx, self.dut.link_o))
        await ctx.tick().repeat(60)
        self.over = True

    async def player(self, ctx):
        while not self.over and self.builtin:
            ctx.set(self.dut.player_waiting, 1)
            *_, started = await ctx.tick().sample(self.dut.player_start)
            if started:
                ctx.set(self.dut.player_waiting, 0)
                self.played += 1
                await self.send(ctx, self.dut.player_i, [self.played % 256, 1, 2])

    async def core(self, ctx):
        while not self.over:
            if not ctx.get(self.dut.core_i.valid):
                await ctx.tick()
                continue
            beats = await self.take(ctx, self.dut.core_i)
            self.core_had.append(beats)
            await ctx.tick().repeat(self.core_cycles)
            await self.send(ctx, self.dut.core_o, answer(beats))

    async def watch(self, ctx):
        dut = self.dut
        while not self.over:
            *_, done, linked, number, busy = await ctx.tick().sample(dut.done, dut.linked, dut.number, dut.busy)
            if done:
                assert busy
                self.seen.append((linked, number))

    def run(self, *benches):
        run(self.dut, self.link, self.core, self.watch, *([self.player] if self.builtin else []), *benches)
        return self


SAMPLES = [[10 * number, number, 7] for number in range(8)]


@pytest.mark.parametrize("stalls", [False, True])
@pytest.mark.parametrize("gap", [0, 3, 25])
def test_every_answer_goes_to_who_asked(stalls, gap):
    ends = Ends(samples=SAMPLES, stalls=stalls, gap=gap).run()
    assert ends.answers == [answer(beats) for beats in SAMPLES]
    assert [number for linked, number in ends.seen if linked] == [class_of(beats) for beats in SAMPLES]
    played = [class_of([number % 256, 1, 2]) for number in range(1, ends.played + 1)]
    own = [number for linked, number in ends.seen if not linked]
    assert own == played[: len(own)] and len(played) - len(own) <= 1
    assert ends.played > 0


def test_the_host_goes_first():
    ends = Ends(samples=SAMPLES, gap=0)
    ends.run()
    beats = [beats for beats in ends.core_had[1 : len(SAMPLES)] if beats in SAMPLES]
    assert len(beats) >= len(SAMPLES) - 2, "between the host's samples the built-in ones hardly come"


def test_the_built_in_samples_pause_when_the_host_was_heard():
    ends = Ends(pause=40)
    counts = []

    async def heard(ctx):
        await ctx.tick().repeat(30)
        ctx.set(ends.dut.heard, 1)
        await ctx.tick()
        ctx.set(ends.dut.heard, 0)
        await ctx.tick().repeat(25)
        counts.append(ends.played)
        await ctx.tick().repeat(14)
        counts.append(ends.played)
        await ctx.tick().repeat(25)
        counts.append(ends.played)

    ends.host = []

    async def late(ctx):
        await ctx.tick().repeat(120)

    ends.link = late

    async def end(ctx):
        await ctx.tick().repeat(110)
        ends.over = True

    ends.run(heard, end)
    assert counts[0] == counts[1] < counts[2]


def test_every_signal_has_a_name():
    """They stand in waveforms and in reports of timing."""
    assert "$signal" not in rtlil.convert(CoreShare(INPUT, OUTPUT, 1000))


def test_a_board_without_built_in_samples():
    ends = Ends(samples=SAMPLES, builtin=False, stalls=True).run()
    assert ends.answers == [answer(beats) for beats in SAMPLES]
