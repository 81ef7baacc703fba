"""Synthesis by Yosys: Verilog and memory files in, a netlist of a family's cells out."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from quantnn.build.netlist import Netlist
from quantnn.build.yosys import run_yosys

__all__ = ["FAMILIES", "LOG", "synthesize"]

LOG = "synthesis.log"
"""What Yosys says."""

_AS_PLANNED = (
    'setattr -set ram_style "block" t:$mem_v2 a:ramstyle=M9K* %i',
    'setattr -set ram_style "logic" t:$mem_v2 a:ramstyle=logic %i',
    "setattr -unset ramstyle t:$mem_v2",
)
"""The core's attributes are for Quartus; Yosys has other words."""

_NO_SCOPES = ("delete t:$scopeinfo", "opt_clean -purge")
"""With the marks of flattened modules, abc9 fails on some designs (Yosys 0.70: rtlil.cc, assertion of sizes)."""

_ICE40_COARSE = (
    # What synth_ice40 does up to its block RAMs, but for the pass ice40_dsp, which crashes on these designs (0.70).
    "opt_expr",
    "opt_clean",
    "opt -nodffe -nosdff",
    "fsm",
    "opt",
    "wreduce",
    "peepopt",
    "opt_clean",
    "share",
    "techmap -map +/cmp2lut.v -map +/cmp2lcu.v -D LUT_WIDTH=4",
    "opt_expr",
    "opt_clean",
    "memory_dff",
    "wreduce t:$mul",
    "techmap -map +/mul2dsp.v -map +/ice40/dsp_map.v -D DSP_A_MAXWIDTH=16 -D DSP_B_MAXWIDTH=16"
    " -D DSP_A_MINWIDTH=2 -D DSP_B_MINWIDTH=2 -D DSP_Y_MINWIDTH=11 -D DSP_NAME=$__MUL16X16",
    "select a:mul2dsp",
    "setattr -unset mul2dsp",
    "opt_expr -fine",
    "wreduce",
    "select -clear",
    "chtype -set $mul t:$__soft_mul",
    "alumacc",
    "opt",
    "memory -nomap",
    "opt_clean",
)

FAMILIES = {
    "ecp5": (
        "synth_ecp5 -no-rw-check -top {top} -run begin:map_ram",
        *_AS_PLANNED,
        "synth_ecp5 -no-rw-check -top {top} -run map_ram:map_luts",
        *_NO_SCOPES,
        "synth_ecp5 -no-rw-check -top {top} -run map_luts:",
    ),
    "ice40": (
        "synth_ice40 -dsp -top {top} -run begin:coarse",
        *_ICE40_COARSE,
        *_AS_PLANNED,
        "synth_ice40 -dsp -top {top} -run map_ram:map_luts",
        *_NO_SCOPES,
        "synth_ice40 -dsp -top {top} -run map_luts:",
    ),
    "gowin": (
        "synth_gowin -family gw2a -top {top} -run begin:map_ram",
        *_AS_PLANNED,
        "synth_gowin -family gw2a -top {top} -run map_ram:map_luts",
        *_NO_SCOPES,
        "synth_gowin -family gw2a -top {top} -run map_luts:",
    ),
}
"""Yosys commands by toolchain. A queue never reads the word that it is writing, so collisions need no logic."""


def synthesize(family: str, verilog: Sequence[Path], top: str, folder: Path, keep: Sequence[str] = ()) -> Netlist:
    """The netlist of a design.

    Parameters
    ----------
    family : str
        Toolchain whose cells it is made of.
    verilog : sequence of Path
        All of the design; memory files, ``*.mem``, lie beside.
    top : str
        Top module.
    folder : Path
        To work in; takes ``<top>.json`` and what Yosys says, ``synthesis.log``.
    keep : sequence of str
        Signals that keep their names, as ``<module>/<signal>``.

    Raises
    ------
    ToolError
        Yosys failed.
    """
    memories = [memory for parent in {file.parent for file in verilog} for memory in parent.glob("*.mem")]
    for file in (*verilog, *memories):
        shutil.copyfile(file, folder / file.name)
    output = folder / f"{top}.json"
    commands = [
        *(f"read_verilog {file.name}" for file in verilog),
        *(f"setattr -set keep 1 {module}/w:{signal}" for module, signal in (name.split("/") for name in keep)),
        *(command.format(top=top) for command in FAMILIES[family]),
        "stat",
        f"write_json {output.name}",
    ]
    run_yosys(commands, folder, LOG)
    return Netlist.load(output, top)
