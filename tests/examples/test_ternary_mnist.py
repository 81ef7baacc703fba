"""The sparse ternary example, on small made-up files."""

import re
from pathlib import Path

import numpy as np
import pytest
from idx_files import write
from sklearn.exceptions import ConvergenceWarning

from quantnn.arithmetic import IntegerRange
from quantnn.errors import InputError
from quantnn.examples.mnist.idx import DataSet
from quantnn.examples.ternary_mnist.qonnx_file import save_qonnx
from quantnn.examples.ternary_mnist.ternary import IntegerLayer, TernaryRecipe, classes, train_ternary
from quantnn.examples.ternary_mnist.train import FLOATS, NETWORKS, bits, main
from quantnn.importers.formats import read_model
from quantnn.network.reference import evaluate

FOLDER = Path(__file__).parents[2] / "examples" / "ternary_mnist"
RECIPE = TernaryRecipe((784, 24, 12, 10), (0.2, 0.3, 0.5), epochs=8, batch=50)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return DataSet.load(write(tmp_path_factory.mktemp("idx")))


@pytest.fixture(scope="module")
def layers(data):
    return train_ternary(bits(data.train_x), data.train_y, RECIPE)


def test_training_learns(data, layers):
    assert np.mean(classes(layers, bits(data.test_x)) == data.test_y) >= 0.9


def test_weights_are_ternary_and_as_sparse_as_asked(layers):
    for layer, density in zip(layers, RECIPE.densities, strict=True):
        assert set(np.unique(layer.weights)) == {-1, 0, 1}
        assert np.mean(layer.weights != 0) == pytest.approx(density, abs=0.01)


def test_a_seed_is_a_network(data, layers):
    again = train_ternary(bits(data.train_x), data.train_y, RECIPE)
    for one, other in zip(layers, again, strict=True):
        for name in ("weights", "bias", "shift"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_the_file_is_imported_exactly(tmp_path, data, layers):
    save_qonnx(layers, tmp_path / "model.onnx")
    model = read_model(tmp_path / "model.onnx").model
    network = model.network
    assert network.input == IntegerRange(0, 1) and not any(model.differences)
    assert [layer.output for layer in network.layers[:-1]] == [IntegerRange(0, 3)] * 2
    for layer, own in zip(network.layers, layers, strict=True):
        np.testing.assert_array_equal(layer.weights, own.weights)
    images = np.random.default_rng(1).integers(0, 2, (500, 784))
    np.testing.assert_array_equal(evaluate(network, images).classes, classes(layers, images))


def test_values_of_a_layer_by_hand(tmp_path):
    first = IntegerLayer(np.array([[1, -1], [1, 0]]), np.array([1, 2]), np.array([0, 1]))
    last = IntegerLayer(np.array([[1, 0], [0, -1]]), np.array([0, 4]), np.array([0, 0]))
    images = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
    # hidden: 1 + a + b, and (2 - a) >> 1; outputs: the first, and 4 minus the second
    hidden = np.array([[1, 1], [2, 0], [2, 1], [3, 0]])
    outputs = np.stack([hidden[:, 0], 4 - hidden[:, 1]], axis=1)
    np.testing.assert_array_equal(classes((first, last), images), outputs.argmax(axis=1))
    save_qonnx((first, last), tmp_path / "model.onnx")
    found = evaluate(read_model(tmp_path / "model.onnx").model.network, images)
    np.testing.assert_array_equal(found.layers[0], hidden)
    np.testing.assert_array_equal(found.logits, outputs)


@pytest.mark.parametrize(
    ("sizes", "densities", "words"),
    [
        ((784, 10), (0.1, 0.1), "There must be a density per layer"),
        ((784,), (), "There must be a density per layer"),
        ((784, 10), (0.0,), "Densities must lie in 0..1"),
        ((784, 10), (1.1,), "Densities must lie in 0..1"),
    ],
)
def test_recipes_are_checked(sizes, densities, words):
    with pytest.raises(ValueError, match=words):
        TernaryRecipe(sizes, densities)


def test_command_line(tmp_path, capsys):
    folder, model = write(tmp_path), tmp_path / "new" / "ternary.onnx"
    arguments = ["--data", folder, "--network", "784-64-32-10", "--output", model, "--epochs", 1, "--test-set"]
    assert main([str(argument) for argument in arguments]) == 0
    printed = capsys.readouterr().out
    x, y = (np.load(model.with_name(f"test_{name}.npy")) for name in "xy")
    assert x.dtype == np.uint8 and set(np.unique(x)) == {0, 1}
    accuracy = np.mean(evaluate(read_model(model).model.network, x.astype(np.int64)).classes == y)
    assert "epoch 1 of 1: loss " in printed
    assert printed.endswith(f"accuracy on 60 test images: {accuracy:.4f}\nnext: quantnn export {model}\n")


def test_a_float_network_of_the_same_pixels(tmp_path, capsys):
    folder, path = write(tmp_path), tmp_path / "float.npz"
    arguments = ["--data", folder, "--network", "float-784-48-10", "--output", path, "--epochs", 1]
    with pytest.warns(ConvergenceWarning):
        assert main([str(argument) for argument in arguments]) == 0
    model = read_model(path).model
    assert (model.input, model.scaling.slope) == (IntegerRange(0, 1), 1) and set(np.unique(model.calibration)) == {0, 1}
    data = DataSet.load(folder)
    accuracy = np.mean(model.classes(bits(data.test_x)) == data.test_y)
    assert capsys.readouterr().out.endswith(f"{path}: float accuracy on 60 test images: {accuracy:.4f}\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "error: no data: give --data or set QUANTNN_DATA to the folder of train-images-idx3-ubyte.gz,"),
        (["--data", "none"], "does not exist: put the files"),
        (["--data", "none", "--output", "model.npz"], "error: model.npz must end in .onnx: choose another --output"),
        (["--data", "none", "--epochs", "0"], "error: --epochs must be at least 1, not 0: leave it out for"),
    ],
)
def test_errors_are_one_line(arguments, words, monkeypatch, capsys):
    monkeypatch.delenv("QUANTNN_DATA", raising=False)
    assert main(arguments) == 2
    printed = capsys.readouterr().err
    assert words in printed and printed.count("\n") == 1


def test_without_onnx_it_is_one_line(tmp_path, layers, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(InputError, match="onnx is missing: install it"):
        save_qonnx(layers, tmp_path / "model.onnx")


def test_readme_states_every_network_and_file():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(re.search(rf"\| {name} \|.*\| 0\.\d{{4}} \|", readme) for name in (*NETWORKS, *FLOATS))
    assert all(f"`{path.name}`" in readme for path in FOLDER.glob("*.py") if path.name != "__init__.py")
