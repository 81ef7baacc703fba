import re
from dataclasses import replace

import pytest
from pin_design import written
from pyosys import libyosys

from quantnn.board.board import board_names, load_board
from quantnn.board.platforms import make_platform

ULX3S = load_board("ulx3s-85f")


def modules(verilog):
    """Bodies of the modules by name."""
    found = re.findall(r"^module (\\?\S+?) ?\(.*?\);(.*?)^endmodule", verilog, re.MULTILINE | re.DOTALL)
    return {name.removeprefix("\\"): body for name, body in found}


def verilog_of(board, *groups):
    """The top with the first signal of each group."""
    files = written(board, *((group, 0) for group in groups))
    return next(content for file, content in files.items() if file.endswith(".v"))


def level_of(verilog, port, tmp_path):
    """The constant that Yosys finds on a port."""
    (tmp_path / "top.v").write_text(verilog)
    design = libyosys.Design()
    for command in (f"read_verilog {tmp_path / 'top.v'}", "hierarchy -top blinker", "proc", "flatten", "opt_clean"):
        libyosys.Pass.call(design, f"tee -q {command}")
    libyosys.Pass.call(design, f"tee -q -o {tmp_path / 'log'} eval -show {port}")
    return re.search(rf"Eval result: \\{port} = 1'([01])\.", (tmp_path / "log").read_text())[1]


@pytest.mark.parametrize("name", board_names())
def test_ports_are_called_what_the_schematic_calls_the_signals(name):
    board = load_board(name)
    header = re.search(r"^module blinker\((.*?)\);", verilog_of(board, "led", "uart_rx"), re.MULTILINE)[1]
    wanted = {next(iter(board.groups[group].signals)) for group in (board.default_clock, "led", "uart_rx")}
    held = {signal for group in board.pins if group.level for signal in group.signals}
    assert set(header.split(", ")) == wanted | held


def foreign_cells(verilog):
    """Types of the cells that the file itself does not define."""
    cells = re.findall(r"^  (\\?[A-Za-z_]\S*) +(?:#\(|\\?\S+ +\()$", verilog, re.MULTILINE)
    return {cell.removeprefix("\\") for cell in cells} - set(modules(verilog))


@pytest.mark.parametrize("name", board_names())
def test_buffers_and_synchronizers_are_plain_verilog(name):
    """No cell of a vendor's library, which a simulator or another toolchain would miss."""
    assert foreign_cells(verilog_of(load_board(name), "led", "uart_rx", "uart_tx")) == set()


def test_a_pll_is_seen_as_a_cell_of_the_vendors_library():
    clock = ULX3S.plan_clock(130_000_000)
    assert foreign_cells(written(ULX3S, clock=clock)["blinker.v"]) == {"EHXPLLL"}


@pytest.mark.parametrize("active_low", [False, True])
@pytest.mark.parametrize(("level", "bit"), [("high", "1"), ("low", "0")])
def test_a_pin_with_a_level_is_held_at_it_whatever_the_design_is(tmp_path, level, bit, active_low):
    held = {"level": level, "active_low": active_low}
    pins = tuple(replace(group, **held) if group.level else group for group in ULX3S.pins)
    assert level_of(verilog_of(replace(ULX3S, pins=pins)), "wifi_gpio0", tmp_path) == bit


def test_a_signal_that_the_board_lacks_is_refused():
    with pytest.raises(Exception, match=r"Resource led#1 does not exist"):
        make_platform(ULX3S).request("led", 1)


def test_a_pin_cannot_be_used_under_two_names():
    board = load_board("de10-lite")
    platform = make_platform(board)
    platform.request("gpio", 0)
    with pytest.raises(Exception, match=r"uses physical pin V10, but it is already used"):
        platform.request("uart_rx", 0)
