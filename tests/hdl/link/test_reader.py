# amaranth: UnusedElaboratable=no

import random
import struct
import zlib
from dataclasses import replace

import pytest
from gateware import run
from link_frames import ANSWER, HELLO, PLAN, REPLAY, SAMPLE, raw

from quantnn.hdl.link.reader import LinkReader
from quantnn.plan.link import ErrorCode

SIZE = PLAN.sample_bytes
PAYLOAD = bytes(range(10, 10 + SIZE))


class Heard:
    """What the reader made of some frames."""

    def __init__(self):
        self.samples = []
        self.notices = []
        self.accepted = 0
        self.dropped = 0
        self.replays = 0


def read(frames, *, room=lambda number: True, pause=0, take_notices=True, wait=4, plan=PLAN):
    """Give frames (bytes, or bytes and whether they are whole), a byte every ``pause`` + 1 cycles."""
    dut = LinkReader(plan)
    heard = Heard()
    slot = bytearray(2 + SIZE)
    over = []

    async def send(ctx):
        ctx.set(dut.notice.ready, take_notices)
        for number, frame in enumerate(frames):
            content, whole = frame if isinstance(frame, tuple) else (frame, True)
            ctx.set(dut.room, room(number))
            for byte in [*content, None]:
                ctx.set(dut.i.valid, 1)
                ctx.set(dut.i.payload.data, byte or 0)
                ctx.set(dut.i.payload.end, byte is None)
                ctx.set(dut.i.payload.whole, whole)
                await ctx.tick()
                ctx.set(dut.i.valid, 0)
                await ctx.tick().repeat(pause) if pause else None
        await ctx.tick().repeat(wait)
        heard.dropped = ctx.get(dut.dropped)
        over.append(True)

    async def watch(ctx):
        notice = dut.notice.payload
        while not over:
            *_, write, offset, byte, commit, accepted, valid, hello, code, sequence = await ctx.tick().sample(
                dut.write, dut.offset, dut.byte, dut.commit, dut.accepted,
                dut.notice.valid, notice.hello, notice.code, notice.sequence,
            )  # fmt: skip
            if write:
                slot[offset] = byte
            if commit:
                heard.samples.append((slot[0] | slot[1] << 8, bytes(slot[2:])))
            heard.accepted += accepted
            replay = plan.replay and ctx.get(notice.replay)
            heard.replays += plan.replay and ctx.get(dut.replay)
            if valid and take_notices:
                assert not (hello and replay)
                heard.notices.append(("hello" if hello else "replay" if replay else ErrorCode(code), sequence))

    run(dut, send, watch)
    return heard


@pytest.mark.parametrize("pause", [0, 1, 40])
def test_samples_are_written_and_committed(pause):
    draw = random.Random(7)
    sent = [(draw.randrange(1 << 16), draw.randbytes(SIZE)) for _ in range(6)]
    heard = read([raw(SAMPLE, *each) for each in sent], pause=pause)
    assert heard.samples == sent
    assert (heard.accepted, heard.dropped, heard.notices) == (6, 0, [])


def test_a_hello_is_noticed():
    heard = read([raw(HELLO, 0xBEEF)])
    assert (heard.notices, heard.accepted) == ([("hello", 0xBEEF)], 1)


