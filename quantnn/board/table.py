"""Boards, for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import TypeAdapter
from rich.console import Group, RenderableType

from quantnn.board.board import Board, board_names, load_board
from quantnn.board.pins import PinGroup
from quantnn.plan.pll import format_mhz
from quantnn.plan.resources import BlockRam, Multipliers
from quantnn.system.paragraph import Paragraph
from quantnn.system.table import Table

__all__ = ["board_values", "list_boards", "show_board"]

_LISTED = ("name", "FPGA", "toolchain", "logic", "block RAM", "multipliers", "clock", "baud")


def list_boards() -> RenderableType:
    """The boards that come with quantnn, a line each."""
    table = Table(*_LISTED)
    for name in board_names():
        board = load_board(name)
        resources = board.resources
        table.add_row(
            *(board.name, board.device.part, board.toolchain.name),
            f"{resources.logic.count:,} {resources.logic.unit}",
            f"{resources.block_ram.count} {resources.block_ram.name}",
            f"{resources.multipliers.count} × {_operands(resources.multipliers.modes[0].operands)}",
            f"{format_mhz(board.clock_frequency)} MHz",
            f"{board.link.baud:,}" if board.link else "–",
        )
    return table


def show_board(board: Board) -> RenderableType:
    """Everything that is known of a board, each fact with the ids of its sources, and the sources."""
    parts: list[RenderableType] = [Paragraph(f"{board.name}: {board.title}", style="bold"), _facts(board)]
    parts += [_pins(board.pins), _sources(board)]
    return Group(*parts)


def board_values(board: Board) -> dict[str, Any]:
    """Everything that is known of a board as JSON values, named as its fields are."""
    values: dict[str, Any] = TypeAdapter(Board).dump_python(board, mode="json", fallback=dict, warnings=False)
    return values


def _row(table: Table, cells: Iterable[str], source: Sequence[str] = ()) -> None:
    table.add_row(*cells, ", ".join(source))


def _facts(board: Board) -> Table:
    device, resources = board.device, board.resources
    table = Table("fact", "", "source")
    speed = f", speed {device.speed}" if device.speed else ""
    _row(table, ("FPGA", f"{device.part}: {device.family}, package {device.package}{speed}"), device.source)
    _row(table, ("logic", f"{resources.logic.count:,} {resources.logic.unit}"), resources.logic.source)
    _row(table, ("block RAM", _block_ram(resources.block_ram)), resources.block_ram.source)
    _row(table, ("multipliers", _multipliers(resources.multipliers)), resources.multipliers.source)
    clock = board.groups[board.default_clock]
    made = f"; with {board.plls[0].primitive}, {board.plls[0].output}" if board.plls else "; no PLL yet"
    _row(table, ("clock", f"{format_mhz(board.clock_frequency)} MHz{made}"), clock.source)
    _row(table, ("toolchain", board.toolchain.name))
    for setting in board.toolchain.settings:
        _row(table, ("setting", f"{setting.name} = {setting.value}"), setting.source)
    for programmer in board.programmers:
        command = " ".join((programmer.tool, *programmer.arguments))
        flash = f"; to keep it: {' '.join(programmer.flash_arguments)}" if programmer.flash_arguments else ""
        _row(table, ("programmer", f"{command}, takes {', '.join(programmer.files)}{flash}"), programmer.source)
    if board.link:
        usb = f" ({', '.join(board.link.usb)})" if board.link.usb else ""
        _row(table, ("serial link", f"{board.link.baud:,} baud, {board.link.bridge}{usb}"), board.link.source)
    return table


def _operands(operands: tuple[int, int]) -> str:
    return "×".join(map(str, operands))


def _block_ram(ram: BlockRam) -> str:
    shapes = ", ".join(f"{depth}×{width}" for depth, width in ram.shapes)
    return f"{ram.count} {ram.name} of {ram.bits:,} bits: {shapes}"


def _multipliers(multipliers: Multipliers) -> str:
    modes = ", ".join(f"{_operands(mode.operands)} takes {mode.elements}" for mode in multipliers.modes)
    return f"{multipliers.count} {multipliers.name}: {modes}"


def _pins(groups: Iterable[PinGroup]) -> Table:
    table = Table("pins", "direction", "I/O standard", "signals", "source")
    for group in groups:
        notes = [group.io_standard]
        notes += [f"{name} {value}" for name, value in group.attributes.items()]
        notes += ["active low"] if group.active_low else []
        notes += [f"{format_mhz(group.frequency)} MHz"] if group.frequency else []
        notes += [f"held {group.level}"] if group.level else []
        signals = (f"{signal}: {' '.join(pins)}" for signal, pins in group.signals.items())
        _row(table, (group.name, group.direction, ", ".join(notes), "\n".join(signals)), group.source)
    return table


def _sources(board: Board) -> Table:
    table = Table("source", "address")
    for name, address in board.sources.items():
        table.add_row(name, address)
    return table
