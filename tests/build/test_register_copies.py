import random

import pytest
from cut_netlists import same
from netlist_files import copy_of, synthesized
from written_netlists import cell, netlist

from quantnn.build import register_copies
from quantnn.build.netlist import Netlist
from quantnn.build.register_copies import copy_registers

NEAR, MOST = register_copies._NEAR, register_copies._MOST
HARD = 4
"""A multiplier or a block RAM counts for so many cells of logic."""
CLOCK, DATA, HELD, ENABLE, FIRST = 2, 3, 4, 5, 10
"""Nets; from the last on those that the readers drive."""

VERILOG = """
module copied(input clk, enable, clear, input [3:0] a, input [39:0] b, output reg [39:0] y, z, output reg shown);
  reg held = 1, cleared = 0, turned = 0;
  integer n;
  always @(posedge clk) begin
    shown <= a[3] ^ held;
    if (enable) held <= a[0];
    cleared <= clear ? 0 : a[1] ^ cleared;
    turned <= a[2] ^ cleared;
    for (n = 0; n < 40; n = n + 1) begin
      y[n] <= b[n] ^ held;
      if (turned) z[n] <= b[n] & cleared;
    end
    z[0] <= shown;
  end
endmodule
"""
"""Registers that start at 1, with an enable, with a reset, and one that enables others."""


def read(kinds, places=None, **ports):
    """A register whose output cells of these types read, which drive the nets lane_0, lane_1 and so on, or others."""
    readers = {f"r{n}": cell(kind, "Z", A=HELD, Z=FIRST + n) for n, kind in enumerate(kinds)}
    ends = {f"e{n}": cell("LUT4", "", A=FIRST + n) for n in range(len(kinds))}
    held = cell("FF", "Q", CLK=CLOCK, CE=ENABLE, DI=DATA, Q=HELD)
    names = {"clk": [CLOCK], "a": [DATA], "enable": [ENABLE], "held": [HELD]}
    lanes = {f"lane_{place}": [FIRST + n] for n, place in enumerate(places or range(len(kinds)))}
    return netlist({**readers, **ends, "register": held}, {**names, **lanes}, ["clk", "a", "enable"], **ports)


def loads(netlist):
    """Readers of each register."""
    return {name: {pin[0] for pin in netlist.sinks.get(netlist.bit(name, "Q"), [])} for name in netlist.of_type("FF")}


class TestWhenARegisterIsCopied:
    @pytest.mark.parametrize("count", [1, NEAR + 1, MOST])
    def test_not_while_it_drives_no_more_than_it_may(self, count):
        small = read(["LUT4"] * count)
        before = dict(small.cells)
        assert copy_registers(small, "FF", "Q") == 0 and small.cells == before

    @pytest.mark.parametrize("count", [MOST + 1, 2 * NEAR, 2 * NEAR + 1, 5 * NEAR])
    def test_into_as_many_as_each_may_drive(self, count):
        small = read(["LUT4"] * count)
        copies = copy_registers(small, "FF", "Q")
        full, rest = divmod(count, NEAR)
        assert sorted(map(len, loads(small).values())) == sorted([NEAR] * full + [rest] * (rest > 0))
        assert copies == len(small.of_type("FF")) - 1

    @pytest.mark.parametrize("kind", ["MULT18X18D", "DP16KD"])
    def test_what_stands_far_away_counts_more(self, kind):
        most = MOST // HARD
        assert copy_registers(read([kind] * most), "FF", "Q") == 0
        many = read([kind] * (most + 1))
        copy_registers(many, "FF", "Q")
        assert max(map(len, loads(many).values())) == NEAR // HARD

    def test_several_pins_of_a_cell_count_once(self):
        """A sign goes into many bits of an operand."""
        signs = cell("MULT18X18D", "Z", **{f"A{bit}": HELD for bit in range(18)}, Z=9)
        cells = {"register": cell("FF", "Q", DI=DATA, Q=HELD), "product": signs}
        small = netlist(cells, {"a": [DATA], "held": [HELD], "p": [9]}, ["a"], ["p"])
        assert copy_registers(small, "FF", "Q") == 0

    def test_not_if_it_is_an_output_of_the_module(self):
        small = read(["LUT4"] * (MOST + 1), outputs=["held"])
        assert copy_registers(small, "FF", "Q") == 0

    def test_not_if_its_output_is_open(self):
        """What reads undefined values does not read this register."""
        small = read(["LUT4"] * (MOST + 1))
        for pin in list(small.sinks[HELD]):
            small.connect(pin, "x")
        small.cells["register"]["connections"]["Q"] = ["x"]
        small.index()
        assert copy_registers(small, "FF", "Q") == 0

    def test_no_cells_of_another_type(self):
        small = read(["LUT4"] * (MOST + 1))
        assert copy_registers(small, "OTHER", "Q") == 0 and copy_registers(small, "FF", "Q") > 0

    def test_no_copy_needs_copies(self):
        small = read(["LUT4"] * 100)
        assert copy_registers(small, "FF", "Q") > 0 and copy_registers(small, "FF", "Q") == 0


