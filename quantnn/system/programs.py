"""The programs that run now, so that none outlives quantnn."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress

from quantnn.system import watchdog
from quantnn.system.stopping import is_stopped, on_stop

__all__ = ["Programs"]


class Programs:
    """Process groups of programs under way, in whichever thread, and the watchdog that ends them with this process.

    Where the system has no process groups, the programs themselves are ended, and only if this process still can.
    """

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()
        self._starting = threading.Lock()
        self._watchdog: subprocess.Popen[bytes] | None = None
        on_stop(self.end)
        atexit.register(self._leave)

    def add(self, process: subprocess.Popen[str]) -> None:
        """A program has begun, in a session of its own."""
        self._running.add(process)
        if hasattr(os, "killpg"):
            with self._starting:
                if not self._tell(process.pid):
                    self._watch()
        if is_stopped():  # since it was started
            self.end()

    def remove(self, process: subprocess.Popen[str]) -> None:
        """A program has ended and is no zombie any more."""
        with self._starting:
            self._running.discard(process)
            self._tell(-process.pid)

    def end(self) -> None:
        """Have all of them ended, and what they started; does not wait for it."""
        if self._tell(0):
            return
        for process in list(self._running):
            stop(process, signal.SIGTERM)
        # A signal may have come while a watchdog is started: then whoever does that calls this again.
        if hasattr(os, "killpg") and self._running and self._starting.acquire(blocking=False):
            try:
                self._watch()  # for those that do not listen
            finally:
                self._starting.release()
            self._tell(0)

    def _watch(self) -> None:
        """Start a watchdog, as there is none or it was killed, and tell it of all that run."""
        self._leave()
        self._watchdog = None
        with suppress(OSError):
            self._watchdog = _start()
        for process in list(self._running):
            self._tell(process.pid)

    def _tell(self, number: int) -> bool:
        """Whether there is a watchdog that was told."""
        if self._watchdog is not None and self._watchdog.stdin is not None:
            with suppress(OSError, ValueError):  # it is gone, or this process is about to be
                os.write(self._watchdog.stdin.fileno(), f"{number}\n".encode())  # so short a line is never split
                return True
        return False

    def _leave(self) -> None:
        """The watchdog is needed no more, as when this process ends."""
        if self._watchdog is not None and self._watchdog.stdin is not None:
            self._watchdog.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                self._watchdog.wait(1)
            self._watchdog.returncode = 0  # if it still waits for others to end: nobody need be warned


def _start() -> subprocess.Popen[bytes]:
    nowhere = subprocess.DEVNULL
    words = [sys.executable, "-I", "-S", watchdog.__file__]
    return subprocess.Popen(
        words, cwd="/", stdin=subprocess.PIPE, stdout=nowhere, stderr=nowhere, start_new_session=True, bufsize=0
    )


def stop(process: subprocess.Popen[str], number: int) -> None:
    """Send a signal to a program and those that it started, as far as the system can."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):  # macOS: only zombies are left
            os.killpg(process.pid, number)
    else:
        process.terminate()
