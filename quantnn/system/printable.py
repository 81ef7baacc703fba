"""Whatever rich shows, without a control character."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantnn.system.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

__all__ = ["Printable"]


class Printable:
    """What is shown, with escapes for control characters of texts that come from files."""

    def __init__(self, shown: RenderableType):
        self._shown = shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        for segment in console.render(self._shown, options):
            text = segment.text if segment.control else "\n".join(map(printable, segment.text.split("\n")))
            yield segment._replace(text=text)
