"""Adder graphs side by side: adders, bits, depth and seconds of quantnn, da4ml and alkaid on the same matrices.

    python benchmarks/adder_graphs.py FOLDER [--peers PYTHON] [--moves N] [--match TEXT] [--stop SECONDS]

FOLDER holds matrices, `W` in .npz files of any names; their inputs are 8-bit, signed. Beside them stand random sparse
ternary ones (784 inputs of 1 bit or of 8, a tenth of the weights not zero). Every graph is rebuilt as a matrix and
proven. All costs but `own` are computed here, the same way for all tools; `own` is what a tool itself says.

Tools are compared at equal depth: `least`, the least that there is; `+2`, what da4ml makes of two levels more (its
hard_dc, as in alkaid); and `any`. The peers' best is what either reached so far at no greater depth than da4ml's here.
They run in PYTHON, an interpreter that has them (`pip install da4ml alkaid`); without it, only quantnn's graphs are
printed. These stand there twice, as made at once and after N moves of search. Seconds are those of the processor, on
all cores together, without imports and compilation.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.cost import GraphCost
from quantnn.adders.linear_map import LinearMap
from quantnn.adders.solve import Effort, solve
from quantnn.arithmetic import Box, IntegerRange

LIMITS = {"least": 0, "+2": 2, "any": None}
PEERS = ("da4ml", "alkaid")
SPARSE = [(outputs, bits) for outputs in (64, 128) for bits in (1, 8)]
BYTE = IntegerRange(-128, 127)


@dataclass(frozen=True)
class Row:
    """One graph of a tool: its cost as counted here and by the tool itself, and the seconds that it took."""

    tool: str
    cost: GraphCost
    own: float | None
    seconds: float

    def text(self, matrix: str, limit: str, best: int) -> str:
        own, cost = "" if self.own is None else f"{self.own:,.0f}", self.cost
        figures = f"{cost.adders:6,} {cost.bits:7,} {own:>7} {cost.depth:3} {self.seconds:8.2f}"
        return f"{matrix:16} {limit:5} {self.tool:8} {figures} {100 * (cost.bits / best - 1):+6.1f} %"


def problems(folder: Path) -> Iterator[tuple[str, LinearMap]]:
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as arrays:
            if "W" in arrays:
                yield path.stem.removeprefix("cmvm_"), LinearMap(arrays["W"], Box.uniform(BYTE, len(arrays["W"])))
    for outputs, bits in SPARSE:
        random = np.random.default_rng(outputs)
        matrix = np.where(random.random((784, outputs)) < 0.1, random.choice([-1, 1], (784, outputs)), 0)
        inputs = Box.uniform(IntegerRange(0, 1) if bits == 1 else BYTE, 784)
        yield f"784x{outputs} {bits}-bit", LinearMap(matrix, inputs)


def proven(tool: str, graph: AdderGraph, wanted: LinearMap, seconds: float, own: float | None = None) -> Row:
    if not graph.proves(wanted):
        raise SystemExit(f"the graph of {tool} is not its matrix")
    return Row(tool, GraphCost.of(graph, wanted.inputs), own, seconds)


def ours(name: str, wanted: LinearMap, effort: Effort) -> Row:
    start = sum(os.times()[:4])
    graph = solve(wanted, effort)
    return proven(name, graph, wanted, sum(os.times()[:4]) - start)


def theirs(python: Path, tool: str, wanted: LinearMap, limit: int | None, stop: float) -> Row | None:
    with tempfile.TemporaryDirectory() as scratch:
        problem, result = Path(scratch) / "problem.npz", Path(scratch) / "graph.npz"
        np.savez(problem, matrix=wanted.matrix, lo=wanted.inputs.lo, hi=wanted.inputs.hi)
        script, hard_dc = Path(__file__).with_name("adder_peers.py"), -1 if limit is None else limit
        try:
            subprocess.run([python, script, tool, str(hard_dc), problem, result], check=True, timeout=stop)
        except subprocess.TimeoutExpired:
            return None
        with np.load(result) as arrays:
            graph = AdderGraph.from_arrays({name: arrays[name] for name in AdderGraph(1, [], [], [[0, 0, 1]]).arrays()})
            return proven(tool, graph, wanted, float(arrays["seconds"]), float(arrays["cost"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peers", type=Path, metavar="PYTHON")
    parser.add_argument("--moves", type=int, default=20_000)
    parser.add_argument("--match", default="", help="only matrices with this in their names")
    parser.add_argument("--stop", type=float, default=3600.0, help="seconds after which a peer is stopped")
    options = parser.parse_args()
    warm = LinearMap(np.array([[3, 5], [7, -3]]), Box.uniform(BYTE, 2))
    for extra in LIMITS.values():
        solve(warm, Effort(10, extra))
    print("matrix           depth tool     adders    bits     own lev.  seconds   to best")
    saved: dict[str, list[float]] = {}
    for name, wanted in problems(options.folder):
        if options.match not in name:
            continue
        least, reached = solve(wanted, Effort(0, 0)).depth, []
        for label, limit in LIMITS.items():
            rows = []
            if options.peers:
                made = [theirs(options.peers, tool, wanted, limit, options.stop) for tool in PEERS]
                rows = [row for row in made if row]
                reached += [row.cost for row in rows]
                if limit and made[0]:
                    limit = max(made[0].cost.depth - least, 0)
            depth = rows[0].cost.depth if rows else 0
            peers = min((cost.bits for cost in reached if cost.depth <= depth), default=0)
            rows.append(ours("greedy", wanted, Effort(0, limit)))
            rows.append(ours("search", wanted, Effort(options.moves, limit)))
            best = peers or rows[-1].cost.bits
            for row in rows:
                print(row.text(name, label, best), flush=True)
            if peers:
                for row in rows[-2:]:
                    saved.setdefault(f"{row.tool}, depth {label}", []).append(1 - row.cost.bits / peers)
    for what, parts in saved.items():
        print(f"{what}: {100 * np.mean(parts):.1f} % fewer bits than the peers' best on average, {len(parts)} matrices")


if __name__ == "__main__":
    main()
