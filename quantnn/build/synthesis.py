"""Synthesis by Yosys: Verilog and memory files in, a netlist of a family's cells out.

Runs as a program of its own, ``python -m quantnn.build.synthesis``: an error of Yosys ends the process it is in.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pyosys import libyosys

__all__ = ["FAMILIES", "script"]

_ROM_IN_BLOCK = (
    # What was planned as block RAM becomes block RAM; a small RAM may become whatever is quickest.
    'setattr -set ram_style "block" t:$mem_v2 r:WR_PORTS=0 %i a:ramstyle=M9K* %i',
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
        *_ROM_IN_BLOCK,
        "synth_ecp5 -no-rw-check -top {top} -run map_ram:map_luts",
        *_NO_SCOPES,
        "synth_ecp5 -no-rw-check -top {top} -run map_luts:",
    ),
    "ice40": (
        "synth_ice40 -dsp -top {top} -run begin:coarse",
        *_ICE40_COARSE,
        *_ROM_IN_BLOCK,
        "synth_ice40 -dsp -top {top} -run map_ram:map_luts",
        *_NO_SCOPES,
        "synth_ice40 -dsp -top {top} -run map_luts:",
    ),
    "gowin": (
        "synth_gowin -family gw2a -top {top} -run begin:map_ram",
        *_ROM_IN_BLOCK,
        "synth_gowin -family gw2a -top {top} -run map_ram:map_luts",
        *_NO_SCOPES,
        "synth_gowin -family gw2a -top {top} -run map_luts:",
    ),
}
"""Yosys commands by toolchain. A queue never reads the word that it is writing, so collisions need no logic."""


def script(family: str, top: str, output: str, sources: list[str]) -> list[str]:
    """The commands for one design; ``output`` is the netlist as JSON."""
    reads = [f"read_verilog {source}" for source in sources]
    steps = [command.format(top=top) for command in FAMILIES[family]]
    return [*reads, *steps, "stat", f"write_json {output}"]


def main() -> None:
    """Synthesize in the current folder, where the memory files lie, and print what Yosys says."""
    parser = argparse.ArgumentParser(description="Synthesize Verilog with Yosys.")
    parser.add_argument("family", choices=FAMILIES)
    parser.add_argument("top")
    parser.add_argument("output")
    parser.add_argument("sources", nargs="+", type=Path)
    words = parser.parse_args()
    design = libyosys.Design()
    for command in script(words.family, words.top, words.output, [str(source) for source in words.sources]):
        libyosys.Pass.call(design, command)


if __name__ == "__main__":
    main()
