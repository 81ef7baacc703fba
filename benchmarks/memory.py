"""How the memory of export, simulate and verify grows with the number of samples.

    python benchmarks/memory.py MODEL.npz X.npy Y.npy [--counts 1000 10000 100000] [--verify 1000 10000]

The samples and labels are repeated as often as needed. Growth is per sample beyond the first count; what a sample takes
in the file is stated for comparison.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from tools import timed


def repeated(path: Path, count: int, target: Path) -> str:
    """A file of ``count`` rows."""
    rows = np.load(path, mmap_mode="r")
    np.save(target, np.take(rows, np.arange(count) % len(rows), axis=0))
    return str(target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("samples", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--counts", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--verify", type=int, nargs="*", default=[1000, 10_000], help="counts to simulate as well")
    options = parser.parse_args()
    bytes_each = np.load(options.samples, mmap_mode="r")[0].nbytes
    table = Table("command", "samples", "seconds", "peak memory", "growth per sample", title="Memory over samples")
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        design, cache = work / "design", work / "cache"
        first: dict[str, tuple[int, float]] = {}

        def row(command: str, count: int, arguments: list[str]) -> None:
            seconds, memory = timed(arguments, cache)
            least, base = first.setdefault(command, (count, memory))
            growth = "" if count == least else f"{(memory - base) * 2**20 / (count - least):.0f} bytes"
            table.add_row(command, f"{count:,}", f"{seconds:.1f}", f"{memory:.0f} MiB", growth)

        for count in options.counts:
            x = repeated(options.samples, count, work / "x.npy")
            y = repeated(options.labels, count, work / "y.npy")
            row("export --test", count, ["export", str(options.model), "--test", x, y, "-o", str(design)])
            row("simulate", count, ["simulate", str(design), "-i", x])
            row("simulate -o", count, ["simulate", str(design), "-i", x, "-o", str(work / "answers.npz")])
        timed(["verify", str(design), "--samples", "1"], cache)
        for count in options.verify:
            row("verify", count, ["verify", str(design), "--samples", str(count)])
    Console(width=110).print(table)
    print(f"a sample takes {bytes_each} bytes in the file")


if __name__ == "__main__":
    main()
