"""A board in Amaranth's simulator: the design's top with a toy core, and its lamps, switches and serial line."""

from amaranth.hdl import Fragment, Module, Signal
from amaranth.lib import io, wiring
from amaranth.lib.wiring import In, Out
from amaranth.sim import Simulator
from serial_line import listen, speak

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.hdl.board.pins import BoardFeatures
from quantnn.hdl.board.replay import Replay
from quantnn.hdl.board.sample_player import SamplePlayer
from quantnn.hdl.board.top import BoardTop, BoardTopParameters
from quantnn.hdl.link.link import Link
from quantnn.plan.clock import ClockPlan
from quantnn.plan.link import LinkPlan
from quantnn.plan.replay import ReplayPlan

__all__ = ["DE10_LITE", "FINGERPRINT", "INPUT", "MARK", "PAUSE", "STEP", "Table", "answer_of", "class_of", "output"]

INPUT = BeatFormat(elements=5, element=IntegerRange(0, 255), per_beat=2)
CYCLE = 2e-8
HERTZ = 50_000_000
DIVISOR = 4
PAUSE = 3000
FINGERPRINT = b"8 bytes!"
MARK = 0x600DC0DE
STEP = 20
"""Of what scrolls over the displays."""

DE10_LITE = {"button": (2,), "switch": (10,), "led": (10,), "display": (8,) * 6}
"""What that board has beside its serial line."""
SERIAL = {"uart_rx": (1,), "uart_tx": (1,)}
INVERTED = ("button", "display")


def output(class_width: int = 4) -> BeatFormat:
    return BeatFormat(elements=3, element=IntegerRange(-500, 500), per_beat=2, class_width=class_width)


def class_of(sample, width=4) -> int:
    return sum(int.from_bytes(bytes(beat), "little") for beat in INPUT.pack(sample[None])[0]) % (1 << width)


def answer_of(sample, width=4) -> bytes:
    """The toy core's answer as bytes: logits of −1, and a class that is right in the last beat alone."""
    form = output(width)
    number, place = class_of(sample, width), form.per_beat * form.element.width
    beats = [(1 << place) - 1 | (number ^ flip) << place for flip in ((1 << width) - 1, 0)]
    return b"".join(beat.to_bytes(form.bytes, "little") for beat in beats)


class Pins:
    """Stands in for the platform: the ports of a board whose buttons and displays are active low."""

    default_clk = "clk"

    def __init__(self, groups):
        self.ports = {("clk", 0): io.SimulationPort("i", 1)}
        for name, widths in groups.items():
            direction = "o" if name in ("led", "display", "uart_tx") else "i"
            for number, bits in enumerate(widths):
                self.ports[name, number] = io.SimulationPort(direction, bits, invert=name in INVERTED)

    def request(self, name, number, *, dir):
        assert dir == "-"
        return self.ports.pop((name, number))


class Core(wiring.Component):
    """A core whose class is the sum of a sample's beats. Deaf cores take beats, but never answer."""

    def __init__(self, format: BeatFormat, *, stalls: bool, deaf: bool):
        self._format = format
        self._stalls = stalls
        self._deaf = deaf
        super().__init__(
            {
                "s_axis_tvalid": In(1),
                "s_axis_tready": Out(1),
                "s_axis_tdata": In(INPUT.tdata_width),
                "s_axis_tlast": In(1),
                "m_axis_tvalid": Out(1),
                "m_axis_tready": In(1),
                "m_axis_tdata": Out(format.tdata_width),
                "m_axis_tlast": Out(1),
            }
        )

    def elaborate(self, platform):
        m = Module()
        turn = Signal(3)
        total = Signal(16)
        answering = Signal(range(self._format.beats + 1))
        place = self._format.per_beat * self._format.element.width
        last = answering == 1
        go = (turn == 5) if self._stalls else 1
        m.d.sync += turn.eq(turn + 1)
        m.d.comb += [
            self.s_axis_tready.eq((answering == 0) & go),
            self.m_axis_tvalid.eq((answering != 0) & go & (not self._deaf)),
            self.m_axis_tlast.eq(last),
            self.m_axis_tdata[:place].eq(~0),
            self.m_axis_tdata[place : place + self._format.class_width].eq(total ^ ~last.replicate(16)),
        ]
        with m.If(self.s_axis_tvalid & self.s_axis_tready):
            m.d.sync += total.eq(total + self.s_axis_tdata)
            with m.If(self.s_axis_tlast):
                m.d.sync += answering.eq(self._format.beats)
        with m.If(self.m_axis_tvalid & self.m_axis_tready):
            m.d.sync += answering.eq(answering - 1)
            with m.If(last):
                m.d.sync += total.eq(0)
        return m


