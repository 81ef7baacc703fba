"""The design that runs on a board with no host: built-in samples, the core, and displays."""

from amaranth.hdl import Array, ClockDomain, ClockSignal, Elaboratable, Instance, Module, ResetSignal, Signal
from amaranth.lib import io
from amaranth.lib.cdc import FFSynchronizer, ResetSynchronizer

from quantnn.hdl.sample_player import MAX_SAMPLES
from quantnn.hdl.seven_segment import SevenSegment

__all__ = ["BoardTop"]

DISPLAYS = 6


class BoardTop(Elaboratable):
    """Feeds the core with the sample that the switches select, over and over, and shows what it answers.

    Switches 3 to 0 select a sample. The right displays show the class that the core found, the left ones the
    sample's label, in as many hexadecimal digits as the class index needs. A dash on the right means no answer
    (none yet, no such sample, or a network that does not classify), one on the left an unknown label; where there
    is no such sample the left is blank.

    LED 0 is lit while the core works on a sample, LED 1 while there is an answer to the selected one, LED 9 while
    the class found equals the label. Button 0 resets everything. One sample is in the core at a time, so what the
    displays show always belongs together.

    Parameters
    ----------
    input, output : BeatFormat
        The core's streams. The class index is read from the beat with tlast.
    labels : tuple of int or None
        The true class of each built-in sample, None where unknown; 1 to 16.
    instance : callable
        Makes the submodules ``quantnn_core`` and ``quantnn_samples``; a simulation gives models instead.

    Raises
    ------
    ValueError
        The number of labels is out of range, or a class index or label does not fit the displays.
    """

    def __init__(self, input, output, labels, *, instance=Instance):
        self._digits = max(-(-output.class_width // 4), 1)
        if not 1 <= len(labels) <= MAX_SAMPLES:
            raise ValueError(f"A board must have 1 to {MAX_SAMPLES} built-in samples, not {len(labels)}")
        if 2 * self._digits > DISPLAYS:
            raise ValueError(
                f"A class index must have at most {2 * DISPLAYS} bits to be displayed, not {output.class_width}"
            )
        for label in labels:
            if label is not None and not 0 <= label < 16**self._digits:
                raise ValueError(f"A label must lie in 0..{16**self._digits - 1} or be None, not be {label}")
        self._input, self._output, self._labels, self._instance = input, output, tuple(labels), instance

    def elaborate(self, platform):
        m = Module()
        switches, leds, displays = self._pins(m, platform)
        select = switches[:4]
        start, ready, end, found = self._core(m, select)

        busy, answered = Signal(), Signal()
        playing, sample = Signal.like(select), Signal.like(select)
        number, label = Signal(4 * self._digits), Signal(4 * self._digits)
        present, labelled, valid = Signal(), Signal(), Signal()
        with m.If(start & ready):
            m.d.sync += [busy.eq(1), playing.eq(select)]
        with m.If(end):
            m.d.sync += [busy.eq(0), answered.eq(1), sample.eq(playing), number.eq(found)]
        m.d.comb += [
            present.eq(select < len(self._labels)),
            label.eq(Array(value or 0 for value in self._labels)[select]),
            labelled.eq(present & Array(value is not None for value in self._labels)[select]),
            start.eq(present & ~busy),
            valid.eq(answered & (sample == select)),
        ]

        classifies = self._output.class_width > 0
        m.d.comb += [
            leds[0].eq(busy),
            leds[1].eq(valid),
            leds[9].eq(valid & labelled & classifies & (number == label)),
        ]
        for place in range(self._digits):
            nibble = slice(4 * place, 4 * place + 4)
            right, left = SevenSegment(), SevenSegment()
            m.submodules[f"class_{place}"], m.submodules[f"label_{place}"] = right, left
            m.d.comb += [
                right.digit.eq(number[nibble]),
                right.dash.eq(~valid if classifies else 1),
                left.digit.eq(label[nibble]),
                left.dash.eq(~labelled),
                left.blank.eq(~present),
                displays[place].eq(right.segments),
                displays[DISPLAYS - self._digits + place].eq(left.segments),
            ]
        return m

    def _pins(self, m, platform):
        """The clock domain, and what the logic sees of the switches, LEDs and displays."""

        def port(name, number=0):
            return platform.request(name, number, dir="-")

        m.submodules.clock = clock = io.Buffer("i", port(platform.default_clk))
        m.submodules.button = button = io.Buffer("i", port("button"))
        m.domains.sync = ClockDomain()
        m.d.comb += ClockSignal().eq(clock.i)
        m.submodules.reset = ResetSynchronizer(button.i[0])

        m.submodules.switch = switch = io.Buffer("i", port("switch"))
        switches = Signal.like(switch.i)
        m.submodules.switches = FFSynchronizer(switch.i, switches)

        m.submodules.led = led = io.Buffer("o", port("led"))
        displays = []
        for number in range(DISPLAYS):
            m.submodules[f"display_{number}"] = display = io.Buffer("o", port("display", number))
            displays.append(display.o)
        return switches, led.o, displays

    def _core(self, m, select):
        """The core, fed by the player: the player's start and ready, whether an answer ends, and its class."""
        start, ready = Signal(), Signal()
        valid, accepted, last = Signal(), Signal(), Signal()
        beat = Signal(self._input.tdata_width)
        answer_valid, answer_last = Signal(), Signal()
        answer = Signal(self._output.tdata_width)
        m.submodules.samples = self._instance(
            "quantnn_samples",
            i_clk=ClockSignal(),
            i_rst=ResetSignal(),
            i_select=select,
            i_start=start,
            o_ready=ready,
            o_m_axis_tvalid=valid,
            i_m_axis_tready=accepted,
            o_m_axis_tdata=beat,
            o_m_axis_tlast=last,
        )
        m.submodules.core = self._instance(
            "quantnn_core",
            i_clk=ClockSignal(),
            i_rst=ResetSignal(),
            i_s_axis_tvalid=valid,
            o_s_axis_tready=accepted,
            i_s_axis_tdata=beat,
            i_s_axis_tlast=last,
            o_m_axis_tvalid=answer_valid,
            i_m_axis_tready=1,
            o_m_axis_tdata=answer,
            o_m_axis_tlast=answer_last,
        )
        place = self._output.per_beat * self._output.element.width
        return start, ready, answer_valid & answer_last, answer[place : place + self._output.class_width]
