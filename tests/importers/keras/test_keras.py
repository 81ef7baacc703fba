"""The files in ``files`` were written by Keras 3.15 and tf_keras 2.21, and hold what these compute for some inputs:
for k in 2 (with TF_USE_LEGACY_KERAS) and 3,

    sequential = Sequential([InputLayer((4, 3), dtype="uint8"), Rescaling(1 / 255, offset=-0.5), Flatten(),
        Dense(5, activation="relu"), BatchNormalization(), Dropout(0.1), Dense(4, use_bias=False),
        BatchNormalization(scale=False), LeakyReLU(), Dense(3, activation="softmax")])
    inner = Sequential([InputLayer((5,)), Dense(4), BatchNormalization(), ReLU(max_value=6)])
    a functional model of Normalization() adapted to 50 samples, Dense(5, activation="tanh"), inner,
        a functional model of Dense(4, activation="hard_sigmoid"), Dense(2)

with random weights, saved with model.save() as .keras and as .h5, and compressed.
"""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from keras_files import archive, counted, dense, functional, in_process, layer, named, sequential

from quantnn.errors import InputError
from quantnn.importers.format import Hints
from quantnn.importers.formats import read_model
from quantnn.importers.keras.keras import Keras

FILES = Path(__file__).parent / "files"
GENUINE = [f"keras{k}_{kind}.{end}" for k in "23" for kind in ("sequential", "functional") for end in ("keras", "h5")]


def genuine(name, folder):
    path = folder / name
    content = FILES / name
    path.write_bytes(content.read_bytes() if content.exists() else gzip.decompress(Path(f"{content}.gz").read_bytes()))
    return path


def softmax(x):
    return np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)


@pytest.mark.parametrize("name", GENUINE)
def test_what_keras_computes(tmp_path, name):
    reading = read_model(genuine(name, tmp_path), Hints(decision="none"))
    with np.load(FILES / f"{name.rpartition('.')[0]}.npz") as expected:
        x, y = expected["x"], expected["y"]
    found = reading.model.logits(x.reshape(len(x), -1))
    np.testing.assert_allclose(softmax(found) if "sequential" in name else found, y, atol=1e-6)
    assert reading.format == f"Keras {'2.21.0' if 'keras2' in name else '3.15.1'}"
    assert reading.model.input_shape == x.shape[1:] and reading.model.scaling.uniform == ("sequential" in name)


def test_what_became_of_each_layer(tmp_path):
    entries = read_model(genuine("keras3_sequential.keras", tmp_path)).entries
    assert [(entry.operator, entry.shape, entry.became) for entry in entries] == [
        ("InputLayer", "4×3", "the input"),
        ("Rescaling", "4×3", "input scaling"),
        ("Flatten", "12", "nothing changes"),
        ("Dense", "5", "layer 0, relu of layer 0"),
        ("BatchNormalization", "5", "folded into layer 1"),
        ("Dropout", "5", "nothing changes"),
        ("Dense", "4", "layer 1"),
        ("BatchNormalization", "4", "folded into layer 1"),
        ("LeakyReLU", "4", "leaky_relu:0.3 of layer 1"),
        ("Dense", "3", "layer 2, softmax of layer 2"),
    ]


@pytest.fixture
def quick(monkeypatch):
    in_process(monkeypatch)


KERNEL, BIAS = np.float32([[1, -2, 3], [0.1, 0.2, 0.3]]), np.float32([1, 2, 3])
MODEL = sequential(dense("a", "relu"), shape=(2,))


def check(path, **hints):
    model = read_model(path, Hints(**hints)).model
    assert model.layers[0].weights.tobytes() == KERNEL.astype(float).tobytes()
    assert model.layers[0].bias.tolist() == [1, 2, 3] and model.layers[0].activation == "relu"
    return model


@pytest.mark.parametrize("kind", ["uint8", "int8", "uint16", "int16", "float32"])
def test_integers_fix_the_input(tmp_path, quick, kind):
    model = sequential(layer("InputLayer", "i", batch_shape=[None, 2], dtype=kind), dense("a"))
    read = read_model(archive(tmp_path / "m", model, {"dense": [KERNEL, BIAS]})).model
    assert (read.input_bits, read.input_signed) == {
        "uint8": (8, False),
        "int8": (8, True),
        "uint16": (16, False),
        "int16": (16, True),
        "float32": (8, False),
    }[kind]


def test_json_and_weights_whichever_is_given(tmp_path, quick):
    (tmp_path / "net.json").write_text(json.dumps(MODEL))
    counted({"dense": [KERNEL, BIAS]}, tmp_path / "net.weights.h5")
    assert "net.weights.h5" in check(tmp_path / "net.json").notes[0]
    assert "net.json" in check(tmp_path / "net.weights.h5").notes[0]
    (tmp_path / "net.json").write_text(json.dumps(json.dumps(MODEL)))  # to_json() is a text already
    check(tmp_path / "net.json")


