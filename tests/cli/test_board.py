import pytest

from quantnn.board.board import load_board
from quantnn.design.report import BuildResult, load_report


@pytest.mark.parametrize(
    "board, reached, hint",
    [
        ("icebreaker", 44.1, "44.1 MHz were reached, 24 asked for: quantnn build {} --clock-mhz max"),
        ("de10-lite", 99.5, "99.5 MHz were reached, 24 asked for: export again with --clock-mhz 99"),
        ("icebreaker", 28.0, None),
        ("icebreaker", None, None),
    ],
)
def test_a_build_that_could_be_much_quicker_says_so(run, small, monkeypatch, board, reached, hint):
    result = BuildResult("tools", 24.0, reached, (), None, 1, ("output_files/a.bit",), 1.0, (), ())
    monkeypatch.setattr("quantnn.cli.board._board", lambda *_: load_board(board))
    monkeypatch.setattr("quantnn.build.open_flow.build_open", lambda *_, **__: result)
    monkeypatch.setattr("quantnn.build.quartus.compile_quartus", lambda *_, **__: result)
    add = "quantnn.design.build_record.add_build"
    monkeypatch.setattr(add, lambda folder, built, begun: begun.with_build(built))
    code, out, _ = run("build", small)
    assert code == 0
    assert ("MHz were reached" in out) is (hint is not None)
    assert hint is None or f"{hint.format(small)}\nBuilt {small}/board/output_files/a.bit. Next: " in out


def test_the_highest_clock(run, small, monkeypatch):
    result = BuildResult("tools", 44.0, 44.1, (), None, 1, ("output_files/a.bit",), 1.0, (), ())
    monkeypatch.setattr("quantnn.cli.board._board", lambda *_: load_board("icebreaker"))
    monkeypatch.setattr("quantnn.build.fastest.build_fastest", lambda *_, **__: load_report(small).with_build(result))
    code, out, _ = run("build", small, "--clock-mhz", "max")
    assert code == 0 and f"Built {small}/board/output_files/a.bit. Next: " in out


def test_another_clock_is_a_matter_of_export(run, small, monkeypatch):
    monkeypatch.setattr("quantnn.cli.board._board", lambda *_: load_board("icebreaker"))
    code, _, err = run("build", small, "--clock-mhz", "44")
    assert code == 2
    assert "--clock-mhz must be max, not 44: another clock is chosen with quantnn export" in err[0]
