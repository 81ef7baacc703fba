"""How a report shows itself: what makes its tables stands above it, and registers here."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["plain", "tables"]

_WIDTH = 100


@singledispatch
def tables(record: object) -> RenderableType:
    """A record as tables; who knows how to draw one registers that here. Without, its plain words."""
    return repr(record)


def plain(shown: RenderableType) -> str:
    """The same as plain text, 100 columns wide."""
    from rich.console import Console

    console = Console(width=_WIDTH, force_terminal=False, color_system=None, markup=False)
    with console.capture() as capture:
        console.print(shown, crop=False)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"
