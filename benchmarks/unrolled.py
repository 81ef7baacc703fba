"""Whole networks as pipelines side by side: logic of quantnn's and da4ml's, with as many register banks.

    python benchmarks/unrolled.py FOLDER [--peers PYTHON] [--moves N] [--match TEXT] [--cutoff LEVELS]

FOLDER holds networks, .npz files of any names with `dims` (inputs of 8 bits, signed, then the outputs of each layer),
`W0`, `b0`, ... (inputs, outputs), `shifts` of the layers, and samples `x` with their answers `y`. Hidden layers are
`clip(acc >> shift, 0, 255)`, the last one's accumulators are the answers.

da4ml runs in PYTHON (`pip install da4ml`) and divides its network into stages of LEVELS (latency_cutoff). quantnn gets
as many register banks; without peers, stages of LEVELS of its own. Both go through Yosys the same way: alumacc for each
module by itself, so that chains of adders are not merged into carry-save trees, then synth_ecp5. LUT4eq is LUT4 + 2 ·
CCU2C. Every pipeline gives the answers to all samples, evaluated here. Seconds are those of the processor, from the
matrices to the Verilog.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.solve import Effort, solve
from quantnn.arithmetic import Box, IntegerRange, Integers, Requantizer
from quantnn.build.netlist import Netlist
from quantnn.build.yosys import run_yosys
from quantnn.hdl.core.unrolled.datapath import UnrolledDatapath
from quantnn.hdl.core.verilog import emit_verilog
from quantnn.network.layers import Dense
from quantnn.plan.unrolled.device_delays import DEVICE_DELAYS
from quantnn.plan.unrolled.pipeline import UnrolledPipeline, linear_maps
from quantnn.plan.unrolled.schedule import Pipelining

BYTE, ACCUMULATOR = IntegerRange(0, 255), IntegerRange(-(2**40), 2**40)
FLOW = (
    "hierarchy -check -top {top}",
    *("proc", "opt", "wreduce", "opt_clean", "alumacc", "opt"),
    "synth_ecp5 -top {top} -json {top}.json",
)


@dataclass(frozen=True, eq=False)
class Case:
    """A network as layers, with samples and their answers."""

    path: Path
    layers: tuple[Dense, ...]
    inputs: Box
    samples: Integers
    answers: Integers

    @classmethod
    def load(cls, path: Path) -> Case:
        with np.load(path) as arrays:
            dims, layers = arrays["dims"].tolist(), []
            for number, channels in enumerate(dims[1:]):
                weights, shift = arrays[f"W{number}"].astype(np.int64), arrays["shifts"]
                if number < len(dims) - 2:
                    rule = Requantizer.make(
                        channels, BYTE, negative_multiplier=0, shift=int(shift[number]), truncate=True
                    )
                else:
                    rule = Requantizer.make(channels, ACCUMULATOR)
                bias, limit = arrays[f"b{number}"].astype(np.int64), int(np.abs(weights).max())
                layers.append(Dense(bias, rule, weights=weights, weight_range=IntegerRange(-limit, limit)))
            inputs = Box.uniform(IntegerRange(-128, 127), dims[0])
            return cls(path, tuple(layers), inputs, arrays["x"].astype(np.int64), arrays["y"].astype(np.int64))


@dataclass(frozen=True)
class Row:
    """What a tool made of a network."""

    tool: str
    adders: int
    banks: int
    seconds: float
    cells: Counter[str]
    estimate: int | None = None

    @property
    def lut4eq(self) -> int:
        return self.cells["LUT4"] + 2 * self.cells["CCU2C"]

    def text(self, case: str, other: Row | None) -> str:
        counts = f"{self.cells['LUT4']:7,} {self.cells['CCU2C']:7,} {self.lut4eq:7,} {self.cells['TRELLIS_FF']:7,}"
        estimate = "" if self.estimate is None else f"{self.estimate:,}"
        ratio = "" if other is None else f"{self.lut4eq / other.lut4eq:6.3f}"
        made = f"{case:26} {self.tool:8} {self.banks:5} {self.adders:7,}"
        return f"{made} {counts} {estimate:>7} {self.seconds:7.1f} {ratio}"


def synthesized(files: Sequence[Path], top: str, folder: Path) -> Counter[str]:
    commands = [*(f"read_verilog -sv {file}" for file in files), *(command.format(top=top) for command in FLOW)]
    run_yosys(commands, folder, "synthesis.log")
    netlist = Netlist.load(folder / f"{top}.json", top)
    return Counter(cell["type"] for cell in netlist.cells.values())


def pipeline_of(case: Case, graphs: Sequence[AdderGraph], banks: int | None, levels: int) -> UnrolledPipeline:
    """With at most so many register banks, and the shortest stages that these allow."""
    if banks is None:
        return UnrolledPipeline.of(case.layers, case.inputs, Pipelining(levels), graphs)
    too_short, period = 0, 1 << 20
    while period - too_short > 1:
        tried = (period + too_short) >> 1
        rule = Pipelining(tried, DEVICE_DELAYS["ecp5"])
        if UnrolledPipeline.of(case.layers, case.inputs, rule, graphs).latency <= banks:
            period = tried
        else:
            too_short = tried
    return UnrolledPipeline.of(case.layers, case.inputs, Pipelining(period, DEVICE_DELAYS["ecp5"]), graphs)


def ours(case: Case, effort: Effort, banks: int | None, levels: int) -> Row:
    start = sum(os.times()[:4])
    graphs = [solve(wanted, effort) for wanted in linear_maps(case.layers, case.inputs)]
    pipeline = pipeline_of(case, graphs, banks, levels)
    with tempfile.TemporaryDirectory() as scratch:
        written = emit_verilog(UnrolledDatapath(pipeline), "pipeline", Path(scratch))
        seconds = sum(os.times()[:4]) - start
        if not np.array_equal(pipeline(case.samples), case.answers):
            raise SystemExit("a pipeline must give the case's answers")
        cells = synthesized(written, "pipeline", Path(scratch))
    adders = sum(len(graph.adders) for graph in graphs)
    return Row("quantnn", adders, pipeline.latency, seconds, cells, pipeline.logic_elements)


def theirs(case: Case, python: Path, levels: int) -> Row:
    with tempfile.TemporaryDirectory() as scratch:
        folder, script = Path(scratch) / "model", Path(__file__).with_name("unrolled_peers.py")
        subprocess.run([python, script, case.path, str(levels), folder], check=True, stdout=subprocess.DEVNULL)
        made = json.loads((folder / "peer.json").read_text(encoding="utf-8"))
        files = [*sorted((folder / "src").glob("model*.v")), *sorted((folder / "src").glob("static/*.v"))]
        used = [file for file in files if file.name not in ("lookup_table.v", "model_wrapper.v")]
        return Row("da4ml", made["adders"], made["banks"], made["seconds"], synthesized(used, "model", Path(scratch)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peers", type=Path, metavar="PYTHON")
    parser.add_argument("--moves", type=int, default=20_000)
    parser.add_argument("--match", default="", help="only networks with this in their names")
    parser.add_argument("--cutoff", type=int, default=5, metavar="LEVELS")
    options = parser.parse_args()
    print("network                    tool     banks  adders    LUT4   CCU2C  LUT4eq      FF      LE seconds  ratio")
    for path in sorted(options.folder.glob("*.npz")):
        with np.load(path) as arrays:
            fits = "dims" in arrays and options.match in path.stem
        if fits:
            case = Case.load(path)
            peer = theirs(case, options.peers, options.cutoff) if options.peers else None
            if peer:
                print(peer.text(path.stem, None), flush=True)
            row = ours(case, Effort(options.moves, 0), peer.banks if peer else None, options.cutoff)
            print(row.text(path.stem, peer), flush=True)


if __name__ == "__main__":
    main()
