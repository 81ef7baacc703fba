"""What a board offers: device, resources, toolchain, programmers and pins. A board is data, one TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib import resources
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Self

from quantnn.errors import InputError
from quantnn.pins import PinGroup
from quantnn.resources import BlockRam, Logic, MultiplierMode, Multipliers, Resources
from quantnn.toml_table import TomlTable

__all__ = [
    "BlockRam",
    "Board",
    "Device",
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

TOOLCHAINS = ("quartus",)


@dataclass(frozen=True)
class Device:
    """The FPGA, as its vendor names it. ``source``, here and below: ids of documents that state the facts."""

    family: str
    device: str
    package: str
    speed: str
    suffix: str
    source: tuple[str, ...]

    @property
    def part(self) -> str:
        """The full part number."""
        return self.device + self.package + self.speed + self.suffix

    @classmethod
    def read(cls, table: TomlTable) -> Self:
        """From a board's ``device``."""
        return cls(
            table.text("family"),
            table.text("device"),
            table.text("package"),
            table.text("speed"),
            table.text("suffix"),
            table.texts("source"),
        )


@dataclass(frozen=True)
class Setting:
    """A project-wide setting of the toolchain."""

    name: str
    value: str
    source: tuple[str, ...]

    @classmethod
    def read(cls, table: TomlTable) -> Self:
        """From a member of a board's ``toolchain.settings``."""
        return cls(table.text("name"), table.text("value"), table.texts("source"))


@dataclass(frozen=True)
class Toolchain:
    """The tools that make a bitstream for the board, and the settings that the board needs of them."""

    name: str
    settings: tuple[Setting, ...]

    @classmethod
    def read(cls, table: TomlTable) -> Self:
        """From a board's ``toolchain``."""
        settings = tuple(setting.read(Setting.read) for setting in table.tables("settings"))
        return cls(table.text("name", *TOOLCHAINS), settings)


@dataclass(frozen=True)
class Programmer:
    """A program that loads the board: the file types it takes, and its arguments before the file."""

    tool: str
    files: tuple[str, ...]
    arguments: tuple[str, ...]
    source: tuple[str, ...]

    @classmethod
    def read(cls, table: TomlTable) -> Self:
        """From a member of a board's ``programmers``."""
        return cls(table.text("tool"), *(table.texts(field) for field in ("files", "arguments", "source")))


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

    Raises
    ------
    ValueError
        A pin or signal stands twice, a source is unknown, or the default clock is no clock.
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

    def __post_init__(self) -> None:
        object.__setattr__(self, "sources", MappingProxyType(dict(self.sources)))
        owners: dict[str, str] = {}
        for bit, pin in chain.from_iterable(group.bits.items() for group in self.pins):
            if bit in owners.values():
                raise ValueError(f"pins must name each signal once, but {bit} stands twice")
            if pin in owners:
                raise ValueError(f"pins must be used once, but {pin} is both {owners[pin]} and {bit}")
            owners[pin] = bit
        for used in chain.from_iterable(fact.source for fact in self.facts):
            if used not in self.sources:
                raise ValueError(f"source must be one of {', '.join(self.sources)}, not {used!r}")
        clocks = [group.name for group in self.pins if group.frequency]
        if self.default_clock not in clocks:
            known = ", ".join(clocks) or "there is none"
            raise ValueError(
                f"default_clock must be a pin group with a frequency ({known}), not {self.default_clock!r}"
            )

    @property
    def facts(self) -> tuple[Device | Logic | Multipliers | BlockRam | Setting | Programmer | PinGroup, ...]:
        """Everything that has a source."""
        offers = (self.resources.logic, self.resources.multipliers, self.resources.block_ram)
        return (self.device, *offers, *self.toolchain.settings, *self.programmers, *self.pins)

    @property
    def bits(self) -> dict[str, str]:
        """The pin of every signal bit of the board, as :attr:`PinGroup.bits`."""
        return {bit: pin for group in self.pins for bit, pin in group.bits.items()}

    @property
    def clock_frequency(self) -> int:
        """Hz of the default clock."""
        return next(group.frequency or 0 for group in self.pins if group.name == self.default_clock)

    @classmethod
    def read(cls, table: TomlTable) -> Self:
        """From the whole of a board's file."""
        groups, sources = table.table("pins"), table.table("sources")
        return cls(
            table.text("name"),
            table.text("title"),
            table.text("default_clock"),
            table.table("device").read(Device.read),
            table.table("resources").read(Resources.read),
            table.table("toolchain").read(Toolchain.read),
            tuple(programmer.read(Programmer.read) for programmer in table.tables("programmers")),
            tuple(groups.table(name).read(partial(PinGroup.read, name)) for name in groups.fields()),
            {name: sources.text(name) for name in sources.fields()},
        )


def board_names() -> tuple[str, ...]:
    """The names of the boards that come with quantnn."""
    files = (entry.name for entry in resources.files("quantnn.boards").iterdir())
    return tuple(sorted(name[: -len(".toml")].replace("_", "-") for name in files if name.endswith(".toml")))


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
    if Path(name_or_path).suffix != ".toml":
        known = ", ".join(board_names())
        raise InputError(f"A board must be one of {known}, or a .toml file, not {str(name_or_path)!r}")
    return TomlTable.load(Path(name_or_path)).read(Board.read)
