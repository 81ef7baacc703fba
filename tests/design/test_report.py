from dataclasses import replace

import numpy as np
import pytest

from quantnn.design.report import Quality, load_report, save_report
from quantnn.errors import InputError
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.network.reference import Evaluation, evaluate
from quantnn.quantize.post_training import quantize

IDENTITY = FloatNetwork((FloatDense(np.eye(2), np.zeros(2)),))
SAMPLES = np.array([[3, 4], [5, 0]])


def measured(logits, samples=SAMPLES, labels=None):
    """Of an integer network that answers ``logits``, in halves, where the float network answers the samples."""
    network = quantize(IDENTITY)
    network = replace(network, layers=(replace(network.layers[0], scale=0.5),))
    logits = np.array(logits)
    return Quality.measure(IDENTITY, network, samples, Evaluation((logits,), logits.argmax(axis=1)), labels)


def test_signal_to_noise_and_accuracy_by_hand():
    """Logits 3.5, 3.5, 5, 0 for 3, 4, 5, 0: signal 9 + 16 + 25 = 50, noise 1/4 + 1/4, 10·log10(100) = 20 dB.

    The tie makes the first sample's class 0 instead of 1.
    """
    quality = measured([[7, 7], [10, 0]], labels=np.array([1, 0]))
    assert quality == Quality(samples=2, sqnr_db=20.0, float_correct=2, integer_correct=1)
    assert quality.accuracy == {"samples": 2, "float": 1.0, "integer": 0.5}


def test_without_labels_there_is_no_accuracy():
    quality = measured([[7, 7], [10, 0]])
    assert quality == Quality(2, 20.0) and quality.accuracy is None


def test_without_noise_or_signal_there_is_no_ratio():
    assert measured([[6, 8], [10, 0]]).sqnr_db is None
    assert measured([[1, 0], [0, 0]], np.zeros((2, 2), np.int64)).sqnr_db is None


def test_accuracy_of_a_threshold():
    """One output: its class is whether it exceeds 0, in floats as in integers."""
    model = FloatNetwork((FloatDense([[1.0], [-1.0]], [0.5], "sigmoid"),))
    inputs, labels = np.array([[9, 1], [1, 9], [7, 2], [2, 7]]), np.array([1, 0, 0, 0])
    network = quantize(model)
    quality = Quality.measure(model, network, inputs, evaluate(network, inputs), labels)
    assert (quality.samples, quality.float_correct, quality.integer_correct) == (4, 3, 3)
    assert quality.accuracy == {"samples": 4, "float": 0.75, "integer": 0.75}
    assert Quality.measure(model, network, inputs, evaluate(network, inputs), None).accuracy is None


def test_a_saved_report_is_read_back(small, tmp_path):
    report = load_report(small)
    report["notes"].append("½")
    save_report(report, tmp_path)
    assert load_report(tmp_path) == report


def refusal(folder):
    with pytest.raises(InputError) as caught:
        load_report(folder)
    assert str(folder) in str(caught.value) and "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "text, message",
    [
        (None, "is no exported design (report.json is missing): run quantnn export"),
        ("{", "report.json is damaged"),
        ("[]", "report.json is damaged"),
        ('"quantnn report"', "report.json is damaged"),
        ('{"version": 1}', "report.json is damaged ('format' is missing)"),
        ('{"format": "other", "version": 1}', "report.json is damaged (it is no report)"),
        ('{"format": "quantnn report"}', "report.json has version None, this quantnn reads 1: export again"),
        ('{"format": "quantnn report", "version": 2}', "report.json has version 2, this quantnn reads 1"),
        ("[" * 100_000, "report.json is damaged"),
    ],
)
def test_a_file_that_is_no_report(tmp_path, text, message):
    if text is not None:
        (tmp_path / "report.json").write_text(text)
    assert message in refusal(tmp_path)


READ = (
    "model", "board", "layers", "core", "board_top", "totals", "limits", "units", "ii_cycles", "latency_cycles",
    "device_bound_cycles", "inferences_per_second", "latency_us", "clock_mhz", "accuracy", "sqnr_db", "verification",
    "notes", "files",
)  # fmt: skip


@pytest.mark.parametrize("field", READ)
def test_a_report_without_a_field_that_is_read(small, tmp_path, field):
    report = load_report(small)
    del report[field]
    save_report(report, tmp_path)
    assert f"report.json is damaged ('{field}' is missing): export the model again" in refusal(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"layers": 3},
        {"layers": [{}]},
        {"totals": []},
        {"ii_cycles": 3},
        {"verification": {"passed": True}},
        {"device_bound_cycles": 0},
        {"clock_mhz": "fast"},
        {"notes": None},
        {"files": 3},
        {"files": "report.json"},
        {"files": [["report.json"]]},
    ],
    ids=str,
)
def test_a_report_with_a_field_of_another_kind(small, tmp_path, changes):
    save_report(load_report(small) | changes, tmp_path)
    assert "report.json is damaged" in refusal(tmp_path)
