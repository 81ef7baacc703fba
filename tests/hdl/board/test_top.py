import random
import struct

import numpy as np
import pytest
from board_table import DE10_LITE, FINGERPRINT, INPUT, PAUSE, Table, answer_of, class_of, output
from link_frames import ANSWER, HELLO, IDENTITY, SAMPLE, encoded, parse

from quantnn.hdl.board.pins import BoardFeatures
from quantnn.hdl.board.seven_segment import DASH, DIGITS
from quantnn.hdl.board.top import BoardTopParameters
from quantnn.plan.clock import ClockPlan


def some_samples(count: int) -> np.ndarray:
    return np.random.default_rng(count).integers(0, 256, (count, INPUT.elements))


@pytest.mark.parametrize("stalls", [False, True])
@pytest.mark.parametrize("count", [1, 6, 16])
def test_every_switch_position_shows_class_and_label(count, stalls):
    samples = some_samples(count)
    classes = [class_of(sample) for sample in samples]
    labels = tuple(None if index % 4 == 3 else found ^ (index % 2) for index, found in enumerate(classes))

    async def use(table):
        order = random.Random(0).sample(range(16), 16)
        for index in order:
            await table.select(index | 0b11_0000_0000)
            left, *off, right = table.displays()
            assert off == [0, 0, 0, 0]
            if index < count:
                label = labels[index]
                assert right == DIGITS[classes[index]]
                assert left == (DASH if label is None else DIGITS[label])
                assert table.led(1) == 1
                assert table.led(9) == (label == classes[index])
            else:
                assert (left, right) == (0, DASH)
                assert [table.led(number) for number in (0, 1, 9)] == [0, 0, 0]
            assert [table.led(number) for number in range(2, 9)] == [0] * 7

    Table(samples, labels, stalls=stalls).run(use)


def test_a_class_index_of_more_than_four_bits_takes_more_digits():
    samples = some_samples(2)
    found = class_of(samples[1], 9)

    async def use(table):
        await table.select(1)
        digits = [DIGITS[found >> shift & 15] for shift in (8, 4, 0)]
        assert table.displays() == digits + digits
        assert table.led(9) == 1

    Table(samples, (None, found), class_width=9).run(use)


def test_an_unknown_label_never_equals_the_class():
    async def use(table):
        await table.select(0)
        assert table.displays() == [DASH, 0, 0, 0, 0, DIGITS[0]]
        assert (table.led(1), table.led(9)) == (1, 0)

    Table(np.zeros((1, INPUT.elements), dtype=np.int64), (None,)).run(use)


def test_a_network_that_does_not_classify_shows_a_dash():
    async def use(table):
        await table.select(1)
        assert table.displays() == [DIGITS[7], 0, 0, 0, 0, DASH]
        assert (table.led(1), table.led(9)) == (1, 0)

    Table(some_samples(2), (None, 7), class_width=0).run(use)


def test_a_core_that_never_answers_is_seen_to_be_busy():
    async def use(table):
        await table.select(0)
        assert table.displays()[-1] == DASH
        assert (table.led(0), table.led(1)) == (1, 0)

    Table(some_samples(1), (None,), deaf=True).run(use)


def test_class_and_label_belong_together_in_every_cycle():
    samples = some_samples(4)
    classes = [class_of(sample) for sample in samples]

    async def use(table):
        draw = random.Random(3)
        for _ in range(100):
            index = draw.randrange(4)
            table.context.set(table.ports["switch", 0].i, index)
            for _ in range(draw.randrange(1, 12)):
                await table.wait(1)
                left, *_, right = table.displays()
                assert right == DASH or left == right

    Table(samples, tuple(classes), stalls=True).run(use)


def test_button_0_resets_and_button_1_does_not():
    samples = some_samples(1)

    async def use(table):
        await table.select(0)
        shown = DIGITS[class_of(samples[0])]
        assert table.displays()[-1] == shown
        await table.press(1, True)
        assert table.displays()[-1] == shown
        await table.press(0, True)
        assert table.displays()[-1] == DASH
        assert table.led(0) == 0
        await table.press(0, False)
        await table.wait(100)
        assert table.displays()[-1] == shown

    Table(samples, (None,)).run(use)


LAMPS = {"switch": (4,), "led": (8,)}
"""A board without displays."""


def test_without_displays_lamps_show_the_class_in_binary_and_what_is_known_of_it():
    samples = some_samples(3)
    classes = [class_of(sample) for sample in samples]

    async def use(table):
        for index, wrong in ((0, 0), (1, 1), (2, 0)):
            await table.select(index)
            assert table.leds() & 0b11_1111 == classes[index] | (not wrong) << 4 | 1 << 5
        await table.select(3)
        assert table.leds() == 0

    Table(samples, (classes[0], classes[1] ^ 1, classes[2]), features=LAMPS).run(use)


def test_a_class_that_does_not_fit_the_lamps_is_not_shown_in_part():
    samples = some_samples(2)
    classes = [class_of(sample) for sample in samples]

    async def use(table):
        for index, right in ((0, 1), (1, 0)):
            await table.select(index)
            assert table.leds() & 0b11 == right | 1 << 1

    Table(samples, (classes[0], classes[1] ^ 2), features={"switch": (1,), "led": (1, 1, 1)}).run(use)


