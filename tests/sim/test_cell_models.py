import re
from importlib.resources import files

import pytest
from netlist_files import copy_of, synthesized

from quantnn.build.synthesis import FAMILIES
from quantnn.sim.cell_models import MODELLED, cell_models

VERILOG = """
module parts(input clk, write, clear, input signed [7:0] a, b, input [8:0] address, input [3:0] place,
             output reg [8:0] word, output reg [7:0] kept, output reg signed [19:0] sum);
  (* ramstyle = "M9K" *) reg [8:0] words[0:511];
  initial $readmemb("words.mem", words);
  (* ramstyle = "logic" *) reg [7:0] queue[0:15];
  reg signed [15:0] product;
  always @(posedge clk) begin
    product <= a * b;
    sum <= clear ? 0 : sum + product;
    word <= words[address];
    if (write) queue[place] <= a;
    kept <= queue[place];
  end
endmodule
"""
"""Every kind of cell that a core is made of: multiplier, block RAM, RAM in logic, carries, registers with and without
enable and reset."""
HARD = {"ecp5": ("MULT18X18D", "DP16KD", "TRELLIS_FF", "CCU2C"), "ice40": ("SB_MAC16", "SB_RAM40_4K", "SB_CARRY")}
OURS = {"MULT18X18D", "DP16KD"}
"""Cells that Yosys leaves empty."""
modelled = pytest.mark.parametrize("family", MODELLED)


def modules(text):
    """Names of the modules of some Verilog."""
    return re.findall(r"^\s*module\s+(\w+)", text, re.MULTILINE)


def unmodelled(kinds, text):
    """Those of some types of cells for which Verilog has no module that does anything."""
    found = re.split(r"^((?:\(\*[^\n]*\*\)\s*)?)module (\w+)\b", text, flags=re.MULTILINE)[1:]
    parts = zip(found[0::3], found[1::3], found[2::3], strict=True)
    does = {name for mark, name, body in parts if "blackbox" not in mark and re.search(r"\b(assign|always)\b", body)}
    return set(kinds) - does


@pytest.fixture(scope="module")
def kinds(tmp_path_factory):
    """Types of the cells that Yosys makes of the Verilog above, by family."""
    folder = tmp_path_factory.mktemp("parts")
    (folder / "parts.v").write_text(VERILOG)
    (folder / "words.mem").write_text("".join(f"{word:09b}\n" for word in range(512)))
    netlists = {family: copy_of(synthesized(folder / "parts.v", folder, family)) for family in MODELLED}
    return {family: {cell["type"] for cell in netlist.cells.values()} for family, netlist in netlists.items()}


def test_what_is_modelled():
    """A Gowin's cells are not: its block RAM and multipliers have no models in Yosys."""
    assert MODELLED == ("ecp5", "ice40") and set(MODELLED) < set(FAMILIES)


@modelled
def test_every_cell_of_a_netlist_has_a_model(kinds, family):
    assert kinds[family] >= set(HARD[family])
    assert unmodelled(kinds[family], cell_models(family)) == set()


@modelled
def test_a_model_that_is_missing_or_empty_is_seen(kinds, family):
    for kind in HARD[family]:
        for spoilt in (f"module not_{kind}", f"(* blackbox *)\nmodule {kind}"):
            models = re.sub(rf"^module {kind}\b", spoilt, cell_models(family), flags=re.MULTILINE)
            assert unmodelled(kinds[family], models) == {kind}


@modelled
def test_no_model_stands_twice(family):
    """Yosys' own have one of each type for each option that they are read with."""
    found = re.sub(r"^`ifn?def (?!ICE40).*?^`endif", "", cell_models(family), flags=re.MULTILINE | re.DOTALL)
    assert len(modules(found)) == len(set(modules(found))) > 10


def test_yosys_empty_cells_give_way_to_ours():
    text = cell_models("ecp5")
    ours = files("quantnn.sim").joinpath("ecp5_cells.v").read_text()
    assert text.endswith(ours) and set(modules(ours)) >= OURS
    assert all(modules(text).count(kind) == 1 for kind in OURS)
    assert "blackbox" not in text


@modelled
def test_a_file_of_its_own(family):
    """Nothing is included: a simulator looks for such files elsewhere."""
    assert "`include" not in cell_models(family)


@pytest.mark.parametrize("family", ["gowin", "quartus", "ECP5", ""])
def test_an_unknown_family(family):
    with pytest.raises(ValueError) as caught:
        cell_models(family)
    assert str(caught.value) == f"family must be one of ecp5, ice40, not {family!r}"
