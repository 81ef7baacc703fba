"""Where an ECP5's multipliers stand, and which of a design's goes where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from quantnn.build.netlist import Netlist, natural_order

__all__ = ["MultiplierSites", "place_multipliers", "sites_of"]

MULTIPLIER = "MULT18X18D"
_STEP = 9
_IN_BLOCK = ((0, 0), (1, 1), (4, 4), (5, 5))
"""Columns of a DSP block's multipliers behind its first, and their numbers in nextpnr's names."""


@dataclass(frozen=True)
class MultiplierSites:
    """The grid of a device's multipliers, in nextpnr's coordinates.

    Parameters
    ----------
    rows : tuple of int
    left, right : tuple of int
        First column and number of the DSP blocks of a row, on either side of the device's middle.
    """

    rows: tuple[int, ...]
    left: tuple[int, int]
    right: tuple[int, int]

    def __iter__(self) -> Iterator[str]:
        """Names of the sites: block column by block column, up one and down the next, so that neighbours are near."""
        blocks = [first + _STEP * number for first, count in (self.left, self.right) for number in range(count)]
        for number, block in enumerate(blocks):
            rows = self.rows if number % 2 == 0 else self.rows[::-1]
            for turn, row in enumerate(rows):
                for column, place in _IN_BLOCK if turn % 2 == 0 else _IN_BLOCK[::-1]:
                    yield f"X{block + column}/Y{row}/MULT18_{place}"


_SITES = {
    "12": MultiplierSites((13,), (4, 3), (33, 4)),
    "25": MultiplierSites((13,), (4, 3), (33, 4)),
    "45": MultiplierSites((22, 46), (4, 4), (42, 5)),
    "85": MultiplierSites((10, 34, 58), (4, 7), (69, 6)),
}
"""By the number in the device's name. Read off nextpnr: tests/build/test_ecp5_sites.py asks it again."""


def sites_of(device: str) -> MultiplierSites:
    """The sites of a device such as LFE5U-85F."""
    size = re.search(r"-(\d+)F", device)
    if size is None or size[1] not in _SITES:
        raise ValueError(f"device must be one of the ECP5 ({', '.join(_SITES)}), not {device!r}")
    return _SITES[size[1]]


def place_multipliers(netlist: Netlist, device: str) -> int:
    """Fix the places of a design's multipliers, in the order of layers, PE and SIMD; returns how many.

    Left alone, nextpnr scatters them over the device, half a device from the adder that sums them. Everything else
    then finds its place around them. Those that the device has no site for are left to nextpnr, which refuses them.
    """
    names = sorted(netlist.of_type(MULTIPLIER), key=lambda name: natural_order(netlist.place_of(name)))
    placed = list(zip(names, sites_of(device), strict=False))
    for name, site in placed:
        netlist.cells[name]["attributes"]["BEL"] = site
    return len(placed)
