"""A replay on a whole board: begun by hand and by the host, between samples, and what is shown."""

import struct

import numpy as np
import pytest
from board_table import INPUT, MARK, PAUSE, STEP, Table, answer_of, class_of
from displayed import displayed
from link_frames import ANSWER, HELLO, IDENTITY, REPLAY, REPLAYED, SAMPLE, encoded, parse

from quantnn.hdl.board.seven_segment import DASH, DIGITS

COUNT = 23


def some_samples(count, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, INPUT.elements))


STORED = some_samples(COUNT, seed=1)
CLASSES = [class_of(sample) for sample in STORED]
LABELS = tuple(None if n == 5 else CLASSES[n] ^ (n % 4 == 0) for n in range(16))
CORRECT = sum(a == b for a, b in zip([*(label or 0 for label in LABELS), *[0] * (COUNT - 16)], CLASSES, strict=True))


def table(**options):
    return Table(STORED[:16], LABELS, replayed=STORED, link=True, **options)


def question(sequence, sample):
    return encoded(SAMPLE, sequence, INPUT.pack(sample[None]).tobytes())


async def seen(table, turns=50):
    """All that scrolls past the leftmost display."""
    text = ""
    for _ in range(turns):
        text += displayed(table.displays()[0], 1)
        await table.wait(STEP)
    return text


def counted(frame):
    """Answers, right ones, those that are the reference's, and cycles."""
    kind, _, payload = frame
    *counts, mark = struct.unpack("<5I", payload)
    assert (kind, mark) == (REPLAYED, MARK)
    return counts


@pytest.mark.parametrize("stalls", [False, True])
def test_by_hand(stalls):
    """The displays show it until another sample is selected; built-in samples go on then."""

    async def use(table):
        await table.select(2)
        assert table.displays()[-1] == DIGITS[CLASSES[2]]
        await table.press(1, True)
        await table.wait(COUNT * INPUT.beats * 16 + 400)
        assert f"{CORRECT}-{COUNT} C" in await seen(table)
        assert [table.led(number) for number in (0, 1, 9)] == [0, 1, 1]
        await table.press(1, False)
        assert f"{CORRECT}-{COUNT} C" in await seen(table), "letting go does nothing"
        await table.select(3)
        left, *off, right = table.displays()
        assert (left, off, right) == (DIGITS[LABELS[3]], [0] * 4, DIGITS[CLASSES[3]])

    table(stalls=stalls).run(use)


def test_a_lamp_says_whether_all_answers_were_the_reference_s():
    async def use(table):
        await table.press(1, True)
        await table.wait(700)
        assert [table.led(number) for number in (0, 1, 9)] == [0, 1, 0]

    table(wrong=1).run(use)


@pytest.mark.parametrize("stalls", [False, True])
def test_the_host_asks_and_is_told(stalls):
    async def use(table):
        await table.wait(30)
        for sequence in (3, 4):
            await table.say(encoded(REPLAY, sequence))
            await table.wait(2500)
        first, second = parse(table.heard)
        assert first[1] == 3 and second[1] == 4
        assert counted(first)[:3] == counted(second)[:3] == [COUNT, CORRECT, COUNT]
        # The toy core takes a sample's beats, and then none until both beats of its answer are gone.
        if not stalls:
            assert counted(first) == counted(second) == [COUNT, CORRECT, COUNT, COUNT * (INPUT.beats + 2) - 1]
        assert f"{CORRECT}-{COUNT} C" in await seen(table)

    table(stalls=stalls).run(use)


def test_a_wrong_class_is_counted():
    async def use(table):
        await table.wait(30)
        await table.say(encoded(REPLAY, 3))
        await table.wait(2500)
        [frame] = parse(table.heard)
        assert counted(frame)[:3] == [COUNT, CORRECT, COUNT - 2]

    table(wrong=2).run(use)


