import json
import shutil

import pytest
from exported import save_model, small_options

from quantnn.board.board import load_board
from quantnn.build.reclock import reclock
from quantnn.design.export import export
from quantnn.design.report import load_report
from quantnn.errors import InputError
from quantnn.importers.npz import load_model
from quantnn.verify.genuine_board import GenuineBoard

MHZ = {"icebreaker": 44.25, "ulx3s-85f": 80.0, "tang-nano-20k": 54.0, "de10-lite": 75.0}
"""Clocks that the boards' PLLs make exactly."""


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load_model(save_model(tmp_path_factory.mktemp("model")))


@pytest.fixture
def exported(tmp_path, model):
    """Makes an export for a board and a clock."""

    def make(name, board, mhz=None, **changes):
        options = small_options(model, board=load_board(board), clock_mhz=mhz, core="own", **changes)
        export(model, tmp_path / name, options)
        return tmp_path / name

    return make


@pytest.mark.parametrize(("name", "replay"), [*((name, None) for name in MHZ), ("ulx3s-85f", True)])
def test_the_project_is_the_one_that_an_export_for_that_clock_writes(exported, name, replay):
    """And so it is taken for genuine; but for a note, the report is the same, too."""
    board = load_board(name)
    design, wanted = exported("design", name, replay=replay), exported("wanted", name, MHZ[name], replay=replay)
    reclock(design, board, board.plan_clock(round(MHZ[name] * 1e6)), 99.0)
    for path in wanted.rglob("*"):
        if path.is_file() and path.name not in ("report.json", "summary.txt"):
            assert (design / path.relative_to(wanted)).read_bytes() == path.read_bytes(), path
    found, other = ({**json.loads((folder / "report.json").read_text()), "notes": []} for folder in (design, wanted))
    assert found == other
    GenuineBoard.load(design, load_report(design), board)


def test_the_note_of_an_earlier_one_goes(exported):
    board = load_board("icebreaker")
    design = exported("design", "icebreaker")
    before = load_report(design).notes
    for mhz in (36.0, 39.0):
        reclock(design, board, board.plan_clock(round(mhz * 1e6)), 40.0)
    note = "built for the highest clock: 39 MHz, of the 40.00 MHz that a placement for 36 MHz reached"
    assert load_report(design).notes == (*before, note)


def test_a_report_that_does_not_say_what_the_top_was_made_for(exported):
    board = load_board("icebreaker")
    design = exported("design", "icebreaker")
    report = json.loads((design / "report.json").read_text())
    del report["board_top"]["samples_sha256"]
    (design / "report.json").write_text(json.dumps(report))
    copy = shutil.copytree(design, design.with_name("copy"))
    with pytest.raises(InputError, match=r"report.json is damaged \(it does not say what the board's top was made for"):
        reclock(design, board, board.plan_clock(36_000_000), 40.0)
    assert (design / "board" / "quantnn_board.v").read_bytes() == (copy / "board" / "quantnn_board.v").read_bytes()
