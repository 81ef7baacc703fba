"""Classifiers of quantized ONNX whose softmax or sigmoid is quantized, too, against onnxruntime."""

import numpy as np
import pytest
from onnx_files import model, node, read, saved

from quantnn.errors import InputError

RNG = np.random.default_rng(3)
MS = "com.microsoft"
F = np.float32


def runtime(path, x):
    onnxruntime = pytest.importorskip("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]


def microsofts(nodes, weights):
    return model(nodes, ["n", 4], weights, opset=17, domains=(MS,))


@pytest.mark.parametrize(
    ("outputs", "end"), [(3, "Softmax"), (1, "Sigmoid"), (3, "QLinearSoftmax"), (1, "QLinearSigmoid")]
)
def test_classifiers_whose_answer_is_quantized(tmp_path, outputs, end):
    """The class is that before the answer was rounded, as of a float network: not what exceeds 0, as each sigmoid
    does."""
    weights = {
        "s": F(0.25), "z": np.uint8(9), "w": RNG.integers(-127, 128, (4, outputs)).astype(np.int8),
        "w_s": F(2.0**-7), "w_z": np.int8(0), "m_s": F(0.125),
        "m_z": np.uint8(120), "y_s": F(2.0**-8), "y_z": np.uint8(0),
    }  # fmt: skip
    nodes = [
        node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        node("QLinearMatMul", ["q", "s", "z", "w", "w_s", "w_z", "m_s", "m_z"], ["m"]),
    ]
    if end.startswith("QLinear"):
        attributes = {"axis": -1, "opset": 13} if end == "QLinearSoftmax" else {}
        nodes += [node(end, ["m", "m_s", "m_z", "y_s", "y_z"], ["p"], domain=MS, **attributes)]
    else:
        nodes += [
            node("DequantizeLinear", ["m", "m_s", "m_z"], ["d"]), node(end, ["d"], ["e"]),
            node("QuantizeLinear", ["e", "y_s", "y_z"], ["p"]),
        ]  # fmt: skip
    proto = microsofts([*nodes, node("DequantizeLinear", ["p", "y_s", "y_z"], ["y"])], weights)
    found = read(proto, tmp_path, decision="").model
    x = RNG.normal(size=(200, 4)).astype(F) * 2
    answers = runtime(saved(proto, tmp_path), x)
    classes = found.classes(found.sensor(x.astype(float)))
    assert found.decision == ("argmax" if outputs > 1 else "threshold")
    if outputs > 1:
        rows = np.arange(len(x))
        assert (answers[rows, classes] == answers.max(axis=1)).all()
    else:
        clear = np.abs(answers[:, 0] - 0.5) > 2.0**-8
        assert np.array_equal(classes[clear], answers[clear, 0] > 0.5) and 0 < classes.mean() < 1


def test_softmaxes_of_integers_in_groups_are_refused(tmp_path):
    weights = {"s": F(0.25), "z": np.uint8(9), "y_s": F(2.0**-8), "y_z": np.uint8(0)}
    nodes = [
        node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        node("Reshape", ["q", "shape"], ["r"]),
        node("QLinearSoftmax", ["r", "s", "z", "y_s", "y_z"], ["p"], domain=MS, axis=-1, opset=13),
        node("DequantizeLinear", ["p", "y_s", "y_z"], ["y"]),
    ]
    proto = microsofts(nodes, weights | {"shape": np.array([-1, 2, 2])})
    with pytest.raises(InputError, match="groups of the outputs"):
        read(proto, tmp_path)
