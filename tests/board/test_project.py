import json
import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyosys import libyosys

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.board.board import board_names, load_board
from quantnn.board.project import PROJECT, board_features, write_project
from quantnn.errors import InputError
from quantnn.hdl.board.sample_player import SamplePlayer
from quantnn.hdl.core.verilog import emit_verilog
from quantnn.hdl.link.link import Link
from quantnn.plan.link import LinkPlan

INPUT = BeatFormat(elements=64, element=IntegerRange(0, 16), per_beat=4)
OUTPUT = BeatFormat(elements=10, element=IntegerRange(-1000, 1000), class_width=4)
LABELS = (3, None, 9)

CORE = f"""
module quantnn_core(
  input clk, rst,
  input s_axis_tvalid, s_axis_tlast, input [{INPUT.tdata_width - 1}:0] s_axis_tdata, output s_axis_tready,
  output m_axis_tvalid, m_axis_tlast, output [{OUTPUT.tdata_width - 1}:0] m_axis_tdata, input m_axis_tready
);
endmodule
"""


def design(directory: Path) -> list[str]:
    """The files of a core, which is a stub, and of the real samples and the real link."""
    directory.mkdir()
    (directory / "quantnn_core.v").write_text(CORE)
    values = np.random.default_rng(0).integers(0, 17, (len(LABELS), INPUT.elements))
    samples = emit_verilog(SamplePlayer(INPUT.pack(values)), "quantnn_samples", directory)
    link = emit_verilog(Link(LinkPlan(INPUT, OUTPUT, 50_000_000, 1_000_000), bytes(8)), "quantnn_link", directory)
    return ["quantnn_core.v", *(file.name for file in (*samples, *link))]


def project(directory: Path) -> list[Path]:
    files = design(directory)
    return write_project(
        load_board("de10-lite"), directory, input=INPUT, output=OUTPUT, labels=LABELS, files=files
    )


def test_the_file_to_open_comes_first_and_nothing_but_the_project_is_written(tmp_path):
    paths = project(tmp_path / "board")
    names = [f"{PROJECT}.{kind}" for kind in ("qpf", "qsf", "sdc", "v")]
    assert [path.name for path in paths] == [*names, "pins.json"]
    beside = {"quantnn_core.v", "quantnn_samples.v", "quantnn_samples.mem", "quantnn_link.v"}
    beside |= {f"quantnn_link_{memory}.mem" for memory in ("samples", "encoder", "identity")}
    assert {path.name for path in (tmp_path / "board").iterdir()} == {path.name for path in paths} | beside


@pytest.mark.parametrize("use", [None, "system,builtin"])
def test_another_yosys_in_the_path_has_no_part_in_it(tmp_path, monkeypatch, use):
    before = [path.read_bytes() for path in project(tmp_path / "one")]
    yosys = tmp_path / "yosys"
    yosys.write_text("#!/bin/sh\necho 'Yosys 0.99 (git sha1 0123456)'\n")
    yosys.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    if use is None:
        monkeypatch.delenv("AMARANTH_USE_YOSYS", raising=False)
    else:
        monkeypatch.setenv("AMARANTH_USE_YOSYS", use)
    assert [path.read_bytes() for path in project(tmp_path / "two")] == before
    assert os.environ.get("AMARANTH_USE_YOSYS") == use


def test_every_file_that_the_qsf_names_is_there_and_the_other_way_round(tmp_path):
    qpf, qsf, *_ = project(tmp_path / "board")
    named = re.findall(r"-name (?:VERILOG|SDC|MISC)_FILE \"?([^\"\n]+)", qsf.read_text())
    assert sorted(named) == sorted(
        path.name for path in (tmp_path / "board").iterdir() if path not in (qpf, qsf) and path.name != "pins.json"
    )


def test_the_same_design_gives_the_same_bytes_in_any_folder(tmp_path):
    first, second = ({path.name: path.read_bytes() for path in project(tmp_path / name)} for name in "ab")
    assert first == second
    assert not any(
        b"/" + part.encode() in content for content in first.values() for part in tmp_path.parts[1:]
    )


