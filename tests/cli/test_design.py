import sys
from pathlib import Path

import numpy as np
import pytest
from exported import save_model, small_board

from quantnn.build.netlist_check import NetlistCheck
from quantnn.design.export import ExportOptions, export
from quantnn.design.report import load_report
from quantnn.importers.npz import load_model
from quantnn.network.file import load_network
from quantnn.network.reference import evaluate
from quantnn.verify.verify import VerifyOptions

SAMPLES = np.random.default_rng(3).integers(0, 256, (9, 6))


def test_simulate_with_labels(run, refused, small):
    answers = evaluate(load_network(small / "network.npz"), SAMPLES)
    np.save("x.npy", SAMPLES)
    np.save("y.npy", (answers.classes + (np.arange(9) == 4)) % 3)
    code, out, lines = run("simulate", small, "-i", "x.npy", "--labels", "y.npy")
    assert (code, lines) == (0, [])
    assert f"9 samples, accuracy 0.8889 (8 of 9 right). Next: quantnn verify {small}" in out
    wrong, right = answers.classes[4], (answers.classes[4] + 1) % 3
    assert f"wrong:\n4: class {wrong} for {right}  " in out
    np.save("y.npy", np.arange(5) % 3)
    assert "y.npy has 5 labels for 9 samples" in refused("simulate", small, "-i", "x.npy", "--labels", "y.npy")


def test_the_demo_prints_its_summary_once(run, monkeypatch):
    """Simulated elsewhere: here the simulation finds nothing."""
    monkeypatch.setattr("quantnn.verify.verify.verify", lambda folder, *_: load_report(folder))
    code, out, lines = run("demo", "-o", "digits")
    assert (code, lines) == (0, [])
    assert out.count("model.npz on de10-lite") == 1 and out.endswith("Next: quantnn build digits\n")


def test_nothing_from_a_file_s_name_reaches_the_terminal(run, refused):
    """Neither control bytes nor markup."""
    name = "a\x1b[31m[bold]\u202e.npz"
    save_model(Path()).rename(name)
    code, out, lines = run("export", name)
    assert (code, lines) == (0, [])
    assert "\x1b" not in out and "\u202e" not in out and r"a\x1b[31m[bold]\u202e.npz on de10-lite" in out
    assert r"none\x1b[2J" in refused("inspect", "none\x1b[2J.npz")
    assert r"\x07" in refused("exp\x07ort")


@pytest.mark.parametrize(("words", "wave", "said"), [
    ([], None, ""),
    (["--wave", "7"], 7, "The waveform of sample 7 is {}/wave.vcd.\n"),
    (["--wave", "failing"], "failing", "No sample fails, so there is no waveform: give the number of one.\n"),
])  # fmt: skip
def test_verify_says_what_came_of_it(run, small, monkeypatch, words, wave, said):
    asked = []
    monkeypatch.setattr(
        "quantnn.verify.verify.verify", lambda folder, options, _: asked.append(options) or load_report(folder)
    )
    code, out, lines = run("verify", small, "--samples", "9", "--jobs", "2", *words)
    assert (code, lines) == (0, [])
    assert out.endswith(f"{said.format(small)}Bit-exact. Next: quantnn build {small}\n")
    assert ("waveform" in out) is bool(said)
    assert asked == [VerifyOptions(9, wave, 2, False)]


def test_verify_of_a_netlist_says_what_it_was(run, small, monkeypatch):
    monkeypatch.setattr("quantnn.verify.verify.verify", lambda folder, *_: load_report(folder))
    found = NetlistCheck("ice40", 64, 12345, {"SB_LUT4": 1200, "SB_DFF": 34})
    monkeypatch.setattr("quantnn.build.netlist_check.check_netlist", lambda *_, **__: found)
    out = run("verify", small, "--netlist", "ice40")[1]
    assert "The netlist of 1,234 cells for ice40 is bit-exact, too: 12,345 values of 64 samples.\n" in out


