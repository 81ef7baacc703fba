"""Command lines as people type them, each in an empty folder of its own."""

import sys
from pathlib import Path

import pytest

from quantnn import cli


@pytest.fixture(autouse=True)
def inside(tmp_path, monkeypatch):
    """Every test starts in an empty folder of its own."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs a command line; returns its exit code, standard output, and standard error without progress."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["quantnn", *map(str, words)])
        code = 0
        try:
            cli.main()
        except SystemExit as exit:
            code = exit.code or 0
        out, err = capsys.readouterr()
        return code, out, [line for line in err.splitlines() if not line.startswith("… ")]

    return call


@pytest.fixture
def refused(run):
    """Runs a command line that has to fail with one line, leaving every file as it was; returns the line."""

    def call(*words):
        before = contents(Path())
        code, out, lines = run(*words)
        assert (code, out) == (2, "")
        assert len(lines) == 1 and lines[0].startswith("Error: "), lines
        assert contents(Path()) == before
        return lines[0]

    return call


def contents(folder):
    """Everything in a folder, hidden files too."""
    return {path: path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}
