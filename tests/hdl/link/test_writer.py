# amaranth: UnusedElaboratable=no

import random
from dataclasses import replace

import pytest
from gateware import Stream, Transfers, pace, receiver, run, sender
from link_frames import ANSWER, ERROR, IDENTITY, PLAN, REPLAYED, raw

from quantnn.hdl.link.writer import LinkWriter

DRAW = random.Random(8)
ANSWERS = [(DRAW.randrange(1 << 16), DRAW.randbytes(PLAN.answer_bytes)) for _ in range(5)]
CONTENT = bytes(range(100, 100 + PLAN.identity_bytes))


def written(frames, *benches, stalls=(False, False), answers=(), dut=None):
    """The bytes that leave, frame by frame, until as many have left as are expected."""
    dut = dut or LinkWriter(PLAN)
    sent, found = Transfers(), Transfers()
    items = [(byte, place == len(content) - 1) for _, content in answers for place, byte in enumerate(content)]

    async def identity(ctx):
        """One cycle behind the place."""
        while len(found.items) < sum(map(len, frames)):
            place = ctx.get(dut.place)
            await ctx.tick()
            ctx.set(dut.byte, CONTENT[min(place, len(CONTENT) - 1)])

    async def sequence(ctx):
        for number, (tag, content) in enumerate(answers):
            ctx.set(dut.sequence, tag)
            while len(sent.items) < (number + 1) * len(content):
                await ctx.tick()

    source = Stream(dut.answer.valid, dut.answer.ready, (dut.answer.payload.data, dut.answer.payload.last))
    sink = Stream(dut.o.valid, dut.o.ready, (dut.o.payload.data, dut.o.payload.last))
    count = sum(map(len, frames))
    run(
        dut,
        sender(source, items, pace(stalls[0], 1), sent),
        receiver(sink, count, pace(stalls[1], 2), found),
        identity,
        sequence,
        *(bench(dut) for bench in benches),
    )
    split, partial = [], bytearray()
    for byte, last in found.items:
        partial.append(byte)
        if last:
            split.append(bytes(partial))
            partial.clear()
    return split


def notice(hello, code, sequence, then=None):
    def bench(dut):
        async def run(ctx):
            ctx.set(dut.notice.valid, 1)
            ctx.set(dut.notice.payload.hello, hello)
            ctx.set(dut.notice.payload.code, code)
            ctx.set(dut.notice.payload.sequence, sequence)
            if then:
                await then(ctx, dut)
            await ctx.tick().until(dut.notice.ready)
            ctx.set(dut.notice.valid, 0)

        return run

    return bench


async def quiet(ctx, dut):
    ctx.set(dut.quiet, 1)


@pytest.mark.parametrize("stalls", [(False, False), (True, False), (False, True), (True, True)])
def test_answers_get_a_header_and_a_crc(stalls):
    frames = [raw(ANSWER, sequence, content) for sequence, content in ANSWERS]
    assert written(frames, answers=ANSWERS, stalls=stalls) == frames


@pytest.mark.parametrize("stalls", [False, True])
def test_an_identity(stalls):
    frames = [raw(IDENTITY, 0xCAFE, CONTENT)]
    assert written(frames, notice(1, 0, 0xCAFE, quiet), stalls=(False, stalls)) == frames


@pytest.mark.parametrize("stalls", [False, True])
def test_an_error(stalls):
    frames = [raw(ERROR, 0x1234, b"\3")]
    assert written(frames, notice(0, 3, 0x1234), stalls=(False, stalls)) == frames


def test_an_identity_waits_for_quiet_and_an_error_does_not():
    async def later(ctx, dut):
        await ctx.tick().repeat(300)
        assert ctx.get(dut.notice.valid)
        ctx.set(dut.quiet, 1)

    frames = [raw(ANSWER, *ANSWERS[0]), raw(IDENTITY, 9, CONTENT)]
    assert written(frames, notice(1, 0, 9, later), answers=ANSWERS[:1]) == frames


def test_an_answer_that_is_there_comes_first():
    async def both(ctx, dut):
        ctx.set(dut.quiet, 1)

    frames = [raw(ANSWER, *ANSWERS[0]), raw(ERROR, 9, b"\4")]
    assert written(frames, notice(0, 4, 9, both), answers=ANSWERS[:1]) == frames


@pytest.mark.parametrize("stalls", [False, True])
def test_what_came_of_a_replay_waits_until_it_is_counted(stalls):
    """An answer does not, and it is no identity, which waits for quiet."""
    counts = bytes(range(200, 220))

    def replayed(dut):
        async def bench(ctx):
            ctx.set(dut.notice.valid, 1)
            ctx.set(dut.notice.payload.replay, 1)
            ctx.set(dut.notice.payload.sequence, 0xABCD)
            for _ in range(300):
                await ctx.tick()
                assert not ctx.get(dut.notice.ready)
            ctx.set(dut.counted, 1)
            while not ctx.get(dut.notice.ready):
                place = ctx.get(dut.place)
                await ctx.tick()
                ctx.set(dut.count, counts[place])
            await ctx.tick()
            ctx.set(dut.notice.valid, 0)

        return bench

    frames = [raw(ANSWER, *ANSWERS[0]), raw(REPLAYED, 0xABCD, counts)]
    dut = LinkWriter(replace(PLAN, replay=True))
    assert written(frames, replayed, answers=ANSWERS[:1], stalls=(False, stalls), dut=dut) == frames
