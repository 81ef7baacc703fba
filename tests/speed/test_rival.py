import numpy as np
import pytest
from exported import SHAPE, save_model
from onnx_files import model, node, saved

from quantnn.errors import InputError
from quantnn.importers.npz import load_model
from quantnn.network.file import load_network
from quantnn.speed.float_steps import forward
from quantnn.speed.rival import Rival


@pytest.fixture
def network(small):
    return load_network(small / "network.npz")


def test_a_float_model(tmp_path, network):
    path = save_model(tmp_path, input_mean=np.array(0.3), input_std=np.array(2.0))
    rival = Rival.load(path, network)
    samples = np.random.default_rng(1).integers(0, 256, (50, SHAPE[0]))
    got = forward(rival.form.steps, samples.astype(np.float32))
    np.testing.assert_allclose(got, load_model(path).logits(samples), rtol=1e-4, atol=1e-4)
    assert (rival.name, rival.form.classify, rival.form.macs) == ("small.npz", True, 6 * 5 + 5 * 4 + 4 * 3)


def test_a_quantized_model(tmp_path, network):
    weights = {"w": np.eye(6, 3, dtype=np.int8), "s": np.float32(1), "z": np.uint8(0), "v": np.int8(0)}
    nodes = [
        node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        node("DequantizeLinear", ["q", "s", "z"], ["a"]),
        node("DequantizeLinear", ["w", "s", "v"], ["b"]),
        node("MatMul", ["a", "b"], ["y"]),
    ]
    rival = Rival.load(saved(model(nodes, ["n", 6], weights), tmp_path), network)
    got = forward(rival.form.steps, np.array([[9, 8, 7, 6, 5, 4]], np.float32))
    np.testing.assert_array_equal(got, [[9, 8, 7]])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"W0": np.ones((7, 5)), "calibration": None}, "must have the design's 6 inputs, not 7: give another model"),
        ({"W2": np.ones((4, 2)), "b2": np.ones(2)}, "must have the design's 3 outputs, not 2: give another model"),
        ({"decision": np.array("none")}, "must give classes, as the design does: give another model"),
    ],
)
def test_another_question_is_refused(tmp_path, network, changes, words):
    with pytest.raises(InputError, match=words):
        Rival.load(save_model(tmp_path, **changes), network)


def test_no_model_is_one_line(tmp_path, network):
    with pytest.raises(InputError) as caught:
        Rival.load(tmp_path / "nowhere.npz", network)
    assert "\n" not in str(caught.value)
