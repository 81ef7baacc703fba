"""What sklearn-onnx writes, against onnx's reference."""

import numpy as np
import pytest
from onnx import TensorProto, helper
from onnx_files import check, model, node, read

from quantnn.errors import InputError

RNG = np.random.default_rng(1)
ML = "ai.onnx.ml"
W = np.float32(RNG.normal(size=(4, 3)))


def ml(operator, inputs, outputs, **attributes):
    return node(operator, inputs, outputs, domain=ML, **attributes)


def test_a_scaler(tmp_path):
    scaler = ml("Scaler", ["x"], ["h"], offset=[1.0, 2.0, 3.0, 4.0], scale=[0.5, 0.25, 2.0, 1.0])
    proto = model([scaler, node("MatMul", ["h", "w"], ["y"])], ["n", 4], {"w": W}, domains=(ML,))
    assert check(proto, tmp_path, (1, 4)).entries[0].became == "input scaling"


def test_one_scale_for_all(tmp_path):
    scaler = ml("Scaler", ["x"], ["h"], offset=[0.0], scale=[0.5])
    proto = model([scaler, node("MatMul", ["h", "w"], ["y"])], ["n", 4], {"w": W}, domains=(ML,))
    assert check(proto, tmp_path, (1, 4)).model.scaling.uniform


def test_a_linear_regressor(tmp_path):
    regressor = ml("LinearRegressor", ["x"], ["y"], coefficients=W.T.ravel(), intercepts=[1.0, 2.0, 3.0], targets=3)
    check(model([regressor], ["n", 4], domains=(ML,)), tmp_path, (1, 4))


@pytest.mark.parametrize("transform", ["NONE", "SOFTMAX", "LOGISTIC"])
def test_a_linear_classifier_behind_a_scaler(tmp_path, transform):
    nodes = [
        ml("Scaler", ["x"], ["h"], offset=[1.0], scale=[0.5]),
        ml(
            "LinearClassifier",
            ["h"],
            ["label", "p"],
            coefficients=W.T.ravel(),
            intercepts=[1.0, 2.0, 3.0],
            classlabels_ints=[0, 1, 2],
            post_transform=transform,
        ),
        ml("ZipMap", ["p"], ["y"], classlabels_int64s=[0, 1, 2]),
    ]
    proto = model(nodes, ["n", 4], outputs=("label", "y"), domains=(ML,))
    proto.graph.output[0].type.tensor_type.elem_type = TensorProto.INT64
    network = read(proto, tmp_path, decision="").model
    raw = RNG.integers(0, 256, (20, 4))
    wanted = (raw - 1.0) * 0.5 @ W.astype(float) + [1, 2, 3]
    np.testing.assert_allclose(network.logits(raw), wanted)
    assert network.decision == "argmax" and any("output label is left out" in note for note in network.notes)


def labelled(table, outputs=("label", "y")):
    """As sklearn-onnx writes an MLPClassifier."""
    nodes = [
        node("Cast", ["x"], ["cast"], to=TensorProto.FLOAT),
        node("MatMul", ["cast", "w"], ["mul"]),
        node("Add", ["mul", "b"], ["sum"]),
        node("Softmax", ["sum"], ["p"], axis=1),
        node("ArgMax", ["p"], ["best"], axis=1),
        ml("ArrayFeatureExtractor", ["classes", "best"], ["found"]),
        node("Reshape", ["found", "s"], ["label"]),
        ml("ZipMap", ["p"], ["y"], classlabels_int64s=[0, 1, 2]),
    ]
    weights = {"w": W, "b": np.float32([[1, 2, 3]]), "classes": table, "s": np.array([-1])}
    proto = model(nodes, [None, 4], weights, outputs=outputs, domains=(ML,))
    proto.graph.output[0].type.tensor_type.elem_type = TensorProto.INT64
    return proto


def test_label_and_probabilities_are_one_answer(tmp_path):
    network = read(labelled(np.arange(3)), tmp_path, decision="").model
    assert network.decision == "argmax" and len(network.layers) == 1


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (np.arange(3), ()),
        (np.array([1, 5, 7]), ("1", "5", "7")),
        (helper.make_tensor("classes", TensorProto.STRING, [3], [b"cat", b"dog", b"owl"]), ("cat", "dog", "owl")),
    ],
)
@pytest.mark.parametrize("outputs", [("label",), ("label", "y")])
def test_labels_are_the_names_of_the_classes(tmp_path, table, names, outputs):
    proto = labelled(table, outputs)
    if outputs == ("label", "y"):
        del proto.graph.node[-1].attribute[:]
    assert read(proto, tmp_path, decision="").model.class_names == names


def test_names_that_cannot_be_taken_are_noted(tmp_path):
    network = read(labelled(np.array([1, 1, 2]), ("label",)), tmp_path, decision="").model
    assert network.class_names == () and any("names of the classes cannot be taken" in note for note in network.notes)


@pytest.mark.parametrize("transform", ["SOFTMAX", "LOGISTIC"])
def test_a_normalizer_of_scores_decides_nothing(tmp_path, transform):
    classifier = ml(
        "LinearClassifier",
        ["x"],
        ["label", "p"],
        coefficients=W.T.ravel(),
        intercepts=[1.0, 2.0, 3.0],
        classlabels_strings=["cat", "dog", "owl"],
        post_transform=transform,
    )
    nodes = [classifier, ml("Normalizer", ["p"], ["q"], norm="L1"), ml("ZipMap", ["q"], ["y"])]
    network = read(model(nodes, ["n", 4], domains=(ML,)), tmp_path, decision="").model
    assert network.class_names == ("cat", "dog", "owl") and network.decision == "argmax"
    nodes[2] = node("Relu", ["q"], ["y"])
    with pytest.raises(InputError, match="computes with what ends a network"):
        read(model(nodes, ["n", 4], domains=(ML,)), tmp_path)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (ml("Normalizer", ["x"], ["y"]), "its divisor depends on the input"),
        (ml("TreeEnsembleClassifier", ["x"], ["y"]), r"ai\.onnx\.ml\.TreeEnsembleClassifier, 1×4\): it is no chain"),
        (ml("LinearRegressor", ["x"], ["y"], coefficients=[1.0]), "1 coefficients for 4 inputs and 1 outputs"),
        (ml("LinearRegressor", ["x"], ["y"], coefficients=[1.0] * 4, post_transform="PROBIT"), "only NONE"),
        (ml("LinearClassifier", ["x"], ["l", "y"], coefficients=[1.0] * 4, classlabels_ints=[0, 1]), "4 coefficients"),
        (
            ml(
                "LinearClassifier",
                ["x"],
                ["l", "y"],
                coefficients=[1.0] * 8,
                classlabels_ints=[0, 1],
                post_transform="PROBIT",
            ),
            "go through PROBIT",
        ),
        (ml("ArrayFeatureExtractor", ["x", "x"], ["y"]), "only labels of classes"),
        (ml("Scaler", ["x"], ["y"], offset=[1.0, 2.0], scale=[1.0]), "does not fit"),
        (ml("Scaler", ["x"], ["y"], offset=[1.0, 2.0], scale=[1.0] * 4), "2 offsets, but 4 scales"),
    ],
)
def test_what_cannot_be_had(tmp_path, call, words):
    with pytest.raises(InputError, match=words):
        read(model([call], ["n", 4], domains=(ML,)), tmp_path)
