"""A simulated board in the terminal, until somebody has seen enough."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from quantnn.system.stopping import Stopped

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from quantnn.api.simulated import BoardFace, BoardSimulation, Shown

__all__ = ["watch"]

_SECONDS = 0.2
"""Between two looks at the board: Python stays off its clock."""
_LOGGED_SECONDS = 1.0
"""Between two looks where every change makes a line."""
_WRITABLE = "●○"


def watch(board: BoardSimulation, said: list[str]) -> None:
    """Show what a board shows, below some sentences, until Ctrl-C: live in a terminal, elsewhere a line per change.

    Raises
    ------
    Stopped
        Which is how it ends.
    ToolError
        The simulation broke off.
    """
    from rich.console import Console

    from quantnn.api.simulated import BoardFace

    console = Console(highlight=False, markup=False, emoji=False)
    shown = _live if console.is_terminal and not console.is_dumb_terminal else _logged
    try:
        shown(console, board, BoardFace.of_groups(board.groups), said)
    except Stopped:
        print("The board is switched off.", flush=True)
        raise


def _live(console: Console, board: BoardSimulation, face: BoardFace, said: list[str]) -> None:
    from rich.console import Group
    from rich.live import Live
    from rich.text import Text

    from quantnn.system.paragraph import Paragraph

    signs = {} if _is_writable(console.encoding) else {"lit": "#", "dark": "."}

    def picture(shown: Shown) -> RenderableType:
        drawing = Text(face.drawing(shown, **signs), no_wrap=True, overflow="crop")
        return Group(*map(Paragraph, said), Text(), drawing, Text())

    shown = board.run(0)
    with Live(picture(shown), console=console, auto_refresh=False, redirect_stderr=False) as live:
        while True:
            time.sleep(_SECONDS)
            if (now := board.run(0)) != shown:
                shown = now
                live.update(picture(shown), refresh=True)


def _logged(console: Console, board: BoardSimulation, face: BoardFace, said: list[str]) -> None:
    for sentence in said:
        print(sentence, flush=True)
    shown = None
    while True:
        if (now := board.run(0)) != shown:
            shown = now
            print(face.line(shown), flush=True)
        time.sleep(_LOGGED_SECONDS)


def _is_writable(encoding: str) -> bool:
    try:
        _WRITABLE.encode(encoding)
    except (LookupError, UnicodeError):
        return False
    return True
