"""Netlists that Yosys made of small pieces of Verilog, and what to ask of them."""

from pathlib import Path

from quantnn.build.netlist import Netlist
from quantnn.build.synthesis import synthesize

__all__ = ["copy_of", "drivers", "driving", "synthesized"]


def synthesized(verilog: Path, folder: Path, family: str = "ecp5") -> Path:
    """The netlist's file. Its top module is named as the Verilog's file."""
    work = folder / family
    work.mkdir()
    synthesize(family, [verilog], verilog.stem, work)
    return work / f"{verilog.stem}.json"


def copy_of(path: Path) -> Netlist:
    """A netlist to change."""
    return Netlist.load(path, path.stem)


def drivers(netlist: Netlist, port: str) -> set[str]:
    """Names of the cells that drive an output port of the module."""
    bits = [bit for bit, pins in netlist.sinks.items() if any(pin[:2] == ("", port) for pin in pins)]
    return {netlist.drivers[bit][0] for bit in bits if bit in netlist.drivers and netlist.drivers[bit][0]}


def driving(netlist: Netlist, port: str) -> set[str]:
    """Their types."""
    return {netlist.cells[name]["type"] for name in drivers(netlist, port)}
