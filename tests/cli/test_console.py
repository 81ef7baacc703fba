import io
import json
import re
import sys

import pytest
from rich.table import Table

from quantnn.cli.console import complain, say, show, show_json, show_table
from quantnn.design.report import load_report


class Terminal(io.StringIO):
    """Where somebody looks at what is written."""

    encoding = "utf-8"

    def isatty(self):
        return True


def table(*words):
    made = Table("a", "b")
    made.add_row(*words)
    return made


def test_a_sentence_is_one_line_without_control_characters(capsys):
    say("ab\x1b[31m\n" + "c" * 300)
    assert capsys.readouterr() == ("ab\\x1b[31m\\n" + "c" * 300 + "\n", "")


@pytest.mark.parametrize(("length", "shown"), [(1000, 1000), (1001, 1000), (10**6, 1000)])
def test_an_error_is_one_line_on_standard_error_that_ends(capsys, length, shown):
    complain("x" * (length - 1) + "y")
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("Error: x") and err.endswith("xy\n")
    assert len(err) == len("Error: \n") + shown and ("…" in err) is (length > shown)


def test_in_a_pipe_a_table_is_as_wide_as_it_is(capsys):
    show_table(table("x" * 300, "\x1b[2J"))
    out, _ = capsys.readouterr()
    lines = out.splitlines()
    assert any("x" * 300 in line and "\\x1b[2J" in line for line in lines)
    assert all(line == line.rstrip() for line in lines)


def test_in_a_terminal_it_is_as_wide_as_that(monkeypatch):
    terminal = Terminal()
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", terminal)
    show_table(table("short", "a sentence of some words that goes on for more than forty columns"))
    lines = re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue()).splitlines()
    assert max(map(len, lines)) == 40
    assert "more than" in terminal.getvalue()


@pytest.mark.parametrize("as_json", [False, True])
def test_a_report_as_a_table_or_as_json(capsys, small, as_json):
    show(load_report(small), "And this.", as_json=as_json)
    out, _ = capsys.readouterr()
    if as_json:
        assert json.loads(out) == json.loads((small / "report.json").read_text())
    else:
        assert out.startswith("small.npz on de10-lite") and out.endswith("\nAnd this.\n")


def test_json_is_json_whatever_is_in_it(capsys):
    values = {"a": [1, None, "ü\x1b\n"]}
    show_json(values)
    assert json.loads(capsys.readouterr().out) == values
