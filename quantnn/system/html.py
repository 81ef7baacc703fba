"""Tables and sentences in a notebook."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from quantnn.system.printable import Printable

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["Shown", "html"]

_WIDTH = 120
_FRAME = (
    '<pre style="white-space:pre;overflow-x:auto;line-height:normal;font-family:Menlo,\'DejaVu Sans Mono\',consolas,'
    "'Courier New',monospace\">{code}</pre>"
)


def html(shown: RenderableType) -> str:
    """What a terminal of 120 columns would show, as HTML: nothing in it is markup but what is made here."""
    from rich.console import Console

    console = Console(
        file=io.StringIO(), record=True, width=_WIDTH, force_jupyter=False, markup=False, highlight=False, emoji=False
    )
    console.print(Printable(shown), crop=False)
    return console.export_html(inline_styles=True, code_format=_FRAME)


class Shown(ABC):
    """What shows itself as tables: in a notebook, and where rich prints it."""

    @abstractmethod
    def __rich__(self) -> RenderableType: ...

    def _repr_html_(self) -> str:
        return html(self)
