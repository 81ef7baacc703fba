import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from pyosys import libyosys

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.board import load_board
from quantnn.errors import InputError
from quantnn.hdl.sample_player import SamplePlayer
from quantnn.hdl.verilog import emit_verilog
from quantnn.project import PROJECT, write_project

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
    """The files of a core, which is a stub, and of the real samples."""
    directory.mkdir()
    (directory / "quantnn_core.v").write_text(CORE)
    values = np.random.default_rng(0).integers(0, 17, (len(LABELS), INPUT.elements))
    samples = emit_verilog(SamplePlayer(INPUT.pack(values)), "quantnn_samples", directory)
    return ["quantnn_core.v", *(file.name for file in samples)]


def project(directory: Path) -> list[Path]:
    files = design(directory)
    return write_project(
        load_board("de10-lite"), directory, input=INPUT, output=OUTPUT, labels=LABELS, files=files
    )


def test_the_file_to_open_comes_first_and_nothing_but_the_project_is_written(tmp_path):
    paths = project(tmp_path / "board")
    assert [path.name for path in paths] == [f"{PROJECT}.{kind}" for kind in ("qpf", "qsf", "sdc", "v")]
    beside = {"quantnn_core.v", "quantnn_samples.v", "quantnn_samples.mem"}
    assert {path.name for path in (tmp_path / "board").iterdir()} == {path.name for path in paths} | beside


def test_every_file_that_the_qsf_names_is_there_and_the_other_way_round(tmp_path):
    qpf, qsf, *_ = project(tmp_path / "board")
    named = re.findall(r"-name (?:VERILOG|SDC|MISC)_FILE \"?([^\"\n]+)", qsf.read_text())
    assert sorted(named) == sorted(
        path.name for path in (tmp_path / "board").iterdir() if path not in (qpf, qsf)
    )


def test_the_same_design_gives_the_same_bytes_in_any_folder(tmp_path):
    first, second = ({path.name: path.read_bytes() for path in project(tmp_path / name)} for name in "ab")
    assert first == second
    assert not any(
        b"/" + part.encode() in content for content in first.values() for part in tmp_path.parts[1:]
    )


def test_the_top_fits_the_core_and_the_samples(tmp_path):
    project(tmp_path / "board")
    yosys = libyosys.Design()
    for file in sorted((tmp_path / "board").glob("*.v")):
        libyosys.Pass.call(yosys, f"tee -q read_verilog {file}")
    libyosys.Pass.call(yosys, f"tee -q hierarchy -check -top {PROJECT}")
    assert yosys.top_module().name.str() == f"\\{PROJECT}"


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


@pytest.mark.parametrize(
    ("group", "signals", "message"),
    [
        ("switch", {"SW": ("C10", "C11", "D12")}, "pins.switch must have at least 1 signals of 4 bits"),
        ("display", {"HEX0": ("C14",) * 7}, "pins.display must have at least 6 signals of 7 bits"),
        ("led", {}, "pins.led must have at least 1 signals of 10 bits"),
    ],
)
def test_a_board_with_too_few_switches_or_lamps_is_refused(tmp_path, group, signals, message):
    board = load_board("de10-lite")
    others = [pins for pins in board.pins if pins.name != group]
    less = [replace(pins, signals=signals) for pins in board.pins if pins.name == group and signals]
    with pytest.raises(InputError) as error:
        write_project(
            SimpleNamespace(name="little", pins=[*others, *less]),
            tmp_path,
            input=INPUT,
            output=OUTPUT,
            labels=LABELS,
            files=[],
        )
    assert str(error.value) == f"little: {message}"


def test_samples_that_the_board_cannot_show_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"^de10-lite: A board must have 1 to 16 built-in samples, not 17$"):
        write_project(
            load_board("de10-lite"), tmp_path, input=INPUT, output=OUTPUT, labels=(0,) * 17, files=[]
        )
