import json

import numpy as np
import pytest
from exported import invented_board, save_model
from told import Told

import quantnn
from quantnn.design.report import load_report
from quantnn.errors import InputError

RANDOM = np.random.default_rng(5)
PIXELS = np.concatenate([np.zeros((1, 6), int), np.full((1, 6), 255), RANDOM.integers(0, 256, (30, 6))])


@pytest.fixture
def model(tmp_path):
    return quantnn.load(save_model(tmp_path))


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_model_and_the_network_made_of_it_give_the_same_design(model, tmp_path):
    labels = model.predict(PIXELS)
    options = {"board": "icebreaker", "test": (PIXELS, labels)}
    one = quantnn.export(model, output=tmp_path / "a", calibration=PIXELS, weight_bits=6, activation_bits=7, **options)
    network = quantnn.quantize(model, calibration=PIXELS, weight_bits=6, activation_bits=7)
    other = quantnn.export(network, output=tmp_path / "b", **options)
    assert files(one.path) == files(other.path)
    assert one.report.accuracy.float == 1.0 and one.report.precision.calibration_samples == len(PIXELS)


def test_floats_of_a_test_pass_the_network_s_sensor(tmp_path):
    """As if the model had been exported with the same samples."""
    model = quantnn.load(save_model(tmp_path, calibration=None))
    values = PIXELS / 255 - 0.5
    test = (values[5:], model.predict(values[5:]))
    one = quantnn.export(model, output=tmp_path / "a", board="icebreaker", calibration=values, test=test)
    network = quantnn.quantize(model, calibration=values)
    other = quantnn.export(network, output=tmp_path / "b", board="icebreaker", test=test)
    assert files(one.path) == files(other.path)


def test_a_saved_network_knows_no_model(model, tmp_path):
    network = quantnn.quantize(model, calibration=PIXELS)
    network.save(tmp_path / "n.npz")
    loaded = quantnn.load_network(tmp_path / "n.npz")
    labels = (network.predict(PIXELS) + (np.arange(len(PIXELS)) < 8)) % 3
    design = quantnn.export(loaded, board="icebreaker", output=tmp_path / "design", test=(PIXELS, labels))
    accuracy = design.report.accuracy
    assert (accuracy.float, accuracy.integer, accuracy.samples) == (None, 0.75, 32)
    assert design.report.sqnr_db is None and "integer 0.7500 on 32 samples" in (design.path / "summary.txt").read_text()
    assert json.loads((design.path / "report.json").read_text())["accuracy"]["float"] is None
    again = quantnn.export(loaded, board="icebreaker", output=tmp_path / "without")
    assert again.report.accuracy is None and (again.path / "vectors" / "inputs.npy").exists()


def test_a_network_is_quantized_already(model, tmp_path):
    network = quantnn.quantize(model)
    for option in ({"calibration": PIXELS}, {"weight_bits": 8}, {"activation_bits": 8}):
        with pytest.raises(InputError, match="must be left out for a network, which is quantized already"):
            quantnn.export(network, output=tmp_path / "design", **option)
    assert not (tmp_path / "design").exists()


def test_floats_for_a_network_that_takes_integers(model, tmp_path):
    with pytest.raises(InputError, match="test x must hold integers, not 0"):
        quantnn.export(quantnn.quantize(model), output=tmp_path / "design", test=(PIXELS / 255, np.zeros(32, int)))


def test_the_folder_is_named_after_model_and_board(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert quantnn.export(model, board="icebreaker").path.name == "small-icebreaker"


def test_a_board_of_one_s_own_stays_known(model, tmp_path):
    invented_board(tmp_path, 20, 9000, 40)
    design = quantnn.export(model, board=tmp_path / "own.toml", output=tmp_path / "design")
    assert design.board.name == "own"
    with pytest.raises(InputError, match="a board of your own"):
        _ = quantnn.Design(design.path).board


def test_the_widest_that_fit(model, tmp_path):
    assert quantnn.export(model, output=tmp_path / "d", weight_bits="auto").report.precision.weight_bits == 8


def test_it_is_silent_unless_asked(model, tmp_path, capsys):
    quantnn.export(model, output=tmp_path / "a")
    assert capsys.readouterr() == ("", "")
    told = Told()
    quantnn.export(model, output=tmp_path / "b", progress=told)
    assert "writing the core" in told.steps
    quantnn.export(model, output=tmp_path / "c", progress=True)
    out, err = capsys.readouterr()
    assert out == "" and "… quantizing" in err


def test_the_demo_is_the_digits(digits, tmp_path):
    design = quantnn.export_demo(tmp_path / "demo")
    assert design.report == load_report(digits)
