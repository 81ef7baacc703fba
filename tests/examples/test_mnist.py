"""The MNIST example, on small made-up files."""

import re
from pathlib import Path

import numpy as np
import pytest
from datasets import load_inputs, load_labels
from idx_files import idx, packed, write
from sklearn.exceptions import ConvergenceWarning

from quantnn.errors import InputError
from quantnn.examples.mnist.idx import FILES, DataSet, read_idx
from quantnn.examples.mnist.train import NETWORKS, Recipe, main, shift, train
from quantnn.importers.npz import load_model

FOLDER = Path(__file__).parents[2] / "examples" / "mnist"


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory):
    return write(tmp_path_factory.mktemp("idx"))


class TestIdx:
    def test_data_set(self, data_folder):
        data = DataSet.load(data_folder)
        assert [part.shape for part in (data.train_x, data.train_y, data.test_x, data.test_y)] == [
            (600, 784),
            (600,),
            (60, 784),
            (60,),
        ]
        rows = data.test_x.reshape(-1, 28, 28).mean(axis=2).argmax(axis=1)
        np.testing.assert_array_equal(rows, 2 * data.test_y + 4)

    def test_elements_are_in_c_order(self, tmp_path):
        array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
        (tmp_path / "a.gz").write_bytes(idx(array))
        np.testing.assert_array_equal(read_idx(tmp_path / "a.gz", 3), array)

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (None, "does not exist: put the files train-images-idx3-ubyte.gz, .* into one folder"),
            (b"\0\0\x08\x01", "is no gzip file: give the .gz as it was downloaded"),
            (b"", r"must start with 00 00 08 01 .* not end at once"),
            (idx(np.zeros(9, np.uint8))[:-9], "is truncated or damaged: download it again"),
            (idx(np.zeros(900, np.uint8))[:12] + b"\xff" * 30, "is truncated or damaged: download it again"),
            (
                idx(np.zeros((2, 2), np.uint8)),
                r"must start with 00 00 08 01 \(unsigned bytes, 1 dimensions\), not 00 00 08 02: images and labels may",
            ),
            (idx(np.zeros(2, np.uint8), b"\0\0\x0d\x01"), "not 00 00 0d 01"),
            (packed(b"\0\0\x08\x01\0\0"), "ends within its header: download it again"),
            (packed(b"\0\0\x08\x01\0\0\0\x03ab"), r"has 2 elements, but its header declares \(3,\): download"),
            (
                packed(b"\0\0\x08\x01\xff\xff\xff\xffab"),
                r"has 2 elements, but its header declares \(4294967295,\)",
            ),
        ],
    )
    def test_refuses(self, tmp_path, content, words):
        path = tmp_path / "labels.gz"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(InputError, match=words) as caught:
            read_idx(path, 1)
        assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)

    def test_a_folder_is_no_file(self, tmp_path):
        with pytest.raises(InputError, match=r"cannot be read .*: check the path"):
            read_idx(tmp_path, 1)

    @pytest.mark.parametrize(
        ("name", "array", "words"),
        [
            (FILES[0], np.zeros((600, 27, 28)), r"must hold images of 28×28, not shape \(600, 27, 28\)"),
            (FILES[2], np.zeros((0, 28, 28)), r"must hold images of 28×28, not shape \(0, 28, 28\)"),
            (FILES[1], np.zeros(599), "has 599 labels for 600 images: take both from one download"),
            (FILES[3], np.full(60, 10), "must hold labels 0..9, not 10"),
        ],
    )
    def test_parts_that_do_not_fit(self, tmp_path, name, array, words):
        (write(tmp_path) / name).write_bytes(idx(array.astype(np.uint8)))
        with pytest.raises(InputError, match=words) as caught:
            DataSet.load(tmp_path)
        assert str(caught.value).startswith(str(tmp_path / name))


def test_names_of_networks_are_their_widths():
    for name, recipe in NETWORKS.items():
        assert name == "-".join(str(width) for width in (784, *recipe.hidden, 10))


