"""What a file of samples holds, whatever its kind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from quantnn.model.class_labels import FoundLabels
from quantnn.model.sample_rows import Rows

__all__ = ["DataFile"]


@dataclass(frozen=True, eq=False)
class DataFile:
    """Samples as they are in a file or folder, and the labels in it.

    Parameters
    ----------
    rows : Rows
    source : Path or str
        The file or folder, or what messages call an array in memory.
    name : str
        The array, where there are others in the file.
    labels : FoundLabels, optional
    notes : tuple of str
        What a report should say about how it was read.
    """

    rows: Rows
    source: Path | str
    name: str = ""
    labels: FoundLabels | None = None
    notes: tuple[str, ...] = ()
