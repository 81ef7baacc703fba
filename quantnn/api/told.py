"""Whether long work tells of itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from quantnn.system.progress import SILENT, Progress
from quantnn.system.progress_display import shown_progress

__all__ = ["Telling", "told"]

Telling = bool | Progress
"""False for silence, True for bars in a terminal or a notebook, or who else shall be told."""


@contextmanager
def told(progress: Telling) -> Iterator[Progress]:
    """What work is given to tell of itself."""
    if isinstance(progress, Progress):
        yield progress
    elif progress:
        with shown_progress() as display:
            yield display
    else:
        yield SILENT
