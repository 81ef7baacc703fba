from types import SimpleNamespace

import pytest

from quantnn.board.board import load_board
from quantnn.design.report import load_report


@pytest.mark.parametrize(
    "board, reached, hint",
    [
        ("icebreaker", 44.1, "44.1 MHz were reached, 24 asked for: export again with --clock-mhz 44"),
        ("icebreaker", 28.0, None),
        ("icebreaker", None, None),
    ],
)
def test_a_build_that_could_be_much_quicker_says_so(run, small, monkeypatch, board, reached, hint):
    result = SimpleNamespace(files=("a.bit",), fmax_mhz=reached, clock_mhz=24.0)
    monkeypatch.setattr("quantnn.cli.board._board", lambda *_: load_board(board))
    monkeypatch.setattr("quantnn.build.open_flow.build_open", lambda *_: result)
    monkeypatch.setattr("quantnn.design.build_record.add_build", lambda folder, _: load_report(folder))
    code, out, _ = run("build", small)
    assert code == 0
    assert ("MHz were reached" in out) is (hint is not None)
    assert hint is None or f"{hint}\nBuilt {small}/board/a.bit. Next: " in out
