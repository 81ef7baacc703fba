# amaranth: UnusedElaboratable=no

import random
from dataclasses import replace

import pytest
from gateware import Stream, Transfers, pace, receiver, run
from link_frames import PLAN

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.hdl.link.samples import LinkSamples

SIZE = PLAN.sample_bytes


def samples(count, size=SIZE):
    draw = random.Random(4)
    return [(draw.randrange(1 << 16), list(draw.randbytes(size))) for _ in range(count)]


async def write(ctx, dut, sequence, content, commit=True):
    for offset, byte in enumerate([sequence & 0xFF, sequence >> 8, *content]):
        ctx.set(dut.write, 1)
        ctx.set(dut.offset, offset)
        ctx.set(dut.byte, byte)
        await ctx.tick()
    ctx.set(dut.write, 0)
    ctx.set(dut.commit, commit)
    await ctx.tick()
    ctx.set(dut.commit, 0)


async def start(ctx, dut):
    while not ctx.get(dut.waiting):
        await ctx.tick()
    ctx.set(dut.start, 1)
    await ctx.tick()
    ctx.set(dut.start, 0)


@pytest.mark.parametrize("stalls", [False, True])
@pytest.mark.parametrize("slots", [2, 4])
@pytest.mark.parametrize("elements", [1, 2, 5])
def test_samples_come_out_whole_in_order_with_their_sequence(stalls, slots, elements):
    """While more are written, and among frames that were not committed."""
    form = BeatFormat(elements, IntegerRange(0, 255))
    dut = LinkSamples(replace(PLAN, input=form, slots=slots))
    sent = samples(9, elements)
    found, sequences = Transfers(), []

    async def fill(ctx):
        draw = random.Random(6)
        for sequence, content in sent:
            while not ctx.get(dut.room):
                await ctx.tick()
            if draw.random() < 0.5:
                await write(ctx, dut, 0xDEAD, [0xEE] * draw.randrange(elements + 1), commit=False)
            await write(ctx, dut, sequence, content)

    async def drain(ctx):
        for _ in sent:
            await start(ctx, dut)
            while not ctx.get(dut.o.valid):
                await ctx.tick()
            sequences.append(ctx.get(dut.sequence))
            if stalls:
                await ctx.tick().repeat(50)

    sink = Stream(dut.o.valid, dut.o.ready, (dut.o.payload,))
    run(dut, fill, drain, receiver(sink, len(sent) * elements, pace(stalls), found))
    assert found.items == [byte for _, content in sent for byte in content]
    assert sequences == [sequence for sequence, _ in sent]


def test_there_is_room_for_as_many_as_there_are_slots():
    dut = LinkSamples(PLAN)

    async def bench(ctx):
        assert not ctx.get(dut.waiting)
        for number in range(PLAN.slots):
            assert ctx.get(dut.room)
            await write(ctx, dut, number, [number] * SIZE)
        assert not ctx.get(dut.room)
        await start(ctx, dut)
        ctx.set(dut.o.ready, 1)
        for _ in range(3 * (2 + SIZE)):
            assert not ctx.get(dut.room), "a slot is in use until its sample is gone"
            await ctx.tick()
        await ctx.tick().repeat(2)
        assert ctx.get(dut.room)

    run(dut, bench)


def test_a_byte_leaves_every_three_cycles():
    dut = LinkSamples(PLAN)
    found = Transfers()

    async def bench(ctx):
        await write(ctx, dut, 1, range(SIZE))
        await start(ctx, dut)

    run(dut, bench, receiver(Stream(dut.o.valid, dut.o.ready, (dut.o.payload,)), SIZE, pace(False), found))
    assert found.cycles == list(range(found.cycles[0], found.cycles[0] + 3 * SIZE, 3))
