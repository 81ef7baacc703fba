import pytest
from cut_netlists import same
from exported import export_tiny
from netlist_files import copy_of, synthesized

from quantnn.build.passes import improve
from quantnn.design.interface import CORE

MULTIPLIERS = 3


@pytest.fixture(scope="module")
def core(tmp_path_factory):
    folder = tmp_path_factory.mktemp("core")
    design = export_tiny(folder / "design", MULTIPLIERS)
    return synthesized(design / "core" / f"{CORE}.v", folder)


@pytest.fixture
def improved(core):
    netlist = copy_of(core)
    improve(netlist, "ecp5", "LFE5U-85F")
    return netlist


def test_registers_are_taken_in_and_multipliers_have_their_places(core, improved):
    assert len(improved.of_type("TRELLIS_FF")) < len(copy_of(core).of_type("TRELLIS_FF"))
    multipliers = [improved.cells[name] for name in improved.of_type("MULT18X18D")]
    assert len(multipliers) == MULTIPLIERS
    for cell in multipliers:
        assert cell["parameters"]["REG_OUTPUT_CLK"] == "CLK0" and "MULT18" in cell["attributes"]["BEL"]


def test_a_whole_core_is_proven_to_do_what_it_did(core, improved, tmp_path):
    assert same(copy_of(core), improved, tmp_path)


def test_a_wrong_input_of_one_register_is_seen(core, improved, tmp_path):
    place = {improved.place_of(name): name for name in improved.of_type("TRELLIS_FF")}
    first, second = (place[f"layer_0.mac.accumulator_0[{bit}]"] for bit in (0, 1))
    improved.connect((first, "DI", 0), improved.bit(second, "DI"))
    improved.index()
    assert not same(copy_of(core), improved, tmp_path)


@pytest.mark.parametrize("toolchain", ["ice40", "gowin"])
def test_other_families_are_left_as_they_are(core, toolchain):
    netlist = copy_of(core)
    improve(netlist, toolchain, "any")
    assert netlist.cells == copy_of(core).cells
