"""The passes against netlists of Yosys. A netlist of a core is simulated in test_build_netlist_check.py."""

from pathlib import Path

import pytest
from cut_netlists import same
from netlist_files import copy_of, drivers, driving, synthesized

from quantnn.build import ecp5_registers
from quantnn.build.ecp5_registers import absorb_registers, drop_zero_multipliers

VERILOG = Path(__file__).parents[1] / "helpers" / "registers.v"
ABSORBED = {
    "plain": {"REG_INPUTA_CLK", "REG_INPUTB_CLK", "REG_OUTPUT_CLK"},
    "shared": {"REG_INPUTA_CLK", "REG_OUTPUT_CLK"},
    "half": {"REG_OUTPUT_CLK"},
    "odd": {"REG_OUTPUT_CLK"},
    "foreign": {"REG_OUTPUT_CLK"},
}
"""Ports that multipliers drive, with the registers that these may take in: half of a factor is not registered, a bit of
another is 1 from the start, and one is registered by another clock."""
LEFT = ("enabled", "cleared", "started", "falling", "seen", "torn", "reset", "looked_at")
"""Ports that flip-flops drive which no cell may take in."""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return synthesized(VERILOG, tmp_path_factory.mktemp("registers"))


def settings(netlist, port):
    (name,) = drivers(netlist, port)
    return netlist.cells[name]["parameters"]


def test_what_may_be_taken_in_is_and_nothing_else(path):
    netlist = copy_of(path)
    counts = absorb_registers(netlist)
    for port, registers in ABSORBED.items():
        found = {name for name, value in settings(netlist, port).items() if name.startswith("REG_")}
        assert driving(netlist, port) == {"MULT18X18D"} and found == registers, port
    for port in LEFT:
        assert driving(netlist, port) == {"TRELLIS_FF"}, port
    modes = [settings(netlist, port)["REGMODE_A"] for port in ("wide", "narrow", "held", "ahead")]
    assert modes == ["OUTREG", "OUTREG", "OUTREG", "NOREG"]
    enables = [netlist.bit(*drivers(netlist, port), "OCEA") for port in ("wide", "narrow", "held")]
    assert enables[:2] == ["1", "1"] and netlist.drivers[enables[2]] == ("", "enable", 0)
    assert settings(netlist, "wide")["REGMODE_B"] == "OUTREG"
    assert counts == {"products": 5, "operands": 3, "memory words": 3}


def test_flip_flops_that_nothing_reads_any_more_are_gone(path):
    """Of plain both factors and the product, 8 + 8 + 16, and the other products; of shared's factor there is a port."""
    before, after = copy_of(path), copy_of(path)
    absorb_registers(after)
    products, words = 5 * 16, 36 + 18 + 18
    assert len(before.of_type("TRELLIS_FF")) - len(after.of_type("TRELLIS_FF")) == 8 + 8 + products + words
    assert driving(after, "operand") == {"TRELLIS_FF"}


def test_every_value_is_what_it_was(path, tmp_path):
    netlist = copy_of(path)
    absorb_registers(netlist)
    assert same(copy_of(path), netlist, tmp_path)


def test_again_there_is_nothing_to_do(path):
    netlist = copy_of(path)
    absorb_registers(netlist)
    assert set(absorb_registers(netlist).values()) == {0}


def blind(field, value):
    """Takes flip-flops for plain without a look at one of their settings."""
    look = ecp5_registers._control

    def control(netlist, name):
        cell = netlist.cells.get(name, {"type": ""})
        if cell["type"] != "TRELLIS_FF":
            return None
        if field == "LSR":
            held, cell["connections"]["LSR"] = cell["connections"]["LSR"], ["0"]
            found, cell["connections"]["LSR"] = look(netlist, name), held
        else:
            held = cell["parameters"].get(field, value)
            cell["parameters"][field] = value
            found, cell["parameters"][field] = look(netlist, name), held
        return found

    return control


