"""Adder graphs in an .npz file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from quantnn.adders.adder_graph import AdderGraph
from quantnn.errors import InputError
from quantnn.files.safe_npz import read_npz

__all__ = ["load_graphs", "save_graphs"]

_REMEDY = "export the model again"
_PARTS = ("inputs", "constants", "adders", "outputs")


def save_graphs(graphs: Mapping[int, AdderGraph], path: Path) -> None:
    """Write graphs by their numbers: arrays ``<number>_inputs``, ``_constants``, ``_adders`` and ``_outputs``."""
    arrays = {
        f"{number}_{part}": values for number in sorted(graphs) for part, values in graphs[number].arrays().items()
    }
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # the names are no parameters


def load_graphs(path: Path) -> dict[int, AdderGraph]:
    """Read what :func:`save_graphs` wrote.

    Raises
    ------
    InputError
        The file is missing or damaged.
    """
    arrays = read_npz(path)
    graphs = {}
    try:
        for number in sorted({int(name.partition("_")[0]) for name in arrays}):
            parts = {part: arrays[f"{number}_{part}"] for part in _PARTS}
            if any(values.dtype.kind not in "iu" for values in parts.values()):
                raise ValueError("it must hold integers only")
            graphs[number] = AdderGraph.from_arrays(parts)
    except (KeyError, ValueError, IndexError, OverflowError) as error:
        raise InputError(f"{path} is damaged ({error}): {_REMEDY}") from None
    return graphs
