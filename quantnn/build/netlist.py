"""A netlist of cells, as Yosys writes it in JSON."""

from __future__ import annotations

import copy
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = ["Bit", "Cell", "Netlist", "Pin", "natural_order"]

Bit = int | str
"""A net's number, or one of the constants "0", "1" and "x"."""

Cell = dict[str, Any]
"""As Yosys' ``write_json`` describes a cell: type, parameters, attributes, port_directions, connections."""

Pin = tuple[str, str, int]
"""A cell's name, its port and the bit of the port. A port of the module is a pin of the cell ""."""

_UNNAMED = re.compile(r"(^|\.)_\d+_|\$")


def natural_order(name: str) -> list[tuple[int, int, str]]:
    """A key that sorts names as people do: product_2 before product_10."""
    parts = re.split(r"(\d+)", name)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]


class Netlist:
    """The flattened top module of a netlist, with what drives each net and what reads it.

    After cells or connections were changed by hand, :meth:`index` brings ``drivers`` and ``sinks`` up to date.

    Parameters
    ----------
    description : dict
        The whole of the JSON.
    top : str
        Name of the module.

    Members
    -------
    cells : dict of str to Cell
    drivers : dict of int to Pin
        A port of the module drives, too, if it is an input.
    sinks : dict of Bit to list of Pin
        What reads a net or a constant.
    """

    def __init__(self, description: dict[str, Any], top: str):
        self._description = description
        self._module = description["modules"][top]
        self.cells: dict[str, Cell] = self._module["cells"]
        used = (bit for net in self._module["netnames"].values() for bit in net["bits"] if isinstance(bit, int))
        self._next = max(used, default=1) + 1
        self._names: dict[int, tuple[bool, int, str, int]] = {}
        for name, net in self._module["netnames"].items():
            for place, bit in enumerate(net["bits"]):
                rank = (bool(_UNNAMED.search(name)), len(name), name, place)
                if isinstance(bit, int) and rank < self._names.get(bit, (True, 1 << 30, "", 0)):
                    self._names[bit] = rank
        self.index()

    @classmethod
    def load(cls, path: Path, top: str) -> Netlist:
        """Read what Yosys wrote."""
        return cls(json.loads(path.read_text(encoding="utf-8")), top)

    def save(self, path: Path) -> None:
        """Write for nextpnr."""
        path.write_text(json.dumps(self._description), encoding="utf-8")

    def index(self) -> None:
        """Find out anew what drives and what reads each net."""
        self.drivers: dict[Bit, Pin] = {}
        self.sinks: dict[Bit, list[Pin]] = defaultdict(list)
        for name, cell in self.cells.items():
            for port, bits in cell["connections"].items():
                output = cell["port_directions"].get(port) == "output"
                for place, bit in enumerate(bits):
                    self._count(bit, (name, port, place), output)
        for port, entry in self._module["ports"].items():
            if entry["direction"] != "inout":
                for place, bit in enumerate(entry["bits"]):
                    self._count(bit, ("", port, place), entry["direction"] == "input")

    def _count(self, bit: Bit, pin: Pin, drives: bool) -> None:
        if not drives:
            self.sinks[bit].append(pin)
        elif isinstance(bit, int):  # not an open output, which drives nothing
            self.drivers[bit] = pin

    def of_type(self, *types: str) -> list[str]:
        """Names of the cells of these types."""
        return [name for name, cell in self.cells.items() if cell["type"] in types]

    def bit(self, cell: str, port: str) -> Bit:
        """What a port of one bit is connected to; "x" if it is open."""
        bits: list[Bit] = self.cells[cell]["connections"].get(port, ["x"])
        return bits[0]

    def connect(self, pin: Pin, bit: Bit) -> None:
        """Connect a cell's pin, of an input port that may be new, or an output of the module, to another net."""
        name, port, place = pin
        if name == "":
            self._module["ports"][port]["bits"][place] = bit
            self._module["netnames"][port]["bits"][place] = bit
            return
        cell = self.cells[name]
        cell["port_directions"].setdefault(port, "input")
        cell["connections"].setdefault(port, ["x"])[place] = bit

    def duplicate(self, cell: str, name: str, output: str) -> int:
        """Add a copy of a cell whose ``output`` drives a net of its own, which is returned."""
        bit, self._next = self._next, self._next + 1
        self.cells[name] = copy.deepcopy(self.cells[cell])
        self.cells[name]["connections"][output] = [bit]
        self._module["netnames"][f"{name}_{output}"] = {"hide_name": 1, "bits": [bit], "attributes": {}}
        return bit

    def remove(self, cells: Iterable[str]) -> None:
        """Take cells out."""
        for name in cells:
            del self.cells[name]

    def place_of(self, cell: str) -> str:
        """The best name of what a cell drives, its own if nothing that it drives has one."""
        outputs = self.cells[cell]["port_directions"]
        nets = (
            bit
            for port, bits in self.cells[cell]["connections"].items()
            if outputs.get(port) == "output"
            for bit in bits
            if isinstance(bit, int) and bit in self._names and self.sinks.get(bit)
        )
        unnamed, _, name, place = min((self._names[bit] for bit in nets), default=(True, 0, "", 0))
        return cell if unnamed else f"{name}[{place}]"
