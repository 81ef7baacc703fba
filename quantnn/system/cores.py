"""How many programs may run at the same time. Standard library alone."""

from __future__ import annotations

import os

__all__ = ["cores"]


def cores() -> int:
    """Processor cores that this process may run on, at least 1: all of the machine's, unless it was given fewer."""
    allowed = getattr(os, "sched_getaffinity", None)  # there is none on Windows and macOS
    return len(allowed(0)) if allowed else os.cpu_count() or 1
