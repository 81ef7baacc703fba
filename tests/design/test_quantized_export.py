"""A model that is quantized already, through export, verification, inspection and update."""

import json

import numpy as np
import pytest
from quantized_models import byte_network
from typer.testing import CliRunner

import quantnn
from quantnn.board.board import load_board
from quantnn.cli.app import app
from quantnn.design.export import ExportOptions, export
from quantnn.design.inspection import describe
from quantnn.design.quality import Quality
from quantnn.design.update_weights import update_weights
from quantnn.errors import DoesNotFitError, InputError
from quantnn.importers.reading import Entry, Reading
from quantnn.model.user_data import UserData
from quantnn.network.file import load_network
from quantnn.network.reference import answers, evaluate

BOARD = load_board("de10-lite")


@pytest.fixture(scope="module")
def data():
    model = byte_network()
    values = np.random.default_rng(1).random((40, 6))
    return UserData.load(model, None, (values, model.classes(model.sensor(values))))


@pytest.fixture(scope="module")
def design(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("quantized") / "design"
    options = ExportOptions(BOARD, test_inputs=data.inputs, test_labels=data.labels, test_values=data.values)
    return folder, export(data.network, folder, options)


def test_the_integers_are_the_files_own(design, data):
    folder, report = design
    saved = load_network(folder / "network.npz")
    for own, there in zip(data.network.network.layers, saved.layers, strict=True):
        assert np.array_equal(own.weights, there.weights) and own.requantizer == there.requantizer
    assert saved.sensor.ties == "even" and saved.sensor.step == 1 / 255
    assert (report.precision.weight_bits, report.precision.activation_bits) == (8, 8)
    assert report.precision.calibration_samples == 0
    assert any("the file's integers are kept" in note for note in report.notes)
    assert not any("--calibration" in note for note in report.notes)


def test_floats_are_the_files_own_arithmetic(design, data):
    _, report = design
    right = evaluate(data.network.network, data.inputs).classes == data.labels
    assert report.accuracy.float == 1.0 and report.accuracy.integer == right.mean()
    quality = Quality.measure(
        data.network, data.network.network, data.inputs, answers(data.network.network, data.inputs), data.labels
    )
    assert report.sqnr_db == quality.sqnr_db


def test_it_is_bit_exact(design):
    pytest.importorskip("cocotb")
    from quantnn.verify.verify import VerifyOptions, verify

    folder, _ = design
    assert verify(folder, VerifyOptions(samples=20)).verification.passed


def test_other_weights_for_the_same_hardware(design, data):
    folder, _ = design
    update = update_weights(folder, data.network)
    assert update.memories == () and any("integers are kept" in note for note in update.report.notes)
    with pytest.raises(DoesNotFitError, match="layer 1: it is dense 5→4 linear"):
        update_weights(folder, byte_network(sizes=(6, 5, 4)))


def test_answers_like_a_guess_are_said(tmp_path):
    model = byte_network()
    values = np.random.default_rng(1).random((40, 6))
    labels = np.arange(40) % 3
    data = UserData.load(model, None, (values, labels))
    report = export(model, tmp_path / "d", ExportOptions(BOARD, test_inputs=data.inputs, test_labels=labels))
    right = (model.classes(data.inputs) == labels).mean()
    said = any("no more than a guess" in note for note in report.notes)
    assert said == (right <= 14 / 40) and right < 0.5


@pytest.fixture
def file(monkeypatch, tmp_path):
    """A file that is read as the small network, whatever it holds."""
    path = tmp_path / "model.bin"
    path.write_bytes(b"?")
    reading = Reading("Test", byte_network(), (Entry("Gemm", "fc", "5", "layer 0, exact"),))
    for place in ("quantnn.design.inspection.read_model", "quantnn.api.model.read_model"):
        monkeypatch.setattr(place, lambda *_: reading)
    return path


def test_inspection(file):
    described = describe(file)
    values = json.loads(json.dumps(described.values))
    assert values["format"] == "quantnn quantized model" and values["decision"] == "argmax"
    assert [layer["largest_difference"] for layer in values["layers"]] == list(byte_network().differences)
    assert values["operators"] == [{"operator": "Gemm", "name": "fc", "shape": "5", "became": "layer 0, exact"}]
    result = CliRunner().invoke(app, ["inspect", str(file)])
    assert result.exit_code == 0 and "quantized model (Test)" in result.output
    assert "the host rounds" in result.output


@pytest.mark.parametrize("flag", [["--weight-bits", "4"], ["--activation-bits", "8"]])
def test_precision_is_the_files(file, flag):
    result = CliRunner().invoke(app, ["export", str(file), *flag])
    assert "model.bin is quantized already: leave weight_bits" in str(result.exception)


def test_python(file):
    model = quantnn.load(file)
    assert repr(model) == "<Model model.bin: 6→5→3, Test>" and "quantized model" in model._repr_html_()
    x = np.random.default_rng(3).random((9, 6))
    network = quantnn.quantize(model)
    assert network.integers is model.network.network
    assert network.predict(x).tolist() == evaluate(network.integers, model.network.sensor(x)).classes.tolist()
    assert np.array_equal(model.logits(x), model.network.logits(model.network.positions(x)))
    with pytest.raises(InputError, match="quantized already: leave weight_bits and activation_bits out"):
        quantnn.quantize(model, weight_bits=4)
