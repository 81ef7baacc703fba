# amaranth: UnusedElaboratable=no

import random
import struct
from dataclasses import replace

import pytest
from amaranth.back import rtlil
from gateware import run
from link_frames import ANSWER, ERROR, HELLO, IDENTITY, PLAN, REPLAY, REPLAYED, SAMPLE, encoded, parse, raw
from serial_line import CYCLE, listen, speak

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.hdl.link.link import Link
from quantnn.plan.link import ErrorCode

FINGERPRINT = b"8 bytes!"
BIT = PLAN.divisor * CYCLE


def answer_to(sample, size=PLAN.answer_bytes):
    """What the core of these tests says: the sample's bytes backwards and changed, over and over."""
    return bytes(sample[-1 - place % len(sample)] ^ 0x5A for place in range(size))


def talk(chunks, *, plan=PLAN, core_cycles=5, stalls=False, quiet=600, bit=BIT, replayed=0):
    """Send (seconds of silence before, bytes) to a link with a core behind it; returns the bytes that come back.

    Without bytes the line is low instead of silent. A replay takes ``replayed`` cycles.
    """
    dut = Link(plan, FINGERPRINT)
    form = plan.output
    heard, over = [], []
    draw = random.Random(9)

    async def host(ctx):
        ctx.set(dut.rx, 1)
        await ctx.delay(10 * CYCLE)
        for silence, data in chunks:
            ctx.set(dut.rx, data is not None)
            await ctx.delay(silence)
            ctx.set(dut.rx, 1)
            await speak(ctx, dut.rx, data or b"", bit)
        said = -1
        while said != len(heard):
            said = len(heard)
            await ctx.delay(quiet * CYCLE)
        over.append(True)

    async def core(ctx):
        async def pause():
            while stalls and draw.random() < 0.5:
                await ctx.tick()

        while not over:
            if not ctx.get(dut.waiting):
                await ctx.tick()
                continue
            ctx.set(dut.start, 1)
            await ctx.tick()
            ctx.set(dut.start, 0)
            sample = b""
            for beat in range(plan.input.beats):
                await pause()
                ctx.set(dut.m_axis_tready, 1)
                *_, data, last = await ctx.tick().sample(dut.m_axis_tdata, dut.m_axis_tlast).until(dut.m_axis_tvalid)
                ctx.set(dut.m_axis_tready, 0)
                assert last == (beat == plan.input.beats - 1)
                sample += data.to_bytes(plan.input.bytes, "little")
            await ctx.tick().repeat(core_cycles)
            answer = answer_to(sample, plan.answer_bytes)
            for beat in range(form.beats):
                await pause()
                ctx.set(dut.s_axis_tvalid, 1)
                part = answer[beat * form.bytes : (beat + 1) * form.bytes]
                ctx.set(dut.s_axis_tdata, int.from_bytes(part, "little"))
                ctx.set(dut.s_axis_tlast, beat == form.beats - 1)
                await ctx.tick().until(dut.s_axis_tready)
                ctx.set(dut.s_axis_tvalid, 0)

    async def replay(ctx):
        number = 0
        while not over:
            if ctx.get(dut.replay):
                assert not ctx.get(dut.reading)
                await ctx.tick().repeat(replayed)
                number += 1
                ctx.set(dut.replayed, 1)
                await ctx.tick()
                ctx.set(dut.replayed, 0)
                continue
            place = ctx.get(dut.place)
            await ctx.tick()
            ctx.set(dut.count, number << 5 | place if ctx.get(dut.reading) else 0xFF)

    async def ears(ctx):
        await listen(ctx, dut.tx, BIT, heard, until=lambda: bool(over))

    run(dut, host, core, ears, *([replay] if plan.replay else []))
    return bytes(heard)


def some_samples(count, seed=0):
    draw = random.Random(seed)
    return [(draw.randrange(1 << 16), draw.randbytes(PLAN.sample_bytes)) for _ in range(count)]


def asked(samples):
    return b"".join(encoded(SAMPLE, *sample) for sample in samples)


def answered(samples):
    return [(ANSWER, sequence, answer_to(sample)) for sequence, sample in samples]


@pytest.mark.parametrize("stalls", [False, True])
def test_every_sample_gets_its_own_answer(stalls):
    samples = some_samples(6)
    assert parse(talk([(0, asked(samples))], stalls=stalls)) == answered(samples)


@pytest.mark.parametrize("speed", [0.98, 1.02])
def test_a_host_whose_clock_is_off(speed):
    samples = some_samples(3)
    assert parse(talk([(0, asked(samples))], bit=BIT * speed)) == answered(samples)


