"""Every JSON file of an exported folder, and a board's file, with fields that are gone, of other types, or enormous.

Each is either read, or refused in one line. What is drawn depends on the seed, which is printed.
"""

import copy
import json
import random
import shutil
import tomllib
from pathlib import Path

import pytest

import quantnn.boards
from quantnn.board.board import load_board
from quantnn.board.table import show_board
from quantnn.design.hardware import ExportedHardware
from quantnn.design.interface import CoreInterface
from quantnn.design.report import load_report
from quantnn.design.summary import render_summary
from quantnn.errors import QuantnnError
from quantnn.speed.fpga import FpgaSpeed, LinkSpeed

GONE = object()
VALUES = [
    GONE, None, True, False, 0, -1, 1, 3, 2**31, 2**62, 2**63 - 1, -(2**63), 2**64, 1.5, -0.5, 1e308, "", "x", "a\nb",
    "../x", "$(x)", "9" * 300, [], [[]], [1], [-1, 1], [0, 2**62], {}, {"a": 1},
]  # fmt: skip
DRAWN = 150
CUTS = 30


def places(value, path=()):
    """The path of every field; the first two entries of an array stand for all."""
    entries = value.items() if isinstance(value, dict) else [*enumerate(value)][:2] if isinstance(value, list) else ()
    for key, inner in entries:
        yield (*path, key)
        yield from places(inner, (*path, key))


def changed(values, path, new):
    result = copy.deepcopy(values)
    container = result
    for key in path[:-1]:
        container = container[key]
    if new is GONE:
        del container[path[-1]]
    else:
        container[path[-1]] = copy.deepcopy(new)
    return result


def as_toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {as_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    return json.dumps("" if value is None else value)


def toml(values):
    return "\n".join(f"{json.dumps(key)} = {as_toml(value)}" for key, value in values.items())


def check(file, values, write, use, draw):
    """Whether everything that is drawn is read or refused in a line; how many were refused."""
    text = write(values)
    faults = [(path, new) for path in places(values) for new in VALUES]
    texts = [write(changed(values, *fault)) for fault in draw.sample(faults, DRAWN)]
    texts += [text[: draw.randrange(len(text))] for _ in range(CUTS)]
    refused = 0
    for damaged in texts:
        file.write_text(damaged)
        try:
            use()
        except QuantnnError as error:
            assert "\n" not in str(error) and error.exit_code == 2, damaged
            refused += 1
    file.write_text(text)
    use()
    return refused


@pytest.fixture
def draw():
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    return random.Random(seed)


def read_report(design):
    report = load_report(design)
    render_summary(report)
    FpgaSpeed.of_report(report)
    LinkSpeed.of_report(report)


USES = {
    "report.json": read_report,
    "core/interface.json": lambda design: CoreInterface.load(design / "core" / "interface.json"),
    "core/plan.json": ExportedHardware.load,
}


@pytest.mark.parametrize("name", USES)
def test_json(small, copy_of, name, draw):
    design = copy_of(small)
    values = json.loads((design / name).read_text())
    refused = check(design / name, values, json.dumps, lambda: USES[name](design), draw)
    assert refused > DRAWN // 2


@pytest.mark.parametrize("name", ["de10_lite", "icebreaker"])
def test_boards(tmp_path, name, draw):
    file = tmp_path / "own.toml"
    shutil.copyfile(Path(quantnn.boards.__file__).with_name(f"{name}.toml"), file)

    def use():
        board = load_board(file)
        show_board(board)
        board.plan_clock(board.clock_frequency)

    assert check(file, tomllib.loads(file.read_text()), toml, use, draw) > DRAWN // 2
