"""Netlists of a small core in the simulator. Every compilation takes a while: each test makes one netlist."""

import re
import sys
from pathlib import Path

import pytest
from exported import export_tiny

from quantnn import cli
from quantnn.build.netlist_check import check_netlist
from quantnn.build.passes import improve
from quantnn.design.interface import CoreInterface
from quantnn.design.report import load_report
from quantnn.errors import InputError, ToolError, VerificationError
from quantnn.verify.core_bench import adversities

pytestmark = pytest.mark.xdist_group("netlists")

SAMPLES, MULTIPLIERS = 20, 3


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return export_tiny(tmp_path_factory.mktemp("exported") / "tiny", MULTIPLIERS, SAMPLES)


def check(design, family, **changed):
    """What was found, and the steps that were told."""
    steps = []
    return check_netlist(design, family, steps.append, **changed), steps


def values(design, found):
    """Every layer's outputs, the logits that left the core, and the class; back to back and in every adversity."""
    outputs = [layer.out_features for layer in load_report(design).layers]
    return (1 + adversity_count(design)) * found.samples * (sum(outputs) + outputs[-1] + 1)


def adversity_count(design):
    """Stalls, resets and what else there is: the samples go through again under each."""
    return len(adversities(CoreInterface.load(design / "core" / "interface.json")))


def test_ice40(tiny):
    found, steps = check(tiny, "ice40")
    assert found.samples >= SAMPLES and found.values == values(tiny, found)
    assert found.cells["SB_MAC16"] == MULTIPLIERS and found.cells["SB_RAM40_4K"] > 0
    assert len(steps) == len(set(steps)) == 4


def test_from_the_command_line(tiny, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["quantnn", "verify", str(tiny), "--netlist", "ice40"])
    with pytest.raises(SystemExit, match="0"):
        cli.main()
    said = capsys.readouterr().out
    assert re.search(r"^The netlist of [\d,]+ cells for ice40 is bit-exact, too: [\d,]+ values", said, re.MULTILINE)
    assert "Bit-exact. Next: quantnn build" in said


def test_cells_without_models_are_refused(tiny, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["quantnn", "verify", str(tiny), "--netlist", "gowin"])
    with pytest.raises(SystemExit, match="2"):
        cli.main()
    assert capsys.readouterr().err == (
        "Error: --netlist must be ecp5 or ice40, not gowin: other cells have no models\n"
    )


def test_ecp5_with_registers_taken_in_and_copied(tiny):
    before = load_report(tiny)
    seen = {}

    def improve_and_look(netlist, toolchain, device):
        improve(netlist, toolchain, device)
        for kind in ("MULT18X18D", "DP16KD"):
            seen[kind] = [netlist.cells[name] for name in netlist.of_type(kind)]

    found, _ = check(tiny, "ecp5", change=improve_and_look)
    assert found.values == values(tiny, found) and found.cells["MULT18X18D"] == MULTIPLIERS
    for cell in seen["MULT18X18D"]:
        assert cell["parameters"]["REG_OUTPUT_CLK"] == "CLK0" and "BEL" in cell["attributes"]
    assert any(cell["parameters"]["REGMODE_A"] == "OUTREG" for cell in seen["DP16KD"])
    assert load_report(tiny) == before


@pytest.mark.slow
def test_ecp5_as_it_comes_from_yosys(tiny):
    found, _ = check(tiny, "ecp5", change=lambda *_: None)
    assert found.values == values(tiny, found)


def test_a_copy_with_the_input_of_another_register_is_seen(tiny):
    """In the last layer, where every bit of a sum leaves the core."""

    def spoil(netlist, toolchain, device):
        improve(netlist, toolchain, device)
        place = {netlist.place_of(name): name for name in netlist.of_type("TRELLIS_FF")}
        first, second = place["layer_1.mac.accumulator_0[0]"], place["layer_1.mac.accumulator_0[1]"]
        pins = netlist.sinks[netlist.bit(first, "Q")]
        copied = netlist.duplicate(first, "spoilt", "Q")
        netlist.connect(("spoilt", "DI", 0), netlist.bit(second, "DI"))
        for pin in pins:
            netlist.connect(pin, copied)
        netlist.index()

    with pytest.raises(VerificationError) as caught:
        check(tiny, "ecp5", change=spoil)
    words = r"The netlist for ecp5 differs from the reference: layer \d, neuron \d, sample \d: got "
    assert re.match(words, str(caught.value))


def test_a_family_without_models(tiny):
    with pytest.raises(InputError) as caught:
        check(tiny, "gowin")
    assert str(caught.value) == "a netlist can be simulated for ecp5 and ice40, not for gowin"


def test_a_folder_that_is_no_design(tmp_path):
    with pytest.raises(InputError, match="is no exported design"):
        check(tmp_path, "ice40")


def test_what_a_tool_said_of_a_failure_is_kept(tiny, monkeypatch):
    def fail(family, verilog, top, folder, kept):
        (folder / "synthesis.log").write_text("why")
        raise ToolError("Yosys failed")

    monkeypatch.setattr("quantnn.build.netlist_check.synthesize", fail)
    with pytest.raises(ToolError, match=r"^Yosys failed in ") as caught:
        check(tiny, "ecp5")
    assert (Path(str(caught.value).removeprefix("Yosys failed in ")) / "synthesis.log").read_text() == "why"
