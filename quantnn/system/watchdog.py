"""A process beside quantnn that ends the programs which quantnn started, even if that is killed.

It runs as a file, of the standard library alone, and reads a number per line from standard input: that of a process
group that began, the negative of one that ended, or 0 for all to end now. When the input closes, because quantnn has
ended, those that are left end. They get SIGTERM, and SIGKILL a little later.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable

__all__ = ["GRACE"]

GRACE = 5.0
"""Seconds that a program which is told to stop gets to do so."""


def _end(groups: Iterable[int]) -> None:
    deadline = time.monotonic() + GRACE
    left = _told(groups, signal.SIGTERM)
    while left and time.monotonic() < deadline:
        time.sleep(0.02)
        left = _told(left, 0)
    _told(left, signal.SIGKILL)


def _told(groups: Iterable[int], number: int) -> list[int]:
    """Send a signal to process groups, 0 to ask only; returns those that there are."""
    found = []
    for group in groups:
        try:
            os.killpg(group, number)
        except OSError:
            continue
        found.append(group)
    return found


def _main() -> None:
    groups: set[int] = set()
    for line in sys.stdin:
        number = int(line)
        groups.discard(-number)
        if number > 0:
            groups.add(number)
        elif number == 0:
            _end(groups)
            groups.clear()
    _end(groups)


if __name__ == "__main__":
    _main()
