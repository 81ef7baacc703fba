"""Text planted into each file of an exported folder: nothing of it is ever executed, and nothing compiled with it."""

import random
import re

import pytest

from quantnn.build.quartus import compile_quartus
from quantnn.design.report import load_report
from quantnn.errors import QuantnnError
from quantnn.system import tools
from quantnn.verify.simulated_board import simulated_board
from quantnn.verify.verify import VerifyOptions, verify

pytestmark = pytest.mark.xdist_group("exported designs")

SEED, TRIES = 11, 1
TEXTS = (
    'initial $system("touch {}");\n', "exec touch {}\n", '"; touch {}; "', "`touch {}`", "[exec touch {}]",
    "$(touch {})", '`include "{}"\n', '*/ initial $fclose($fopen("{}")); /*', "\0\x1b[2J{}", "{{{{ {} }}}}",
    "import os; open('{}', 'w')",
)  # fmt: skip
NAMES = ("x; exec -- touch {}.v", "$(touch {}).mem", "quantnn_board.tcl", "quartus.ini", "Makefile", "sitecustomize.py")


@pytest.fixture
def started(monkeypatch):
    """Programs that were to be started: none is."""
    calls = []

    def run(command, **_):
        calls.append([str(word) for word in command])
        raise tools.ToolError("no program is started here")

    monkeypatch.setattr(tools, "run", run)
    return calls


def attempts(design):
    """Every command that hands files of a folder to a tool."""
    yield lambda: verify(design, VerifyOptions(samples=2))
    yield lambda: compile_quartus(design)

    def simulate():
        with simulated_board(design):
            pass

    yield simulate


def test_each_file_with_something_in_it(small, copy_of, tmp_path, started):
    """Either the folder is refused in one line, or what runs has not seen the text: data that nobody hands on."""
    chance = random.Random(SEED)
    marker = tmp_path / "planted"
    names = [name for name in load_report(small).files if not name.endswith("_template.v")]
    tools_read = re.compile(r"(core|board)/.*\.(v|mem|qsf|qpf|sdc)|board/pins.json|core/(interface|plan).json")
    for number, name in enumerate(names):
        original = (small / name).read_bytes()
        design = copy_of(small, f"copy{number}")
        for text in chance.sample(TEXTS, TRIES):
            place = chance.randrange(len(original) + 1)
            planted = text.format(marker).encode()
            (design / name).write_bytes(original[:place] + planted + original[place:])
            for attempt in attempts(design):
                started.clear()
                with pytest.raises(QuantnnError) as caught:
                    attempt()
                assert str(caught.value).isprintable(), (SEED, name, text, place)
                if tools_read.fullmatch(name):
                    assert started == [], (SEED, name, text, place)
        (design / name).write_bytes(original)
    assert not marker.exists()


def test_files_that_nobody_exported(small, copy_of, tmp_path, started, monkeypatch):
    """They lie there and are left alone, whatever they are called."""
    design, seen = copy_of(small), []

    def run(command, *, cwd, **_):
        seen.extend(path.name for path in cwd.rglob("*"))
        raise tools.ToolError("no program is started here")

    monkeypatch.setattr(tools, "run", run)
    own = set()
    for name in NAMES:
        for folder in ("core", "board", "."):
            path = design / folder / name.format("planted")
            path.write_text("exec touch planted")
            own.add(path.name)
    for attempt in attempts(design):
        with pytest.raises(QuantnnError):
            attempt()
    assert not own & {*seen} - {"Makefile"}
    assert not any(path.name == "planted" for path in design.rglob("*"))