@pytest.mark.parametrize(("words", "message"), [
    (["--wave", "first"], "--wave must be the number of a sample, or failing, not 'first'"),
    (["--wave", "-1"], "--wave must be the number of a sample, or failing, not '-1'"),
    (["--netlist", "gowin"], "--netlist must be ecp5 or ice40, not gowin: other cells have no models"),
])  # fmt: skip
def test_verify_refuses_what_it_cannot_do(refused, small, words, message):
    assert refused("verify", small, *words) == f"Error: {message}"


def test_verify_without_a_simulator_says_how_to_get_one(refused, small, monkeypatch):
    monkeypatch.setitem(sys.modules, "quantnn.verify.verify", None)
    assert "the simulator" in refused("verify", small) and "[sim]" in refused("verify", small)


@pytest.mark.parametrize(("text", "message"), [
    ("max", "--clock-mhz max takes placing and routing: export without, then build with it"),
    ("fast", "--clock-mhz must be a number of MHz, not 'fast'"),
    ("0", "--clock-mhz must lie between 0 and 1000000, not be 0"),
    ("-5", "--clock-mhz must lie between 0 and 1000000, not be -5"),
    ("inf", "--clock-mhz must lie between 0 and 1000000, not be inf"),
    ("nan", "--clock-mhz must lie between 0 and 1000000, not be nan"),
    ("1e6", "--clock-mhz must lie between 0 and 1000000, not be 1e+06"),
])  # fmt: skip
def test_a_clock_that_is_none(refused, text, message):
    save_model(Path())
    assert refused("export", "small.npz", f"--clock-mhz={text}") == f"Error: {message}"


def test_classes_are_compared_only_where_there_are_some(refused, tmp_path):
    model = load_model(save_model(tmp_path, decision="none"))
    export(model, tmp_path / "values", ExportOptions(small_board()))
    np.save("x.npy", SAMPLES)
    np.save("y.npy", np.zeros(9, int))
    words = refused("simulate", tmp_path / "values", "-i", "x.npy", "--labels", "y.npy")
    assert words == f"Error: The network of {tmp_path / 'values'} gives values and no classes: leave --labels out"


def test_one_file_with_samples_labels_and_names(run, refused):
    rows = [",".join(map(str, row)) + f",{'abc'[number % 3]}" for number, row in enumerate(SAMPLES.tolist())]
    Path("t.csv").write_text("\n".join(["p,q,r,s,t,u,kind", *rows]), encoding="utf-8")
    model = save_model(Path())
    code, out, lines = run("export", model, "--test", "t.csv", "-o", "d")
    assert (code, lines) == (0, [])
    assert "0: a, 1: b, 2: c" in out and "note: t.csv: column 6 (kind) holds the labels" in out
    assert load_report(Path("d")).class_names == load_network(Path("d/network.npz")).class_names == ("a", "b", "c")
    assert run("export", "--test", "t.csv", "t.csv", model, "--label-column", "kind", "-o", "d")[0] == 0
    code, out, lines = run("simulate", "d", "-i", "t.csv", "--label-column", "-1")
    chosen = evaluate(load_network(Path("d/network.npz")), SAMPLES).classes
    assert out.startswith(f"0: class {'abc'[chosen[0]]} ") and "9 samples, accuracy" in out
    assert "has no column 'other'" in refused("export", model, "--test", "t.csv", "--label-column", "other")
    np.save("x.npy", SAMPLES)
    assert "x.npy holds no labels" in refused("export", model, "--test", "x.npy", "-o", "e")
    assert run("inspect", "d/network.npz")[1].endswith("classes: 0: a, 1: b, 2: c\n")


@pytest.mark.skipif(sys.platform == "win32", reason="names of files are text there")
def test_a_file_of_samples_whose_name_is_no_text(run):
    name = Path("\udcff\x1b[1m.npy")
    np.save(name, SAMPLES.reshape(9, 2, 3))
    code, out, lines = run("export", save_model(Path()), "--calibration", name, "-o", "d")
    assert (code, lines) == (0, []) and "\x1b" not in out
    assert any("samples of 2×3 are flattened" in note for note in load_report(Path("d")).notes)
