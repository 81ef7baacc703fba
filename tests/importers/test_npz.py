import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from quantnn.arithmetic import IntegerRange
from quantnn.errors import InputError
from quantnn.importers.format import Hints
from quantnn.importers.npz import OPTIONS, load_model

RNG = np.random.default_rng(1)
GOOD = {
    "W0": RNG.normal(size=(4, 3)),
    "b0": RNG.normal(size=3),
    "W1": RNG.normal(size=(3, 2)).astype(np.float32),
    "b1": np.array([1, -1]),
    "activations": np.array(["relu", "softmax"]),
}


def saved(tmp_path, leave_out=(), **changes):
    arrays = {name: array for name, array in (GOOD | changes).items() if name not in leave_out}
    np.savez(tmp_path / "model.npz", **arrays)
    return tmp_path / "model.npz"


def refusal(path):
    with pytest.raises(InputError) as caught:
        load_model(path)
    message = str(caught.value)
    assert "\n" not in message and message.startswith(str(path))
    return message.removeprefix(f"{path}").removeprefix(": ")


def test_plain_model(tmp_path):
    network = load_model(saved(tmp_path))
    assert [layer.activation for layer in network.layers] == ["relu", "linear"]
    for number, layer in enumerate(network.layers):
        np.testing.assert_array_equal(layer.weights, GOOD[f"W{number}"])
        np.testing.assert_array_equal(layer.bias, GOOD[f"b{number}"])
    assert network.input == IntegerRange(0, 255)
    assert network.scaling.uniform and network.scaling.slope == 1 and network.scaling.offset == 0
    assert network.calibration is None
    assert len(network.notes) == 1 and "softmax" in network.notes[0]


def test_options(tmp_path):
    network = load_model(
        saved(
            tmp_path,
            input_bits=np.array([4]),
            input_signed=np.array(True),
            input_scale=np.array([0.5]),
            input_mean=np.arange(4),
            input_std=np.float32(2),
            calibration=np.arange(-8, 8).reshape(4, 2, 2),
        )
    )
    assert network.input == IntegerRange(-8, 7)
    assert network.scaling.scale.shape == ()
    assert network.scaling.mean.tolist() == [0, 1, 2, 3]
    assert not network.scaling.uniform
    assert network.calibration[:].tolist() == np.arange(-8, 8).reshape(4, 4).tolist()


def test_float_calibration_means_a_float_sensor(tmp_path):
    values = np.linspace(-1, 1, 16).reshape(4, 4)
    network = load_model(saved(tmp_path, calibration=values))
    assert (network.calibration[:].min(), network.calibration[:].max()) == (0, 255)
    np.testing.assert_array_equal(network.calibration, network.sensor(values))
    np.testing.assert_allclose(network.scaling(network.calibration), values, atol=1 / 255)
    assert any(note.startswith("inputs are floats") for note in network.notes)


def test_float_calibration_that_is_integral_is_raw(tmp_path):
    network = load_model(saved(tmp_path, calibration=np.full((2, 4), 3.0)))
    assert network.sensor is None and network.calibration[:].tolist() == [[3] * 4] * 2


def test_the_models_scaling_applies_to_its_floats(tmp_path):
    values = np.array([[0.0, 1.0, 2.0, 3.5], [1.0, 0.0, 7.0, 0.5]])
    arrays = {"input_mean": np.arange(4), "input_std": np.array([1.0, 2.0, 3.0, 4.0]), "input_bits": 12}
    network = load_model(saved(tmp_path, calibration=values, **arrays))
    assert network.sensor.features == 4 and network.input == IntegerRange(0, 4095)
    expected = (values - np.arange(4)) / [1.0, 2.0, 3.0, 4.0]
    np.testing.assert_allclose(network.scaling(network.calibration), expected, atol=7 / 4095)