def test_the_board_says_who_it_is():
    identity = struct.pack("<8sHHHIH", FINGERPRINT, PLAN.sample_bytes, PLAN.answer_bytes, 3, PLAN.clock_hz, 0)
    assert parse(talk([(0, encoded(HELLO, 77))])) == [(IDENTITY, 77, identity)]


def test_an_identity_comes_behind_all_answers_to_samples_before():
    """Also when the core is slow: what comes behind an identity belongs to the host that asked for it."""
    samples = some_samples(2)
    frames = parse(talk([(0, asked(samples) + encoded(HELLO, 5))], core_cycles=1500, quiet=4000))
    assert frames[:2] == answered(samples)
    assert frames[2][:2] == (IDENTITY, 5)


def test_a_slow_core_lets_slots_wait_and_refuses_what_has_none():
    samples = some_samples(5)
    frames = parse(talk([(0, asked(samples))], core_cycles=4500, quiet=6000))
    busy = [(ERROR, sequence, bytes([ErrorCode.BUSY])) for sequence, _ in samples[3:]]
    assert sorted(frames) == sorted(answered(samples[:3]) + busy), "one in the core, two in the slots"


@pytest.mark.parametrize("per_beat", [1, 2, 12])
def test_answers_longer_than_samples_wait_for_the_line(per_beat):
    """Nothing is lost or mixed up when samples come faster than answers leave, whatever the beats."""
    plan = replace(PLAN, output=BeatFormat(12, IntegerRange(-500, 500), per_beat), slots=8)
    samples = some_samples(9)
    found = parse(talk([(0, asked(samples))], plan=plan, core_cycles=1))
    assert found == [(ANSWER, sequence, answer_to(sample, plan.answer_bytes)) for sequence, sample in samples]


FIRST, SECOND = some_samples(2, seed=1)
WHOLE = encoded(SAMPLE, *FIRST)
INTERRUPTIONS = {
    "noise": random.Random(4).randbytes(40) + b"\0",
    "zeros": bytes(20),
    "half a frame and its end": WHOLE[:9] + b"\0",
    "a wrong CRC": encoded(SAMPLE, *FIRST)[:-2] + bytes([WHOLE[-2] ^ 1 or 2]) + b"\0",
    "an oversized frame": encoded(SAMPLE, 3, bytes(300))[:200] + b"\0",
}


@pytest.mark.parametrize("case", INTERRUPTIONS)
def test_what_is_no_frame_is_never_answered_and_the_next_frame_is(case):
    frames = parse(talk([(0, INTERRUPTIONS[case]), (0, encoded(SAMPLE, *SECOND))]))
    assert frames == answered([SECOND])


def test_a_host_that_disconnects_in_mid_frame():
    """The half frame and the first of the next host are one damaged frame; a zero before the first saves it."""
    chunks = [(0, WHOLE[:7]), (300 * CYCLE, b"\0" + encoded(SAMPLE, *SECOND))]
    assert parse(talk(chunks)) == answered([SECOND])


@pytest.mark.parametrize("bits", [0.3, 5, 9.5, 11, 40])
def test_a_line_that_goes_low_in_mid_frame(bits):
    """A cable that is pulled or a break: the frame is lost at most, and never answered as another."""
    chunks = [(0, WHOLE[:7]), (bits * BIT, None), (2 * BIT, WHOLE[7:]), (0, encoded(SAMPLE, *SECOND))]
    *first, second = parse(talk(chunks))
    assert [second] == answered([SECOND])
    assert first in ([], answered([FIRST]))


def test_a_break_between_frames_costs_the_next_one_at_most():
    """The zero that a host puts before its hello saves that."""
    chunks = [(0, WHOLE), (30 * BIT, None), (3 * BIT, b"\0" + encoded(HELLO, 3))]
    frames = parse(talk(chunks))
    assert frames[0] == answered([FIRST])[0] and frames[1][:2] == (IDENTITY, 3)
    assert struct.unpack("<H", frames[1][2][-2:]) == (1,), "it is counted"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (encoded(HELLO, 8, version=0xFF), ErrorCode.VERSION),
        (encoded(SAMPLE, 8, FIRST[1], version=0), ErrorCode.VERSION),
        (encoded(SAMPLE, 8), ErrorCode.LENGTH),
        (encoded(SAMPLE, 8, FIRST[1][:-1]), ErrorCode.LENGTH),
        (encoded(SAMPLE, 8, FIRST[1] + b"x"), ErrorCode.LENGTH),
        (encoded(HELLO, 8, b"x"), ErrorCode.LENGTH),
        (encoded(IDENTITY, 8), ErrorCode.TYPE),
    ],
)
def test_a_whole_frame_that_makes_no_sense_is_refused_and_the_next_is_answered(frame, code):
    frames = parse(talk([(0, frame + encoded(SAMPLE, *SECOND))]))
    assert sorted(frames) == sorted([(ERROR, 8, bytes([code])), *answered([SECOND])])


