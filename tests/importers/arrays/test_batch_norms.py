from pathlib import Path

import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.importers.arrays.batch_norms import without_batch_norms
from quantnn.importers.arrays.weights_only import network_of_weights
from quantnn.importers.format import Hints

RNG = np.random.default_rng(1)
SOURCE = Path("model")
RELU = Hints(("relu", "linear"), decision="none")


def dense(name, outputs, inputs):
    return {f"{name}.weight": RNG.normal(size=(outputs, inputs)), f"{name}.bias": RNG.normal(size=outputs)}


def norm(name, features):
    parts = ("weight", "bias", "running_mean", "running_var")
    return {f"{name}.{part}": RNG.uniform(0.5, 2, size=features) for part in parts}


def normalized(x, arrays, name):
    spread = np.sqrt(arrays[f"{name}.running_var"] + 1e-5)
    return (x - arrays[f"{name}.running_mean"]) / spread * arrays[f"{name}.weight"] + arrays[f"{name}.bias"]


def layer(x, arrays, name):
    return x @ arrays[f"{name}.weight"].T + arrays[f"{name}.bias"]


def relu(x):
    return np.maximum(x, 0)


X = RNG.integers(0, 255, size=(20, 4)).astype(float)


@pytest.mark.parametrize(
    ("arrays", "expected"),
    [
        (
            dense("net.0", 5, 4) | norm("net.1", 5) | dense("net.3", 3, 5),
            lambda a: layer(relu(normalized(layer(X, a, "net.0"), a, "net.1")), a, "net.3"),
        ),
        (
            dense("0", 5, 4) | norm("2", 5) | dense("3", 3, 5),
            lambda a: layer(normalized(relu(layer(X, a, "0")), a, "2"), a, "3"),
        ),
        (
            norm("0", 4) | dense("1", 5, 4) | dense("3", 3, 5) | norm("4", 3),
            lambda a: normalized(layer(relu(layer(normalized(X, a, "0"), a, "1")), a, "3"), a, "4"),
        ),
    ],
    ids=["before the activation", "behind it", "at both ends"],
)
def test_they_are_folded(arrays, expected):
    network = network_of_weights(arrays, SOURCE, RELU, "")
    np.testing.assert_allclose(network.logits(X), expected(arrays), rtol=1e-9, atol=1e-9)
    assert any("its epsilon is taken as 1e-05" in note for note in network.notes)


def test_statistics_alone():
    arrays = dense("0", 5, 4) | norm("1", 5) | dense("3", 3, 5)
    del arrays["1.weight"], arrays["1.bias"]
    expected = dict(arrays) | {"1.weight": np.ones(5), "1.bias": np.zeros(5)}
    network = network_of_weights(arrays, SOURCE, RELU, "")
    inner = relu(normalized(layer(X, expected, "0"), expected, "1"))
    np.testing.assert_allclose(network.logits(X), layer(inner, expected, "3"))


@pytest.mark.parametrize(
    "arrays",
    [
        dense("fc1", 5, 4) | norm("bn1", 5) | dense("fc2", 3, 5),
        dense("0", 5, 4) | norm("2", 5) | dense("4", 3, 5),  # what stands at 1 and 3?
        dense("0", 5, 4) | {"1.running_mean": np.zeros(5)},
        dense("0", 5, 4) | norm("1", 5) | {"1.weight": np.ones(4)},
    ],
    ids=range(4),
)
def test_those_without_a_clear_place_stay(arrays):
    kept, norms = without_batch_norms(arrays, SOURCE)
    assert kept == arrays and not norms


def test_what_cannot_be():
    arrays = dense("0", 5, 4) | norm("1", 5) | dense("2", 3, 5)
    with pytest.raises(InputError, match=r"there is no place for the relu of layer 0: call it linear"):
        network_of_weights(arrays, SOURCE, RELU, "")
    assert network_of_weights(arrays, SOURCE, Hints(("linear", "linear")), "").layers
    with pytest.raises(InputError, match=r"1\.running_var has negative values"):
        without_batch_norms(arrays | {"1.running_var": -np.ones(5)}, SOURCE)
    with pytest.raises(InputError, match=r"1\.running_mean has values that are not finite"):
        without_batch_norms(arrays | {"1.running_mean": np.full(5, np.nan)}, SOURCE)
    with pytest.raises(InputError, match=r"normalization 1 has 4 features, but 0\.weight beside it 5"):
        network_of_weights(dense("0", 5, 4) | norm("1", 4) | dense("3", 3, 5), SOURCE, RELU, "")