def test_floats_that_no_step_tells_apart_are_refused(tmp_path):
    values = np.full((2, 4), 1.7e308)
    values[0] = [-1.7e308, 0.5, 0.5, 0.5]
    assert "sensor's step must be finite" in refusal(saved(tmp_path, calibration=values))


def test_forward_pass_of_the_documented_formula(tmp_path):
    path = saved(tmp_path, input_scale=1 / 255, input_mean=0.5, input_std=0.25)
    raw = np.array([[0, 255, 7, 128]])
    x = (raw / 255 - 0.5) / 0.25
    hidden = np.maximum(x @ GOOD["W0"] + GOOD["b0"], 0)
    np.testing.assert_allclose(load_model(path).logits(raw), hidden @ GOOD["W1"] + GOOD["b1"], rtol=1e-12)


def test_documented_example(tmp_path, monkeypatch):
    text = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    example = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]
    exec(example, {"np": np, "train_x": np.ones((5, 2, 2), np.uint8)} | GOOD)
    assert load_model("model.npz").calibration.shape == (5, 4)
    assert all(f"| `{name}` |" in text for name in OPTIONS)


def test_other_arrays_are_ignored_with_a_note(tmp_path):
    notes = load_model(saved(tmp_path, test_x=np.zeros(3), epoch=np.array(7))).notes
    assert notes[:2] == (
        "array epoch is not part of a model and was ignored",
        "array test_x is not part of a model and was ignored",
    )


PYTORCH = {"0.weight": "W0", "0.bias": "b0", "2.weight": "W1", "2.bias": "b1"}
FOREIGN = {
    "PyTorch": {name: f"{w}.T" if w[0] == "W" else w for name, w in PYTORCH.items()},
    "scikit-learn": {"coefs_0": "W0", "coefs_1": "W1", "intercepts_0": "b0", "intercepts_1": "b1"},
    "Keras": {"dense/kernel": "W0", "dense/bias": "b0", "dense_1/kernel": "W1", "dense_1/bias": "b1"},
    "positional": {"arr_0": "W0", "arr_1": "b0", "arr_2": "W1", "arr_3": "b1"},
    "positional, transposed": {"arr_0": "W0.T", "arr_1": "b0", "arr_2": "W1.T", "arr_3": "b1"},
}


@pytest.mark.parametrize("names", FOREIGN.values(), ids=FOREIGN)
def test_frameworks_spell_the_same_network(tmp_path, names):
    own = {name.removesuffix(".T"): name for name in names.values()}
    arrays = {name: GOOD[w.removesuffix(".T")].T if w.endswith(".T") else GOOD[w] for name, w in names.items()}
    path = saved(tmp_path, own, **arrays)
    network = load_model(path)
    raw = np.arange(16).reshape(4, 4)
    np.testing.assert_array_equal(network.logits(raw), load_model(saved(tmp_path)).logits(raw))
    weights = [name for name, w in names.items() if w[0] == "W"]
    order = "(outputs, inputs)" if own["W0"] == "W0.T" else "(inputs, outputs)"
    assert network.notes[0] == f"the weights, from input to output, are {', '.join(weights)}, each {order}"


