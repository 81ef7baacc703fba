import numpy as np
import pytest
from onnx import ModelProto, helper
from onnx_files import model, node, read, saved

from quantnn.errors import InputError
from quantnn.importers.formats import read_model

W = {"w": np.float32(np.random.default_rng(1).normal(size=(4, 3)))}
DENSE = node("MatMul", ["x", "w"], ["y"])


def test_nodes_may_stand_in_any_order(tmp_path):
    nodes = [node("Relu", ["h"], ["y"]), node("MatMul", ["x", "w"], ["h"])]
    assert read(model(nodes, ["n", 4], W), tmp_path).model.layers[0].activation == "relu"


def test_weights_that_are_inputs_too(tmp_path):
    """As exporters wrote them before IR version 4."""
    proto = model([DENSE], ["n", 4], W)
    proto.graph.input.append(helper.make_tensor_value_info("w", 1, [4, 3]))
    assert read(proto, tmp_path).model.in_features == 4


def test_thousands_of_nodes(tmp_path):
    nodes = [DENSE, *(node("Identity", [f"y{n}" if n else "y"], [f"y{n + 1}"]) for n in range(5000))]
    assert len(read(model(nodes, ["n", 4], W, outputs=("y5000",)), tmp_path).entries) == 5001


def sub():
    return helper.make_graph([node("Identity", ["x"], ["z"])], "sub", [], [helper.make_tensor_value_info("z", 1, None)])


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ([node("Add", ["y", "x"], ["h"]), node("Relu", ["h"], ["y"])], "the graph has a circle"),
        ([node("Relu", ["y"], ["y"])], "the graph has a circle"),
        ([node("Relu", ["nothing"], ["y"])], r"'nothing', which y \(Relu\) needs, is made by nothing"),
        ([node("Relu", ["x"], ["z"])], "'y', which the graph's outputs needs, is made by nothing"),
        ([DENSE, DENSE], "'y' is made twice"),
        ([node("Relu", ["x"], ["w"]), DENSE], "'w' is made twice"),
        ([node("If", ["x"], ["y"], then_branch=sub(), else_branch=sub())], r"y \(If\) has a graph inside"),
        ([node("Foo", ["x"], ["y"], domain="own")], r"y \(own\.Foo, 1×4\): this operator is not supported"),
        ([node("Bar\n\x1b[31m", ["x"], ["y"], name="a\nb")], r"a\\nb \(Bar\\n\\x1b\[31m, 1×4\)"),
    ],
)
def test_what_is_no_graph(tmp_path, nodes, words):
    with pytest.raises(InputError, match=words):
        read(model(nodes, ["n", 4], W, domains=("own",)), tmp_path)


def test_functions_of_the_file(tmp_path):
    proto = model([node("Twice", ["x"], ["y"], domain="own")], ["n", 4], domains=("own",))
    proto.functions.append(
        helper.make_function("own", "Twice", ["a"], ["b"], [node("Add", ["a", "a"], ["b"])], proto.opset_import[:1])
    )
    with pytest.raises(InputError, match=r"y \(own\.Twice\) is a function of the file's own"):
        read(proto, tmp_path)


@pytest.mark.parametrize(("opset", "fits"), [(5, False), (6, True), (9999, False)])
def test_opsets(tmp_path, opset, fits):
    proto = model([DENSE], ["n", 4], W, opset=opset)
    if fits:
        assert read(proto, tmp_path).format == f"ONNX, opset {opset}"
    else:
        with pytest.raises(InputError, match=rf"is of opset {opset}, and those from 6 to \d+ are read"):
            read(proto, tmp_path)


def test_no_opset(tmp_path):
    proto = model([DENSE], ["n", 4], W)
    del proto.opset_import[:]
    with pytest.raises(InputError, match="states no opset"):
        read(proto, tmp_path)


def test_the_domain_by_its_long_name(tmp_path):
    proto = model([DENSE], ["n", 4], W)
    proto.opset_import[0].domain = proto.graph.node[0].domain = "ai.onnx"
    assert read(proto, tmp_path).format == "ONNX, opset 13"


def test_an_empty_graph(tmp_path):
    path = saved(model([], ["n", 4], outputs=()), tmp_path)
    with pytest.raises(InputError, match="has no output"):
        read_model(path)
    path.write_bytes(ModelProto(ir_version=8).SerializeToString() + b"\x3a\x00")
    with pytest.raises(InputError, match="states no opset"):
        read_model(path)


@pytest.mark.parametrize(
    "nodes",
    [
        [DENSE, *(node("Identity", [f"y{n}" if n else "y"], [f"y{n + 1}"]) for n in range(6000))],
        [node("Sum", ["x", *["w"] * 20_000], ["y"])],
    ],
    ids=["nodes", "inputs"],
)
def test_far_too_many(tmp_path, nodes):
    with pytest.raises(InputError, match="more than 6,000 with 20,000: save a smaller model"):
        read(model(nodes, ["n", 4], W), tmp_path)
