"""Export and verify trained networks, and print the table of docs/results.md.

    python benchmarks/results.py FOLDER [--work DIR]

FOLDER holds models (.npz) that examples/mnist/train.py wrote, each named after its data set and layers, like
mnist_784_10.npz, and the test sets mnist_test_x.npy, mnist_test_y.npy and so on.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from quantnn.board.board import load_board
from quantnn.design.export import ExportOptions, export
from quantnn.design.report import Report
from quantnn.importers.npz import load_model
from quantnn.model.user_data import UserData
from quantnn.verify.verify import verify

HEADINGS = (
    "network",
    "float",
    "integer",
    "interval (bound)",
    "latency",
    "multipliers",
    "M9K",
    "LE, estimate",
    "inferences/s at 50 MHz",
    "at 100 MHz",
    "values compared",
)


def result(model: Path, work: Path) -> Report:
    """Export for the DE10-Lite and verify on the whole test set."""
    data_set = model.stem.split("_")[0]
    test = (model.with_name(f"{data_set}_test_x.npy"), model.with_name(f"{data_set}_test_y.npy"))
    data = UserData.load(load_model(model), test=test)
    board = load_board("de10-lite")
    options = ExportOptions(board, test_inputs=data.inputs, test_labels=data.labels, name=model.stem)
    export(data.network, work / model.stem, options)
    return verify(work / model.stem)


def cells(report: Report) -> list[str]:
    interval, totals, limits = report.ii_cycles.measured, report.totals, report.limits
    return [
        report.model,
        f"{report.accuracy.float:.4f}",
        f"{report.accuracy.integer:.4f}",
        f"{interval} ({report.device_bound_cycles})",
        str(report.latency_cycles.measured),
        *(f"{getattr(totals, part)} of {getattr(limits, part)}" for part in ("multipliers", "m9k", "le")),
        *(f"{clock * 1e6 / interval:,.0f}" for clock in (50, 100)),
        f"{report.verification.values_compared:,}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--work", type=Path, default=None)
    options = parser.parse_args()
    print(f"| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}")
    with tempfile.TemporaryDirectory() as scratch:
        for model in sorted(options.folder.glob("*_*.npz")):
            print(f"| {' | '.join(cells(result(model, options.work or Path(scratch))))} |", flush=True)


if __name__ == "__main__":
    main()
