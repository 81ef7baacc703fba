"""Print what `quantnn bench` finds of designs, as tables of docs/results.md, by the CPU time of one thread.

    python benchmarks/speed.py DESIGN [DESIGN …] [--equal MODEL]

On a computer that does other work at the same time, the wall clock says more of that work than of the network; CPU time
does not. What a quiet computer does with all its threads is `quantnn bench DESIGN`.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from quantnn.speed.comparison import SpeedComparison, compare_speed
from quantnn.speed.cpu import Cpu
from quantnn.speed.cpu_speed import BATCH
from quantnn.speed.verdict import duration, rate


def table(found: SpeedComparison) -> list[str]:
    """Rows of Markdown: this computer's ways, then the FPGA's."""
    core, link = found.core, found.link
    rows = [f"| | accuracy | one sample | {BATCH} samples | {found.large:,} samples | samples/s | of the core's |"]
    rows.append(f"|{'---|' * 7}")

    def row(name: str, right: object, times: list[float], samples_per_second: float) -> None:
        cells = [name, "–" if right is None else str(right), *map(duration, times), rate(samples_per_second)]
        rows.append(f"| {' | '.join(cells)} | {samples_per_second / core.samples_per_second:.3g} |")

    for speed in found.on_cpu:
        times = [timing.median for timing in (speed.single, speed.batch, speed.large)]
        row(speed.title, speed.right, times, speed.samples_per_second)
    for name, fpga in ((f"FPGA core, {core.clock}", core), ("FPGA behind its link", link)):
        if fpga is not None:
            times = [fpga.latency_seconds, fpga.seconds(BATCH), fpga.seconds(found.large)]
            row(name, found.right, times, fpga.samples_per_second)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("designs", type=Path, nargs="+", metavar="DESIGN")
    parser.add_argument("--equal", type=Path, default=None, metavar="MODEL")
    options = parser.parse_args()
    here = replace(Cpu.here(), threads=1)
    for design in options.designs:
        with patch.object(Cpu, "here", lambda: here):
            found = compare_speed(design, equal=options.equal, clock=time.process_time)
        print(f"\n{found.model} on {found.board}, {found.macs:,} multiplications a sample; {here.name}")
        print(f"latency {found.core.latency:,}, interval {found.core.interval:,} cycles\n")
        print("\n".join(table(found)))
        print()
        for sentence in found.feed.sentences:
            print(f"* {sentence}")


if __name__ == "__main__":
    main()
