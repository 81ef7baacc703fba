import numpy as np
import pytest
from onnx_files import model, node, read

from quantnn.errors import InputError

W = np.float32(np.random.default_rng(1).normal(size=(4, 3)))


def ending(*nodes, shape=("n", 4), opset=13, **others):
    return model([node("MatMul", ["x", "w"], ["h"]), *nodes], list(shape), {"w": W}, opset=opset, **others)


@pytest.mark.parametrize("operator", ["Softmax", "LogSoftmax"])
@pytest.mark.parametrize(
    ("opset", "attributes"), [(6, {}), (12, {"axis": 1}), (12, {"axis": -1}), (13, {}), (13, {"axis": 1})]
)
def test_a_softmax_is_left_to_the_host(tmp_path, operator, opset, attributes):
    reading = read(ending(node(operator, ["h"], ["y"], **attributes), opset=opset), tmp_path, decision="")
    assert reading.model.layers[0].activation == "linear" and reading.model.decision == "argmax"
    assert any("softmax at the end is dropped" in note for note in reading.model.notes)


@pytest.mark.parametrize("keep", [0, 1])
def test_an_argmax_is_the_answer(tmp_path, keep):
    nodes = [node("Softmax", ["h"], ["p"]), node("ArgMax", ["p"], ["c"], axis=-1, keepdims=keep)]
    nodes += [node("Reshape", ["c", "s"], ["d"]), node("Cast", ["d"], ["y"], to=6)]
    proto = ending(*nodes)
    proto.graph.initializer.add(name="s", data_type=7, dims=[1], int64_data=[-1])
    reading = read(proto, tmp_path, decision="")
    assert reading.model.decision == "argmax"
    assert [entry.became for entry in reading.entries][-3:] == ["the class", "nothing changes", "nothing changes"]


@pytest.mark.parametrize(
    ("nodes", "opset", "words"),
    [
        ([node("Softmax", ["h"], ["y"], axis=0)], 13, "takes groups of the outputs"),
        ([node("ArgMax", ["h"], ["y"])], 13, "takes groups of the outputs"),
        ([node("ArgMax", ["h"], ["y"], axis=1, select_last_index=1)], 13, "takes the last of equals"),
        ([node("ArgMax", ["h"], ["y"], axis=2)], 13, "its axis 2 is none of 2"),
        ([node("Softmax", ["h"], ["p"]), node("Relu", ["p"], ["y"])], 13, "these end a network"),
        ([node("ArgMax", ["h"], ["c"], axis=1), node("Relu", ["c"], ["y"])], 13, "it computes with a class"),
    ],
)
def test_what_is_no_end(tmp_path, nodes, opset, words):
    with pytest.raises(InputError, match=words):
        read(ending(*nodes, opset=opset), tmp_path, decision="")


def over_the_first_axis(operator, opset):
    proto = ending(node("Reshape", ["h", "s"], ["r"]), node(operator, ["r"], ["y"], axis=0), shape=(6, 4), opset=opset)
    proto.graph.initializer.add(name="s", data_type=7, dims=[2], int64_data=[6, 3])
    return proto


def test_a_softmax_over_all_samples_makes_them_one(tmp_path):
    assert read(over_the_first_axis("Softmax", 12), tmp_path, decision="").model.in_features == 24


def test_an_argmax_over_samples(tmp_path):
    with pytest.raises(InputError, match="it mixes the 6 samples of a batch"):
        read(over_the_first_axis("ArgMax", 13), tmp_path, decision="")
