"""Families of devices whose netlists can be simulated."""

from __future__ import annotations

from quantnn.errors import InputError
from quantnn.system.extras import needing

__all__ = ["check_netlist_family"]


def check_netlist_family(family: str) -> None:
    """Refuse a family of devices of whose cells there are no models.

    Raises
    ------
    InputError
        There are none, or the simulator is not installed.
    """
    with needing("sim", what="the simulator"):
        from quantnn.sim.cell_models import MODELLED
    if family not in MODELLED:
        raise InputError(f"--netlist must be {' or '.join(MODELLED)}, not {family}: other cells have no models")
