from dataclasses import replace

import pytest

from quantnn.board.pins import PinGroup, PinTable
from quantnn.files.record import read_record


def group(**signals):
    return PinGroup("led", "output", "3.3-V LVTTL", False, None, signals, ("here",))


def read(known=(), **fields):
    """A group of a board's file; ``known`` are the pins of the bits above it."""
    table = {"direction": "input", "io_standard": "LVCMOS33", "source": ["here"]} | fields
    return PinGroup.of_table("uart_rx", dict(known), read_record(PinTable, table))


def test_bits_are_named_as_in_the_schematic():
    assert group(LEDR=("A8", "A9"), DONE=("B1",)).bits == {"LEDR[0]": "A8", "LEDR[1]": "A9", "DONE": "B1"}


@pytest.mark.parametrize("pin", ["P11", "AA22", "35", "4", "H4"])
def test_pins_of_the_vendors(pin):
    assert group(LEDR=(pin,)).bits == {"LEDR": pin}


@pytest.mark.parametrize("pin", ["PIN_A8", "a8", "ABC1", ""])
def test_a_malformed_pin_is_refused(pin):
    message = (
        rf"^signals\.LEDR must list pins like P11 or 35, or signals that stand above like GPIO\[0\], not '{pin}'$"
    )
    with pytest.raises(ValueError, match=message):
        group(LEDR=("A8", pin))


def test_a_signal_without_pins_is_refused():
    with pytest.raises(ValueError, match=r"^signals\.LEDR must list pins"):
        group(LEDR=())


def test_a_signal_can_be_another_name_for_one_that_stands_above():
    found = read({"GPIO[0]": "V10", "GPIO[1]": "W10"}, signals={"UART_RX": "GPIO[1]", "CTS": "A8 GPIO[0]"})
    assert found.signals == {"UART_RX": ("W10",), "CTS": ("A8", "V10")}
    assert found.aliases == {"UART_RX": "GPIO[1]", "CTS[1]": "GPIO[0]"}


def test_what_could_be_a_pin_is_a_pin():
    """A board may have a signal that is called what a pin is called."""
    found = read({"D2": "L2"}, signals={"RX": "D2"})
    assert found.signals == {"RX": ("D2",)} and found.aliases == {}


def test_a_group_that_says_nothing_special():
    found = read(signals={"RX": "H18"})
    assert (found.active_low, found.frequency, found.level, found.pll) == (False, None, None, None)
    assert found.attributes == {} and found.aliases == {}


def test_a_group_that_says_everything():
    found = read(active="low", frequency=12, pll="SB_PLL40_PAD", attributes={"PULLUP": "yes"}, signals={"CLK": "35"})
    assert (found.active_low, found.frequency, found.pll) == (True, 12, "SB_PLL40_PAD")
    assert found.attributes == {"PULLUP": "yes"}
    assert read(direction="output", level="high", signals={"GPIO0": "L2"}).level == "high"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"direction": "input", "level": "high"}, "level must stand with the direction output, not input"),
        ({"frequency": 25}, "a clock must have the direction input, not output"),
        ({"pll": "SB_PLL40_PAD"}, "a clock must have the direction input, not output"),
    ],
)
def test_what_does_not_go_with_a_direction_is_refused(change, message):
    with pytest.raises(ValueError, match=rf"^{message}$"):
        replace(group(LEDR=("A8",)), **change)