def test_a_version_of_keras_1(tmp_path, quick):
    layers = [
        layer("Dense", "dense_1", output_dim=3, batch_input_shape=[None, 2], bias=True),
        layer("Activation", "activation_1", activation="relu"),
    ]
    model = {"class_name": "Sequential", "keras_version": "1.2.2", "config": layers}
    (tmp_path / "net.json").write_text(json.dumps(model))
    groups = {"dense_1": {"dense_1_W": KERNEL, "dense_1_b": BIAS}, "activation_1": {}}
    named(tmp_path / "net.h5", groups, version="1.2.2")
    check(tmp_path / "net.json")


def test_weights_alone(tmp_path, quick):
    path = tmp_path / "w.h5"
    named(path, {"d": {"d/kernel:0": KERNEL, "d/bias:0": BIAS}, "drop": {}})
    check(path, activations=("relu",))
    counted({"dense": [KERNEL, BIAS]}, path)
    check(path, activations=("relu",))
    with pytest.raises(InputError, match=r"has no architecture beside it: put model.to_json\(\)"):
        read_model(path)


def test_activations_that_are_stated_already(tmp_path, quick):
    path = archive(tmp_path / "m", MODEL, {"dense": [KERNEL, BIAS]})
    with pytest.raises(InputError, match="leave --activations out"):
        read_model(path, Hints(("relu",)))


WHOLE = {"dense": [KERNEL, BIAS]}
TWO = sequential(dense("a"), layer("BatchNormalization", "bn"), shape=(2,))


def only(kind, name, **config):
    return sequential(layer(kind, name, **config))


CODE = ["4wEAAAA", None, None]
IMAGES = [None, 8, 8, 1]


@pytest.mark.parametrize(
    ("model", "arrays", "words"),
    [
        (MODEL, {"dense": [KERNEL]}, r"a \(Dense, behind 2 features\): it must have 2 weights \(kernel, bias\)"),
        (MODEL, {"dense": [KERNEL.T, BIAS[:2]]}, r"its kernel takes 3 features, not 2"),
        (MODEL, {"dense": [KERNEL * np.nan, BIAS]}, "its kernel must be finite, not nan"),
        (TWO, WHOLE, r"bn \(BatchNormalization, behind 3 features\): it must have 4 weights"),
        (MODEL, {}, "holds no weights of Keras"),
        (only("Conv2D", "c", batch_input_shape=IMAGES), WHOLE, r"c \(Conv2D, behind 8×8×1 features\): a convolution"),
        (only("LSTM", "c"), WHOLE, r"c \(LSTM\): recurrent layers are not built"),
        (only("Lambda", "f", function=CODE), WHOLE, r"f \(Lambda\): it is Python code from the file"),
        (only("Custom>Mine", "f"), WHOLE, r"f \(Custom>Mine\): it is not among the layers"),
        (sequential(layer("Dropout", "d"), shape=(2,)), WHOLE, "has no dense layer"),
        (sequential(dense("a"), dense("b"), shape=(1 << 21,)), WHOLE, "must have at most 1,048,576 features"),
        (functional(dense("a"), layer("Add", "sum"), shape=(2,)), WHOLE, r"sum \(Add\): it joins branches"),
        ({"class_name": "MyModel", "config": {}}, WHOLE, "the model is 'MyModel', a class of its own"),
    ],
)
def test_what_does_not_work(tmp_path, quick, model, arrays, words):
    path = archive(tmp_path / "m", model, arrays)
    with pytest.raises(InputError, match=f"^{path}:? .*{words}"):
        read_model(path)


def test_the_same_weights_of_another_architecture(tmp_path, quick):
    path = named(tmp_path / "m.h5", {"a": {"a/kernel:0": KERNEL, "a/bias:0": BIAS}}, TWO)
    with pytest.raises(InputError, match="the weights are of 1 layers, but the architecture has 2 with weights"):
        read_model(path)


def test_the_table_of_operators_is_what_is_read():
    rows = {row.operator: row for row in Keras().operators()}
    assert rows["Dense"].verdict == "exact" and rows["Lambda"].verdict == "refused"
    assert "hard_sigmoid" in "".join(rows) and all(row.remark or row.verdict == "exact" for row in rows.values())


def test_h5py_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    path = archive(tmp_path / "m", MODEL, WHOLE)
    with pytest.raises(InputError, match=r"h5py is missing: install its reader with .*\[keras\]"):
        read_model(path)
