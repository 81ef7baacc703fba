# amaranth: UnusedElaboratable=no

import pytest
from gateware import run

from quantnn.hdl.board.seven_segment import DASH, DIGITS
from quantnn.hdl.board.view import BoardView, digits_of


def shown(class_width, displays, leds, compares=True, **inputs):
    """The lamps as an integer, and the displays from left to right."""
    dut = BoardView(class_width, displays, leds, compares)
    found = []

    async def bench(ctx):
        for name, value in inputs.items():
            ctx.set(getattr(dut, name), value)
        found.append(ctx.get(dut.led))
        found.append([ctx.get(dut.display[place]) for place in reversed(range(displays))])
        await ctx.tick()

    run(dut, bench)
    return found


KNOWN = {"present": 1, "labelled": 1, "valid": 1}


@pytest.mark.parametrize(("width", "digits"), [(0, 1), (1, 1), (4, 1), (5, 2), (8, 2), (9, 3), (12, 3), (13, 4)])
def test_digits_of_a_class_index(width, digits):
    assert digits_of(width) == digits


@pytest.mark.parametrize(
    ("inputs", "leds", "displays"),
    [
        ({**KNOWN, "number": 7, "label": 7}, 0b10_0000_0010, [DIGITS[7], 0, 0, 0, 0, DIGITS[7]]),
        ({**KNOWN, "number": 7, "label": 8, "busy": 1}, 0b11, [DIGITS[8], 0, 0, 0, 0, DIGITS[7]]),
        ({"present": 1, "valid": 1, "number": 0}, 0b10, [DASH, 0, 0, 0, 0, DIGITS[0]]),
        ({"present": 1, "labelled": 1, "number": 3, "label": 3}, 0, [DIGITS[3], 0, 0, 0, 0, DASH]),
        ({}, 0, [0, 0, 0, 0, 0, DASH]),
    ],
)
def test_displays_and_three_lamps(inputs, leds, displays):
    assert shown(4, 6, 10, **inputs) == [leds, displays]


def test_two_digits():
    inputs = {**KNOWN, "number": 0xA5, "label": 0x3C}
    assert shown(8, 6, 10, **inputs)[1] == [DIGITS[3], DIGITS[12], 0, 0, DIGITS[10], DIGITS[5]]


def test_displays_for_the_class_alone():
    assert shown(4, 1, 0, **KNOWN, number=9, label=9) == [0, [DIGITS[9]]]


def test_values_are_no_classes():
    assert shown(0, 6, 10, **KNOWN) == [0b10, [DIGITS[0], 0, 0, 0, 0, DASH]]


@pytest.mark.parametrize(
    ("width", "leds", "expected"),
    [
        (4, 8, 0b0111_1010),  # class, correct, valid, busy
        (4, 6, 0b11_1010),
        (4, 5, 0b1_1010),
        (4, 4, 0b1010),
        (4, 3, 0b111),  # correct, valid, busy
        (4, 2, 0b11),
        (4, 1, 0b1),
        (4, 0, 0),
        (0, 4, 0b110),  # values are neither right nor wrong
    ],
)
def test_without_displays(width, leds, expected):
    assert shown(width, 0, leds, **KNOWN, number=10, label=10, busy=1)[0] == expected


def test_without_displays_and_answer_only_busy_is_lit():
    assert shown(4, 0, 7, present=1, labelled=1, number=15, label=15, busy=1)[0] == 0b100_0000


def test_a_board_without_labels_does_not_spend_a_lamp_on_them():
    assert [shown(4, 0, leds, compares=False, **KNOWN, number=10)[0] for leds in (1, 2, 5)] == [0b1, 0b1, 0b1_1010]
