import re

from pin_design import every_signal
from pin_design import written as written_for

from quantnn.board.board import load_board

BOARD = load_board("de10-lite")


def written(*resources, **options):
    return written_for(BOARD, *resources, **options)


def assignments(qsf: str, kind: str) -> dict[str, str]:
    """Values by port: ``location`` or the name of an instance assignment."""
    pattern = r"set_location_assignment (\S+) -to (\S+)"
    if kind != "location":
        pattern = rf'set_instance_assignment -name {kind} "([^"]*)" -to (\S+)'
    return {port: value for value, port in re.findall(pattern, qsf)}


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
    qsf = written(*every_signal(BOARD))["blinker.qsf"]
    renamed = {"gsensor_answer_1__io": "GSENSOR_INT[1]", "gsensor_answer_2__io": "GSENSOR_INT[2]"}
    located = {renamed.get(port, port): pin for port, pin in assignments(qsf, "location").items()}
    assert located == {signal: f"PIN_{pin}" for signal, pin in BOARD.bits.items()}
    standards = {renamed.get(port, port): value for port, value in assignments(qsf, "IO_STANDARD").items()}
    assert standards == {bit: group.io_standard for group in BOARD.pins for bit in group.bits if bit in BOARD.bits}


def test_every_port_is_a_clock_or_cut_from_timing_analysis():
    files = written(*every_signal(BOARD))
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
        len(group.signals) for group in BOARD.pins if not group.aliases
    )


def test_the_clock_has_the_boards_frequency():
    sdc = written()["blinker.sdc"].splitlines()
    assert "create_clock -name MAX10_CLK1_50 -period 20.0 [get_ports MAX10_CLK1_50]" in sdc
    assert {"derive_pll_clocks", "derive_clock_uncertainty"} <= set(sdc)


def test_the_clock_of_a_pll_is_derived_from_the_boards():
    """No constraint names a net: nothing of the design's Verilog stands in the .sdc but its ports."""
    plain, files = written(), written(clock=BOARD.plan_clock(100_000_000))
    assert files["blinker.sdc"] == plain["blinker.sdc"] and files["blinker.qsf"] == plain["blinker.qsf"]
    assert "altpll #(" in files["blinker.v"] and "altpll" not in plain["blinker.v"]
    assert re.search(r"\.clk0_multiply_by\(32'd2\)", files["blinker.v"])
    assert files["blinker.v"].count("keep") == plain["blinker.v"].count("keep"), "of the ports only"


def test_active_low_ports_are_inverted_and_others_are_not():
    verilog = written(("led", 0), ("display", 3))["blinker.v"]
    modules = dict(re.findall(r"^module \\blinker\.(\w+) (.*?)^endmodule", verilog, re.MULTILINE | re.DOTALL))
    assert " = ~ " in modules["display_3"]
    assert " = ~ " not in modules["led_0"]


def test_buffers_and_synchronizers_are_plain_verilog():
    verilog = written(("button", 0), ("display", 0), ("sdram_data", 0))["blinker.v"]
    assert "alt" not in verilog.split("*/", 2)[2]


def test_the_serial_line_is_on_the_header_with_a_pull_up_where_nothing_may_be_plugged_in():
    qsf = written(("uart_rx", 0), ("uart_tx", 0))["blinker.qsf"]
    located = assignments(qsf, "location")
    assert (located["UART_RX"], located["UART_TX"]) == ("PIN_V10", "PIN_W10")
    assert assignments(qsf, "WEAK_PULL_UP_RESISTOR") == {"UART_RX": "ON"}
