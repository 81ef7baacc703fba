"""Bitstreams of real networks by the real tools, for the clock that is asked for, and told of in the report."""

import numpy as np
import pytest
from datasets import load_inputs

from quantnn.board.board import load_board
from quantnn.build.open_flow import build_open
from quantnn.demo_files import demo_files
from quantnn.design.build_record import add_build
from quantnn.design.export import ExportOptions, export
from quantnn.design.report import load_report
from quantnn.design.summary import render_summary
from quantnn.importers.npz import load_model
from quantnn.model.network import FloatDense, FloatNetwork

pytestmark = pytest.mark.xdist_group("bitstreams")

PREAMBLES = {
    "ice40": bytes.fromhex("7eaa997e"),  # https://prjicestorm.readthedocs.io/en/latest/format.html
    "ecp5": bytes.fromhex("ffffbdb3"),  # https://prjtrellis.readthedocs.io/en/latest/architecture/bitstream_format.html
    "gowin": b"1010010111000011",  # https://github.com/YosysHQ/apicula/blob/master/doc/commandstructure.md
}
"""What the device looks for to begin its configuration; a Gowin's file is of the letters 0 and 1."""


def digits():
    with demo_files() as files:
        model = load_model(files.model)
        return model, load_inputs(files.inputs, model.in_features, model.input)


def mnist_sized():
    """784-128-64-10, not trained: where the bits of the weights lie is all that differs."""
    random, sizes = np.random.default_rng(1), (784, 128, 64, 10)
    layers = tuple(
        FloatDense(random.normal(size=(inputs, outputs)) / inputs**0.5, np.zeros(outputs), activation)
        for inputs, outputs, activation in zip(sizes, sizes[1:], ("relu", "relu", "softmax"), strict=False)
    )
    samples = random.integers(0, 256, (50, 784))
    return FloatNetwork(layers, calibration=samples), samples


def check(folder, network, board, clock_mhz):
    """Export and build: the file is a bitstream, and the report tells of it. Returns what was planned, and is used."""
    model, samples = network
    board = load_board(board)
    export(model, folder, ExportOptions(board=board, test_inputs=samples, clock_mhz=clock_mhz, name="model.npz"))
    result = build_open(folder, board)
    add_build(folder, result, load_report(folder))
    bitstream = (folder / "board" / result.files[0]).read_bytes()
    assert PREAMBLES[board.toolchain.name] in bitstream[:2000] and len(bitstream) > 50_000
    report = load_report(folder)
    assert report.build.clock_mhz == report.clock_mhz == clock_mhz <= result.fmax_mhz
    used = {usage.name: usage.used for usage in result.resources}
    assert used.pop(next(name for name in used if name in ("LUT4", "LC"))) > 1000
    assert result.critical_path.where and f"{result.fmax_mhz:g} MHz" in render_summary(report)
    return report.totals, used


def test_digits_on_the_smallest_board(tmp_path):
    planned, used = check(tmp_path / "digits", digits(), "icebreaker", 12.0)
    assert used == {"SB_MAC16": planned.multipliers, "EBR": planned.m9k}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("board", "clock_mhz"), [("ulx3s-85f", 130.0), ("colorlight-i9", 100.0), ("tang-nano-20k", 27.0)]
)
def test_digits_on_the_others(tmp_path, board, clock_mhz):
    check(tmp_path / "digits", digits(), board, clock_mhz)


@pytest.mark.slow
def test_a_network_for_28_by_28_pixels(tmp_path):
    check(tmp_path / "network", mnist_sized(), "ulx3s-85f", 110.0)