@pytest.mark.parametrize("name", NETWORKS)
def test_training_writes_a_model_file(tmp_path, data_folder, name):
    data = DataSet.load(data_folder)
    with pytest.warns(ConvergenceWarning):
        accuracy = train(data, NETWORKS[name], tmp_path / "model.npz", epochs=1)
    network = load_model(tmp_path / "model.npz")
    hidden = NETWORKS[name].hidden
    assert [network.in_features, *(layer.out_features for layer in network.layers)] == [784, *hidden, 10]
    assert [layer.activation for layer in network.layers] == ["relu"] * len(hidden) + ["linear"]
    assert (network.input_bits, network.input_signed) == (8, False)
    assert network.scaling.uniform and network.scaling.slope == 1 / 255 and network.scaling.offset == 0
    np.testing.assert_array_equal(network.calibration, data.train_x[:512])
    assert accuracy == np.mean(network.classes(data.test_x) == data.test_y)


def test_training_learns_and_is_deterministic(tmp_path, data_folder):
    data = DataSet.load(data_folder)
    for name in ("first.npz", "second.npz"):
        with pytest.warns(ConvergenceWarning):
            assert train(data, Recipe((16,)), tmp_path / name, epochs=12) >= 0.95
    assert (tmp_path / "first.npz").read_bytes() == (tmp_path / "second.npz").read_bytes()


def test_command_line(tmp_path, data_folder, capsys):
    model = tmp_path / "new" / "linear.npz"
    with pytest.warns(ConvergenceWarning):
        arguments = ["--data", data_folder, "--network", "784-10", "--output", model, "--epochs", 2, "--test-set"]
        assert main([str(argument) for argument in arguments]) == 0
    printed = capsys.readouterr().out
    network = load_model(model)
    inputs = load_inputs(tmp_path / "new" / "test_x.npy", network.in_features, network.input)
    labels = load_labels(tmp_path / "new" / "test_y.npy", len(inputs), network.out_features)
    accuracy = np.mean(network.classes(inputs) == labels)
    assert "Iteration 1" in printed
    assert f"{model}: float accuracy on 60 test images: {accuracy:.4f}\nnext: quantnn export {model}" in printed
    for name in ("test_x.npy", "test_y.npy"):
        assert np.load(tmp_path / "new" / name).dtype == np.uint8


def test_data_from_the_environment(tmp_path, data_folder, monkeypatch):
    monkeypatch.setenv("QUANTNN_DATA", str(data_folder))
    with pytest.warns(ConvergenceWarning):
        arguments = ["--network", "784-10", "--output", tmp_path / "m.npz", "--epochs", 1, "--test-set", "mnist_test"]
        assert main([str(argument) for argument in arguments]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.npz", "mnist_test_x.npy", "mnist_test_y.npy"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "error: no data: give --data or set QUANTNN_DATA to the folder of train-images-idx3-ubyte.gz,"),
        (["--data", "none"], "does not exist: put the files"),
        (["--data", "none", "--output", "model.h5"], "error: model.h5 must end in .npz: choose another --output"),
        (["--data", "none", "--epochs", "0"], "error: --epochs must be at least 1, not 0: leave it out for 200"),
    ],
)
def test_errors_are_one_line(arguments, words, monkeypatch, capsys):
    monkeypatch.delenv("QUANTNN_DATA", raising=False)
    assert main(arguments) == 2
    printed = capsys.readouterr().err
    assert words in printed and printed.count("\n") == 1


def test_views():
    image = np.arange(784).astype(np.uint8).reshape(1, 784)
    assert len(Recipe(()).views(image)) == 1
    views = Recipe((), shifted=True, mirrored=True).views(image)
    assert len(views) == 6 and len({view.tobytes() for view in views}) == 6
    assert all(view.shape == (1, 784) for view in views)
    assert views[0] is image
    np.testing.assert_array_equal(views[-1].reshape(28, 28), image.reshape(28, 28)[:, ::-1])


def test_shift():
    image = np.arange(784).astype(np.uint8).reshape(1, 784)
    moved = shift(image, right=1, down=0).reshape(28, 28)
    assert not moved[:, 0].any()
    np.testing.assert_array_equal(moved[:, 1:], image.reshape(28, 28)[:, :-1])
    moved = shift(image, right=0, down=-1).reshape(28, 28)
    assert not moved[27].any()
    np.testing.assert_array_equal(moved[:-1], image.reshape(28, 28)[1:])


def test_readme_states_every_network_and_file():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(re.search(rf"\| {name} \|.*\| 0\.\d{{4}} \|", readme) for name in NETWORKS)
    assert all(f"`{path.name}`" in readme for path in FOLDER.glob("*.py") if path.name != "__init__.py")
