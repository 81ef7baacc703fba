"""What a board has for people and for the host: lamps, switches, a serial line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from amaranth.hdl import Cat, Elaboratable, Module, Signal
from amaranth.lib import io
from amaranth.lib.cdc import FFSynchronizer

__all__ = ["BoardFeatures", "BoardPins"]

SEGMENTS = 7
GROUPS = ("switch", "button", "led", "display", "uart_rx", "uart_tx")


@dataclass(frozen=True)
class BoardFeatures:
    """The pin groups that a board's top uses.

    Parameters
    ----------
    groups : mapping of str to tuple of int
        For each of ``switch``, ``button``, ``led``, ``display``, ``uart_rx`` and ``uart_tx`` that the board has, the
        bits of its signals.

    Raises
    ------
    ValueError
        A group is none of these, or a display has fewer than 7 segments.
    """

    groups: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self):
        object.__setattr__(self, "groups", MappingProxyType(dict(self.groups)))
        for name in self.groups:
            if name not in GROUPS:
                raise ValueError(f"A group must be one of {', '.join(GROUPS)}, not {name}")
        for bits in self.groups.get("display", ()):
            if bits < SEGMENTS:
                raise ValueError(f"A display must have at least {SEGMENTS} segments, not {bits}")

    def bits(self, name: str) -> int:
        """Bits of all signals of a group, 0 if there is none."""
        return sum(self.groups.get(name, ()))

    @property
    def displays(self) -> int:
        """Seven-segment displays."""
        return len(self.groups.get("display", ()))

    @property
    def has_link(self) -> bool:
        """Whether there is a serial line."""
        return "uart_rx" in self.groups and "uart_tx" in self.groups

    @property
    def has_player(self) -> bool:
        """Whether somebody can choose a sample and see what comes of it."""
        chooses = self.bits("switch") or self.bits("button")
        return bool(chooses and (self.bits("led") or self.displays))

    @property
    def choices(self) -> int:
        """Samples that the switches can tell apart, at most 16; without switches a button steps through as many."""
        return 16 if not self.bits("switch") else 1 << min(4, self.bits("switch"))


class BoardPins(Elaboratable):
    """Buffers for all pins of a board's features. Signals count from the first bit of the first signal on.

    Parameters
    ----------
    features : BoardFeatures

    Members
    -------
    switch, button : Signal, out
        1 is on, or pressed; synchronized.
    reset : Signal, out
        The first button, not synchronized: it works without a clock.
    led : Signal, in
        1 is lit.
    display : list of Signal(7), in
        Segments a (bit 0) to g (bit 6), 1 is lit; the rightmost display first.
    rx, tx : Signal, out and in
        The serial line; ``rx`` is not synchronized.
    ports : dict of str to list
        The platform's ports by group, once this is elaborated.
    """

    def __init__(self, features: BoardFeatures):
        self._features = features
        self.switch = Signal(features.bits("switch"))
        self.button = Signal(features.bits("button"))
        self.reset = Signal()
        self.led = Signal(features.bits("led"))
        self.display = [Signal(SEGMENTS, name=f"display_{number}") for number in range(features.displays)]
        self.rx = Signal(init=1)
        self.tx = Signal(init=1)
        self.ports = {}

    def elaborate(self, platform):
        m = Module()

        def buffers(direction, name):
            for number in range(len(self._features.groups.get(name, ()))):
                port = platform.request(name, number, dir="-")
                self.ports.setdefault(name, []).append(port)
                buffer = io.Buffer(direction, port)
                m.submodules[f"{name}_{number}"] = buffer
                yield buffer.i if direction == "i" else buffer.o

        for name, target in (("switch", self.switch), ("button", self.button)):
            levels = Cat(buffers("i", name))
            if len(target):
                m.submodules[f"{name}_synchronizer"] = FFSynchronizer(levels, target)
                if name == "button":
                    m.d.comb += self.reset.eq(levels[0])
        for level in buffers("i", "uart_rx"):
            m.d.comb += self.rx.eq(level)
        for line in buffers("o", "uart_tx"):
            m.d.comb += line.eq(self.tx)
        m.d.comb += Cat(buffers("o", "led")).eq(self.led)
        for display, segments in zip(buffers("o", "display"), self.display, strict=True):
            m.d.comb += display.eq(segments)
        return m
