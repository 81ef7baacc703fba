import json

import pytest
from written_netlists import TOP, cell, netlist

from quantnn.build.netlist import Netlist, natural_order

CELLS = {
    "held": cell("FF", "Q", CLK=2, DI=3, Q=4),
    "inverse": cell("LUT", "Z", A=4, B="0", Z=5),
    "both": cell("LUT", "Z", A=4, B=5, Z=6),
}
NAMES = {"clk": [2], "a": [3], "count": [4], "y": [5, 6]}


@pytest.fixture
def small():
    """A flip-flop that two cells of logic read, one of which reads the other; both are the module's output."""
    return netlist(CELLS, NAMES, inputs=["clk", "a"], outputs=["y"])


@pytest.fixture
def saved(tmp_path):
    """What the file of a netlist says of the module."""

    def description(written):
        written.save(tmp_path / "saved.json")
        return json.loads((tmp_path / "saved.json").read_text())["modules"][TOP]

    return description


class TestNaturalOrder:
    @pytest.mark.parametrize(
        "names",
        [
            ["product_2", "product_10", "product_100"],
            ["layer_2.product_30", "layer_10.product_1", "layer_10.product_2"],
            ["1", "2", "10", "a"],
            ["", "a", "a1", "a1b", "a2", "b"],
            ["sum[9]", "sum[10]"],
        ],
    )
    def test_numbers_count_as_numbers(self, names):
        mixed = names[1::2] + names[::2]
        assert mixed != names and sorted(mixed, key=natural_order) == names

    def test_as_text_they_would_not(self):
        assert sorted(["product_2", "product_10"]) == ["product_10", "product_2"]


class TestIndex:
    def test_what_drives_each_net(self, small):
        assert small.drivers == {
            2: ("", "clk", 0),
            3: ("", "a", 0),
            4: ("held", "Q", 0),
            5: ("inverse", "Z", 0),
            6: ("both", "Z", 0),
        }

    def test_what_reads_each_net(self, small):
        assert {bit: set(pins) for bit, pins in small.sinks.items()} == {
            2: {("held", "CLK", 0)},
            3: {("held", "DI", 0)},
            4: {("inverse", "A", 0), ("both", "A", 0)},
            5: {("both", "B", 0), ("", "y", 0)},
            6: {("", "y", 1)},
            "0": {("inverse", "B", 0)},
        }

    def test_bits_of_wide_ports_are_counted(self):
        wide = netlist({"sum": cell("ALU", "S", A=[2, 3], S=[4, 5])}, {"a": [2, 3], "s": [4, 5]})
        assert wide.drivers == {4: ("sum", "S", 0), 5: ("sum", "S", 1)}
        assert wide.sinks == {2: [("sum", "A", 0)], 3: [("sum", "A", 1)]}

    def test_an_open_output_drives_nothing(self):
        """What reads an undefined value is not read from it."""
        cells = {"open": cell("FF", "Q", DI=2, Q="x"), "reader": cell("LUT", "Z", A="x", Z=3)}
        assert netlist(cells, {"a": [2], "y": [3]}).drivers == {3: ("reader", "Z", 0)}

    def test_a_net_that_lost_its_only_reader_has_none(self, small):
        small.remove(["held"])
        small.index()
        assert 4 not in small.drivers and 3 not in small.sinks


class TestCells:
    def test_of_type(self, small):
        assert small.of_type("LUT") == ["inverse", "both"]
        assert small.of_type("FF", "LUT") == ["held", "inverse", "both"]
        assert small.of_type("MULT") == []

    def test_bit(self, small):
        assert (small.bit("both", "B"), small.bit("inverse", "B"), small.bit("both", "C")) == (5, "0", "x")


class TestConnect:
    def test_an_input_of_a_cell(self, small):
        small.connect(("both", "A", 0), 3)
        small.index()
        assert small.bit("both", "A") == 3
        assert small.sinks[4] == [("inverse", "A", 0)]
        assert set(small.sinks[3]) == {("held", "DI", 0), ("both", "A", 0)}

    def test_an_input_that_is_new(self, small):
        small.connect(("held", "LSR", 0), "0")
        assert small.cells["held"]["port_directions"]["LSR"] == "input"
        assert small.cells["held"]["connections"]["LSR"] == ["0"]

    def test_one_bit_of_a_wide_input(self):
        wide = netlist({"sum": cell("ALU", "S", A=[2, 3], S=[4, 5])}, {"a": [2, 3], "s": [4, 5]})
        wide.connect(("sum", "A", 1), "1")
        assert wide.cells["sum"]["connections"] == {"A": [2, "1"], "S": [4, 5]}

    def test_an_output_of_the_module(self, small, saved):
        small.connect(("", "y", 1), 4)
        small.index()
        assert ("", "y", 1) in small.sinks[4] and 6 not in small.sinks
        module = saved(small)
        assert module["ports"]["y"]["bits"] == module["netnames"]["y"]["bits"] == [5, 4]