@pytest.mark.parametrize("wait", [0, 60, 400])
def test_samples_of_the_host_before_and_behind_a_replay(wait):
    """One at a time: all are answered, those that wait for the replay behind it."""
    samples = some_samples(5)

    async def use(table):
        await table.wait(30)
        await table.say(question(1, samples[0]) + question(2, samples[1]))
        await table.wait(wait)
        await table.say(encoded(REPLAY, 3) + question(4, samples[2]))
        await table.wait(wait)
        await table.say(question(5, samples[3]))
        await table.wait(2500)
        frames = parse(table.heard)
        assert counted(next(frame for frame in frames if frame[0] == REPLAYED))[:3] == [COUNT, CORRECT, COUNT]
        answers = [frame for frame in frames if frame[0] == ANSWER]
        sent = dict(zip((1, 2, 4, 5), samples, strict=False))
        assert answers == [(ANSWER, sequence, answer_of(sample)) for sequence, sample in sent.items()]
        left, *_, right = table.displays()
        assert (left, right) == (DASH, DIGITS[class_of(samples[3])]), "the host's last answer is shown"

    table(stalls=True).run(use)


def test_a_replay_by_hand_while_the_host_asks_for_one():
    """Whenever: what the host is told is of a whole replay."""

    async def use(table):
        await table.wait(30)
        for sequence in range(4):
            await table.say(encoded(REPLAY, sequence))
            await table.wait(9 * sequence)
            await table.press(1, True)
            await table.press(1, False)
            await table.wait(2600)
        frames = parse(table.heard)
        assert [frame[1] for frame in frames] == list(range(4))
        whole = [COUNT, CORRECT, COUNT, COUNT * (INPUT.beats + 2) - 1]
        assert [counted(frame) for frame in frames] == 4 * [whole]

    table().run(use)


def test_a_hello_behind_a_replay_is_answered_and_the_pause_kept():
    async def use(table):
        await table.select(1)
        await table.say(encoded(REPLAY, 7))
        await table.wait(1500)
        await table.say(encoded(HELLO, 8))
        await table.wait(2000)
        assert [frame[:2] for frame in parse(table.heard)] == [(REPLAYED, 7), (IDENTITY, 8)]
        assert f"{CORRECT}-{COUNT} C" in await seen(table), "a hello changes nothing"
        await table.select(2)
        await table.wait(PAUSE)
        assert table.displays()[-1] == DIGITS[CLASSES[2]]

    table().run(use)


@pytest.mark.parametrize("after", [2, 60, 130])
def test_a_reset_in_mid_replay(after):
    async def use(table):
        await table.press(1, True, settle=after)
        await table.press(0, True)
        await table.press(0, False)
        await table.wait(200)
        assert table.displays()[-1] == DIGITS[CLASSES[0]], "as if nothing had been"
        table.heard.clear()
        await table.say(b"\0" + encoded(REPLAY, 9))
        await table.wait(2500)
        [frame] = parse(table.heard)
        assert counted(frame)[:3] == [COUNT, CORRECT, COUNT]

    table().run(use)


def test_a_core_that_never_answers_is_seen_to_be_busy():
    async def use(table):
        await table.press(1, True)
        await table.wait(500)
        assert table.led(0) and table.displays()[-1] == DASH

    table(deaf=True).run(use)


class TestOtherBoards:
    def test_without_displays_lamps_tell(self):
        async def use(table):
            await table.press(0, True, number=1)
            await table.wait(700)
            assert table.leds() & 0b1111 == 0
            assert [table.led(place) for place in (4, 5, 6)] == [1, 1, 0]

        table(features={"switch": (4,), "led": (8,), "button": (1, 1)}).run(use)

    def test_a_board_with_nothing_but_a_line(self):
        async def use(table):
            await table.wait(30)
            await table.say(encoded(REPLAY, 3))
            await table.wait(2500)
            [frame] = parse(table.heard)
            truth = sum(found == 0 for found in CLASSES)
            assert counted(frame)[:3] == [COUNT, truth, COUNT]

        Table(None, (), features={"led": (2,)}, link=True, replayed=STORED).run(use)

    def test_where_the_second_button_steps_the_host_alone_begins(self):
        async def use(table):
            await table.wait(200)
            await table.press(1, True)
            await table.wait(300)
            assert table.leds() & 0b1111 == CLASSES[1]
            await table.say(encoded(REPLAY, 3))
            await table.wait(2500)
            [frame] = parse(table.heard)
            assert counted(frame)[:3] == [COUNT, CORRECT, COUNT]

        table(features={"button": (2,), "led": (6,)}).run(use)
