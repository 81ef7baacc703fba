import pytest

from quantnn.pins import PinGroup


def group(**signals):
    return PinGroup("led", "output", "3.3-V LVTTL", False, None, signals, ("here",))


def test_bits_are_named_as_in_the_schematic():
    assert group(LEDR=("A8", "A9"), DONE=("B1",)).bits == {"LEDR[0]": "A8", "LEDR[1]": "A9", "DONE": "B1"}


@pytest.mark.parametrize("pin", ["PIN_A8", "a8", "ABC1", ""])
def test_a_malformed_pin_is_refused(pin):
    with pytest.raises(ValueError, match=rf"^signals\.LEDR must list pins like P11 or 35, not '{pin}'$"):
        group(LEDR=("A8", pin))


def test_a_signal_without_pins_is_refused():
    with pytest.raises(ValueError, match=r"^signals\.LEDR must list pins"):
        group(LEDR=())
