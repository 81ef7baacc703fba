"""Whole networks as pipelines side by side: logic of quantnn's, da4ml's and alkaid's, with as many register banks.

    python benchmarks/unrolled.py FOLDER [--peers PYTHON] [--moves N] [--deeper LEVELS] [--match TEXT]
                                  [--cutoff LEVELS] [--simulate] [--route] [--more [--pendigits FILE.csv]]

FOLDER holds networks, .npz files of any names with `dims` (inputs of 8 bits, signed, then the outputs of each layer),
`W0`, `b0`, ... (inputs, outputs), `shifts` of the layers, and samples `x` with their answers `y`. Hidden layers are
`clip(acc >> shift, 0, 255)`, the last one's accumulators are the answers.

The peers run in PYTHON (`pip install da4ml alkaid`). Their graphs may be two levels deeper than the least (hard_dc),
and so may quantnn's; with --deeper 0 its stages are shorter. da4ml divides its network into stages of LEVELS
(latency_cutoff); alkaid and quantnn get as many register banks. Without peers, quantnn makes stages of LEVELS. All go
through Yosys the same way: alumacc for each module by itself, so that chains of adders are not merged into carry-save
trees, then synth_ecp5. LUT4eq is LUT4 + 2 · CCU2C. `ratio` is to the better of the peers. Seconds are those of the
processor, from the matrices to the Verilog.

Every pipeline gives the answers to all samples, evaluated here; with --simulate as Verilog, too, every value of every
layer, and with the latency that was planned. --route places and routes quantnn's pipelines, and da4ml's, for an
LFE5UM5G-85F: only networks with fewer than 365 pins go in. It takes from minutes to hours.

The last line compares the estimate of logic elements with the netlists, where a register that no LUT drives takes an
element of its own. --more adds designs to this: the matrices `W` of FOLDER as a layer each, layers with values of 1
and of 2 bits, and a network trained on FILE.csv, as equal_accuracy.py takes it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from unrolled_designs import Case, kernels, narrow, pendigits
from unrolled_tools import Cells, routed, simulated, synthesized

from quantnn.adders.logic_target import ECP5
from quantnn.adders.pack import pack
from quantnn.adders.regrouping import regrouped
from quantnn.adders.solve import Effort, solve
from quantnn.adders.sums import Sums
from quantnn.hdl.core.unrolled.datapath import UnrolledDatapath
from quantnn.hdl.core.verilog import emit_verilog
from quantnn.plan.unrolled.device_delays import DEVICE_DELAYS
from quantnn.plan.unrolled.pipeline import UnrolledPipeline, linear_maps
from quantnn.plan.unrolled.schedule import Pipelining

NARROW = 3
"""Bits of inputs up to which sums may be tables, as they are in an export."""
SHALLOW, MHZ = 5, (200, 300)
"""nextpnr's goal, for at most so many register banks and for more."""
PINS = 365


@dataclass(frozen=True)
class Row:
    """What a tool made of a network."""

    tool: str
    adders: int
    banks: int
    seconds: float
    cells: Cells
    estimate: int | None = None
    mhz: float | None = None

    def text(self, case: str, best: int | None) -> str:
        cells = self.cells
        counts = f"{cells.lut4:7,} {cells.ccu2c:7,} {cells.lut4eq:7,} {cells.registers:7,} {cells.elements:7,}"
        estimate = "" if self.estimate is None else f"{self.estimate:,}"
        ratio = "" if best is None else f"{cells.lut4eq / best:.3f}"
        mhz = "" if self.mhz is None else f"{self.mhz:.2f}"
        made = f"{case:26} {self.tool:8} {self.banks:5} {self.adders:7,}"
        return f"{made} {counts} {estimate:>7} {self.seconds:7.1f} {ratio:>6} {mhz:>6}".rstrip()


HEAD = f"{'network':26} {'tool':8} banks  adders    LUT4   CCU2C  LUT4eq      FF      LE estim'd seconds  ratio    MHz"


def pipeline_of(case: Case, graphs: Sequence[Sums], banks: int | None, levels: int) -> UnrolledPipeline:
    """With at most so many register banks, and the shortest stages that these allow."""
    if banks is None:
        return UnrolledPipeline.of(case.layers, case.inputs, Pipelining(levels), graphs)
    too_short, period = 0, 1 << 17
    while period - too_short > 100:
        tried = (period + too_short) >> 1
        rule = Pipelining(tried, DEVICE_DELAYS["ecp5"])
        if UnrolledPipeline.of(case.layers, case.inputs, rule, graphs).latency <= banks:
            period = tried
        else:
            too_short = tried
    return UnrolledPipeline.of(case.layers, case.inputs, Pipelining(period, DEVICE_DELAYS["ecp5"]), graphs)


