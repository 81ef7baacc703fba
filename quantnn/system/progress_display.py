"""Long work as people see it: what is being done, how far it is, and how long it still takes. On standard error."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Self

from quantnn.system.progress import Progress
from quantnn.system.text import printable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

__all__ = ["LoggedProgress", "ShownProgress", "duration", "shown_progress"]

_BAR, _LEAST_BAR = 20, 6
_LEAST_SECONDS = 1.0
"""Between two lines of a log."""
_UNKNOWN_SECONDS = 5.0
"""The same while a step goes on of which nobody knows how far it is."""
_MOST_SECONDS = 60.0
_SHARE = 0.2
"""Of a step's time that passes between two lines of a log: what takes long tells of itself less often."""


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """What work is given to tell of itself: a line that moves in a terminal or a notebook, lines of a log elsewhere.

    A notebook needs ipywidgets for a line that moves; without, it gets a log.
    """
    from rich.console import Console

    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    moves = find_spec("ipywidgets") is not None if console.is_jupyter else console.is_terminal
    shown = moves and not console.is_dumb_terminal
    with ShownProgress(console) if shown else LoggedProgress(console) as told:
        yield told


@dataclass
class _Step:
    """What is being done, and how much of it is."""

    name: str
    total: int | None
    unit: str
    began: float
    done: int = 0
    note: str = ""

    def title(self) -> str:
        """What it is, and what is known so far."""
        return f"{self.name}, {self.note}" if self.note else self.name

    def far(self, seconds: float, *, with_unit: bool = True) -> str:
        """How far it is, some seconds after it began."""
        if not self.total:
            return duration(seconds)
        done = min(self.done, self.total)
        counted = f"{done:,} of {self.total:,}{f' {self.unit}' if with_unit and self.unit else ''}"
        parts = [counted, f"{100 * done // self.total} %"]
        if 0 < done < self.total:
            parts.append(f"{duration(seconds * (self.total - done) / done)} left")
        return ", ".join(parts)


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


class _Told(Progress):
    """Keeps the step that is under way; may be told by several threads."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic):
        self._console, self._clock = console, clock
        self._lock = threading.Lock()
        self._step: _Step | None = None

    def __call__(self, step: str, total: int | None = None, unit: str = "") -> None:
        with self._lock:
            over, self._step = self._step, _Step(printable(step), total, unit, self._clock())
        self._changed(over)

    def advance(self, count: int = 1, note: str | None = None) -> None:
        with self._lock:
            if self._step is not None:
                self._step.done += count
                self._step.note = self._step.note if note is None else printable(note)

    def _changed(self, over: _Step | None) -> None:
        """A step is over and another has begun; called without the lock, as a terminal's own locks lie outside it."""


class ShownProgress(_Told):
    """One line at the bottom of the terminal that moves; every step that is done leaves a line with its seconds."""

    def __enter__(self) -> Self:
        from rich.live import Live

        self._live = Live(
            get_renderable=self.__rich__,
            console=self._console,
            refresh_per_second=8,
            transient=True,
            redirect_stdout=False,
        )
        self._live.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with self._lock:
            over, self._step = self._step, None
        self._live.stop()
        if kind is None:
            self._changed(over)

    def _changed(self, over: _Step | None) -> None:
        if over is not None:
            self._console.print(f"✓ {over.title()}  {duration(self._clock() - over.began)}", soft_wrap=True)

    def __rich__(self) -> RenderableType:
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        with self._lock:
            if self._step is None:
                return Text()
            step = replace(self._step)
        seconds = self._clock() - step.began
        title, gap = Text(f"… {step.title()}", no_wrap=True), 2
        far, room = "", -1
        for far in (step.far(seconds), step.far(seconds, with_unit=False)):
            room = self._console.width - title.cell_len - len(far) - 2 * gap - 1
            if room >= _LEAST_BAR:
                break
        row = Table.grid(padding=(0, gap, 0, 0))
        if step.total and room >= _LEAST_BAR:
            bar = ProgressBar(total=step.total, completed=min(step.done, step.total), width=min(_BAR, room))
            row.add_row(title, bar, far)
        else:
            title.truncate(max(_LEAST_BAR, self._console.width - len(far) - gap - 1), overflow="ellipsis")
            row.add_row(title, Text(far, no_wrap=True))
        return row


class LoggedProgress(_Told):
    """Plain lines, at most one a second: a step when it begins or soon after, and now and then how far it is."""

    def __enter__(self) -> Self:
        self._last = -_LEAST_SECONDS
        self._named: _Step | None = None
        self._over = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)
        self._ticker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._ticker.join()

    def _changed(self, over: _Step | None) -> None:
        self.tell()

    def tell(self) -> None:
        """Write a line if it is time for one."""
        with self._lock:
            step, now = self._step, self._clock()
            if step is None or now - self._last < _LEAST_SECONDS:
                return
            lasts = now - step.began
            if step is not self._named:
                self._write(step.title(), now)
            elif now - self._last >= min(
                _MOST_SECONDS, max(_LEAST_SECONDS if step.total else _UNKNOWN_SECONDS, _SHARE * lasts)
            ):
                self._write(f"{step.title()}: {step.far(lasts)}", now)
            self._named = step

    def _write(self, line: str, now: float) -> None:
        self._console.print(f"… {line}", soft_wrap=True)
        self._last = now

    def _tick(self) -> None:
        while not self._over.wait(_LEAST_SECONDS / 10):
            self.tell()