class TestCopies:
    def test_they_have_the_inputs_and_the_settings_of_the_register(self):
        small = read(["LUT4"] * (3 * NEAR))
        copy_registers(small, "FF", "Q")
        original = small.cells["register"]
        assert len(small.of_type("FF")) == 3
        for name in small.of_type("FF"):
            output = [small.bit(name, "Q")]
            assert small.cells[name] == {**original, "connections": {**original["connections"], "Q": output}}

    def test_every_reader_is_driven_by_exactly_one(self):
        small = read(["LUT4"] * 50)
        copy_registers(small, "FF", "Q")
        readers = [reader for group in loads(small).values() for reader in group]
        assert sorted(readers) == sorted(f"r{n}" for n in range(50))
        assert len({small.bit(name, "Q") for name in small.of_type("FF")}) == len(small.of_type("FF"))

    def test_neighbours_by_name_stay_together(self):
        """By the numbers in the names of what they drive, not by their own names or their order in the netlist."""
        places = list(range(3 * NEAR))
        random.Random(1).shuffle(places)
        small = read(["LUT4"] * len(places), places)
        copy_registers(small, "FF", "Q")
        numbers = [sorted(places[int(reader[1:])] for reader in group) for group in loads(small).values()]
        assert sorted(numbers) == [list(range(start, start + NEAR)) for start in (0, NEAR, 2 * NEAR)]

    def test_pins_of_a_cell_stay_together(self):
        small = read(["LUT4"] * (2 * NEAR))
        for n in range(2 * NEAR):
            small.connect((f"r{n}", "B", 0), HELD)
        small.index()
        copy_registers(small, "FF", "Q")
        assert all(small.bit(f"r{n}", "A") == small.bit(f"r{n}", "B") for n in range(2 * NEAR))
        assert len(small.of_type("FF")) == 2

    def test_a_register_that_reads_itself(self):
        """Whichever of the copies it reads then has the same value."""
        small = read(["LUT4"] * (2 * NEAR))
        small.connect(("register", "LSR", 0), HELD)
        small.index()
        copy_registers(small, "FF", "Q")
        outputs = {small.bit(name, "Q") for name in small.of_type("FF")}
        assert {small.bit(name, "LSR") for name in small.of_type("FF")} <= outputs


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copied")
    (folder / "copied.v").write_text(VERILOG)
    return synthesized(folder / "copied.v", folder)


class TestFunction:
    """By proof, against what Yosys made."""

    def copied(self, path):
        """A netlist with copies, and the original names of what was copied."""
        small = copy_of(path)
        places = {name: small.place_of(name) for name in small.of_type("TRELLIS_FF")}
        assert copy_registers(small, "TRELLIS_FF", "Q") > 0
        copies = set(small.of_type("TRELLIS_FF")) - set(places)
        return small, {places[name.rpartition("_copy_")[0]] for name in copies}

    def test_every_value_is_what_it_was(self, path, tmp_path):
        small, places = self.copied(path)
        assert places == {"held[0]", "cleared[0]", "turned[0]"}
        assert same(copy_of(path), small, tmp_path)

    def test_after_the_pass_the_index_is_right(self, path):
        small, _ = self.copied(path)
        drivers, sinks = dict(small.drivers), {bit: sorted(pins) for bit, pins in small.sinks.items() if pins}
        small.index()
        assert drivers == small.drivers and sinks == {bit: sorted(pins) for bit, pins in small.sinks.items()}

    @pytest.mark.parametrize(("port", "place"), [("DI", "held[0]"), ("CE", "held[0]"), ("LSR", "cleared[0]")])
    def test_a_copy_with_another_input_is_seen(self, path, tmp_path, monkeypatch, port, place):
        duplicate = Netlist.duplicate

        def careless(netlist, cell, name, output):
            bit = duplicate(netlist, cell, name, output)
            if netlist.place_of(cell) == place:
                netlist.connect((name, port, 0), "0")
            return bit

        monkeypatch.setattr(Netlist, "duplicate", careless)
        small, _ = self.copied(path)
        assert not same(copy_of(path), small, tmp_path)

    def test_a_copy_that_starts_otherwise_is_seen(self, path, tmp_path):
        small, _ = self.copied(path)
        for name in small.of_type("TRELLIS_FF"):
            if "_copy_" in name and small.cells[name]["parameters"]["REGSET"] == "SET":
                small.cells[name]["parameters"]["REGSET"] = "RESET"
        assert not same(copy_of(path), small, tmp_path)

    def test_a_reader_of_another_register_is_seen(self, path, tmp_path):
        small, _ = self.copied(path)
        place = {small.place_of(name): name for name in small.of_type("TRELLIS_FF")}
        reader = small.sinks[small.bit(place["held[0]"], "Q")][0]
        small.connect(reader, small.bit(place["cleared[0]"], "Q"))
        small.index()
        assert not same(copy_of(path), small, tmp_path)