def test_documented_frameworks(tmp_path, monkeypatch):
    text = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    examples = re.findall(r"```py\n# (.*?)\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(2)
    mlp = MLPClassifier((5,), max_iter=1, solver="lbfgs", random_state=0)
    with pytest.warns(ConvergenceWarning):
        mlp.fit(rng.normal(size=(20, 4)), np.arange(20) % 3)
    models = {
        "PyTorch": SimpleNamespace(state_dict=lambda: {n: Tensor(GOOD[w]) for n, w in PYTORCH.items()}),
        "scikit-learn": None,
        "Keras": SimpleNamespace(get_weights=lambda: [GOOD[name] for name in ("W0", "b0", "W1", "b1")]),
    }
    assert [name for name, _ in examples] == list(models)
    for name, code in examples:
        exec(code, {"np": np, "model": models[name], "mlp": mlp})
        expected = ["relu", "linear"]
        assert [layer.activation for layer in load_model("model.npz").layers] == expected
    exec(examples[1][1], {"np": np, "mlp": mlp})
    raw = rng.integers(0, 256, (50, 4))
    np.testing.assert_array_equal(load_model("model.npz").classes(raw), mlp.predict(raw))


class Tensor:
    """As much of a torch.Tensor as the documented lines use."""

    def __init__(self, values):
        self._values = values.T

    def cpu(self):
        return self

    def numpy(self):
        return self._values


def test_parts_of_training_and_of_a_product_never_become_layers(tmp_path):
    names = {
        "net.0.weight_orig": GOOD["W0"].T,
        "net.0.weight_mask": np.ones((3, 4)),
        "net.0.bias": GOOD["b0"],
        "net.2.weight": GOOD["W1"].T,
        "net.2.bias": GOOD["b1"],
        "optimizer.state.0.exp_avg": np.ones((3, 4)),
    }
    network = load_model(saved(tmp_path, ["W0", "b0", "W1", "b1"], **names))
    raw = np.arange(16).reshape(4, 4)
    np.testing.assert_array_equal(network.logits(raw), load_model(saved(tmp_path)).logits(raw))
    assert network.notes[:3] == (
        "only training needs optimizer.state.0.exp_avg: ignored",
        "net.0.weight: the pruning masks are multiplied in",
        "the weights, from input to output, are net.0.weight, net.2.weight, each (outputs, inputs)",
    )


def test_what_cannot_be_had_is_refused(tmp_path):
    path = saved(tmp_path, ["W0", "b0", "W1", "b1"], **{"fc.parametrizations.weight.original": np.ones((3, 4))})
    assert refusal(path).startswith("array fc.parametrizations.weight.original belongs to a parametrization")


def test_a_leaky_relu_without_a_slope_is_noted(tmp_path):
    note = "leaky_relu states no slope: 0.01 is taken, PyTorch's (Keras has 0.3): leaky_relu:0.3"
    assert note in load_model(saved(tmp_path, activations=np.array(["LReLU", "linear"]))).notes
    assert note not in load_model(saved(tmp_path, activations=np.array(["lrelu:0.01", "linear"]))).notes


@pytest.mark.parametrize(("greatest", "noted"), [(127, True), (1, False)])
def test_integer_weights_are_noted(tmp_path, greatest, noted):
    weights = np.array([[1, -1, 0], [0, 1, 1], [1, 0, greatest], [0, 0, 1]], np.int8)
    notes = load_model(saved(tmp_path, W0=weights)).notes
    assert any(note.startswith("W0 holds 8-bit integers") for note in notes) == noted


def test_a_bias_that_is_not_there_is_zeros(tmp_path):
    names = {"fc1.weight": GOOD["W0"].T, "fc2.weight": GOOD["W1"].T, "fc2.bias": GOOD["b1"]}
    network = load_model(saved(tmp_path, ["W0", "b0", "W1", "b1"], **names))
    assert network.layers[0].bias.tolist() == [0, 0, 0]
    assert network.notes[1] == "fc1.weight has no bias: zeros are taken"


def test_two_spellings_in_one_file(tmp_path):
    path = saved(tmp_path, coefs_0=np.ones((4, 3)))
    assert refusal(path).strip() == (
        "names its layers in more than one way (W0, W1, b0, b1, coefs_0): keep one of them"
    )


def test_a_framework_file_without_activations(tmp_path):
    names = {f"fc{n}.weight": np.ones((2, 2)) for n in range(3)}
    path = saved(tmp_path, GOOD, **names)
    assert refusal(path) == (
        "array activations is missing: save a name per layer, like np.array(['relu', 'relu', 'linear'])"
    )


@pytest.mark.parametrize("decision", ["none", " None ", ["none"], b"none"])
def test_decision(tmp_path, decision):
    activations = np.array(["leaky_relu:0.2", "sigmoid"])
    network = load_model(saved(tmp_path, activations=activations, decision=np.array(decision)))
    assert network.decision == "none"
    assert [layer.activation for layer in network.layers] == ["leaky_relu:0.2", "sigmoid"]


def test_decision_of_the_caller(tmp_path):
    path = saved(tmp_path, W1=np.ones((3, 1)), b1=np.ones(1), activations=np.array(["tanh", "sigmoid"]))
    assert load_model(path).decision == "threshold"
    network = load_model(path, Hints(decision="none"))
    assert (network.decision, network.layers[1].activation) == ("none", "sigmoid")


def test_activations_as_bytes_in_any_case(tmp_path):
    network = load_model(saved(tmp_path, activations=np.array([b"ReLU", b"Linear"])))
    assert [layer.activation for layer in network.layers] == ["relu", "linear"]


ARRAYS = [
    ({"w0": np.ones(3)}, "array w0 is unknown: call the arrays of layers W0 and b0, W1 and b1, …"),
    ({"weights_2": np.ones(3)}, "array weights_2 is unknown: call the arrays of layers"),
    ({"W00": np.ones(3)}, "array W00 is unknown: call the arrays of layers"),
    ({"input_stdev": 1.0}, "array input_stdev is unknown: call it input_std, or leave it out"),
    ({"Activations": np.array("x")}, "array Activations is unknown: call it activations, or leave it out"),
    ({"W3": np.ones((2, 2)), "b3": np.ones(2)}, "array W2 is missing, but there is a layer 3"),
    (
        {"W0": np.ones((4, 3, 3))},
        "array W0 must have shape (inputs, outputs), not (4, 3, 3): use dense layers only",
    ),
    (
        {"W0": np.ones((3, 4))},
        "array b0 has 3 values, but W0, (3, 4), has 4 outputs: weights are (inputs, outputs),",
    ),
    ({"b0": np.ones(5)}, "array b0 has 5 values, but W0, (4, 3), has 3 outputs: save both of the same layer"),
    ({"b0": np.ones((1, 3))}, "array b0 must have shape (3,), not (1, 3): save b0.reshape(-1)"),
    (
        {"W1": np.ones((2, 3)), "b1": np.ones(3)},
        "array W1 has 2 inputs, but the layer before it has 3 outputs: weights are (inputs, outputs),",
    ),
    (
        {"W1": np.ones((5, 2))},
        "array W1 has 5 inputs, but the layer before it has 3 outputs: save the layers in order",
    ),
    (
        {"W0": np.full((4, 3), np.nan)},
        "array W0 has values that are not finite (12 of 12, the first is NaN at [0, 0])",
    ),
    (
        {"b1": np.array([0, np.inf])},
        "array b1 has values that are not finite (1 of 2, the first is infinite at [1])",
    ),
    ({"W0": np.ones((4, 3), complex)}, "array W0 holds complex numbers: save it as real numbers"),
    ({"W0": np.array([["a"]])}, "array W0 must hold numbers, not <U1"),
    ({"W0": np.zeros((0, 3))}, "array W0 is empty (shape (0, 3))"),
    (
        {"activations": np.array(["relu"])},
        "array activations has 1 name for 2 layers: save one name per layer",
    ),
    (
        {"activations": np.array(["rellu", "linear"])},
        "array activations, layer 0: activation 'rellu' is unknown: did",
    ),
    (
        {"activations": np.array(["softmax", "linear"])},
        "array activations has softmax at layer 0: it may only follow",
    ),
    (
        {"activations": np.array([1, 2])},
        "array activations must be a list of strings, not int64 of shape (2,)",
    ),
    ({"activations": np.array("relu")}, "array activations must be a list of strings, not <U4 of shape ()"),
    (
        {"activations": np.array(["leaky_relu:2", "linear"])},
        "array activations, layer 0: activation 'leaky_relu:2' must have a slope in 0..1",
    ),
    ({"decision": np.array("regression")}, "decision must be one of argmax, threshold, none, not 'regression'"),
    ({"decision": np.array("threshold")}, "threshold must have a single output, not 2: use argmax or none"),
    ({"decision": np.array(["none"] * 2)}, "array decision must be one text, not <U4 of shape (2,): save one"),
    ({"decision": 1}, "array decision must be one text, not int64 of shape (): save one"),
    ({"input_bits": 0}, "array input_bits must lie in 1..16, not be 0: save an integer in 1..16"),
    ({"input_bits": 17}, "array input_bits must lie in 1..16, not be 17"),
    ({"input_bits": 7.5}, "array input_bits must hold integers, not 7.5"),
    (
        {"input_bits": np.array([8, 8])},
        "array input_bits must be one integer, not of shape (2,): save one value",
    ),
    ({"input_signed": 2}, "array input_signed must lie in 0..1, not be 2"),
    ({"input_scale": 0.0}, "input_scale must not be 0"),
    ({"input_scale": np.ones(3)}, "array input_scale has shape (3,): save one value, or 4, one per input"),
    (
        {"input_mean": np.ones((1, 4))},
        "array input_mean has shape (1, 4): save one value, or 4, one per input",
    ),
    ({"input_mean": np.nan}, "array input_mean has values that are not finite"),
    (
        {"input_std": np.array([1, 1, 0, 1])},
        "input_std must exceed 0, not be 0: use 1 for a constant feature",
    ),
    ({"calibration": np.ones((2, 3))}, "array calibration must have shape (n, 4), not (2, 3)"),
    (
        {"calibration": np.full((2, 4), 256)},
        "array calibration must lie in 0..255, not be 256 at [0, 0]: give integers",
    ),
    (
        {"calibration": np.full((2, 4), np.nan)},
        "array calibration has values that are not finite (8 of 8, the first is NaN at [0, 0])",
    ),
]


@pytest.mark.parametrize(("changes", "words"), ARRAYS, ids=[words for _, words in ARRAYS])
def test_wrong_arrays(tmp_path, changes, words):
    assert refusal(saved(tmp_path, **changes)).startswith(words)


@pytest.mark.parametrize(
    ("leave_out", "words"),
    [
        (["W0"], "array W0 is missing, but there is b0: add it"),
        (["b1"], "array b1 is missing, but there is W1: add it (zeros for a layer without one)"),
        (["W0", "b0"], "array activations has 2 names for 1 layers: save one name per layer"),
        (
            ["activations"],
            "array activations is missing: save a name per layer, like np.array(['relu', 'linear'])",
        ),
    ],
)
def test_missing_arrays(tmp_path, leave_out, words):
    assert refusal(saved(tmp_path, leave_out)) == words


def test_no_layers(tmp_path):
    path = saved(tmp_path, leave_out=["W0", "b0", "W1", "b1"], fc=np.ones(3))
    assert refusal(path).strip().startswith("has no layers, only activations, fc: save them as W0, b0")


def test_missing_file(tmp_path):
    assert "does not exist" in refusal(tmp_path / "none.npz")


def test_a_pytorch_layout_is_told_to_transpose(tmp_path):
    path = saved(tmp_path, W0=GOOD["W0"].T, W1=GOOD["W1"].T)
    assert refusal(path).endswith("weights are (inputs, outputs), so save W0.T")


def test_class_names(tmp_path):
    np.savez(tmp_path / "m.npz", **GOOD | {"class_names": np.array(["cat", "dog"])})
    assert load_model(tmp_path / "m.npz").class_names == ("cat", "dog")
    np.savez(tmp_path / "m.npz", **GOOD | {"class_names": np.array(["cat", "dog", "cow"])})
    with pytest.raises(InputError, match="class_names must have one name for each of 2 classes, not 3"):
        load_model(tmp_path / "m.npz")
