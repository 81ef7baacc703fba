"""A design that uses whatever pins of a board it is told to, and its files."""

from amaranth.hdl import ClockDomain, ClockSignal, Elaboratable, Module, Signal
from amaranth.lib import io
from amaranth.lib.cdc import FFSynchronizer, ResetSynchronizer

from quantnn.board.platforms import make_platform
from quantnn.hdl.board.clock import ClockGenerator

__all__ = ["PinDesign", "every_signal", "written"]


class PinDesign(Elaboratable):
    """Counts under a clock made of the board's oscillator, on the requested resources; outputs show the count."""

    def __init__(self, *resources: tuple[str, int]):
        self.resources = resources

    def elaborate(self, platform):
        m = Module()
        m.domains.sync = ClockDomain()
        m.submodules.oscillator = oscillator = io.Buffer("i", platform.request(platform.default_clk))
        m.submodules.clock = clock = ClockGenerator(platform.clock)
        reset = Signal()
        m.d.comb += [clock.i.eq(oscillator.i), ClockSignal().eq(clock.o), reset.eq(~clock.locked)]
        m.submodules.reset = ResetSynchronizer(reset)
        count = Signal(24)
        m.d.sync += count.eq(count + 1)
        for name, number in self.resources:
            port = platform.request(name, number)
            m.submodules[f"{name}_{number}"] = buffer = io.Buffer(port.direction, port)
            if port.direction is not io.Direction.Input:
                m.d.comb += buffer.o.eq(count)
            else:
                synchronized = Signal(len(port))
                m.submodules += FFSynchronizer(buffer.i, synchronized)
                m.d.sync += count.eq(count + synchronized)
        return m


def every_signal(board):
    """All resources of a board that can be used at the same time, but for the oscillator and what is held."""
    return [
        (group.name, number)
        for group in board.pins
        for number in range(len(group.signals))
        if not group.aliases and not group.level and (group.name, number) != (board.default_clock, 0)
    ]


def written(board, *resources, files=(), name="blinker", clock=None):
    """The contents of a project's files, by name."""
    platform = make_platform(board, files, clock)
    return platform.build(PinDesign(*resources), name=name, do_build=False, emit_src=False).files
