# amaranth: UnusedElaboratable=no

import pytest
from cobs import cobs
from gateware import pace, run
from link_frames import some_frames

from quantnn.hdl.link.cobs_decoder import CobsDecoder


def decoded(items, stalls=False):
    """What comes of bytes (None is a broken one): the bytes of each frame, and whether it is whole."""
    dut = CobsDecoder()
    frames, partial = [], []
    over = []

    async def send(ctx):
        go = pace(stalls, 5)
        for item in items:
            while not next(go):
                await ctx.tick()
            ctx.set(dut.i.valid, 1)
            ctx.set(dut.i.payload.data, item or 0)
            ctx.set(dut.i.payload.error, item is None)
            await ctx.tick()
            ctx.set(dut.i.valid, 0)
        await ctx.tick().repeat(3)
        over.append(True)

    async def collect(ctx):
        payload = dut.o.payload
        while not over:
            *_, valid, byte, end, whole = await ctx.tick().sample(dut.o.valid, payload.data, payload.end, payload.whole)
            if valid and end:
                frames.append((bytes(partial), bool(whole)))
                partial.clear()
            elif valid:
                partial.append(byte)

    run(dut, send, collect)
    return frames


@pytest.mark.parametrize("stalls", [False, True])
def test_frames_are_those_that_the_library_encoded(stalls):
    frames = list(some_frames())
    items = [byte for frame in frames for byte in (*cobs.encode(frame), 0)]
    assert decoded(items, stalls) == [(frame, True) for frame in frames]


def test_nothing_between_zeros_is_no_frame():
    assert decoded([0, 0, 0, 2, 9, 0, 0]) == [(b"\x09", True)]


def test_a_frame_that_ends_before_its_code_says_so_is_not_whole():
    [(_, whole), last] = decoded([5, 1, 2, 0, 2, 9, 0])
    assert not whole
    assert last == (b"\x09", True)


@pytest.mark.parametrize("place", range(4))
def test_a_frame_with_a_broken_byte_is_not_whole_and_the_next_is(place):
    items = [3, 1, 2, 1]
    items[place] = None
    *_, (_, whole), last = decoded([*items, 0, 2, 9, 0])
    assert not whole
    assert last == (b"\x09", True)


def test_a_broken_byte_between_frames_spoils_the_next_one_only():
    (_, first), second = decoded([None, 2, 8, 0, 2, 9, 0])
    assert not first
    assert second == (b"\x09", True)
