"""What is in a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from quantnn.api.arguments import hints
from quantnn.design.inspection import Description, describe, describe_report
from quantnn.errors import naming_parameters

__all__ = ["Description", "describe_report", "inspect"]


@naming_parameters()
def inspect(path: str | Path, *, activations: Sequence[str] = ()) -> Description:
    """Layers, ranges and formats of a model file, a saved network or an exported folder: ``values`` for programs, and
    tables in a notebook.

    Parameters
    ----------
    path : str or Path
    activations : sequence of str
        One name per dense layer, for a model file that holds weights only.

    Raises
    ------
    InputError
        It is none of them.
    """
    return describe(Path(path), hints(activations))
