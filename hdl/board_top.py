"""The design that runs on a board with no host: built-in samples, the core, and displays."""

from dataclasses import dataclass

from amaranth.hdl import Array, ClockDomain, ClockSignal, Elaboratable, Instance, Module, ResetSignal, Signal
from amaranth.lib import io
from amaranth.lib.cdc import FFSynchronizer, ResetSynchronizer

from quantnn.beats import BeatFormat
from quantnn.hdl.sample_player import MAX_SAMPLES
from quantnn.hdl.seven_segment import SevenSegment

__all__ = ["RESOURCES", "BoardTop", "BoardTopParameters"]

DISPLAYS = 6

RESOURCES = {"button": (1, 1), "switch": (1, 4), "led": (1, 10), "display": (DISPLAYS, 7)}
"""The signals, and bits of each, that the top needs of a board's pin groups."""


@dataclass(frozen=True)
class BoardTopParameters:
    """What a board's top is made for.

    Parameters
    ----------
    input, output : BeatFormat
        The core's streams.
    labels : tuple of int or None
        The true class of each built-in sample, None where unknown; 1 to 16.

    Members
    -------
    digits : int
        Hexadecimal digits of a class index.

    Raises
    ------
    ValueError
        The number of labels is out of range, or a class index or label does not fit the displays.
    """

    input: BeatFormat
    output: BeatFormat
    labels: tuple[int | None, ...]

    def __post_init__(self):
        if not 1 <= len(self.labels) <= MAX_SAMPLES:
            raise ValueError(f"A board must have 1 to {MAX_SAMPLES} built-in samples, not {len(self.labels)}")
        if 2 * self.digits > DISPLAYS:
            most = 4 * (DISPLAYS // 2)
            raise ValueError(f"A class index must have at most {most} bits, not {self.output.class_width}")
        for label in self.labels:
            if label is not None and not 0 <= label < 16**self.digits:
                raise ValueError(f"A label must lie in 0..{16**self.digits - 1} or be None, not be {label}")

    @property
    def digits(self) -> int:
        return max(-(-self.output.class_width // 4), 1)


class BoardTop(Elaboratable):
    """Feeds the core with the sample that the switches select, over and over, and shows what it answers.

    Switches 3 to 0 select a sample. The right displays show the class that the core found, the left ones the
    sample's label, in as many hexadecimal digits as the class index needs. A dash on the right means no class
    (no answer yet, no such sample, or a network that does not classify), one on the left an unknown label;
    the left is blank where there is no such sample.

    LED 0 is lit while the core works on a sample, LED 1 while there is an answer to the selected one, LED 9
    while the class found equals the label. Button 0 resets everything. One sample is in the core at a time,
    so what the displays show always belongs together.

    Parameters
    ----------
    parameters : BoardTopParameters
    instance : callable
        Makes the submodules ``quantnn_core`` and ``quantnn_samples``; a simulation gives models instead.
    """

    def __init__(self, parameters: BoardTopParameters, *, instance=Instance):
        self._parameters = parameters
        self._instance = instance

    def elaborate(self, platform):
        m = Module()
        labels, digits = self._parameters.labels, self._parameters.digits
        switches, leds, displays = self._pins(m, platform)
        select = switches[:4]
        start = Signal()
        ready, end, class_index = self._core(m, select, start)

        busy = Signal()
        playing = Signal(4)
        answered = Signal()
        answered_sample = Signal(4)
        number = Signal(4 * digits)
        with m.If(start & ready):
            m.d.sync += [busy.eq(1), playing.eq(select)]
        with m.If(end):
            m.d.sync += [busy.eq(0), answered.eq(1), answered_sample.eq(playing), number.eq(class_index)]

        present = Signal()
        label = Signal(4 * digits)
        labelled = Signal()
        valid = Signal()
        m.d.comb += [
            present.eq(select < len(labels)),
            label.eq(Array(value or 0 for value in labels)[select]),
            labelled.eq(present & Array(value is not None for value in labels)[select]),
            start.eq(present & ~busy),
            valid.eq(answered & (answered_sample == select)),
        ]

        classifies = self._parameters.output.class_width > 0
        correct = valid & labelled & (number == label) if classifies else 0
        m.d.comb += [leds[0].eq(busy), leds[1].eq(valid), leds[9].eq(correct)]
        for place in range(digits):
            nibble = slice(4 * place, 4 * place + 4)
            m.submodules[f"class_{place}"] = right = SevenSegment()
            m.submodules[f"label_{place}"] = left = SevenSegment()
            m.d.comb += [
                right.digit.eq(number[nibble]),
                right.dash.eq(~valid if classifies else 1),
                left.digit.eq(label[nibble]),
                left.dash.eq(~labelled),
                left.blank.eq(~present),
                displays[place].eq(right.segments),
                displays[DISPLAYS - digits + place].eq(left.segments),
            ]
        return m

    def _pins(self, m, platform):
        """The clock domain; what the logic sees of the switches, LEDs and displays."""

        def port(name, number=0):
            return platform.request(name, number, dir="-")

        m.submodules.clock = clock = io.Buffer("i", port(platform.default_clk))
        m.submodules.button = button = io.Buffer("i", port("button"))
        m.domains.sync = ClockDomain()
        m.d.comb += ClockSignal().eq(clock.i)
        m.submodules.reset = ResetSynchronizer(button.i[0])

        m.submodules.switch = switch = io.Buffer("i", port("switch"))
        switches = Signal(len(switch.i))
        m.submodules.synchronizer = FFSynchronizer(switch.i, switches)

        m.submodules.led = led = io.Buffer("o", port("led"))
        displays = []
        for number in range(DISPLAYS):
            m.submodules[f"display_{number}"] = display = io.Buffer("o", port("display", number))
            displays.append(display.o)
        return switches, led.o, displays

    def _core(self, m, select, start):
        """The core, fed by the player: whether the player is ready, whether an answer ends, and its class."""
        player_ready = Signal()
        beat_valid = Signal()
        beat_ready = Signal()
        beat = Signal(self._parameters.input.tdata_width)
        beat_last = Signal()
        answer_valid = Signal()
        answer = Signal(self._parameters.output.tdata_width)
        answer_last = Signal()
        m.submodules.samples = self._instance(
            "quantnn_samples",
            i_clk=ClockSignal(),
            i_rst=ResetSignal(),
            i_select=select,
            i_start=start,
            o_ready=player_ready,
            o_m_axis_tvalid=beat_valid,
            i_m_axis_tready=beat_ready,
            o_m_axis_tdata=beat,
            o_m_axis_tlast=beat_last,
        )
        m.submodules.core = self._instance(
            "quantnn_core",
            i_clk=ClockSignal(),
            i_rst=ResetSignal(),
            i_s_axis_tvalid=beat_valid,
            o_s_axis_tready=beat_ready,
            i_s_axis_tdata=beat,
            i_s_axis_tlast=beat_last,
            o_m_axis_tvalid=answer_valid,
            i_m_axis_tready=1,
            o_m_axis_tdata=answer,
            o_m_axis_tlast=answer_last,
        )
        output = self._parameters.output
        class_place = output.per_beat * output.element.width
        class_index = answer[class_place : class_place + output.class_width]
        return player_ready, answer_valid & answer_last, class_index
