"""What the pages say of files is so."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from pages import CORE, FOLDER, FORMATS, README, Design, blocks, verified

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.files.record import record_values
from quantnn.importers.npz import load_model

pytestmark = pytest.mark.xdist_group("docs")  # one export


@pytest.fixture(scope="module")
def design(digits):
    return Design(digits)


def keys(value):
    """Every key of a JSON value."""
    if isinstance(value, dict):
        return set(value).union(*map(keys, value.values()))
    return set().union(*map(keys, value)) if isinstance(value, list) else set()


def test_every_field_of_the_report_is_documented(design):
    report = record_values(verified(design.report, README.read_text()))
    section = FOLDER.read_text().split("## report.json")[1]
    assert {key for key in keys(report) if f"`{key}`" not in section} == set()


def test_every_field_of_interface_json_is_documented(design):
    section = CORE.read_text().split("## interface.json")[1]
    fields = keys(json.loads((design.folder / "core" / "interface.json").read_text()))
    assert {key for key in fields if f"`{key}`" not in section} == set()


def test_every_file_of_the_export_is_documented(design):
    text = FOLDER.read_text().split("\n## ")[0]
    for file in design.report.files:
        path = Path(file)
        known = (path.name, f"quantnn_core_*{path.suffix}" if "_layer_" in file or "_queue" in file else path.name)
        known += (f"quantnn_link_*{path.suffix}",) if path.stem.startswith("quantnn_link_") else ()
        names = [*known, path.suffix] if path.stem in ("quantnn_board", "quantnn_samples", "layer_2") else known
        assert any(name in text for name in names), file


def test_the_model_file_of_the_first_example_can_be_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {
        "np": np,
        "W0": np.ones((4, 3)),
        "b0": np.zeros(3),
        "W1": np.ones((3, 2)),
        "b1": np.zeros(2),
        "train_x": np.zeros((2000, 4)),
    }
    exec(blocks(FORMATS, "python")[0], names)
    assert len(load_model(Path("model.npz")).calibration) == 1000


def test_the_saved_network_can_be_read_as_the_page_says(design, monkeypatch, capsys):
    monkeypatch.chdir(design.folder)
    exec(blocks(FOLDER, "python")[0], {})
    layer = design.report.layers[0]
    lo, hi = layer.output.lo, layer.output.hi
    assert capsys.readouterr().out == f"[{lo}, {hi}] ({layer.in_features}, {layer.out_features})\n"


def test_the_beat_worked_out_in_bits():
    value = re.search(r"00010  11111  00111   = 72'h([0-9a-f]+)", CORE.read_text())[1]
    assert BeatFormat(64, IntegerRange(0, 31), 13).unpack(int(value, 16))[0] == [7, 31, 2] + [0] * 10
    value = re.search(r"= `24'h([0-9a-f]+)`", CORE.read_text())[1]
    assert BeatFormat(10, IntegerRange(-(2**17), 2**17 - 1), 1, 4).unpack(int(value, 16)) == ([-5665], 7)


def test_every_field_of_plan_json_is_documented(design):
    section = FOLDER.read_text().split("## plan.json")[1].split("\n## ")[0]
    fields = keys(json.loads((design.folder / "core" / "plan.json").read_text()))
    assert {key for key in fields if f"`{key}`" not in section} == set()
