import re
from dataclasses import replace

import pytest
from exported import flip_bit

from quantnn.board.board import load_board
from quantnn.build.readiness import check_ready
from quantnn.design.report import Verification, load_report
from quantnn.errors import InputError, VerificationError


@pytest.fixture
def design(small, copy_of):
    return copy_of(small)


BOARD = load_board("de10-lite")


def refused(design, error=InputError, **changes):
    with pytest.raises(error) as caught:
        check_ready(design, replace(load_report(design), **changes), BOARD)
    return str(caught.value)


def found(passed, difference):
    return Verification(passed, 8, 3, 96, int(not passed), difference, "Verilator 5", 1.5)


def test_a_design_as_it_was_exported(design):
    expected = {path.name: path.read_bytes() for path in (design / "board").iterdir()}
    assert check_ready(design, load_report(design), BOARD).files == expected
    check_ready(design, replace(load_report(design), verification=found(True, None)), BOARD)


@pytest.mark.parametrize("part", ["core", "board"])
def test_a_bit_of_a_weight_that_was_changed(design, part):
    """In the core that is verified, or in the one that is built."""
    before = {path: path.read_bytes() for path in (design / "core").glob("*.mem")}
    flip_bit(design, "layer_0_mac_weights", 0, 0)
    if part == "board":
        for path, content in before.items():
            (design / "board" / path.name).write_bytes(path.read_bytes())
            path.write_bytes(content)
    memory = design / part / "quantnn_core_layer_0_mac_weights.mem"
    assert refused(design, VerificationError).startswith(f"{memory}, line 1: layer 0, weight of input 0")


@pytest.mark.parametrize("name", ["quantnn_core.v", "quantnn_board.v"])
def test_a_file_that_is_missing(design, name):
    (design / "board" / name).unlink()
    assert re.search(rf"board.{re.escape(name)} (cannot be read|is missing).*: export", refused(design))


def test_a_memory_that_is_missing(design):
    next((design / "board").glob("quantnn_core*.mem")).unlink()
    assert "is missing: export" in refused(design)


def test_a_project_that_was_changed_is_built_only_as_it_is(design):
    path = design / "board" / "quantnn_board.qsf"
    path.write_text("exec touch planted\n" + path.read_text())
    assert refused(design).startswith(f"{path}, line 1, is 'exec touch planted', where this quantnn writes ")
    assert b"planted" in check_ready(design, load_report(design), BOARD, as_it_is=True).files[path.name]


def test_a_verification_that_failed(design):
    failed = found(False, "layer 0, neuron 1, sample 2: got 3, expected 4")
    assert refused(design, verification=failed) == (
        f"{design} failed its verification (layer 0, neuron 1, sample 2: got 3, expected 4): export again, and verify"
    )