def test_a_missing_file_of_the_design_is_refused(tmp_path):
    with pytest.raises(InputError) as error:
        write_project(
            load_board("de10-lite"),
            tmp_path,
            input=INPUT,
            output=OUTPUT,
            labels=LABELS,
            files=["quantnn_core.v"],
        )
    assert str(error.value) == f"quantnn_core.v must stand in {tmp_path} before the project is written"


def without(board, *groups):
    """The board without some groups of pins."""
    link = None if "uart_rx" in groups else board.link
    return replace(board, pins=tuple(group for group in board.pins if group.name not in groups), link=link)


def test_a_board_that_can_neither_show_nor_be_asked_is_refused(tmp_path):
    board = without(load_board("de10-lite"), "uart_rx", "uart_tx", "switch", "button")
    with pytest.raises(InputError) as error:
        write_project(board, tmp_path, input=INPUT, output=OUTPUT, labels=(), files=[])
    message = "A board must have uart_rx and uart_tx, or switches or buttons and LEDs or displays"
    assert str(error.value) == f"de10-lite: {message}"


def test_a_display_of_too_few_segments_is_refused(tmp_path):
    board = load_board("de10-lite")
    display = replace(board.groups["display"], signals={"HEX0": ("C14", "E15")})
    board = replace(without(board, "display"), pins=(*without(board, "display").pins, display))
    with pytest.raises(InputError, match=r"^de10-lite: A display must have at least 7 segments, not 2$"):
        write_project(board, tmp_path, input=INPUT, output=OUTPUT, labels=LABELS, files=[])


def test_pins_json_says_which_port_is_what(tmp_path):
    *_, verilog, pins = project(tmp_path / "board")
    found = json.loads(pins.read_text())
    assert (found["clock"], found["clock_hz"]) == ("MAX10_CLK1_50", 50_000_000)
    ports = {name: [(port["port"], port["bits"], port["active_low"]) for port in group]
             for name, group in found["groups"].items()}  # fmt: skip
    assert ports == {
        "switch": [("SW", 10, False)],
        "button": [("KEY", 2, True)],
        "led": [("LEDR", 10, False)],
        "display": [(f"HEX{number}", 8, True) for number in range(6)],
        "uart_rx": [("UART_RX", 1, False)],
        "uart_tx": [("UART_TX", 1, False)],
    }
    header = re.search(rf"module {PROJECT}\((.*?)\)", verilog.read_text())[1]
    assert set(header.split(", ")) == {"MAX10_CLK1_50", *(port for group in ports.values() for port, *_ in group)}


@pytest.mark.parametrize("name", board_names())
def test_every_board_gets_a_top_that_fits_the_core(name, tmp_path):
    board = load_board(name)
    files = design(tmp_path / "board")
    labels = LABELS if board_features(board).has_player else ()
    write_project(board, tmp_path / "board", input=INPUT, output=OUTPUT, labels=labels, files=files)
    yosys = libyosys.Design()
    for file in sorted((tmp_path / "board").glob("*.v")):
        libyosys.Pass.call(yosys, f"tee -q read_verilog {file}")
    libyosys.Pass.call(yosys, f"tee -q hierarchy -check -top {PROJECT}")
    assert yosys.top_module().name.str() == f"\\{PROJECT}"


def test_a_pll_makes_the_clock(tmp_path):
    board = load_board("ulx3s-85f")
    files = design(tmp_path / "board")
    clock = board.plan_clock(100_000_000)
    write_project(
        board, tmp_path / "board", input=INPUT, output=OUTPUT, labels=LABELS, files=files, clock=clock
    )
    assert "EHXPLLL" in (tmp_path / "board" / f"{PROJECT}.v").read_text()
    assert "100" in (tmp_path / "board" / f"{PROJECT}.lpf").read_text()


def test_samples_that_the_board_cannot_show_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"^de10-lite: This board must have 0 to 16 built-in samples, not 17$"):
        write_project(
            load_board("de10-lite"), tmp_path, input=INPUT, output=OUTPUT, labels=(0,) * 17, files=[]
        )
