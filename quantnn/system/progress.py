"""What long work tells of itself while it runs."""

from __future__ import annotations

__all__ = ["SILENT", "Progress"]


class Progress:
    """Is told which step has begun and how far it is. This one tells nobody; the command line's shows it.

    Work takes a ``progress: Progress = SILENT``, calls it at the beginning of each step, and counts what is done where
    it is known how much there is. Steps follow one another; a new one ends the one before.
    """

    def __call__(self, step: str, total: int | None = None, unit: str = "") -> None:
        """A step begins.

        Parameters
        ----------
        step : str
            What is done now, as "simulating 1,000 samples back to back".
        total : int, optional
            How many :meth:`advance` will count, at least 0; None where nobody knows.
        unit : str
            What is counted, in the plural: "samples", "seeds".
        """

    def advance(self, count: int = 1, note: str | None = None) -> None:
        """So many more of the step's total are done.

        Parameters
        ----------
        count : int
            At least 0.
        note : str, optional
            What is being done or has been found so far, in place of what was said before: "best 96 MHz"; empty for
            nothing. The last one stays beside a step that is over.
        """


SILENT = Progress()
"""For callers who want to hear nothing."""