class Table:
    """A board with the design on it: set its switches and buttons, read its lamps, speak to it.

    Parameters
    ----------
    samples, labels
        Built in; None and () for a board without.
    features : dict of str to tuple of int
        Pin groups of the board.
    link : bool
        Whether it has a serial line besides.
    replayed : array, optional
        Samples that the board keeps for a replay, the built-in ones first; their labels are ``labels`` and then 0.
    wrong : int
        How many of the stored classes of the reference are other ones.
    """

    def __init__(
        self, samples, labels, *, features=DE10_LITE, link=False, class_width=4, stalls=False, deaf=False, bounce=5,
        replayed=None, wrong=0,
    ):  # fmt: skip
        form = output(class_width)
        groups = {**features, **(SERIAL if link else {})}
        models = {"quantnn_core": Core(form, stalls=stalls, deaf=deaf)}
        plan = None
        if replayed is not None:
            plan = ReplayPlan(INPUT, form, len(replayed), True, ((1024, 9), (256, 36)), len(groups.get("display", ())))
            classes = [class_of(sample, class_width) ^ (n < wrong) for n, sample in enumerate(replayed)]
            truth = [label or 0 for label in labels] + [0] * (len(replayed) - len(labels))
            models["quantnn_replay"] = Replay(plan, INPUT.pack(replayed), classes, truth, mark=MARK, step_cycles=STEP)
        elif labels:
            models["quantnn_samples"] = SamplePlayer(INPUT.pack(samples))
        if link:
            models["quantnn_link"] = Link(
                LinkPlan(INPUT, form, HERTZ, HERTZ // DIVISOR, replay=plan is not None), FINGERPRINT
            )

        def instance(name, **ports):
            m = Module()
            m.submodules.model = model = models[name]
            for port, signal in ports.items():
                if port.startswith("i_") and port not in ("i_clk", "i_rst"):
                    m.d.comb += getattr(model, port[2:]).eq(signal)
                elif port.startswith("o_"):
                    m.d.comb += signal.eq(getattr(model, port[2:]))
            return m

        pins = Pins(groups)
        self.ports = dict(pins.ports)
        parameters = BoardTopParameters(
            INPUT, form, BoardFeatures(groups), labels, ClockPlan(HERTZ),
            reset_cycles=3, pause_cycles=PAUSE, bounce_cycles=bounce, replay=plan,
        )  # fmt: skip
        self.heard = bytearray()
        self.simulator = Simulator(Fragment.get(BoardTop(parameters, instance=instance), pins))
        assert not pins.ports, "every port of the board is driven or read"

    def run(self, use):
        async def clock(ctx):
            while True:
                ctx.set(self.ports["clk", 0].i, 0)
                await ctx.delay(CYCLE / 2)
                ctx.set(self.ports["clk", 0].i, 1)
                await ctx.delay(CYCLE / 2)

        async def ears(ctx):
            await ctx.delay(10 * CYCLE)
            await listen(ctx, self.ports["uart_tx", 0].o, DIVISOR * CYCLE, self.heard)

        async def bench(ctx):
            for (name, _), port in self.ports.items():
                if name == "button":
                    ctx.set(port.i, (1 << len(port)) - 1)
                if name == "uart_rx":
                    ctx.set(port.i, 1)
            self.context = ctx
            await use(self)

        self.simulator.add_testbench(clock, background=True)
        if ("uart_tx", 0) in self.ports:
            self.simulator.add_testbench(ears, background=True)
        self.simulator.add_testbench(bench)
        self.simulator.run()

    async def select(self, index, cycles=120):
        self.context.set(self.ports["switch", 0].i, index)
        await self.wait(cycles)

    async def press(self, bit, down, number=0, settle=12):
        port = self.ports["button", number]
        self.context.set(port.i, ((1 << len(port)) - 1) ^ (down << bit))
        await self.wait(settle)

    async def wait(self, cycles):
        await self.context.delay(cycles * CYCLE)

    async def say(self, data):
        await speak(self.context, self.ports["uart_rx", 0].i, data, DIVISOR * CYCLE)

    def led(self, number):
        return self.leds() >> number & 1

    def leds(self):
        """All lamps, the first lowest."""
        ports = [port for (name, _), port in self.ports.items() if name == "led"]
        levels, place = 0, 0
        for port in ports:
            levels |= self.context.get(port.o) << place
            place += len(port)
        return levels

    def displays(self):
        """The lit segments from left to right."""
        count = sum(name == "display" for name, _ in self.ports)
        ports = (self.ports["display", number] for number in reversed(range(count)))
        return [0xFF & ~self.context.get(port.o) for port in ports]