def sums_of(case: Case, effort: Effort) -> list[Sums]:
    sums: list[Sums] = []
    for wanted in linear_maps(case.layers, case.inputs):
        made: list[Sums] = [regrouped(solve(wanted, effort), wanted.inputs, ECP5)]
        costs = [int(ECP5.adders(made[0], wanted.inputs).sum())]
        if max(each.width for each in wanted.inputs) <= NARROW:
            made.append(packing := pack(wanted, ECP5))
            costs.append(sum(packing.costs(ECP5)))
        sums.append(made[costs.index(min(costs))])
    return sums


def ours(case: Case, effort: Effort, banks: int | None, options: argparse.Namespace) -> Row:
    start = sum(os.times()[:4])
    graphs = sums_of(case, effort)
    pipeline = pipeline_of(case, graphs, banks, options.cutoff)
    with tempfile.TemporaryDirectory() as scratch:
        written = emit_verilog(UnrolledDatapath(pipeline), "pipeline", Path(scratch))
        seconds = sum(os.times()[:4]) - start
        for values, answers in zip(pipeline.answers(case.samples), case.answers, strict=True):
            if not np.array_equal(values, answers):
                raise SystemExit("a pipeline must give the answers of its network, layer by layer")
        cells = synthesized(written, "pipeline", Path(scratch))
        if options.simulate:
            simulated(pipeline, written, case.samples, case.answers, Path(scratch))
        mhz = clock(Path(scratch) / "pipeline.json", case, pipeline.latency) if options.route else None
    return Row("quantnn", sum(pipeline.layer_adders), pipeline.latency, seconds, cells, pipeline.logic_elements, mhz)


def theirs(tool: str, case: Case, banks: int | None, options: argparse.Namespace) -> Row:
    with tempfile.TemporaryDirectory() as scratch:
        folder, script = Path(scratch) / "model", Path(__file__).with_name("unrolled_peers.py")
        cut = [str(options.cutoff), folder, *([] if banks is None else [str(banks - 1)])]
        subprocess.run([options.peers, script, tool, case.path, *cut], check=True, stdout=subprocess.DEVNULL)
        made = json.loads((folder / "peer.json").read_text(encoding="utf-8"))
        files = sorted((folder / "src").glob("*.v")) + sorted((folder / "src").glob("static/*.v"))
        used = [file for file in files if file.name not in ("lookup_table.v", "model_wrapper.v")]
        cells = synthesized(used, "model", Path(scratch))
        route = options.route and tool == "da4ml"
        mhz = clock(Path(scratch) / "model.json", case, made["banks"]) if route else None
        return Row(tool, made["adders"], made["banks"], made["seconds"], cells, mhz=mhz)


def clock(netlist: Path, case: Case, banks: int) -> float | None:
    """In MHz, if the network's pins are few enough."""
    last = case.layers[-1]
    if len(case.inputs) * case.inputs.union.width + last.out_features * last.output.width >= PINS:
        return None
    return routed(netlist, MHZ[banks > SHALLOW])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peers", type=Path, metavar="PYTHON")
    parser.add_argument("--moves", type=int, default=20_000)
    parser.add_argument(
        "--deeper", type=int, default=2, metavar="LEVELS", help="adders beyond the least depth of a layer"
    )
    parser.add_argument("--match", default="", help="only networks and matrices with this in their names")
    parser.add_argument("--cutoff", type=int, default=5, metavar="LEVELS")
    parser.add_argument("--simulate", action="store_true")
    parser.add_argument("--route", action="store_true")
    parser.add_argument("--more", action="store_true")
    parser.add_argument("--pendigits", type=Path, metavar="FILE")
    options = parser.parse_args()
    effort, errors = Effort(options.moves, options.deeper), []

    def show(case: Case, row: Row, best: int | None) -> None:
        print(row.text(case.name, best), flush=True)
        if row.estimate is not None:
            errors.append(row.estimate / row.cells.elements - 1)

    print(HEAD)
    for path in sorted(options.folder.glob("*.npz")):
        with np.load(path) as arrays:
            fits = "dims" in arrays and options.match in path.stem
        if fits:
            case, best, banks = Case.load(path), None, None
            for tool in ("da4ml", "alkaid") if options.peers else ():
                peer = theirs(tool, case, banks, options)
                banks, best = peer.banks, min(best or peer.cells.lut4eq, peer.cells.lut4eq)
                show(case, peer, None)
            show(case, ours(case, effort, banks, options), best)
    if options.more:
        designs = [case for case in kernels(options.folder) if options.match in case.name]
        designs += [narrow(1), narrow(2)]
        if options.pendigits:
            designs.append(pendigits(options.pendigits))
        options.route = False
        for case in designs:
            show(case, ours(case, effort, None, options), None)
    if errors:
        worst, mean = max(errors, key=abs), sum(map(abs, errors)) / len(errors)
        print(f"the estimate of logic elements in {len(errors)} designs: off by {mean:.1%}, at worst by {worst:+.1%}")


if __name__ == "__main__":
    main()
