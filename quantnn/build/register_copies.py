"""Copies of registers that drive much, each near what it drives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from quantnn.build.netlist import Netlist, Pin, natural_order

__all__ = ["copy_registers"]

_NEAR = 16
"""What one copy drives, counted in cells of logic."""
_MOST = 24
"""What a register may drive without being copied."""
_HARD = {"MULT18X18D": 4, "DP16KD": 4}
"""For how many cells of logic one counts that stands far from the next."""


def copy_registers(netlist: Netlist, flip_flop: str, output: str) -> int:
    """Split the load of registers among copies, neighbours by name together; returns how many copies were made.

    A copy has the inputs of the original, and so its value in every cycle. Placement then finds a place for each near
    its part of the load, instead of one far from most of it. What the copies add to the load of registers that they
    read is not split again.

    Parameters
    ----------
    flip_flop, output : str
        Type of the cells to copy, and their output port.
    """
    copies = 0
    for name in netlist.of_type(flip_flop):
        bit = netlist.bit(name, output)
        pins = netlist.sinks.get(bit, []) if bit in netlist.drivers else []
        cells = {cell for cell, _, _ in pins}
        if "" in cells or sum(_load(netlist, cell) for cell in cells) <= _MOST:
            continue
        for group in list(_groups(netlist, pins))[1:]:
            copies += 1
            copied = netlist.duplicate(name, f"{name}_copy_{copies}", output)
            for pin in group:
                netlist.connect(pin, copied)
    netlist.index()
    return copies


def _load(netlist: Netlist, cell: str) -> int:
    return _HARD.get(netlist.cells[cell]["type"], 1)


def _groups(netlist: Netlist, pins: Iterable[Pin]) -> Iterator[list[Pin]]:
    """Pins of cells whose names are neighbours, as many together as a copy may drive."""
    by_cell: dict[str, list[Pin]] = {}
    for pin in pins:
        by_cell.setdefault(pin[0], []).append(pin)
    group: list[Pin] = []
    carried = 0
    for cell in sorted(by_cell, key=lambda cell: natural_order(netlist.place_of(cell))):
        load = _load(netlist, cell)
        if group and carried + load > _NEAR:
            yield group
            group, carried = [], 0
        group = [*group, *by_cell[cell]]
        carried += load
    yield group
