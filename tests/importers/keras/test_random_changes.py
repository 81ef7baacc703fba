"""Models whose configuration was changed at random are read, or refused with one line; bytes changed, likewise."""

import copy
import json
import random

import fuzzed
import numpy as np
import pytest
from keras_files import archive, counted, dense, functional, in_process, layer, sequential

from quantnn.errors import InputError
from quantnn.importers.formats import read_model
from quantnn.importers.keras import saved
from quantnn.importers.keras.hdf5 import read_hdf5

RNG = np.random.default_rng(1)
KERNELS = [RNG.normal(size=shape) for shape in ((6, 4), (4, 3))]
ARRAYS = {
    "normalization": [np.zeros(3), np.ones(3), np.array(5)],
    "dense": [KERNELS[0], np.ones(4)],
    "batch_normalization": [np.ones(4)] * 4,
    "sequential/layers/dense": [KERNELS[1]],
    "q_dense": [KERNELS[0], np.ones(4)],
    "q_batch_normalization": [np.ones(4)] * 4,
    "q_dense_1": [KERNELS[1]],
}
LAYERS = (
    layer("Rescaling", "scale", scale=[1.0, 2.0, 4.0], offset=0.5),
    layer("Normalization", "norm", axis=[-1], mean=None, variance=None, invert=False),
    layer("Permute", "turn", dims=[2, 1]),
    layer("Reshape", "shape", target_shape=[-1]),
    dense("a", "hard_sigmoid", use_bias=True),
    layer("BatchNormalization", "bn", axis=[1], epsilon=0.001, center=True, scale=True),
    layer("LeakyReLU", "leaky", alpha=0.2),
    {**sequential(dense("b", {"class_name": "ReLU", "config": {"max_value": 6.0}}, use_bias=False)), "name": "inner"},
    layer("Softmax", "soft", axis=-1),
)
MODELS = [sequential(*LAYERS, shape=(2, 3)), functional(*LAYERS, shape=(2, 3))]
BITS = {"class_name": "quantized_bits", "config": {"bits": 4, "integer": 0, "symmetric": 1, "alpha": "auto"}}
PO2 = {"class_name": "quantized_po2", "config": {"bits": 3, "max_value": 1}}
RELU = {"class_name": "quantized_relu", "config": {"bits": 4, "integer": 1, "negative_slope": 0.25}}
QUANTIZED = sequential(
    layer("QActivation", "in", activation="quantized_bits(4,2,alpha=1)"),
    layer("QDense", "a", kernel_quantizer=BITS, bias_quantizer=PO2, use_bias=True, activation=RELU),
    layer("QBatchNormalization", "bn", gamma_quantizer=PO2, beta_quantizer="ternary()", scale=True, center=True),
    layer("QActivation", "mid", activation={"class_name": "binary", "config": {"alpha": 0.5, "use_01": False}}),
    layer("QDense", "b", kernel_quantizer={"class_name": "ternary", "config": {"alpha": None}}, use_bias=False),
    shape=(6,),
)
MODELS.append(QUANTIZED)
ODD = (None, True, -1, 0, 1, 3, 1e30, 1 << 40, -0.5, "", "relu", "a", "Dense", [], [None], [-1, -1], {}, {"a": 1})


def places(values, found=None):
    """Each container in a JSON value with each of its keys."""
    found = [] if found is None else found
    for key in values if isinstance(values, dict) else range(len(values)):
        found.append((values, key))
        if isinstance(values[key], (dict, list)):
            places(values[key], found)
    return found


def changed(model, chance):
    model = copy.deepcopy(model)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        if not model:
            break
        container, key = chance.choice(places(model))
        other, from_key = chance.choice(places(model))
        match chance.randrange(4):
            case 0:
                del container[key]
            case 1:
                container[key] = copy.deepcopy(other[from_key])
            case _:
                container[key] = copy.deepcopy(chance.choice(ODD))
    return model


def check(path, monkeypatch, count, seed):
    in_process(monkeypatch)
    counted(ARRAYS, path.with_suffix(".h5"))
    weights = read_hdf5(path.with_suffix(".h5"), path)
    monkeypatch.setattr(saved, "read_hdf5", lambda *_: weights)
    chance, read = random.Random(seed), 0
    for number in range(count):
        model = changed(chance.choice(MODELS), chance)
        path.write_text(json.dumps(model))
        try:
            read_model(path)
            read += 1
        except InputError as error:
            assert "\n" not in str(error) and len(str(error)) < 2000, f"change {number}: {error}"
    return read


def test_models_are_read_as_they_are(tmp_path, monkeypatch):
    in_process(monkeypatch)
    for model in MODELS[:2]:
        network = read_model(archive(tmp_path / "m", model, ARRAYS)).model
        assert [one.activation for one in network.layers[:3]] == ["clip:0.0:1.0", "leaky_relu:0.2", "clip:0.0:6.0"]
    quantized = read_model(archive(tmp_path / "m", QUANTIZED, ARRAYS)).model
    assert len(quantized.network.layers) == 2 and quantized.sensor is not None


def test_changed_configurations(tmp_path, monkeypatch):
    assert 100 < check(tmp_path / "m.json", monkeypatch, 600, seed=1) < 500


def test_changed_archives(tmp_path, monkeypatch):
    in_process(monkeypatch)
    whole = archive(tmp_path / "m", MODELS[0], ARRAYS).read_bytes()
    assert fuzzed.check([whole], tmp_path, 50)["refused"] > 40


@pytest.mark.slow
def test_many_changes(tmp_path, monkeypatch):
    check(tmp_path / "m.json", monkeypatch, 100_000, seed=2)
