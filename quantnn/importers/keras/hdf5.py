"""What an HDF5 file holds, read by a process of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy.typing as npt

from quantnn.errors import InputError, ToolError
from quantnn.files.safe_npz import SIZE_LIMIT, read_npz
from quantnn.importers.keras import hdf5_program
from quantnn.system.scratch import scratch_folder
from quantnn.system.stopping import is_stopped
from quantnn.system.tools import run

__all__ = ["Hdf5", "Numbers", "read_hdf5"]

Numbers = npt.NDArray[Any]

_INDEX = "index"
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "HDF5_PLUGIN_PATH": "/nowhere"}
"""Threads would take memory, and no code is looked for to read unknown compression."""


@dataclass(frozen=True, eq=False)
class Hdf5:
    """Attributes and arrays of a file, by their groups' paths; the root's is ''.

    Parameters
    ----------
    texts : mapping of str to mapping of str to list of str
        Path to attribute to texts, of those attributes that Keras writes.
    arrays : mapping of str to array
        Path to array.
    """

    texts: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)
    arrays: Mapping[str, Numbers] = field(default_factory=dict)

    def text(self, path: str, name: str) -> str:
        """An attribute of one text; empty if there is none."""
        return "".join(self.texts.get(path, {}).get(name, [])[:1])

    def names(self, path: str, name: str) -> list[str] | None:
        """An attribute of several texts, which Keras splits into name0, name1, … where they are long."""
        found = self.texts.get(path, {})
        if name in found:
            return found[name]
        parts: list[str] = []
        number = 0
        while f"{name}{number}" in found:
            parts += found[f"{name}{number}"]
            number += 1
        return parts if number else None


def read_hdf5(path: Path, shown: Path) -> Hdf5:
    """Read a file whose HDF5 nobody vouches for.

    Parameters
    ----------
    shown : Path
        What messages call it.

    Raises
    ------
    InputError
        It is damaged, links to elsewhere, or holds too much.
    ImportError
        h5py is missing.
    """
    if importlib.util.find_spec("h5py") is None:
        raise ModuleNotFoundError("h5py is missing", name="h5py")
    with scratch_folder() as folder:
        target = folder / "content.npz"
        try:
            _take_apart(path.absolute(), target)
            content = read_npz(target, SIZE_LIMIT * 4)
        except (ToolError, InputError):
            if is_stopped():
                raise
            raise InputError(f"{shown} is damaged, and its HDF5 cannot be read: copy or save it again") from None
    index = json.loads(content[_INDEX].tobytes())
    if index["refused"]:
        raise InputError(f"{shown}: {index['refused']}")
    arrays = {name: content[str(number)] for number, name in enumerate(index["names"])}
    return Hdf5(index["texts"], arrays)


def _take_apart(source: Path, target: Path) -> None:
    """Have :mod:`~quantnn.importers.keras.hdf5_program` write what is in ``source``."""
    run(
        [sys.executable, "-I", hdf5_program.__file__, source, target],
        cwd=target.parent,
        env={**os.environ, **_ENVIRONMENT},
        log=target.parent / "log",
    )
