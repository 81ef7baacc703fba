"""What lamps and displays show of an answer."""

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.board.seven_segment import SevenSegment

__all__ = ["BoardView", "digits_of"]


def digits_of(class_width: int) -> int:
    """Hexadecimal digits of a class index."""
    return max(-(-class_width // 4), 1)


class BoardView(wiring.Component):
    """The class that was found, the label, and whether they agree; combinational.

    With displays, the class stands in the rightmost and the label in the leftmost, each in as many hexadecimal digits
    as a class index needs. A dash is for no class (no answer, no such sample, a network that does not classify) or an
    unknown label; the left is blank where there is no such sample. The first lamp is ``busy``, the second ``valid``,
    the last ``correct``.

    Without displays the class stands in the first lamps, in binary, the others are ``correct``, ``valid`` and ``busy``
    as far as there are any. Where the class does not fit, only these three are shown. ``correct`` is left out where
    nothing is ever compared.

    Parameters
    ----------
    class_width : int
        Bits of a class index, 0 for none.
    displays, leds : int
        How many there are.
    compares : bool
        Whether there are labels.

    Members
    -------
    number, label : In(4 · digits)
        The class found, and the label.
    labelled, present, valid, busy : In(1)
        Whether the label is known, there is such a sample, there is an answer to it, the core is working.
    led : Out(leds)
    display : list of Out(7)
        From the right.
    """

    def __init__(self, class_width: int, displays: int, leds: int, compares: bool = True):
        self._class_width = class_width
        self._compares = compares
        self._digits = digits_of(class_width)
        number = 4 * self._digits
        super().__init__(
            {
                "number": In(number),
                "label": In(number),
                "labelled": In(1),
                "present": In(1),
                "valid": In(1),
                "busy": In(1),
                "led": Out(leds),
                "display": Out(7).array(displays),
            }
        )

    def elaborate(self, platform):
        m = Module()
        classifies = self._class_width > 0
        correct = self.valid & self.labelled & (self.number == self.label) if classifies else 0
        leds, displays = len(self.led), len(self.display)
        states = [*([correct] if self._compares else []), self.valid, self.busy]
        if displays:
            order = {0: self.busy, 1: self.valid, leds - 1: correct}
        else:
            shown = self._class_width if self._class_width <= leds else 0
            order = {place: self.valid & self.number[place] for place in range(shown)}
            order |= dict(enumerate(states, shown))
        for place, value in order.items():
            if 0 <= place < leds:
                m.d.comb += self.led[place].eq(value)
        for place in range(min(self._digits, displays)):
            nibble = slice(4 * place, 4 * place + 4)
            m.submodules[f"class_{place}"] = right = SevenSegment()
            m.d.comb += [
                right.digit.eq(self.number[nibble]),
                right.dash.eq(~self.valid if classifies else 1),
                self.display[place].eq(right.segments),
            ]
            if 2 * self._digits > displays:
                continue
            m.submodules[f"label_{place}"] = left = SevenSegment()
            m.d.comb += [
                left.digit.eq(self.label[nibble]),
                left.dash.eq(~self.labelled),
                left.blank.eq(~self.present),
                self.display[displays - self._digits + place].eq(left.segments),
            ]
        return m