class TestDuplicate:
    def test_the_copy_is_the_same_cell_with_another_output(self, small):
        bit = small.duplicate("held", "held_too", "Q")
        small.index()
        assert bit not in (2, 3, 4, 5, 6)
        assert small.drivers[bit] == ("held_too", "Q", 0) and small.drivers[4] == ("held", "Q", 0)
        expected = {**CELLS["held"], "connections": {"CLK": [2], "DI": [3], "Q": [bit]}}
        assert small.cells["held_too"] == expected and small.cells["held"] == CELLS["held"]

    def test_what_is_done_to_the_copy_is_not_done_to_the_cell(self, small):
        small.duplicate("held", "held_too", "Q")
        small.connect(("held_too", "DI", 0), 6)
        small.cells["held_too"]["parameters"]["REGSET"] = "SET"
        small.cells["held_too"]["attributes"]["BEL"] = "X1/Y1"
        assert small.cells["held"] == CELLS["held"]

    def test_every_copy_has_a_net_of_its_own(self, small, saved):
        bits = [small.duplicate("held", f"held_{number}", "Q") for number in range(3)]
        assert len({*bits, 2, 3, 4, 5, 6}) == 8
        nets = saved(small)["netnames"]
        assert [nets[f"held_{number}_Q"]["bits"] for number in range(3)] == [[bit] for bit in bits]

    def test_also_after_the_netlist_was_saved(self, small, tmp_path):
        first = small.duplicate("held", "held_1", "Q")
        small.save(tmp_path / "saved.json")
        again = Netlist.load(tmp_path / "saved.json", TOP)
        assert again.duplicate("held", "held_2", "Q") != first


class TestPlaceOf:
    @pytest.mark.parametrize(
        ("names", "place"),
        [
            ({"count": [9, 4]}, "count[1]"),
            ({"layer_0.mac.sum": [4], "core.layer_0.mac.sum": [4]}, "layer_0.mac.sum[0]"),
            ({"a_long_name": [4], "_12_": [4], "$abc$1$n2": [4]}, "a_long_name[0]"),
            ({"b": [4], "a": [4]}, "a[0]"),
            ({"_12_": [4]}, "held"),
            ({"layer_0._12_": [4]}, "held"),
            ({"$abc$1$n2": [4]}, "held"),
            ({"count": [9]}, "held"),
        ],
    )
    def test_the_shortest_name_of_its_output_that_a_person_gave(self, names, place):
        nets = {"clk": [2], "a_in": [3], "logic": [5], "out": [6]}
        assert netlist(CELLS, {**nets, **names}).place_of("held") == place

    def test_the_best_of_several_outputs(self):
        cells = {"product": cell("MULT", "P0 P1", A=2, P0=3, P1=4), "reader": cell("LUT", "", A=3, B=4)}
        assert netlist(cells, {"a": [2], "_1_": [3], "product_7": [8, 4]}).place_of("product") == "product_7[1]"

    def test_a_name_of_what_nothing_reads_does_not_count(self):
        cells = {"product": cell("MULT", "P0 P1", A=2, P0=3, P1=4), "reader": cell("LUT", "", A=4)}
        assert netlist(cells, {"a": [2], "p": [3], "product_7": [4]}).place_of("product") == "product_7[0]"

    def test_names_of_inputs_do_not_count(self, small):
        small.remove(["inverse", "both"])
        small.index()
        assert small.place_of("held") == "held"


class TestFile:
    def test_what_is_saved_is_what_was_loaded(self, small, tmp_path):
        small.save(tmp_path / "first.json")
        again = Netlist.load(tmp_path / "first.json", TOP)
        assert again.cells == CELLS and again.drivers == small.drivers and again.sinks == small.sinks
        again.save(tmp_path / "second.json")
        first, second = (json.loads((tmp_path / name).read_text()) for name in ("first.json", "second.json"))
        assert first == second and first["creator"] == "a test"

    def test_changes_are_saved(self, small, saved):
        small.remove(["inverse"])
        small.connect(("both", "B", 0), "1")
        cells = saved(small)["cells"]
        assert set(cells) == {"held", "both"} and cells["both"]["connections"]["B"] == ["1"]

    def test_other_modules_stay(self, tmp_path):
        empty = {"attributes": {}, "ports": {}, "cells": {}, "netnames": {}}
        description = {"modules": {"other": {**empty, "attributes": {"blackbox": "1"}}, TOP: empty}}
        Netlist(description, TOP).save(tmp_path / "saved.json")
        assert json.loads((tmp_path / "saved.json").read_text()) == description


def test_a_port_of_both_directions_neither_drives_nor_reads():
    """What stands behind it is a cell's business."""
    made = netlist({"pad": cell("BB", "O", B=7, I="0", T="1", O=8)}, {"io": [7], "y": [8]}, outputs=["y"])
    before = {bit: set(pins) for bit, pins in made.sinks.items()}
    made._module["ports"]["io"] = {"direction": "inout", "bits": [7]}
    made.index()
    assert {bit: set(pins) for bit, pins in made.sinks.items()} == before and made.drivers[8] == ("pad", "O", 0)
    assert 7 not in made.drivers
