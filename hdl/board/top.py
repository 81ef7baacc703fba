"""The design that runs on a board: the core, fed by a host or with built-in samples."""

from dataclasses import dataclass

from amaranth.hdl import Array, ClockDomain, ClockSignal, Elaboratable, Instance, Module, ResetSignal, Signal
from amaranth.lib import io, wiring

from quantnn.beats import BeatFormat
from quantnn.hdl.board.board_replay import BoardReplay
from quantnn.hdl.board.clock import ClockGenerator
from quantnn.hdl.board.core_share import CoreShare
from quantnn.hdl.board.pins import BoardFeatures, BoardPins
from quantnn.hdl.board.reset import BoardReset
from quantnn.hdl.board.sample_player import MAX_SAMPLES
from quantnn.hdl.board.sample_selector import SampleSelector
from quantnn.hdl.board.view import BoardView, digits_of
from quantnn.plan.clock import ClockPlan
from quantnn.plan.core_name import CORE
from quantnn.plan.replay import ReplayPlan

__all__ = ["BoardTop", "BoardTopParameters"]


@dataclass(frozen=True)
class BoardTopParameters:
    """What a board's top is made for.

    Parameters
    ----------
    input, output : BeatFormat
        The core's streams.
    features : BoardFeatures
        What the board has.
    labels : tuple of int or None
        The true class of each built-in sample, None where unknown; at most 16, none if there are no samples.
    clock : ClockPlan
        The design's clock.
    reset_cycles : int
        Length of a reset, at power-up too. The default is 15 µs at 136 MHz: an iCE40's block RAM gives no contents
        earlier (https://github.com/YosysHQ/icestorm/issues/76).
    pause_cycles : int, optional
        How long the built-in samples pause when a host was heard; four seconds by default.
    bounce_cycles : int, optional
        How long a button may bounce; 10 ms by default.
    core : str
        The core's module.
    replay : ReplayPlan, optional
        The stored set, of which the built-in samples are the first; by default those are all there are.

    Raises
    ------
    ValueError
        The board has neither a serial line nor a way to choose and see samples, there are more samples than can be
        chosen or than are stored, or a class index or label does not fit the displays.
    """

    input: BeatFormat
    output: BeatFormat
    features: BoardFeatures
    labels: tuple[int | None, ...]
    clock: ClockPlan
    reset_cycles: int = 2048
    pause_cycles: int | None = None
    bounce_cycles: int | None = None
    core: str = CORE
    replay: ReplayPlan | None = None

    def __post_init__(self):
        frequency = self.clock.frequency_hz
        if self.pause_cycles is None:
            object.__setattr__(self, "pause_cycles", 4 * frequency)
        if self.bounce_cycles is None:
            object.__setattr__(self, "bounce_cycles", max(1, frequency // 100))
        features = self.features
        if not features.has_link and not features.has_player:
            raise ValueError("A board must have uart_rx and uart_tx, or switches or buttons and LEDs or displays")
        most = min(MAX_SAMPLES, features.choices) if features.has_player else 0
        least = 0 if features.has_link else 1
        if not least <= len(self.labels) <= most:
            raise ValueError(f"This board must have {least} to {most} built-in samples, not {len(self.labels)}")
        if self.replay and len(self.labels) > self.replay.samples:
            raise ValueError(f"There must be at most {self.replay.samples} built-in samples, not {len(self.labels)}")
        digits = digits_of(self.output.class_width)
        if features.displays and 2 * digits > features.displays:
            widest = 4 * (features.displays // 2)
            raise ValueError(f"A class index must have at most {widest} bits, not {self.output.class_width}")
        for label in self.labels:
            if label is not None and not 0 <= label < 16**digits:
                raise ValueError(f"A label must lie in 0..{16**digits - 1} or be None, not be {label}")


class BoardTop(Elaboratable):
    """Lets the core answer the host, and, while that is silent, a built-in sample over and over.

    Switches, or presses of a button, select a sample, see :class:`quantnn.hdl.board.sample_selector.SampleSelector`;
    displays and lamps show what the core answered last, see :class:`quantnn.hdl.board.view.BoardView`, and of an answer
    to the host the class alone. Button 0 resets everything, and button 1 steps through the samples where there are no
    switches; an only button steps. One sample is in the core at a time, so what is shown always belongs together.

    With a replay the host, or button 1 where it does not step, sends all stored samples through the core, see
    :class:`quantnn.hdl.board.replay.Replay`. Then the displays show its counts, and lamps whether all answers were the
    reference's, until another sample is selected or the host sends one.

    Parameters
    ----------
    parameters : BoardTopParameters
    instance : callable
        Makes the core and the submodules ``quantnn_samples`` or ``quantnn_replay``, and ``quantnn_link``; a simulation
        gives models.

    Members
    -------
    pins : BoardPins
    oscillator
        The port of the board's clock, once this is elaborated.
    """

    def __init__(self, parameters: BoardTopParameters, *, instance=Instance):
        self._parameters = parameters
        self._instance = instance
        self.pins = BoardPins(parameters.features)

    def elaborate(self, platform):
        m = Module()
        parameters, features = self._parameters, self._parameters.features
        m.submodules.pins = self.pins
        self._domain(m, platform)
        m.submodules.share = share = CoreShare(parameters.input, parameters.output, parameters.pause_cycles)
        replay = BoardReplay(parameters.replay, self._instance) if parameters.replay else None
        if replay:
            self._replay(m, share, replay)
            self._core(m, replay.gate.core_i, replay.gate.core_o)
        else:
            self._core(m, share.core_i, share.core_o)
        if features.has_link:
            self._link(m, share, replay)
        m.submodules.view = view = BoardView(
            parameters.output.class_width, features.displays, features.bits("led"), bool(parameters.labels)
        )
        m.d.comb += [self.pins.led.eq(view.led), view.busy.eq(share.busy)]
        m.d.comb += [segments.eq(view.display[place]) for place, segments in enumerate(self.pins.display)]

        answered = Signal()
        of_host = Signal()
        number = Signal.like(view.number) if replay else view.number
        with m.If(share.done):
            m.d.sync += [answered.eq(1), of_host.eq(share.linked), number.eq(share.number)]
        if parameters.labels:
            self._player(m, share, view, answered, of_host, replay)
        else:
            m.d.comb += [view.present.eq(1), view.valid.eq(answered)]
        if replay:
            m.d.comb += [view.number.eq(number), view.busy.eq(share.busy | replay.running)]
            self._show(m, view, replay)
        return m

    def _domain(self, m, platform):
        """The clock and its reset."""
        m.domains.sync = ClockDomain()
        self.oscillator = platform.request(platform.default_clk, 0, dir="-")
        m.submodules.oscillator = oscillator = io.Buffer("i", self.oscillator)
        m.submodules.clock = clock = ClockGenerator(self._parameters.clock)
        m.submodules.reset = reset = BoardReset(self._parameters.reset_cycles)
        m.d.comb += [
            clock.i.eq(oscillator.i),
            ClockSignal().eq(clock.o),
            reset.locked.eq(clock.locked),
            reset.button.eq(0 if self._button_selects else self.pins.reset),
            ResetSignal().eq(reset.o),
        ]

    @property
    def _button_selects(self):
        """Whether the only button is needed to select samples."""
        features = self._parameters.features
        return bool(self._parameters.labels) and not features.bits("switch") and features.bits("button") == 1

    def _core(self, m, into, out):
        m.submodules.core = self._instance(
            self._parameters.core,
            i_clk=ClockSignal(),
            i_rst=ResetSignal(),
            i_s_axis_tvalid=into.valid,
            o_s_axis_tready=into.ready,
            i_s_axis_tdata=into.payload.data,
            i_s_axis_tlast=into.payload.last,
            o_m_axis_tvalid=out.valid,
            i_m_axis_tready=out.ready,
            o_m_axis_tdata=out.payload.data,
            o_m_axis_tlast=out.payload.last,
        )

    def _link(self, m, share, replay):
        sample, answer = share.link_i, share.link_o
        waiting, ports = share.link_waiting, {}
        if replay:
            waiting = Signal()
            m.d.comb += share.link_waiting.eq(waiting & ~replay.busy)
            ports = {
                "o_replay": replay.asked,
                "i_replayed": replay.done,
                "o_reading": replay.reading,
                "o_place": replay.place,
                "i_count": replay.byte,
            }
        m.submodules.link = self._instance(
            "quantnn_link",
            i_clk=ClockSignal(),
            i_rst=ResetSignal(),
            i_rx=self.pins.rx,
            o_tx=self.pins.tx,
            o_accepted=share.heard,
            o_waiting=waiting,
            i_start=share.link_start,
            o_m_axis_tvalid=sample.valid,
            i_m_axis_tready=sample.ready,
            o_m_axis_tdata=sample.payload.data,
            o_m_axis_tlast=sample.payload.last,
            i_s_axis_tvalid=answer.valid,
            o_s_axis_tready=answer.ready,
            i_s_axis_tdata=answer.payload.data,
            i_s_axis_tlast=answer.payload.last,
            **ports,
        )

    def _replay(self, m, share, replay):
        m.submodules.replay = replay
        wiring.connect(m, share.core_i, replay.gate.share_i)
        wiring.connect(m, replay.gate.share_o, share.core_o)
        wiring.connect(m, replay.gate.player_i, share.player_i)
        m.d.comb += [
            replay.start.eq(share.player_start),
            replay.core_busy.eq(share.busy),
            replay.host_starts.eq(share.link_start),
        ]
        features = self._parameters.features
        if features.bits("button") > 1 and (features.bits("switch") or not self._parameters.labels):
            m.d.comb += replay.button.eq(self.pins.button[1])

    def _show(self, m, view, replay):
        """What came of a replay: lamps as of a sample of class 0."""
        with m.If(replay.shown):
            m.d.comb += [
                view.number.eq(0),
                view.label.eq(~replay.perfect),
                view.labelled.eq(1),
                view.present.eq(1),
                view.valid.eq(1),
            ]
            m.d.comb += [pins.eq(shown) for pins, shown in zip(self.pins.display, replay.display, strict=True)]

    def _player(self, m, share, view, answered, of_host, replay):
        """The built-in samples, and whether what is shown is about the one that is selected."""
        labels, features = self._parameters.labels, self._parameters.features
        m.submodules.selector = selector = SampleSelector(
            features.bits("switch"), len(labels), self._parameters.bounce_cycles
        )
        if replay:
            m.d.comb += replay.select.eq(selector.select)
            ready = replay.ready
        else:
            ready = Signal()
            self._samples(m, share, selector, ready)
        playing = Signal(4)
        with m.If(share.player_start):
            m.d.sync += playing.eq(selector.select)
        shown = Signal(4)
        with m.If(share.done):
            m.d.sync += shown.eq(playing)
        m.d.comb += [
            share.player_waiting.eq(selector.present & ready),
            view.label.eq(Array(value or 0 for value in labels)[selector.select]),
            view.labelled.eq(
                ~of_host & selector.present & Array(value is not None for value in labels)[selector.select]
            ),
            view.present.eq(of_host | selector.present),
            view.valid.eq(answered & (of_host | (selector.present & (shown == selector.select)))),
        ]
        if features.bits("switch"):
            m.d.comb += selector.switch.eq(self.pins.switch)
        else:
            m.d.comb += selector.button.eq(self.pins.button[-1 if self._button_selects else 1])

    def _samples(self, m, share, selector, ready):
        sample = share.player_i
        m.submodules.samples = self._instance(
            "quantnn_samples",
            i_clk=ClockSignal(),
            i_rst=ResetSignal(),
            i_select=selector.select,
            i_start=share.player_start,
            o_ready=ready,
            o_m_axis_tvalid=sample.valid,
            i_m_axis_tready=sample.ready,
            o_m_axis_tdata=sample.payload.data,
            o_m_axis_tlast=sample.payload.last,
        )
