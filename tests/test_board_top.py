import random

import numpy as np
import pytest
from amaranth.hdl import Fragment, Module, Signal
from amaranth.lib import io, wiring
from amaranth.lib.wiring import In, Out
from amaranth.sim import Simulator

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.hdl.board_top import BoardTop, BoardTopParameters
from quantnn.hdl.sample_player import SamplePlayer
from quantnn.hdl.seven_segment import DASH, DIGITS

INPUT = BeatFormat(elements=5, element=IntegerRange(0, 255), per_beat=2)
CYCLE = 2e-8


def output(class_width: int = 4) -> BeatFormat:
    return BeatFormat(elements=3, element=IntegerRange(-500, 500), per_beat=2, class_width=class_width)


class Pins:
    """Stands in for the platform: the ports of a board whose buttons and displays are active low."""

    default_clk = "clk"

    def __init__(self):
        self.ports = {
            ("clk", 0): io.SimulationPort("i", 1),
            ("button", 0): io.SimulationPort("i", 2, invert=True),
            ("switch", 0): io.SimulationPort("i", 10),
            ("led", 0): io.SimulationPort("o", 10),
            **{("display", number): io.SimulationPort("o", 8, invert=True) for number in range(6)},
        }

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
    """A board with the design on it: set its switches and buttons, read its lamps."""

    def __init__(self, samples, labels, *, class_width=4, stalls=False, deaf=False):
        format = output(class_width)
        models = {
            "quantnn_samples": SamplePlayer(INPUT.pack(samples)),
            "quantnn_core": Core(format, stalls=stalls, deaf=deaf),
        }

        def instance(name, **ports):
            m = Module()
            m.submodules.model = model = models[name]
            for port, signal in ports.items():
                if port.startswith("i_") and port not in ("i_clk", "i_rst"):
                    m.d.comb += getattr(model, port[2:]).eq(signal)
                elif port.startswith("o_"):
                    m.d.comb += signal.eq(getattr(model, port[2:]))
            return m

        pins = Pins()
        self.ports = dict(pins.ports)
        top = BoardTop(BoardTopParameters(INPUT, format, labels), instance=instance)
        self.simulator = Simulator(Fragment.get(top, pins))
        assert not pins.ports, "every port of the board is driven or read"

    def run(self, use):
        async def clock(ctx):
            while True:
                ctx.set(self.ports["clk", 0].i, 0)
                await ctx.delay(CYCLE / 2)
                ctx.set(self.ports["clk", 0].i, 1)
                await ctx.delay(CYCLE / 2)

        async def bench(ctx):
            ctx.set(self.ports["button", 0].i, 0b11)
            self.context = ctx
            await use(self)

        self.simulator.add_testbench(clock, background=True)
        self.simulator.add_testbench(bench)
        self.simulator.run()

    async def select(self, index, cycles=120):
        self.context.set(self.ports["switch", 0].i, index)
        await self.wait(cycles)

    async def press(self, button, down):
        self.context.set(self.ports["button", 0].i, 0b11 ^ (down << button))
        await self.wait(4)

    async def wait(self, cycles):
        await self.context.delay(cycles * CYCLE)

    def led(self, number):
        return self.context.get(self.ports["led", 0].o) >> number & 1

    def displays(self):
        """The lit segments from left to right."""
        ports = (self.ports["display", number] for number in reversed(range(6)))
        return [0xFF & ~self.context.get(port.o) for port in ports]


def class_of(sample, width=4) -> int:
    return sum(int.from_bytes(bytes(beat), "little") for beat in INPUT.pack(sample[None])[0]) % (1 << width)


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


@pytest.mark.parametrize(
    ("labels", "class_width", "message"),
    [
        ((), 4, "A board must have 1 to 16 built-in samples, not 0"),
        ((0,) * 17, 4, "A board must have 1 to 16 built-in samples, not 17"),
        ((0,), 13, "A class index must have at most 12 bits, not 13"),
        ((0, 16), 4, "A label must lie in 0..15 or be None, not be 16"),
        ((-1,), 5, "A label must lie in 0..255 or be None, not be -1"),
    ],
)
def test_what_the_displays_cannot_show_is_refused(labels, class_width, message):
    with pytest.raises(ValueError) as error:
        BoardTopParameters(INPUT, output(class_width), labels)
    assert str(error.value) == message
