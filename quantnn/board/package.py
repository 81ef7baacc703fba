"""The pins of a device's package, as far as they are known."""

from __future__ import annotations

import json
import math
import re
from functools import cache
from importlib import resources

from quantnn.board.fpga import Device

__all__ = ["package_pins", "pin_mistake"]

_ROWS = list("ABCDEFGHJKLMNPRTUVWY")
_ROWS += [first + second for first in "AB" for second in _ROWS]
"""What JEDEC calls the rows of a grid of balls, without letters that look like others."""
_GRID = re.compile(r"[FMU]([1-9][0-9]*)")
_LEADS = re.compile(r"E([1-9][0-9]*)")


def pin_mistake(toolchain: str, device: Device, pin: str) -> str | None:
    """Why a pin cannot be one of a device's package, in words that go on after "must"; None where it may be."""
    pins = package_pins(toolchain, device)
    if pins is None or pin in pins:
        return None
    like = f"{min(pins, key=_place)} to {max(pins, key=_place)}"
    return f"be a pin of {device.part} in {device.package}, which has {len(pins)} from {like}, not {pin}"


@cache
def package_pins(toolchain: str, device: Device) -> frozenset[str] | None:
    """The pins of the package; None where they are not known.

    Of the open families those that have an input or an output, as their tools know them (see
    ``benchmarks/package_pins.py``). Of MAX 10 all balls of the grid, some without
    the four corners, or all leads, by the package's name.
    """
    if toolchain != "quartus":
        key = device.part if toolchain == "gowin" else f"{device.device} {device.package}"
        return _known().get(key)
    if device.family != "MAX 10":
        return None
    if leads := _LEADS.fullmatch(device.package):
        return frozenset(map(str, range(1, int(leads[1]) + 1)))
    if not (grid := _GRID.fullmatch(device.package)):
        return None
    balls = int(grid[1])
    side = math.isqrt(balls - 1) + 1
    if side * side - balls not in (0, 4) or side > len(_ROWS):
        return None
    pins = frozenset(f"{row}{column}" for row in _ROWS[:side] for column in range(1, side + 1))
    corners = {f"{row}{column}" for row in (_ROWS[0], _ROWS[side - 1]) for column in (1, side)}
    return pins if side * side == balls else pins - corners


@cache
def _known() -> dict[str, frozenset[str]]:
    text = (resources.files("quantnn.board") / "package_pins.json").read_text(encoding="utf-8")
    tables = {pins: frozenset(expanded(pins)) for pins in json.loads(text)}
    return {key: tables[pins] for pins, keys in json.loads(text).items() for key in keys}


def expanded(words: str) -> list[str]:
    """The pins of ``A2-5,7 B1``: rows, each with its columns."""
    pins = []
    for word in words.split():
        row = word.rstrip("0123456789,-")
        for run in word.removeprefix(row).split(","):
            first, _, last = run.partition("-")
            pins += [f"{row}{column}" for column in range(int(first), int(last or first) + 1)]
    return pins


def _place(pin: str) -> tuple[int, str, int]:
    row = pin.rstrip("0123456789")
    return len(row), row, int(pin.removeprefix(row))
