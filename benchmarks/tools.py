"""How long the tools take, and how much memory: export, compile, verify, reference; and how they grow.

    python benchmarks/tools.py FOLDER [--runs N]

FOLDER holds what examples/mnist/train.py writes: the models named below, mnist_test_x.npy and mnist_test_y.npy.
Every figure is a median; the interpreter's start is part of it, as it is for a user.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

MODELS = (("mnist_784_128_64_10", 10.0), ("mnist_784_200_100_60_30_10", 15.0))
"""Model, and the seconds that its export may take."""
COMPILE_LIMIT, VERIFY_LIMIT = 60.0, 20.0
WIDTHS = (16, 32, 64, 128)
COUNTS = (1250, 2500, 5000, 10000)


def timed(arguments: list[str], cache: Path) -> tuple[float, float]:
    """Seconds and peak MiB of ``quantnn`` with these arguments."""
    environment = {**os.environ, "QUANTNN_CACHE": str(cache)}
    command = [sys.executable, "-c", _WRAPPER, *arguments]
    start = time.perf_counter()
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return time.perf_counter() - start, float(result.stderr.splitlines()[-1])


_WRAPPER = f"""
import resource, sys
sys.path[:0] = {[str(Path(__file__).parent)]!r}
from quantnn.cli import app
app(standalone_mode=False)
usage = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(max(usage) / 1024, file=sys.stderr)
"""


def median(runs: int, arguments: list[str], cache: Path) -> tuple[float, float]:
    found = [timed(arguments, cache) for _ in range(runs)]
    return statistics.median(seconds for seconds, _ in found), max(memory for _, memory in found)


def row(table: Table, what: str, seconds: float, limit: float | None, memory: float) -> None:
    ratio = "" if limit is None else f"{seconds / limit:.2f} of {limit:g} s"
    table.add_row(what, f"{seconds:.1f} s", ratio, f"{memory:.0f} MiB")


def random_model(path: Path, width: int) -> None:
    """784-width-10 with random weights, for sizes only."""
    random = np.random.default_rng(width)
    shapes = [(784, width), (width, 10)]
    arrays = {f"W{n}": random.normal(0, 0.05, shape).astype(np.float32) for n, shape in enumerate(shapes)}
    arrays |= {f"b{n}": np.zeros(shape[1], np.float32) for n, shape in enumerate(shapes)}
    calibration = random.integers(0, 256, (64, 784)).astype(np.uint8)
    np.savez(path, **arrays, activations=np.array(["relu", "linear"]), input_scale=1 / 255, calibration=calibration)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    samples = [str(options.folder / f"mnist_test_{axis}.npy") for axis in "xy"]
    table = Table("what", "median", "of its limit", "peak memory", title="quantnn's tools")
    with tempfile.TemporaryDirectory() as scratch:
        work, cache = Path(scratch), Path(scratch) / "cache"
        for name, limit in MODELS:
            export = ["export", str(options.folder / f"{name}.npz"), "--test", *samples, "-o", str(work / name)]
            row(table, f"export {name}", *_with(limit, median(options.runs, export, cache)))
        design = str(work / MODELS[0][0])
        verify = ["verify", design]
        first = timed([*verify, "--samples", "1"], cache)
        again = timed([*verify, "--samples", "1"], cache)
        row(table, "compile the simulator, once", first[0] - again[0], COMPILE_LIMIT, first[1])
        row(table, "verify 10,000 images, all layers", *_with(VERIFY_LIMIT, median(options.runs, verify, cache)))
        for count in COUNTS:
            seconds, memory = timed([*verify, "--samples", str(count)], cache)
            row(table, f"verify {count} images", seconds, None, memory)
        for width in WIDTHS:
            model = work / f"{width}.npz"
            random_model(model, width)
            seconds, memory = timed(["export", str(model), "-o", str(work / f"w{width}")], cache)
            row(table, f"export 784-{width}-10 ({784 * width + 10 * width:,} weights)", seconds, None, memory)
    Console(width=110).print(table)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"(this script itself: {own:.0f} MiB; {os.cpu_count()} CPUs)")


def _with(limit: float, found: tuple[float, float]) -> tuple[float, float, float]:
    return found[0], limit, found[1]


if __name__ == "__main__":
    main()
