"""What a board offers: device, resources, toolchain, programmers and pins. A board is data, one TOML file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import Field
from pydantic.dataclasses import dataclass as record

from quantnn.board.devices import device_mistake, io_mistake
from quantnn.board.fpga import Device
from quantnn.board.host_link import HostLink
from quantnn.board.names import board_names, check_board_name
from quantnn.board.package import pin_mistake
from quantnn.board.pins import PinGroup, PinTable
from quantnn.board.toolchain import Programmer, Setting, Toolchain
from quantnn.errors import InputError
from quantnn.files.field_types import Must, Text, Words
from quantnn.files.record import CLOSED, read_record
from quantnn.files.toml_file import load_toml
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
            if mistake := pin_mistake(self.toolchain.name, self.device, pin):
                raise ValueError(f"pins: {bit} must {mistake}")
            if pin in owners:
                raise ValueError(f"pins must be used once, but {pin} is both {owners[pin]} and {bit}")
            owners[pin] = bit
        seen: set[str] = set()
        for group in self.pins:
            if mistake := io_mistake(self.toolchain.name, group.io_standard):
                raise ValueError(f"pins.{group.name}.io_standard must {mistake}")
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
    def of_file(cls, file: BoardFile) -> Self:
        """From what stands in a board's file.

        Raises
        ------
        ValueError
            Names the field, and what it must be.
        """
        pins: list[PinGroup] = []
        known: dict[str, str] = {}
        for name, table in file.pins.items():
            try:
                pins.append(PinGroup.of_table(name, known, table))
            except ValueError as error:
                raise ValueError(f"pins.{name}: {error}") from None
            known |= pins[-1].bits
        return cls(
            file.name,
            file.title,
            file.default_clock,
            file.device,
            file.resources,
            file.toolchain,
            file.programmers,
            tuple(pins),
            file.sources,
            file.link,
            file.default_mhz,
        )


@record(frozen=True, config=CLOSED)
class BoardFile:
    """A board's file, field by field: what docs/boards.md describes."""

    name: Text
    title: Text
    default_clock: Text
    sources: dict[str, Text]
    device: Device
    resources: Resources
    toolchain: Toolchain
    programmers: Annotated[tuple[Programmer, ...], Field(min_length=1)]
    pins: Annotated[dict[Words, PinTable], Field(min_length=1)]
    link: HostLink | None = None
    default_mhz: Annotated[int, Field(ge=1, le=10_000), Must("be an integer from 1 to 10000")] | None = None


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
            return _load(file)
    check_board_name(name_or_path)
    return _load(Path(name_or_path))


def _load(file: Path) -> Board:
    values = load_toml(file)
    try:
        return Board.of_file(read_record(BoardFile, values))
    except ValueError as error:
        raise InputError(f"{file}: {error}") from None
