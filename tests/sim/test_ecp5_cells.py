"""Models of ECP5 cells: block RAM and multipliers as Yosys uses them, beside the Verilog that they were made of."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from netlist_files import copy_of, synthesized

from quantnn.build.ecp5_registers import absorb_registers
from quantnn.build.yosys import run_yosys
from quantnn.sim.cell_models import cell_models
from quantnn.sim.program import Program

HELPERS = Path(__file__).parents[1] / "helpers"
MEMORIES = {
    "memory_1": (16384, 1), "memory_2": (8192, 2), "memory_4": (4096, 4), "memory_9": (2048, 9),
    "memory_18": (1024, 18), "memory_36": (512, 36), "memory_18_late": (1024, 18), "memory_36_late": (512, 36),
    "wide_memory": (512, 36), "narrow_memory": (1024, 18), "byte_memory": (1024, 18), "held_memory": (1024, 18),
    "before_memory": (1024, 18), "after_memory": (1024, 18), "kept_memory": (1024, 18), "double_memory": (1024, 18),
}
"""Words and bits of each, as in ecp5_cells.v: full block RAMs of every shape."""


def write_memories(folder, seed):
    random = np.random.default_rng(seed)
    for name, (words, bits) in MEMORIES.items():
        rows = random.integers(0, 2, (words, bits))
        (folder / f"{name}.mem").write_text("".join("".join(map(str, row)) + "\n" for row in rows))


@pytest.fixture(scope="module")
def netlist(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cells")
    shutil.copy(HELPERS / "ecp5_cells.v", folder)
    write_memories(folder, seed=1)
    netlist = copy_of(synthesized(folder / "ecp5_cells.v", folder))
    absorb_registers(netlist)
    return netlist


def test_every_mode_that_yosys_uses_is_tried(netlist):
    parameters = [netlist.cells[name]["parameters"] for name in netlist.of_type("DP16KD")]
    seen = {name: {str(each.get(name)) for each in parameters} for name in ("WRITEMODE_A", "REGMODE_A", "REGMODE_B")}
    widths = {int(each["DATA_WIDTH_A"], 2) for each in parameters}
    assert widths == {1, 2, 4, 9, 18, 36}
    assert seen["WRITEMODE_A"] >= {"NORMAL", "WRITETHROUGH", "READBEFOREWRITE"}
    assert seen["REGMODE_A"] == seen["REGMODE_B"] == {"NOREG", "OUTREG"}
    registers = [netlist.cells[name]["parameters"] for name in netlist.of_type("MULT18X18D")]
    assert any("REG_INPUTA_CLK" in each and "REG_OUTPUT_CLK" in each for each in registers)


def test_cells_do_what_the_verilog_says(netlist, tmp_path):
    netlist.save(tmp_path / "n.json")
    run_yosys(["read_json n.json", "write_verilog -noattr n.v"], tmp_path, "log")
    made = (tmp_path / "n.v").read_text().replace("module ecp5_cells(", "module ecp5_netlist(")
    write_memories(tmp_path, seed=1)
    sources = [(HELPERS / name).read_text() for name in ("ecp5_cells_bench.v", "ecp5_cells.v")]
    program = Program([*sources, made, cell_models("ecp5")], "ecp5_cells_bench", optimize=False)
    program.run("cell_bench", tmp_path, {"QUANTNN_CELLS": str(tmp_path / "found.json")})
    as_it_is, spoilt = json.loads((tmp_path / "found.json").read_text())
    assert as_it_is["changes"] > 0.9 * as_it_is["cycles"] > 4000
    assert (as_it_is["mismatches"], as_it_is["differ"]) == (0, 0)
    assert spoilt["mismatches"] > 0, "the bench sees a difference"
    assert as_it_is["garbage"] > 0.9 * as_it_is["cycles"], "what is read while it is written is anything"
    assert as_it_is["strays"] == 0
