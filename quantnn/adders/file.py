"""Adder graphs and packings in an .npz file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.packing import Packing
from quantnn.adders.packing_arrays import PACKING_PARTS, packing_arrays, packing_of
from quantnn.adders.sums import Sums
from quantnn.arithmetic import Integers
from quantnn.errors import InputError
from quantnn.files.safe_npz import read_npz

__all__ = ["load_graphs", "save_graphs"]

_REMEDY = "export the model again"
_PARTS = ("inputs", "constants", "adders", "outputs")
_NONE = np.zeros(0, dtype=np.int64)


def save_graphs(graphs: Mapping[int, Sums], path: Path) -> None:
    """Write graphs by their numbers.

    A graph becomes the arrays ``<number>_inputs``, ``_constants``, ``_adders`` and ``_outputs``, a packing those of
    :func:`packing_arrays`. Arrays without numbers are left out.
    """
    arrays: dict[str, Integers] = {}
    for number, graph in sorted(graphs.items()):
        own = packing_arrays(graph) if isinstance(graph, Packing) else graph.arrays()
        arrays |= {f"{number}_{part}": values for part, values in own.items() if values.size}
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # the names are no parameters


def load_graphs(path: Path) -> dict[int, Sums]:
    """Read what :func:`save_graphs` wrote.

    Raises
    ------
    InputError
        The file is missing or damaged.
    """
    arrays = read_npz(path)
    graphs: dict[int, Sums] = {}
    try:
        for number in sorted({int(name.partition("_")[0]) for name in arrays}):
            packed = f"{number}_ranges" in arrays
            parts = {part: arrays.get(f"{number}_{part}", _NONE) for part in (PACKING_PARTS if packed else _PARTS)}
            if any(values.dtype.kind not in "iu" for values in parts.values()):
                raise ValueError("it must hold integers only")
            graphs[number] = packing_of(parts) if packed else AdderGraph.from_arrays(parts)
    except (KeyError, ValueError, IndexError, OverflowError, TypeError) as error:
        raise InputError(f"{path} is damaged ({error}): {_REMEDY}") from None
    return graphs
