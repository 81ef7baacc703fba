"""What a board shows, for a terminal: lamps, and seven-segment displays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from quantnn.hdl.board.seven_segment import DASH, DIGITS

if TYPE_CHECKING:
    from quantnn.sim.board_simulation import Shown

__all__ = ["BoardFace"]

_SIGNS = {0: " ", DASH: "-"} | {segments: f"{digit:X}" for digit, segments in enumerate(DIGITS)}
_POINT = 7


@dataclass(frozen=True)
class BoardFace:
    """Where the lamps and displays of a board are.

    Parameters
    ----------
    lamps, displays : tuple of (str, int)
        Name and bits of each port, the lowest first, as in a :class:`~quantnn.sim.board_simulation.Shown`.
    """

    lamps: tuple[tuple[str, int], ...]
    displays: tuple[tuple[str, int], ...]

    @classmethod
    def of_groups(cls, groups: Mapping[str, Sequence[Mapping[str, Any]]]) -> Self:
        """From the ports of a board by purpose, as in pins.json."""
        lamps, displays = (
            tuple((str(port["port"]), int(port["bits"])) for port in groups.get(name, ()))
            for name in ("led", "display")
        )
        return cls(lamps, displays)

    def line(self, shown: Shown) -> str:
        """All of it on one line: lamps as bits, the highest first, and signs from left to right."""
        parts = [f"{name} {value:0{bits}b}" for name, bits, value in _values(self.lamps, shown.led)]
        if self.displays:
            parts.append(f"displays [{''.join(_sign(value) for value in self._segments(shown))}]")
        return ", ".join(parts)

    def drawing(self, shown: Shown, *, lit: str = "●", dark: str = "○") -> str:
        """Displays of three lines, and a line per port of lamps; the highest stands on the left, as on the board."""
        lines = []
        if self.displays:
            values = self._segments(shown)
            lines += ["".join(f"  {row}" for row in rows).rstrip() for rows in zip(*map(_digit, values), strict=True)]
            lines.append("")
        widest = max((len(name) for name, _ in self.lamps), default=0)
        for name, bits, value in _values(self.lamps, shown.led):
            row = " ".join(lit if value >> place & 1 else dark for place in reversed(range(bits)))
            lines.append(f"  {name:{widest}}  {row}")
        return "\n".join(lines)

    def _segments(self, shown: Shown) -> list[int]:
        """Of each display, from left to right."""
        return [value for _, _, value in reversed(_values(self.displays, shown.display))]


def _values(ports: Sequence[tuple[str, int]], value: int) -> list[tuple[str, int, int]]:
    """Each port with its part of a value, the first of which is lowest."""
    found = []
    for name, bits in ports:
        found.append((name, bits, value & (1 << bits) - 1))
        value >>= bits
    return found


def _sign(segments: int) -> str:
    """What segments a to g and the point show; ? where it is no sign that a board's top makes."""
    return _SIGNS.get(segments & ~(1 << _POINT), "?") + ("." if segments >> _POINT & 1 else "")


def _digit(segments: int) -> tuple[str, str, str]:
    """Segments a to g and the point, drawn."""

    def drawn(place: int, sign: str) -> str:
        return sign if segments >> place & 1 else " "

    return (
        f" {drawn(0, '_')}  ",
        f"{drawn(5, '|')}{drawn(6, '_')}{drawn(1, '|')} ",
        f"{drawn(4, '|')}{drawn(3, '_')}{drawn(2, '|')}{drawn(_POINT, '.')}",
    )