def test_of_two_hellos_at_once_one_is_answered_at_least():
    """While the core is at work: the host says it again, and nothing comes behind the answer but to what it asked."""
    chunks = [(0, asked([FIRST]) + encoded(HELLO, 1) + encoded(HELLO, 2)), (0.003, encoded(HELLO, 3))]
    first, *identities = parse(talk(chunks, core_cycles=1500, quiet=4000))
    assert [first] == answered([FIRST])
    assert [frame[:2] for frame in identities] == [(IDENTITY, 1), (IDENTITY, 3)]


def test_checks_with_zeros_in_every_place():
    """They are what the encoding is for."""
    found = {}
    for sequence in range(1 << 16):
        check = raw(SAMPLE, sequence, FIRST[1])[-4:]
        found.setdefault(check.find(0), (sequence, FIRST[1]))
    samples = [found[place] for place in range(4)]
    assert parse(talk([(0, asked(samples))])) == answered(samples)


@pytest.mark.parametrize("size", [250, 251])
def test_frames_of_whole_blocks_without_a_zero(size):
    """Behind the header's last byte there are ``size`` + 4 bytes, 254 or 255, none of them zero, both ways."""
    form = BeatFormat(size, IntegerRange(0, 255), 1)
    plan = replace(PLAN, input=form, output=form)
    draw = random.Random(size)

    def blocks(type, content):
        return 0 not in raw(type, 0x0101, content)[6:]

    while True:
        sample = bytes(draw.choice([*range(1, 0x5A), *range(0x5B, 256)]) for _ in range(size))
        if blocks(SAMPLE, sample) and blocks(ANSWER, answer_to(sample, size)):
            break
    found = talk([(0, encoded(SAMPLE, 0x0101, sample))], plan=plan, quiet=4000)
    assert parse(found) == [(ANSWER, 0x0101, answer_to(sample, size))]


def test_every_signal_has_a_name():
    """They stand in waveforms and in reports of timing."""
    assert "$signal" not in rtlil.convert(Link(PLAN, FINGERPRINT))


def test_the_same_sample_twice_is_answered_twice():
    assert parse(talk([(0, WHOLE + WHOLE)])) == answered([FIRST, FIRST])


def test_dropped_frames_are_told():
    frames = parse(talk([(0, WHOLE[:9] + b"\0" + WHOLE[:5] + b"\0" + encoded(HELLO, 1))]))
    assert struct.unpack("<H", frames[0][2][-2:]) == (2,)


REPLAYS = replace(PLAN, replay=True)


def counts(number):
    """What the board of these tests tells of its replay number ``number``."""
    return bytes(number << 5 | place for place in range(20))


def test_a_replay_is_answered_when_it_has_ended():
    asked_for = encoded(REPLAY, 8) + asked(some_samples(2)) + encoded(HELLO, 9)
    frames = parse(talk([(0, asked_for), (0.02, encoded(REPLAY, 10))], plan=REPLAYS, replayed=9000, quiet=12000))
    assert frames == [*answered(some_samples(2)), (REPLAYED, 8, counts(1)), (REPLAYED, 10, counts(2))]


def test_a_replay_that_is_asked_for_again_meanwhile_is_one():
    frames = parse(talk([(0, 3 * encoded(REPLAY, 8))], plan=REPLAYS, replayed=5000, quiet=8000))
    assert frames == [(REPLAYED, 8, counts(1))]


@pytest.mark.parametrize("plan", [PLAN, REPLAYS])
def test_a_replay_that_there_is_not_and_one_with_something_in_it(plan):
    sent = encoded(REPLAY, 8, b"x") if plan.replay else encoded(REPLAY, 8)
    code = ErrorCode.LENGTH if plan.replay else ErrorCode.TYPE
    assert parse(talk([(0, sent)], plan=plan)) == [(ERROR, 8, bytes([code]))]


def test_everything_else_is_as_without_a_replay():
    samples = some_samples(4)
    frames = parse(talk([(0, asked(samples) + encoded(HELLO, 1))], plan=REPLAYS))
    identity = struct.pack("<8sHHHIH", FINGERPRINT, PLAN.sample_bytes, PLAN.answer_bytes, 3, PLAN.clock_hz, 0)
    assert frames == [*answered(samples), (IDENTITY, 1, identity)]
    assert "$signal" not in rtlil.convert(Link(REPLAYS, FINGERPRINT))
