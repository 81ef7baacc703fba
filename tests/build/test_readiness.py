import re
from dataclasses import replace

import pytest
from exported import flip_bit

from quantnn.build.readiness import check_ready
from quantnn.design.report import Verification, load_report
from quantnn.errors import InputError


@pytest.fixture
def design(small, copy_of):
    return copy_of(small)


def refused(design, **changes):
    with pytest.raises(InputError) as caught:
        check_ready(design, replace(load_report(design), **changes))
    return str(caught.value)


def found(passed, difference):
    return Verification(passed, 8, 3, 96, int(not passed), difference, "Verilator 5", 1.5)


def test_a_design_as_it_was_exported(design):
    check_ready(design, load_report(design))
    check_ready(design, replace(load_report(design), verification=found(True, None)))


@pytest.mark.parametrize("part", ["core", "board"])
def test_a_bit_of_a_weight_that_was_changed(design, part):
    """In the core that is verified, or in the one that is built."""
    before = {path: path.read_bytes() for path in (design / "core").glob("*.mem")}
    flip_bit(design, "layer_0_mac_weights", 0, 0)
    if part == "board":
        for path, content in before.items():
            (design / "board" / path.name).write_bytes(path.read_bytes())
            path.write_bytes(content)
    assert refused(design) == f"{design / part} holds another core than was exported to {design}: export again"


@pytest.mark.parametrize("name", ["quantnn_core.v", "quantnn_board.v"])
def test_a_file_that_is_missing(design, name):
    (design / "board" / name).unlink()
    assert re.search(rf"board.{re.escape(name)} (cannot be read|is missing).*: export", refused(design))


def test_a_memory_that_is_missing(design):
    next((design / "board").glob("quantnn_core*.mem")).unlink()
    assert "holds another core" in refused(design)


def test_a_verification_that_failed(design):
    failed = found(False, "layer 0, neuron 1, sample 2: got 3, expected 4")
    assert refused(design, verification=failed) == (
        f"{design} failed its verification (layer 0, neuron 1, sample 2: got 3, expected 4): export again, and verify"
    )
