"""What is done to a family's netlist between Yosys and nextpnr."""

from __future__ import annotations

from quantnn.build.ecp5_registers import absorb_registers, drop_zero_multipliers
from quantnn.build.ecp5_sites import place_multipliers
from quantnn.build.netlist import Netlist
from quantnn.build.register_copies import copy_registers

__all__ = ["improve"]


def improve(netlist: Netlist, toolchain: str, device: str) -> None:
    """Make a netlist quicker that computes the same in every cycle: what stands in the docs of each pass.

    Parameters
    ----------
    netlist : Netlist
    toolchain : str
        Its family's.
    device : str
        Whose places are given to cells, such as LFE5U-85F.
    """
    if toolchain == "ecp5":
        drop_zero_multipliers(netlist)
        absorb_registers(netlist)
        place_multipliers(netlist, device)
        copy_registers(netlist, "TRELLIS_FF", "Q")
