from pathlib import Path

import numpy as np
from exported import save_model

from quantnn.design.report import load_report
from quantnn.network.file import load_network
from quantnn.network.reference import evaluate

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
