"""What a board offers: device, resources, toolchain, programmers and pins. A board is data, one TOML file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib import resources
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Self

from quantnn.board.devices import device_mistake
from quantnn.board.fpga import Device
from quantnn.board.host_link import HostLink
from quantnn.board.names import board_names, check_board_name
from quantnn.board.pins import PinGroup
from quantnn.board.toolchain import Programmer, Setting, Toolchain
from quantnn.errors import InputError
from quantnn.files.toml_table import TomlTable
from quantnn.plan.clock import ClockPlan, plan_clock
from quantnn.plan.pll import Pll, find_plls
from quantnn.plan.resources import BlockRam, Logic, MultiplierMode, Multipliers, Resources

__all__ = [
    "BlockRam",
    "Board",
    "Device",
    "HostLink",
    "Logic",
    "MultiplierMode",
    "Multipliers",
    "PinGroup",
    "Programmer",
    "Resources",
    "Setting",
    "Toolchain",
    "board_names",
    "load_board",
]


@dataclass(frozen=True)
class Board:
    """A board.

    Parameters
    ----------
    name, title : str
        For the command line, and for people.
    default_clock : str
        The pin group whose first signal clocks a design.
    sources : mapping of str to str
        Addresses of the documents that state the facts, by id.
    link : HostLink or None
        The serial line to a computer, if there is one: then there are the pin groups uart_rx and uart_tx, too.
    default_mhz : int or None
        The clock of a design that is given no other, made by a PLL; None for the oscillator's.

    Raises
    ------
    ValueError
        A pin or signal stands twice, a source is unknown, the toolchain does not know the device, the link is not
        whole, or the default clock is no clock.
    """

    name: str
    title: str
    default_clock: str
    device: Device
    resources: Resources
    toolchain: Toolchain
    programmers: tuple[Programmer, ...]
    pins: tuple[PinGroup, ...]
    sources: Mapping[str, str]
    link: HostLink | None = None
    default_mhz: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "sources", MappingProxyType(dict(self.sources)))
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", self.name):
            raise ValueError(f"name must be letters, digits, '-', '_' and '.', as folders bear it, not {self.name!r}")
        if mistake := device_mistake(self.toolchain.name, self.device):
            raise ValueError(mistake)
        self._check_pins()
        for used in chain.from_iterable(fact.source for fact in self.facts):
            if used not in self.sources:
                raise ValueError(f"source must be one of {', '.join(self.sources)}, not {used!r}")
        clocks = [group.name for group in self.pins if group.frequency]
        if self.default_clock not in clocks:
            known = ", ".join(clocks) or "there is none"
            raise ValueError(
                f"default_clock must be a pin group with a frequency ({known}), not {self.default_clock!r}"
            )

    def _check_pins(self) -> None:
        owners: dict[str, str] = {}
        for bit, pin in self.bits.items():
            if pin in owners:
                raise ValueError(f"pins must be used once, but {pin} is both {owners[pin]} and {bit}")
            owners[pin] = bit
        seen: set[str] = set()
        for group in self.pins:
            for bit, pin in group.bits.items():
                if bit in seen:
                    raise ValueError(f"pins must name each signal once, but {bit} stands twice")
                if bit in group.aliases and owners.get(pin) != group.aliases[bit]:
                    raise ValueError(f"pins: {bit} must be the pin of {group.aliases[bit]}, not {pin}")
                seen.add(bit)
        lines = {f"pins.{name}": name in self.groups for name in ("uart_rx", "uart_tx")}
        parts = {"link": self.link is not None} | lines
        if len(set(parts.values())) > 1:
            missing = " and no ".join(name for name, is_there in parts.items() if not is_there)
            raise ValueError(f"link, pins.uart_rx and pins.uart_tx must stand together, but there is no {missing}")

    @property
    def facts(self) -> tuple[Device | Logic | Multipliers | BlockRam | Setting | Programmer | PinGroup | HostLink, ...]:
        """Everything that has a source."""
        offers = (self.resources.logic, self.resources.multipliers, self.resources.block_ram)
        link = (self.link,) if self.link else ()
        return (self.device, *offers, *self.toolchain.settings, *self.programmers, *self.pins, *link)

    @property
    def groups(self) -> dict[str, PinGroup]:
        """The pin groups by name."""
        return {group.name: group for group in self.pins}

    @property
    def bits(self) -> dict[str, str]:
        """The pin of every signal bit of the board, as :attr:`PinGroup.bits`, each pin once: without aliases."""
        return {
            bit: pin for group in self.pins for bit, pin in group.bits.items() if bit not in group.aliases
        }

    @property
    def clock_frequency(self) -> int:
        """Hz of the default clock."""
        return self.groups[self.default_clock].frequency or 0

    @property
    def plls(self) -> tuple[Pll, ...]:
        """The PLLs that can make a clock of the default one, the usual one first; empty where we set none."""
        return find_plls(self.toolchain.name, self.device.family, self.groups[self.default_clock].pll)

    def plan_clock(self, wanted_hz: int) -> ClockPlan:
        """The highest clock not above ``wanted_hz`` that can be made of the default clock.

        Raises
        ------
        InputError
            There is none, as :func:`quantnn.plan.clock.plan_clock`.
        """
        pll = self.groups[self.default_clock].pll
        try:
            return plan_clock(self.toolchain.name, self.clock_frequency, wanted_hz, pll, self.device.family)
        except InputError as error:
            raise InputError(f"{self.name}: {error}") from None

    @classmethod
    def read(cls, table: TomlTable) -> Self:
        """From the whole of a board's file."""
        groups, sources = table.table("pins"), table.table("sources")
        pins: list[PinGroup] = []
        known: dict[str, str] = {}
        for name in groups.fields():
            pins.append(groups.table(name).read(partial(PinGroup.read, name, known)))
            known |= pins[-1].bits
        return cls(
            table.text("name"),
            table.text("title"),
            table.text("default_clock"),
            table.table("device").read(Device.read),
            table.table("resources").read(Resources.read),
            table.table("toolchain").read(Toolchain.read),
            tuple(programmer.read(Programmer.read) for programmer in table.tables("programmers")),
            tuple(pins),
            {name: sources.text(name) for name in sources.fields()},
            table.table("link").read(HostLink.read) if "link" in table else None,
            table.integer("default_mhz") if "default_mhz" in table else None,
        )


def load_board(name_or_path: str | Path) -> Board:
    """A board by its name (see :func:`board_names`), or from a TOML file of your own.

    Raises
    ------
    InputError
        There is no such board, or its file is wrong: the message names file, field and allowed values.
    """
    if name_or_path in board_names():
        entry = resources.files("quantnn.boards") / f"{str(name_or_path).replace('-', '_')}.toml"
        with resources.as_file(entry) as file:
            return TomlTable.load(file).read(Board.read)
    check_board_name(name_or_path)
    return TomlTable.load(Path(name_or_path)).read(Board.read)