@pytest.mark.parametrize(
    ("field", "value", "port"),
    [("CEMUX", "1", "enabled"), ("LSR", "0", "cleared"), ("REGSET", "RESET", "started")],
)
def test_a_flip_flop_that_is_not_plain_is_seen(path, tmp_path, monkeypatch, field, value, port):
    """A pass that takes in one with an enable, with a reset, or that starts at 1."""
    monkeypatch.setattr(ecp5_registers, "_control", blind(field, value))
    netlist = copy_of(path)
    absorb_registers(netlist)
    assert driving(netlist, port) == {"MULT18X18D"}
    assert not same(copy_of(path), netlist, tmp_path)


def test_a_reader_of_the_earlier_value_is_seen(path, tmp_path, monkeypatch):
    """A pass that forgets that somebody else reads what a flip-flop is to hold back."""
    absorb = ecp5_registers._absorb_behind

    def forgetful(netlist, name, ports, suits):
        for port in ports:
            bit = netlist.bit(name, port)
            if registers := [pin for pin in netlist.sinks.get(bit, []) if pin[1] == "DI"]:
                netlist.sinks[bit] = registers
        return absorb(netlist, name, ports, suits)

    monkeypatch.setattr(ecp5_registers, "_absorb_behind", forgetful)
    netlist = copy_of(path)
    absorb_registers(netlist)
    assert driving(netlist, "seen") == {"MULT18X18D"}
    assert not same(copy_of(path), netlist, tmp_path)


def test_a_memory_that_ignores_what_enables_its_register_is_seen(path, tmp_path, monkeypatch):
    absorb = ecp5_registers._absorb_memory

    def careless(netlist, name):
        count = absorb(netlist, name)
        for port in ("OCEA", "OCEB"):
            netlist.connect((name, port, 0), "1")
        return count

    monkeypatch.setattr(ecp5_registers, "_absorb_memory", careless)
    netlist = copy_of(path)
    absorb_registers(netlist)
    assert driving(netlist, "held") == {"DP16KD"}
    assert not same(copy_of(path), netlist, tmp_path)


def test_a_memory_with_a_reset_that_takes_in_a_register_is_seen(path, tmp_path, monkeypatch):
    look = ecp5_registers._absorb_memory

    def careless(netlist, name):
        resets = {port: netlist.bit(name, port) for port in ("RSTA", "RSTB")}
        for port in resets:
            netlist.connect((name, port, 0), "0")
        count = look(netlist, name)
        for port, bit in resets.items():
            netlist.connect((name, port, 0), bit)
        return count

    monkeypatch.setattr(ecp5_registers, "_absorb_memory", careless)
    netlist = copy_of(path)
    absorb_registers(netlist)
    assert driving(netlist, "reset") == {"DP16KD"}
    assert not same(copy_of(path), netlist, tmp_path)


def test_a_memory_read_by_one_clock_and_written_by_another_keeps_its_registers_outside(path):
    """In the widest mode both ports' registers would have to have the reading clock."""
    netlist = copy_of(path)
    for name in netlist.of_type("DP16KD"):
        if int(netlist.cells[name]["parameters"]["DATA_WIDTH_B"], 2) == 36:
            (clock,) = (bit for bit, pins in netlist.sinks.items() if (name, "CLKB", 0) in pins)
            other = next(
                bit for bit, pins in netlist.sinks.items() if any(pin[1] == "CLK" for pin in pins) and bit != clock
            )
            netlist.connect((name, "CLKA", 0), other)
    netlist.index()
    assert absorb_registers(netlist)["memory words"] == 2


def test_products_with_a_factor_of_0_are_0(tmp_path):
    verilog = tmp_path / "zero.v"
    verilog.write_text(
        "module zero(input [7:0] a, b, output [15:0] p, q);\n"
        "  assign p = a * b;\n  assign q = (a ^ 8'h55) * b;\nendmodule\n"
    )
    netlist = copy_of(synthesized(verilog, tmp_path))
    (name,) = drivers(netlist, "q")
    for port in (f"B{bit}" for bit in range(18)):
        netlist.connect((name, port, 0), "0")
    netlist.index()
    assert drop_zero_multipliers(netlist) == 1
    assert drivers(netlist, "q") == set() and ("", "q", 0) in netlist.sinks["0"]
    assert driving(netlist, "p") == {"MULT18X18D"}
    assert drop_zero_multipliers(netlist) == 0
