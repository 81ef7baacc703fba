"""Boards as Amaranth platforms, which write the files of the vendors' and the open tools."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from amaranth.build import Attrs, Clock, Pins, Resource

from quantnn.board.board import Board
from quantnn.board.pins import PinGroup
from quantnn.board.platforms.board_platform import BoardPlatform
from quantnn.board.platforms.ecp5 import Ecp5Platform
from quantnn.board.platforms.gowin import GowinPlatform
from quantnn.board.platforms.ice40 import Ice40Platform
from quantnn.board.platforms.quartus import QuartusPlatform
from quantnn.plan.clock import ClockPlan

__all__ = ["BoardPlatform", "make_platform"]

AMARANTH_DIRECTIONS = {"input": "i", "output": "o", "bidirectional": "io"}
PLATFORMS: dict[str, type[BoardPlatform]] = {
    "quartus": QuartusPlatform,
    "ecp5": Ecp5Platform,
    "ice40": Ice40Platform,
    "gowin": GowinPlatform,
}


def make_platform(
    board: Board, design_files: Iterable[str] = (), clock: ClockPlan | None = None
) -> BoardPlatform:
    """An Amaranth platform for ``board``. It serves one design: make another for the next.

    Parameters
    ----------
    board : Board
        Each of its pin groups is a set of resources: the group's n-th signal is number n.
    design_files : iterable of str
        Files beside the project that belong to it: Verilog (.v), and what the Verilog reads.
    clock : ClockPlan, optional
        What the design makes of the board's oscillator; by default the oscillator is its clock.
    """
    kind = PLATFORMS[board.toolchain.name]
    attributes = {
        "board": board,
        "design_files": tuple(design_files),
        "clock": clock or ClockPlan(board.clock_frequency),
        "resources": [resource for group in board.pins for resource in _resources(group, kind.io_standard)],
        "default_clk": board.default_clock,
        "device": board.device.device,
        "package": board.device.package,
        "speed": board.device.speed,
        "part": board.device.part,
        "family": board.device.family,
    }
    platform: BoardPlatform = type("MadePlatform", (kind,), attributes)()
    return platform


def _resources(group: PinGroup, io_standard: str) -> Iterable[Resource]:
    for number, pins in enumerate(group.signals.values()):
        constraints: list[Any] = [
            Pins(" ".join(pins), dir=AMARANTH_DIRECTIONS[group.direction], invert=group.active_low),
            Attrs(**{io_standard: group.io_standard, **group.attributes}),
        ]
        if group.frequency is not None:
            constraints.insert(1, Clock(group.frequency))
        yield Resource(group.name, number, *constraints)
