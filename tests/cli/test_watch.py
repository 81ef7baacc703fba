import io
import re
import signal

import pytest
from rich.console import Console

from quantnn.cli import watch as module
from quantnn.cli.watch import watch
from quantnn.errors import ToolError
from quantnn.hdl.board.seven_segment import DIGITS
from quantnn.sim.board_simulation import Shown
from quantnn.system.stopping import Stopped

GROUPS = {"led": [{"port": "LEDR", "bits": 3}], "display": [{"port": "HEX0", "bits": 8}]}
SEEN = [Shown(0b001, 0), Shown(0b001, 0), Shown(0b110, DIGITS[3]), Shown(0b110, DIGITS[3])]


CTRL_C = Stopped(signal.SIGINT)


class Board:
    """Shows some things, and then somebody presses Ctrl-C, or it breaks off."""

    groups = GROUPS

    def __init__(self, end=CTRL_C):
        self._shown, self._end = iter(SEEN), end

    def run(self, cycles):
        assert cycles == 0, "looking does not hold it up"
        for shown in self._shown:
            return shown
        raise self._end


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(module, "_SECONDS", 0)
    monkeypatch.setattr(module, "_LOGGED_SECONDS", 0)


def test_a_line_per_change_where_nobody_watches(capsys):
    with pytest.raises(Stopped):
        watch(Board(), ["The board is at x."])
    assert capsys.readouterr().out.splitlines() == [
        "The board is at x.", "LEDR 001, displays [ ]", "LEDR 110, displays [3]", "The board is switched off.",
    ]  # fmt: skip


@pytest.mark.parametrize("encoding, lamps", [("utf-8", "○ ○ ●"), ("ascii", ". . #")])
def test_a_picture_in_a_terminal(monkeypatch, capsys, encoding, lamps):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(
        "rich.console.Console", lambda **given: Console(**given, file=stream, force_terminal=True, width=60)
    )
    monkeypatch.setenv("TERM", "xterm")
    with pytest.raises(Stopped):
        watch(Board(), ["The board is at x."])
    stream.flush()
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.buffer.getvalue().decode(encoding))
    assert text.index("The board is at x.") < text.index(f"LEDR  {lamps}")
    assert text.count("LEDR") == 3, "at the beginning, for the change, and what stays"
    assert capsys.readouterr().out == "The board is switched off.\n"


def test_a_simulation_that_breaks_off_is_an_error(capsys):
    with pytest.raises(ToolError):
        watch(Board(ToolError("broken")), [])
