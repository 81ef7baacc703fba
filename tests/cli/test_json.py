"""`--json` of every command that prints a table: one JSON value on standard output, and nothing else."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import typer
from exported import flip_bit, save_model

from quantnn import cli
from quantnn.board.board import board_names
from quantnn.design.report import BuildResult, load_report
from quantnn.network.file import load_network
from quantnn.network.reference import evaluate

COMMANDS = typer.main.get_command(cli.app).commands
SAMPLES = np.random.default_rng(3).integers(0, 256, (12, 6))


@pytest.fixture
def printed(tmp_path, monkeypatch, capsys):
    """Runs a command line in an empty folder; what it prints, as JSON."""
    monkeypatch.chdir(tmp_path)

    def call(*words, error=None):
        monkeypatch.setattr(sys, "argv", ["quantnn", *map(str, words), "--json"])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        assert (end.value.code or 0) == (0 if error is None else 1), err
        said = [line for line in err.splitlines() if not line.startswith("… ")]
        assert said == ([] if error is None else [f"Error: {error}"])
        return json.loads(out)

    return call


def stored(folder):
    return json.loads((Path(folder) / "report.json").read_text())


@pytest.mark.parametrize(
    "name", ["export", "verify", "simulate", "inspect", "update-weights", "build", "run", "bench", "boards"]
)
def test_every_command_that_prints_a_table_has_it(name):
    assert any("--json" in parameter.opts for parameter in COMMANDS[name].params)


def test_boards(printed):
    found = printed("boards")
    assert [board["name"] for board in found] == list(board_names())
    board = printed("boards", "show", "ulx3s-85f")
    assert board == next(other for other in found if other["name"] == "ulx3s-85f")
    assert board["resources"]["block_ram"]["count"] == 208
    assert {"name": "uart_rx", "signals": {"ftdi_txd": ["M1"]}}.items() <= next(
        {"name": group["name"], "signals": group["signals"]} for group in board["pins"] if group["name"] == "uart_rx"
    ).items()


def test_export_and_update_weights_print_the_report(printed):
    assert printed("export", save_model(Path()), "-o", "design") == stored("design")
    assert printed("update-weights", "design", save_model(Path())) == stored("design")


def test_inspect(printed, small):
    model = printed("inspect", save_model(Path()))
    assert [layer["out_features"] for layer in model["layers"]] == [5, 4, 3]
    with np.load("small.npz", allow_pickle=False) as arrays:
        assert model["layers"][1]["weights"] == [arrays["W1"].min(), arrays["W1"].max()]
        assert model["calibration_samples"] == len(arrays["calibration"])
    saved = printed("inspect", small / "network.npz")
    network = load_network(small / "network.npz")
    assert [layer["accumulator"] for layer in saved["layers"]] == [[box.lo, box.hi] for box in network.accumulators]
    assert printed("inspect", small) == stored(small)


def test_simulate(printed, small):
    np.save("x.npy", SAMPLES)
    expected = evaluate(load_network(small / "network.npz"), SAMPLES)
    np.save("y.npy", (expected.classes + (np.arange(12) < 3)) % 3)
    found = printed("simulate", small, "-i", "x.npy", "--labels", "y.npy")
    assert (found["samples"], found["correct"], found["accuracy"]) == (12, 9, 0.75)
    assert found["logits"] == expected.logits.tolist() and found["classes"] == expected.classes.tolist()


@pytest.mark.parametrize("words", [[], ["--netlist", "ecp5"]])
def test_hardware_that_differs(printed, small, copy_of, words):
    """The verdict on standard output, the error as without --json; here of a weight that is another one."""
    design = copy_of(small)
    path = next((design / "core").glob("*_layer_1_mac_weights.mem"))
    flip_bit(design, "layer_1_mac_weights", 0, 0)
    weight = int(load_network(design / "network.npz").layers[1].weights[0, 0])
    what, got = "layer 1, weight of input 0, neuron 0", weight ^ 1
    message = f"{path}, line 1: {what} is {got} there, but {weight} in network.npz: export the model again"
    assert printed("verify", design, *words, error=message) == {
        "verification": {"passed": False, "first_difference": message},
        "difference": {"file": str(path), "line": 1, "what": what, "got": got, "expected": weight},
    }


def test_what_other_programs_do(printed, small, copy_of, monkeypatch):
    """Verify, build and bench, without what takes long."""
    design = copy_of(small)
    report = load_report(design)
    monkeypatch.setattr("quantnn.verify.verify.verify", lambda *_, **__: report)
    assert printed("verify", design) == stored(design)
    result = BuildResult("Maker 3", 50.0, 90.0, (), None, None, ("output_files/a.sof",), 1.5, (), ())
    monkeypatch.setattr("quantnn.build.quartus.compile_quartus", lambda *_, **__: result)
    assert printed("build", design) == stored(design)
    assert stored(design)["build"]["fmax_mhz"] == 90.0
    monkeypatch.setattr(
        "quantnn.speed.comparison.compare_speed",
        lambda *_, equal, progress: SimpleNamespace(to_json=lambda: {"equal": str(equal)}),
    )
    assert printed("bench", design) == {"equal": "None"}
    assert printed("bench", design, "--equal", "model.npz") == {"equal": "model.npz"}
