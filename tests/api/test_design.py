import json

import numpy as np
import pytest
from exported import flip_bit, save_model

import quantnn
from quantnn.errors import InputError, VerificationError
from quantnn.network.file import load_network
from quantnn.network.reference import evaluate

SAMPLES = np.random.default_rng(3).integers(0, 256, (12, 6))


@pytest.fixture
def design(small):
    return quantnn.Design(small)


def test_the_reference_answers(design, small, tmp_path):
    expected = evaluate(load_network(small / "network.npz"), SAMPLES)
    labels = (expected.classes + (np.arange(12) < 3)) % 3
    answers = design.simulate(SAMPLES, labels, output=tmp_path / "answers.npz")
    np.testing.assert_array_equal(answers.logits, expected.logits)
    assert (answers.correct, answers.accuracy) == (9, 0.75)
    with np.load(tmp_path / "answers.npz", allow_pickle=False) as stored:
        np.testing.assert_array_equal(stored["layer_0"], expected.layers[0])
    np.save(tmp_path / "x.npy", SAMPLES)
    np.testing.assert_array_equal(design.simulate(tmp_path / "x.npy").classes, expected.classes)


def test_labels_and_places_that_cannot_be(design, tmp_path):
    with pytest.raises(InputError, match="labels has 5 labels for 12 samples"):
        design.simulate(SAMPLES, np.arange(5) % 3)
    with pytest.raises(InputError, match=r"must end in .npz"):
        design.simulate(SAMPLES, output=tmp_path / "answers.npy")


def test_hardware_that_differs_is_an_error_with_its_place(small, copy_of):
    changed = copy_of(small)
    flip_bit(changed, "layer_1_mac_weights", 0, 0)
    with pytest.raises(VerificationError) as caught:
        quantnn.Design(changed).verify()
    assert caught.value.difference["what"] == "layer 1, weight of input 0, neuron 0"


def test_other_weights(small, copy_of, tmp_path):
    design = quantnn.Design(copy_of(small))
    random = np.random.default_rng(1)
    other = quantnn.load(save_model(tmp_path, W1=random.normal(size=(5, 4))))
    test = (SAMPLES, other.predict(SAMPLES))
    update = design.update_weights(other, test=test)
    assert update.report == design.report and design.report.accuracy.samples == 12
    assert any("layer_1" in name for name in update.memories)
    assert repr(update) == f"<Update: {update.report.model}, {len(update.memories)} memories changed>"
    assert update._repr_html_() == update.report._repr_html_()


def test_it_shows_itself(design, small):
    assert repr(design) == f"<Design {small}: small.npz on de10-lite>"
    html = design._repr_html_()
    assert "initiation interval" in html and html.startswith("<pre ")


def test_names_from_a_report_are_no_markup(small, copy_of):
    folder = copy_of(small)
    values = json.loads((folder / "report.json").read_text())
    (folder / "report.json").write_text(json.dumps({**values, "model": "<script>alert(1)</script>"}))
    assert "<script>" not in quantnn.Design(folder)._repr_html_()


def test_a_missing_simulator_is_one_line(design, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "quantnn.verify.verify", None)
    with pytest.raises(InputError, match="install the simulator with pip install"):
        design.verify()


def test_a_printed_report_is_its_summary(design, small):
    assert str(design.report) == (small / "summary.txt").read_text(encoding="utf-8")
    shown = design.report._repr_html_()
    assert shown.startswith("<pre") and "accumulator, proven" in shown
