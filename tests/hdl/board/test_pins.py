import pytest
from amaranth.hdl import Module
from amaranth.lib import io
from gateware import run

from quantnn.hdl.board.pins import BoardFeatures, BoardPins

GROUPS = {
    "switch": (2, 1), "button": (1, 2), "led": (3, 1, 1), "display": (8, 7), "uart_rx": (1,), "uart_tx": (1,),
}  # fmt: skip


class Wiring(BoardPins):
    """Pins on a platform of simulation ports; buttons and the line to the host are active low."""

    def __init__(self, groups):
        super().__init__(BoardFeatures(groups))
        self.simulated = {
            (name, number): io.SimulationPort(
                "o" if name in ("led", "display", "uart_tx") else "i", bits, invert=name in ("button", "uart_tx")
            )
            for name, widths in groups.items()
            for number, bits in enumerate(widths)
        }

    def request(self, name, number, *, dir):
        assert dir == "-"
        return self.simulated[name, number]

    def elaborate(self, platform):
        return super().elaborate(self)


def use(groups, bench):
    pins = Wiring(groups)
    m = Module()
    m.submodules.pins = pins

    async def go(ctx):
        await bench(ctx, pins, pins.simulated)

    run(m, go)


def test_signals_of_a_group_stand_one_behind_the_other():
    async def bench(ctx, pins, ports):
        ctx.set(ports["switch", 0].i, 0b10)
        ctx.set(ports["switch", 1].i, 1)
        ctx.set(ports["button", 0].i, 1)
        ctx.set(ports["button", 1].i, 0b01)
        ctx.set(pins.led, 0b10_110)
        ctx.set(pins.display[1], 0x55)
        await ctx.tick().repeat(3)
        assert ctx.get(pins.switch) == 0b110
        assert ctx.get(pins.button) == 0b100, "of three, the last is pressed"
        assert [ctx.get(ports["led", number].o) for number in range(3)] == [0b110, 0, 1]
        assert [ctx.get(ports["display", number].o) for number in range(2)] == [0, 0x55]

    use(GROUPS, bench)


def test_the_reset_is_the_first_button_without_a_clock():
    async def bench(ctx, pins, ports):
        ctx.set(ports["button", 0].i, 1)
        assert ctx.get(pins.reset) == 0
        ctx.set(ports["button", 0].i, 0)
        assert ctx.get(pins.reset) == 1
        await ctx.tick()

    use(GROUPS, bench)


def test_the_line_goes_through_as_the_pins_want_it():
    async def bench(ctx, pins, ports):
        for level in (0, 1, 0):
            ctx.set(ports["uart_rx", 0].i, level)
            ctx.set(pins.tx, level)
            assert ctx.get(pins.rx) == level
            assert ctx.get(ports["uart_tx", 0].o) == 1 - level
        await ctx.tick()

    use(GROUPS, bench)


def test_a_board_with_nothing_of_it():
    async def bench(ctx, pins, ports):
        await ctx.tick()
        assert (ctx.get(pins.rx), ctx.get(pins.reset)) == (1, 0)
        assert len(pins.led) == len(pins.switch) == len(pins.button) == len(pins.display) == 0

    use({}, bench)


@pytest.mark.parametrize(
    ("groups", "link", "player", "choices"),
    [
        (GROUPS, True, True, 8),
        ({"uart_rx": (1,)}, False, False, 16),
        ({"switch": (10,), "led": (1,)}, False, True, 16),
        ({"switch": (2,), "display": (7,)}, False, True, 4),
        ({"button": (1,), "led": (1,)}, False, True, 16),
        ({"button": (1,)}, False, False, 16),
        ({"led": (1,)}, False, False, 16),
    ],
)
def test_what_a_board_is_good_for(groups, link, player, choices):
    features = BoardFeatures(groups)
    assert (features.has_link, features.has_player, features.choices) == (link, player, choices)


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ({"gpio": (36,)}, "A group must be one of switch, button, led, display, uart_rx, uart_tx, not gpio"),
        ({"display": (8, 6)}, "A display must have at least 7 segments, not 6"),
    ],
)
def test_features_that_cannot_be_used_are_refused(groups, message):
    with pytest.raises(ValueError) as error:
        BoardFeatures(groups)
    assert str(error.value) == message
