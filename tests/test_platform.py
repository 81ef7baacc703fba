import re

import pytest
from amaranth.hdl import ClockDomain, ClockSignal, Elaboratable, Module, Signal
from amaranth.lib import io
from amaranth.lib.cdc import FFSynchronizer, ResetSynchronizer

from quantnn.board import load_board
from quantnn.platform import make_platform

BOARD = load_board("de10-lite")


class Design(Elaboratable):
    """Counts under the board's clock, on the requested resources; outputs show the count."""

    def __init__(self, *resources: tuple[str, int]):
        self.resources = resources

    def elaborate(self, platform):
        m = Module()
        m.domains.sync = ClockDomain()
        m.submodules.clock = clock = io.Buffer("i", platform.request(platform.default_clk))
        m.d.comb += ClockSignal().eq(clock.i)
        reset = Signal()
        m.submodules.reset = ResetSynchronizer(reset)
        count = Signal(8)
        m.d.sync += count.eq(count + 1)
        for name, number in self.resources:
            port = platform.request(name, number)
            m.submodules[f"{name}_{number}"] = buffer = io.Buffer(port.direction, port)
            if port.direction is not io.Direction.Input:
                m.d.comb += buffer.o.eq(count)
            else:
                synchronized = Signal(len(port))
                m.submodules += FFSynchronizer(buffer.i, synchronized)
                if name == "button":
                    m.d.comb += reset.eq(buffer.i[0])
                m.d.sync += count.eq(count + synchronized)
        return m


def written(*resources, files=(), name="blinker"):
    plan = make_platform(BOARD, files).build(Design(*resources), name=name, do_build=False, emit_src=False)
    return plan.files


def assignments(qsf: str, kind: str) -> dict[str, str]:
    """Values by port: ``location`` or the name of an instance assignment."""
    pattern = r"set_location_assignment (\S+) -to (\S+)"
    if kind != "location":
        pattern = rf'set_instance_assignment -name {kind} "([^"]*)" -to (\S+)'
    return {port: value for value, port in re.findall(pattern, qsf)}


def everything() -> list[tuple[str, int]]:
    resources = [(group.name, number) for group in BOARD.pins for number in range(len(group.signals))]
    return [resource for resource in resources if resource != (BOARD.default_clock, 0)]


def test_the_files_are_a_project_for_quartus_and_nothing_else():
    assert set(written()) == {"blinker.qpf", "blinker.qsf", "blinker.sdc", "blinker.v"}


def test_the_qpf_names_the_revision_whose_qsf_there_is():
    assert 'PROJECT_REVISION = "blinker"' in written()["blinker.qpf"]


def test_device_settings_and_files_stand_in_the_qsf():
    lines = written(files=["a.v", "a.mem"])["blinker.qsf"].splitlines()
    for expected in (
        'FAMILY "MAX 10"',
        "DEVICE 10M50DAF484C7G",
        "TOP_LEVEL_ENTITY blinker",
        'INTERNAL_FLASH_UPDATE_MODE "SINGLE IMAGE WITH ERAM"',
        'ALLOW_ANY_RAM_SIZE_FOR_RECOGNITION "ON"',
        'ALLOW_ANY_ROM_SIZE_FOR_RECOGNITION "ON"',
        "VERILOG_FILE blinker.v",
        'VERILOG_FILE "a.v"',
        'MISC_FILE "a.mem"',
        "SDC_FILE blinker.sdc",
    ):
        assert f"set_global_assignment -name {expected}" in lines
    assert not any("RBF" in line for line in lines)


def test_only_the_pins_in_use_are_assigned():
    located = assignments(written(("led", 0))["blinker.qsf"], "location")
    assert set(located) == {"MAX10_CLK1_50", *(f"LEDR[{bit}]" for bit in range(10))}


def test_every_pin_of_the_board_can_be_used_under_the_schematics_name():
    qsf = written(*everything())["blinker.qsf"]
    renamed = {"gsensor_answer_1__io": "GSENSOR_INT[1]", "gsensor_answer_2__io": "GSENSOR_INT[2]"}
    located = {renamed.get(port, port): pin for port, pin in assignments(qsf, "location").items()}
    assert located == {signal: f"PIN_{pin}" for signal, pin in BOARD.bits.items()}
    standards = {renamed.get(port, port): value for port, value in assignments(qsf, "IO_STANDARD").items()}
    assert standards == {bit: group.io_standard for group in BOARD.pins for bit in group.bits}


def test_every_port_is_a_clock_or_cut_from_timing_analysis():
    files = written(*everything())
    sdc = files["blinker.sdc"]
    clocks = re.findall(r"create_clock -name \w+ -period \S+ \[get_ports (\w+)\]", sdc)
    assert sorted(clocks) == ["ADC_CLK_10", "MAX10_CLK1_50", "MAX10_CLK2_50", "altera_reserved_tck"]
    cut = {
        end: set(re.findall(rf"set_false_path -{end} \[get_ports {{(\w+)(?:\[\*\])?}}\]", sdc))
        for end in ("from", "to")
    }
    top = re.search(r"^module blinker\b.*?^endmodule", files["blinker.v"], re.MULTILINE | re.DOTALL)[0]
    ports = {
        kind: set(re.findall(rf"^  {kind} (?:\[\d+:0\] )?(\w+);", top, re.MULTILINE))
        for kind in ("input", "output", "inout")
    }
    assert cut["from"] == (ports["input"] | ports["inout"]) - set(clocks)
    assert cut["to"] == ports["output"] | ports["inout"]
    assert len(ports["input"] | ports["output"] | ports["inout"]) == sum(
        len(group.signals) for group in BOARD.pins
    )


def test_the_clock_has_the_boards_frequency():
    sdc = written()["blinker.sdc"].splitlines()
    assert "create_clock -name MAX10_CLK1_50 -period 20.0 [get_ports MAX10_CLK1_50]" in sdc
    assert {"derive_pll_clocks", "derive_clock_uncertainty"} <= set(sdc)


def test_active_low_ports_are_inverted_and_others_are_not():
    verilog = written(("led", 0), ("display", 3))["blinker.v"]
    modules = dict(re.findall(r"^module \\blinker\.(\w+) (.*?)^endmodule", verilog, re.MULTILINE | re.DOTALL))
    assert " = ~ " in modules["display_3"]
    assert " = ~ " not in modules["led_0"]


def test_buffers_and_synchronizers_are_plain_verilog():
    verilog = written(("button", 0), ("display", 0), ("sdram_data", 0))["blinker.v"]
    assert "alt" not in verilog.split("*/", 2)[2]


def test_a_signal_that_the_board_lacks_is_refused():
    with pytest.raises(Exception, match=r"Resource led#1 does not exist"):
        make_platform(BOARD).request("led", 1)
