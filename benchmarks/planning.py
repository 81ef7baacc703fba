"""How long planning takes, over the size of the network, fitting and not.

    python benchmarks/planning.py [--board NAME …] [--weight-bits BITS] [--logic-multipliers] [--max-latency CYCLES]
        [--widths N-N-…]

Prints a table and a chart of log(seconds) over log(weights). Networks are 10^3 to 10^7 random weights in 1 to 40 dense
layers of the same width, or of the widths that are given, planned as `quantnn export` does, beside a top that keeps 3
block RAMs and 900 logic elements. Seconds are those of the processor: the time on an idle machine, whatever else runs.
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from quantnn.arithmetic import IntegerRange, Requantizer
from quantnn.board.board import load_board
from quantnn.errors import DoesNotFitError
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork
from quantnn.plan.cost import Cost
from quantnn.plan.planner import Goal, Planner

BOARDS = ("de10-lite", "ulx3s-85f", "colorlight-i9", "icebreaker", "tang-nano-20k")
SIZES = (10**3, 10**4, 10**5, 10**6, 10**7)
DEPTHS = (1, 2, 5, 12, 40)
RESERVED = Cost(0, 3, 900)
HEIGHT = 8
"""Lines of the chart."""


@dataclass(frozen=True)
class Result:
    """One network on one board: what planning said, and the seconds and partial choices that it took."""

    board: str
    weights: int
    layers: int
    seconds: float
    states: int
    said: str

    @property
    def fits(self) -> bool:
        return self.said.startswith("interval")


def equal(weights: int, layers: int) -> list[int]:
    """Widths of so many layers, all the same, with about so many weights together."""
    return [max(2, round(math.sqrt(weights / layers)))] * (layers + 1)


def network(widths: list[int], bits: int) -> IntegerNetwork:
    """A network of random weights, with relus between its layers."""
    random, limit, byte = np.random.default_rng(sum(widths)), 2 ** (bits - 1) - 1, IntegerRange(0, 255)
    built = []
    for number, (inputs, outputs) in enumerate(pairwise(widths), start=2):
        last = number == len(widths)
        output = IntegerRange(-(2**23), 2**23 - 1) if last else byte
        relu = Requantizer.make(outputs, output, shift=0 if last else 8, negative_multiplier=1 if last else 0)
        matrix = random.integers(-limit, limit + 1, (inputs, outputs))
        bias = np.zeros(outputs, dtype=int)
        built.append(Dense(bias, relu, weights=matrix, weight_range=IntegerRange(-limit, limit)))
    return IntegerNetwork(byte, tuple(built))


def planned(board: str, net: IntegerNetwork, goal: Goal, logic: bool) -> Result:
    start = time.process_time()
    planner = Planner(net, load_board(board).resources, RESERVED, logic)
    try:
        timing = planner.best(goal).timing
        said = f"interval {timing.interval:,}, latency {timing.latency:,}"
    except DoesNotFitError as refusal:
        said = str(refusal)
    seconds = time.process_time() - start
    return Result(board, net.macs, len(net.layers), seconds, planner.effort.states, said)


def chart(results: list[Result]) -> str:
    """log(seconds) over log(weights): o for what fits, x for what does not, * for both."""
    columns = sorted({round(math.log10(r.weights) * 4) for r in results})
    levels = [round(math.log10(max(r.seconds, 0.01)) * 2) for r in results]
    top = max(levels)
    lines = []
    for level in range(top, top - HEIGHT, -1):
        marks = []
        for column in range(columns[0], columns[-1] + 1):
            here = {
                r.fits
                for r, height in zip(results, levels, strict=True)
                if height == level and round(math.log10(r.weights) * 4) == column
            }
            marks.append("*" if len(here) == 2 else "o" if True in here else "x" if here else " ")
        lines.append(f"{10 ** (level / 2):7.2f} s |{'  '.join(marks)}")
    axis = "".join(f"10^{n / 4:.0f}".ljust(12) for n in range(columns[0], columns[-1] + 1, 4))
    return "\n".join([*lines, " " * 10 + "+" + "-" * (3 * (columns[-1] - columns[0]) + 1), " " * 10 + axis + "weights"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--board", action="append", help="all of the known ones by default")
    parser.add_argument("--weight-bits", type=int, default=8)
    parser.add_argument("--logic-multipliers", action="store_true")
    parser.add_argument("--target-ii", type=int)
    parser.add_argument("--max-latency", type=int)
    parser.add_argument("--widths", type=lambda text: [int(width) for width in text.split("-")], metavar="N-N-…")
    options = parser.parse_args()
    goal = Goal(options.target_ii, options.max_latency)
    results = []
    print("| weights | layers | board | seconds | partial choices | |\n|---|---|---|---|---|---|")
    grid = [equal(size, layers) for size in SIZES for layers in DEPTHS]
    for widths in [options.widths] if options.widths else grid:
        net = network(widths, options.weight_bits)
        for board in options.board or BOARDS:
            r = planned(board, net, goal, options.logic_multipliers)
            results.append(r)
            cells = (f"{r.weights:,}", r.layers, r.board, f"{r.seconds:.2f}", f"{r.states:,}", r.said[:90])
            print(f"| {' | '.join(map(str, cells))} |", flush=True)
    if options.widths:
        return
    print("\n" + chart(results))
    slowest = max(results, key=lambda r: r.seconds)
    fitting = max((r for r in results if r.fits), key=lambda r: r.seconds, default=slowest)
    for what, r in (("slowest of all", slowest), ("slowest that fits", fitting)):
        print(f"{what}: {r.seconds:.1f} s, {r.weights:,} weights, {r.layers} layers, {r.board}")


if __name__ == "__main__":
    main()
