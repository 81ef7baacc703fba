from dataclasses import replace
from pathlib import Path

import pytest
from exported import DE10_LITE

from quantnn.board.board import load_board
from quantnn.design.exported_board import exported_board
from quantnn.design.report import load_report
from quantnn.errors import InputError

HERE = Path("design")


@pytest.fixture
def report(small):
    return load_report(small)


def refused(*arguments):
    with pytest.raises(InputError) as caught:
        exported_board(HERE, *arguments)
    return str(caught.value)


def test_one_that_comes_with_quantnn_is_found_by_its_name(report):
    assert exported_board(HERE, report) == load_board("de10-lite")
    assert exported_board(HERE, replace(report, board="icebreaker")) == load_board("icebreaker")


def test_a_board_of_one_s_own_is_given(report, tmp_path):
    (tmp_path / "own.toml").write_text(DE10_LITE.read_text().replace('name = "de10-lite"', 'name = "own"'))
    own = replace(report, board="own")
    assert exported_board(HERE, own, tmp_path / "own.toml").name == "own"
    board = load_board(tmp_path / "own.toml")
    assert exported_board(HERE, own, board) is board
    assert refused(own) == "design is for own, a board of your own: give its file with --board"


def test_nothing_in_the_folder_says_where_the_board_is(report, tmp_path, monkeypatch):
    """A stranger's report names it, and a stranger's file would tell tools what to do."""
    monkeypatch.chdir(tmp_path)
    Path("own.toml").write_text(DE10_LITE.read_text())
    assert "give its file with --board" in refused(replace(report, board="own.toml"))


def test_another_board_than_it_was_exported_for(report, tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(DE10_LITE.read_text().replace('name = "de10-lite"', 'name = "own"'))
    message = "design is for de10-lite, not for own: export again"
    assert refused(report, path) == f"{message} with --board {path}"
    assert refused(report, load_board(path)) == message