REFUSED = {
    "another version": (raw(SAMPLE, 7, PAYLOAD, version=2), ErrorCode.VERSION),
    "a hello of another version": (raw(HELLO, 7, version=0), ErrorCode.VERSION),
    "another type": (raw(0x33, 7), ErrorCode.TYPE),
    "the type of an answer": (raw(ANSWER, 7, PAYLOAD), ErrorCode.TYPE),
    "a short sample": (raw(SAMPLE, 7, PAYLOAD[:-1]), ErrorCode.LENGTH),
    "a long sample": (raw(SAMPLE, 7, PAYLOAD + b"x"), ErrorCode.LENGTH),
    "a very long sample": (raw(SAMPLE, 7, bytes(700)), ErrorCode.LENGTH),
    "an empty sample": (raw(SAMPLE, 7), ErrorCode.LENGTH),
    "a hello with something in it": (raw(HELLO, 7, b"?"), ErrorCode.LENGTH),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_whole_frame_that_makes_no_sense_is_noticed_and_does_nothing(case):
    frame, code = REFUSED[case]
    heard = read([frame, raw(SAMPLE, 8, PAYLOAD)])
    assert heard.notices == [(code, 7)]
    assert heard.samples == [(8, PAYLOAD)]
    assert (heard.accepted, heard.dropped) == (2, 0)


GOOD = raw(SAMPLE, 7, PAYLOAD)
DROPPED = {
    "nothing": b"",
    "a byte": b"\1",
    "half a header": GOOD[:4],
    "a header": GOOD[:6],
    "half a sample": GOOD[:9],
    "no CRC": GOOD[:-4],
    "a byte short": GOOD[:-1],
    "a byte long": GOOD + b"\0",
    "two in one": GOOD + GOOD,
    "a length of one less": raw(SAMPLE, 7, PAYLOAD)[:4] + b"\5\0" + GOOD[6:],
    "not whole": (GOOD, False),
    "oversized": GOOD[:-4] + bytes(700),
}


@pytest.mark.parametrize("case", DROPPED)
def test_a_damaged_frame_is_dropped_and_the_next_is_read(case):
    heard = read([DROPPED[case], raw(SAMPLE, 8, PAYLOAD)])
    assert heard.samples == [(8, PAYLOAD)]
    assert (heard.accepted, heard.dropped, heard.notices) == (1, 1, [])


def test_every_single_wrong_bit_is_seen():
    frames = []
    for place in range(8 * len(GOOD)):
        damaged = bytearray(GOOD)
        damaged[place // 8] ^= 1 << place % 8
        frames.append(bytes(damaged))
    heard = read([*frames, GOOD])
    assert heard.samples == [(7, PAYLOAD)]
    assert (heard.accepted, heard.dropped, heard.notices) == (1, len(frames), [])


def test_a_length_that_lies_with_a_right_crc_is_dropped():
    """Nobody sends such a frame by accident; it must not be taken for a sample of its real length."""
    body = struct.pack("<BBHH", 1, SAMPLE, 7, SIZE + 1) + PAYLOAD
    heard = read([body + struct.pack("<I", zlib.crc32(body))])
    assert (heard.samples, heard.dropped) == ([], 1)


def test_without_a_slot_a_sample_is_refused():
    heard = read([raw(SAMPLE, number, PAYLOAD) for number in range(4)], room=lambda number: number % 2)
    assert heard.notices == [(ErrorCode.BUSY, 0), (ErrorCode.BUSY, 2)]
    assert [sequence for sequence, _ in heard.samples] == [1, 3]


def test_while_a_notice_waits_others_are_dropped():
    dut = LinkReader(PLAN)

    async def bench(ctx):
        for sequence in (1, 2, 3):
            for byte in [*raw(HELLO, sequence), None]:
                ctx.set(dut.i.valid, 1)
                ctx.set(dut.i.payload.data, byte or 0)
                ctx.set(dut.i.payload.end, byte is None)
                ctx.set(dut.i.payload.whole, 1)
                await ctx.tick()
            ctx.set(dut.i.valid, 0)
            await ctx.tick().repeat(3)
            assert ctx.get(dut.notice.valid)
            assert ctx.get(dut.notice.payload.sequence) == (1 if sequence < 3 else 3)
            if sequence == 2:
                ctx.set(dut.notice.ready, 1)
                await ctx.tick()
                ctx.set(dut.notice.ready, 0)
                assert not ctx.get(dut.notice.valid)

    run(dut, bench)


def test_a_replay_is_noticed_where_there_is_one():
    plan = replace(PLAN, replay=True)
    frames = [raw(HELLO, 1), raw(REPLAY, 2), raw(SAMPLE, 3, PAYLOAD), raw(REPLAY, 4, b"x"), raw(REPLAY, 5)]
    heard = read([*frames, raw(0x44, 6)], plan=plan)
    length, kind = ErrorCode.LENGTH, ErrorCode.TYPE
    assert heard.notices == [("hello", 1), ("replay", 2), (length, 4), ("replay", 5), (kind, 6)]
    assert (heard.samples, heard.replays) == ([(3, PAYLOAD)], 2)
    assert read([raw(REPLAY, 2)]).notices == [(ErrorCode.TYPE, 2)], "as a board without says"


def test_of_replays_while_a_notice_waits_only_the_first_is_asked_for():
    heard = read([raw(REPLAY, n) for n in range(3)], plan=replace(PLAN, replay=True), take_notices=False)
    assert (heard.replays, heard.accepted) == (1, 3)
