"""Verilog of the cells that a netlist is made of."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pyosys

__all__ = ["MODELLED", "cell_models"]

MODELLED = ("ecp5", "ice40")
"""Families all of whose cells have a model."""

_SHARE = Path(pyosys.__file__).parent / "share"
_INCLUDE = re.compile(r'^`include "(\w+\.vh)"$', re.MULTILINE)
_EMPTY = re.compile(r"^\(\* blackbox \*\)\s*module (\w+).*?^endmodule$", re.MULTILINE | re.DOTALL)


def cell_models(family: str) -> str:
    """Models of a family's cells: Yosys' own, and of those that it leaves empty, the ones in ``ecp5_cells.v``.

    Raises
    ------
    ValueError
        There are none for this family.
    """
    if family == "ice40":
        return (_SHARE / "ice40" / "cells_sim.v").read_text(encoding="utf-8")
    if family == "ecp5":
        cells = _EMPTY.sub("", _with_includes(_SHARE / "lattice" / "cells_sim_ecp5.v"))
        own = files("quantnn.sim").joinpath("ecp5_cells.v").read_text(encoding="utf-8")
        return f"`define NO_INCLUDES\n{cells}{own}"
    raise ValueError(f"family must be one of {', '.join(MODELLED)}, not {family!r}")


def _with_includes(path: Path) -> str:
    """A file with what it includes from beside it."""
    return _INCLUDE.sub(lambda match: _with_includes(path.with_name(match[1])), path.read_text(encoding="utf-8"))