@pytest.mark.parametrize("buttons", [(1,), (1, 1), (2,)])
def test_without_switches_a_button_steps_through_the_samples(buttons):
    """The only button, or the second; then the first is the reset."""
    samples = some_samples(3)
    classes = [class_of(sample) for sample in samples]
    bits = sum(buttons)

    async def press(table, button, down, settle=12):
        bit, number = (button, 0) if len(buttons) == 1 else (0, button)
        await table.press(bit, down, number, settle)

    async def use(table):
        await table.wait(150)
        for index in (0, 1, 2, 0, 1):
            assert table.leds() & 0b1111 == classes[index]
            for bounce in (True, False, True, True, False, True, False, False):
                await press(table, bits - 1, bounce, settle=1)
            await press(table, bits - 1, True)
            await table.wait(150)
            await press(table, bits - 1, False)
            await table.wait(50)
        if bits > 1:
            await press(table, 0, True)
            await press(table, 0, False)
            await table.wait(150)
            assert table.leds() & 0b1111 == classes[0]

    Table(samples, (None,) * 3, features={"button": buttons, "led": (6,)}, bounce=40).run(use)


class TestLink:
    def test_the_host_s_samples_are_answered_and_the_last_is_shown(self):
        built_in, samples = some_samples(2), some_samples(5)

        async def use(table):
            await table.select(1)
            assert table.displays()[-1] == DIGITS[class_of(built_in[1])]
            for sequence, sample in enumerate(samples):
                await table.say(encoded(SAMPLE, sequence, INPUT.pack(sample[None]).tobytes()))
            await table.wait(1200)
            assert parse(table.heard) == [(ANSWER, n, answer_of(sample)) for n, sample in enumerate(samples)]
            left, *_, right = table.displays()
            assert (left, right) == (DASH, DIGITS[class_of(samples[-1])])
            assert [table.led(number) for number in (0, 1, 9)] == [0, 1, 0]
            await table.wait(PAUSE)
            left, *_, right = table.displays()
            assert (left, right) == (DIGITS[3], DIGITS[class_of(built_in[1])])

        Table(built_in, (1, 3), link=True).run(use)

    @pytest.mark.parametrize("start", range(10, 70, 7))
    def test_a_built_in_sample_under_way_is_never_taken_for_the_host_s(self, start):
        """Whenever the first question comes."""
        samples = some_samples(3)

        async def use(table):
            await table.wait(start)
            await table.say(encoded(SAMPLE, 9, INPUT.pack(samples[2][None]).tobytes()))
            await table.wait(1500)
            assert parse(table.heard) == [(ANSWER, 9, answer_of(samples[2]))]

        Table(samples[:2], (None, None), link=True, stalls=True).run(use)

    def test_the_built_in_samples_pause_after_a_hello(self):
        async def use(table):
            await table.select(0)
            await table.say(encoded(HELLO, 1))
            await table.wait(1500)
            assert [frame[:2] for frame in parse(table.heard)] == [(IDENTITY, 1)]
            assert table.led(0) == 0
            await table.wait(PAUSE)
            busy = 0
            for _ in range(20):
                busy |= table.led(0)
                await table.wait(1)
            assert busy

        Table(some_samples(1), (None,), link=True).run(use)

    def test_what_is_no_frame_does_not_stop_the_built_in_samples(self):
        async def use(table):
            await table.select(0)
            busy = 0
            for _ in range(6):
                await table.say(b"noise\0")
                for _ in range(20):
                    busy |= table.led(0)
                    await table.wait(1)
            assert busy and table.heard == b""

        Table(some_samples(1), (None,), link=True).run(use)

    def test_a_board_with_nothing_but_a_line(self):
        samples = some_samples(2)

        async def use(table):
            await table.wait(20)
            assert table.leds() == 0
            for sequence, sample in enumerate(samples):
                await table.say(encoded(SAMPLE, sequence, INPUT.pack(sample[None]).tobytes()))
            await table.wait(1500)
            assert parse(table.heard) == [(ANSWER, n, answer_of(sample)) for n, sample in enumerate(samples)]
            assert table.leds() & 0b01, "there is an answer"

        Table(None, (), features={"led": (2,)}, link=True).run(use)

    def test_the_reset_button_drops_what_is_under_way_and_the_link_lives(self):
        sample = some_samples(1)[0]
        frame = encoded(SAMPLE, 4, INPUT.pack(sample[None]).tobytes())

        async def use(table):
            await table.say(frame)
            await table.press(0, True)
            table.heard.clear()
            await table.press(0, False)
            await table.wait(1500)
            table.heard.clear()
            await table.say(b"\0" + encoded(HELLO, 2))
            await table.wait(2000)
            identity = struct.pack("<8sHHHIH", FINGERPRINT, 6, 6, 3, 50_000_000, 0)
            assert parse(table.heard) == [(IDENTITY, 2, identity)]

        Table(some_samples(1), (None,), link=True).run(use)


LINE = {"uart_rx": (1,), "uart_tx": (1,)}


@pytest.mark.parametrize(
    ("features", "labels", "class_width", "message"),
    [
        (DE10_LITE, (), 4, "This board must have 1 to 16 built-in samples, not 0"),
        (DE10_LITE, (0,) * 17, 4, "This board must have 1 to 16 built-in samples, not 17"),
        ({"switch": (2,), "led": (1,)}, (0,) * 5, 4, "This board must have 1 to 4 built-in samples, not 5"),
        (LINE, (0,), 4, "This board must have 0 to 0 built-in samples, not 1"),
        ({"led": (8,)}, (), 4, "A board must have uart_rx and uart_tx, or switches or buttons and LEDs or displays"),
        (DE10_LITE, (0,), 13, "A class index must have at most 12 bits, not 13"),
        (DE10_LITE, (0, 16), 4, "A label must lie in 0..15 or be None, not be 16"),
        (DE10_LITE, (-1,), 5, "A label must lie in 0..255 or be None, not be -1"),
    ],
)
def test_what_the_board_cannot_do_is_refused(features, labels, class_width, message):
    with pytest.raises(ValueError) as error:
        BoardTopParameters(INPUT, output(class_width), BoardFeatures(features), labels, ClockPlan(50_000_000))
    assert str(error.value) == message
