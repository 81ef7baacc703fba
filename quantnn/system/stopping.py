"""Ctrl-C, SIGTERM and a terminal that goes away: work ends as after an error, and puts everything back."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Stopped", "held", "is_stopped", "on_stop", "stoppable"]

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_PATIENCE = 1.0
"""Seconds after which a second signal means that putting things back takes too long."""


class Stopped(BaseException):
    """Whoever started the program wants it to end. No error, so that nobody who handles errors holds it up.

    Parameters
    ----------
    number : int
        The signal.
    """

    def __init__(self, number: int):
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


class _State:
    """What has been asked for: signals reach the whole process, not one of its objects."""

    def __init__(self) -> None:
        self.stopped: Stopped | None = None
        self.since = 0.0
        self.holds = 0


_state = _State()
_endings: list[Callable[[], None]] = []


def on_stop(ending: Callable[[], None]) -> None:
    """Have a function called when the program is to end, before any work hears of it. It must not wait."""
    _endings.append(ending)


def is_stopped() -> bool:
    """Whether the program is to end: threads, which no signal reaches, begin nothing new then."""
    return _state.stopped is not None


@contextmanager
def stoppable() -> Iterator[None]:
    """While the context lasts, a signal raises :class:`Stopped` in the main thread, once.

    A second one, more than a second later, ends the process where it stands. A signal that was ignored, as after
    ``nohup``, stays so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        stopped, _state.stopped = _state.stopped, None
        if stopped is not None:  # also where what it raised was lost, as in a destructor
            raise stopped


@contextmanager
def held() -> Iterator[None]:
    """While the context lasts, a signal waits: for what must happen whole, and is short."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _state.holds += 1
    try:
        yield
    finally:
        _state.holds -= 1
        if _state.stopped is not None and not _state.holds:
            raise _state.stopped


def _stop(number: int, _: object) -> None:
    if _state.stopped is not None:
        if time.monotonic() - _state.since > _PATIENCE:
            os._exit(128 + number)
        return
    _state.stopped, _state.since = Stopped(number), time.monotonic()
    for ending in _endings:
        ending()
    if not _state.holds:
        raise _state.stopped
