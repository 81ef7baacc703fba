import json

import numpy as np
import pytest
from exported import SHAPE, save_model
from networks import random_network
from rich.console import Console

from quantnn.design.inspection import describe
from quantnn.design.report import load_report
from quantnn.design.summary import render_summary
from quantnn.errors import InputError
from quantnn.network.file import load_network, save_network


def shown(path):
    console = Console(width=200, color_system=None, markup=False)
    with console.capture() as capture:
        console.print(describe(path))
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def rows(text):
    """The lines of a table, which begin with a layer's number, as words."""
    return [line.split() for line in text.splitlines() if line.strip()[:1].isdigit()]


def test_a_model(tmp_path):
    weights = np.arange(6.0).reshape(2, 3) / 8 - 0.25
    model = {"W0": weights, "b0": np.array([-1, 0, 2]), "W1": np.ones((3, 2)), "b1": np.zeros(2)}
    arrays = {"activations": np.array(["leaky_relu:0.1", "softmax"]), "input_mean": np.array([1, 2]), "input_bits": 4}
    np.savez(tmp_path / "m.npz", **model, **arrays, input_signed=1, calibration=np.zeros((5, 2), np.int8))
    text = shown(tmp_path / "m.npz")
    assert text.splitlines()[0] == "m.npz: float model (NumPy), 2 inputs, 2 outputs"
    assert rows(text) == [
        ["0", "2→3", "leaky_relu:0.1", "-0.25", "…", "0.375", "-1", "…", "2"],
        ["1", "3→2", "linear", "1", "…", "1", "0", "…", "0"],
    ]
    assert "input: 4 bits signed; scaling: one per input; calibration samples: 5" in text
    assert "note: the softmax" in text


def test_a_model_that_says_nothing_of_its_input(tmp_path):
    text = shown(save_model(tmp_path, calibration=None))
    assert "input: 8 bits unsigned; scaling: one for all inputs; calibration samples: 0" in text


def test_a_saved_network(small):
    network = load_network(small / "network.npz")
    text = shown(small / "network.npz")
    assert text.splitlines()[0] == "network.npz: integer network, input 0 … 255"
    found = rows(text)
    assert len(found) == len(network.layers)
    for number, (layer, accumulator) in enumerate(zip(network.layers, network.accumulators, strict=True)):
        assert found[number][:4] == [str(number), "dense", f"{SHAPE[number]}→{SHAPE[number + 1]}", layer.activation]
        assert f"{layer.weight_range.lo}…{layer.weight_range.hi}" in found[number]
        assert f"{accumulator.lo}…{accumulator.hi}" in found[number]
        assert found[number][-1] == f"{layer.output.lo}…{layer.output.hi}"


def test_zeros_and_shifts_of_a_saved_network(tmp_path, small):
    """Three of thirty weights are zero; the shifts of one layer differ, those of another do not."""
    header, arrays = contents(small)
    arrays["layer0.weights"] = np.where(np.arange(30).reshape(6, 5) < 3, 0, 1)
    arrays["layer0.shifts"] = np.array([4, 5, 6, 7, 9])
    arrays["layer0.roundings"] = np.array([8, 16, 32, 64, 256])
    arrays["layer1.shifts"], arrays["layer1.roundings"] = np.full(4, 3), np.full(4, 4)
    np.savez(tmp_path / "network.npz", header=header, **arrays)
    found = rows(shown(tmp_path / "network.npz"))
    place = found[0].index("10")
    assert found[0][place + 1] == "%" and found[0][-2] == "4…9" and found[1][-2] == "3"


def contents(design):
    """Header and arrays of a saved network."""
    with np.load(design / "network.npz", allow_pickle=False) as file:
        arrays = dict(file)
    return arrays.pop("header"), arrays


def test_a_layer_without_weights(tmp_path):
    save_network(random_network(0, (3, 2), rescale=True), tmp_path / "network.npz")
    found = rows(shown(tmp_path / "network.npz"))
    assert found[0][:3] == ["0", "rescale", "3→3"] and found[0].count("–") == 2
    assert found[1][:3] == ["1", "dense", "3→2"] and "–" not in found[1]


def test_an_exported_folder_is_its_summary(small):
    console = Console(width=100, color_system=None, markup=False)
    with console.capture() as capture:
        console.print(describe(small))
    text = "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"
    assert text == render_summary(load_report(small)) == (small / "summary.txt").read_text()


def test_brackets_in_a_network_are_shown_as_they_are(tmp_path, small):
    header, arrays = contents(small)
    fields = json.loads(header.tobytes())
    fields["layers"][0]["activation"] = "[/red]"
    text = np.frombuffer(json.dumps(fields).encode(), np.uint8)
    np.savez(tmp_path / "network.npz", header=text, **arrays)
    assert "[/red]" in shown(tmp_path / "network.npz")


@pytest.mark.parametrize("name", ["samples.npy", "model.h5", "none"])
def test_what_is_neither(tmp_path, name):
    (tmp_path / name).write_bytes(b"1")
    with pytest.raises(InputError) as caught:
        describe(tmp_path / name)
    assert str(caught.value).startswith(f"{tmp_path / name} is of an unknown kind; models are read from NumPy (.npz)")


def test_a_missing_model(tmp_path):
    with pytest.raises(InputError, match=r"none\.npz does not exist"):
        describe(tmp_path / "none.npz")


def test_a_folder_that_is_no_export(tmp_path):
    with pytest.raises(InputError, match="is no exported design"):
        describe(tmp_path)
