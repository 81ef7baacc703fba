from pathlib import Path

import pytest

from quantnn.cli.options import existing, known_board, suggested_boards
from quantnn.errors import InputError


class Line:
    """A command line, or one that the shell asks to complete."""

    def __init__(self, resilient_parsing=False):
        self.resilient_parsing = resilient_parsing


def test_what_is_there_is_taken(tmp_path):
    assert existing(Line(), tmp_path) == tmp_path
    assert existing(Line(), None) is None
    assert known_board(Line(), "de10-lite") == "de10-lite"
    (tmp_path / "own.toml").touch()
    assert known_board(Line(), f"{tmp_path}/own.toml") == f"{tmp_path}/own.toml"


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"none\.npz does not exist: check the path"):
        existing(Line(), tmp_path / "none.npz")
    with pytest.raises(InputError, match=r"A board must be one of .*, not 'de10-nano'"):
        known_board(Line(), "de10-nano")
    with pytest.raises(InputError, match=r"none\.toml does not exist: check the path"):
        known_board(Line(), f"{tmp_path}/none.toml")


def test_nothing_is_refused_while_the_shell_completes(tmp_path):
    assert existing(Line(True), tmp_path / "none.npz") == tmp_path / "none.npz"
    assert known_board(Line(True), "d") == "d"


def test_a_name_that_the_system_refuses_is_left_to_the_reader():
    assert existing(Line(), Path("x" * 5000)) == Path("x" * 5000)


def test_boards_and_files_are_suggested(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("ultra.toml").touch()
    assert list(suggested_boards("ul")) == ["ulx3s-85f", "ultra.toml"]
    assert not list(suggested_boards("x"))

