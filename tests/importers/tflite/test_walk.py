"""Operators by their definitions, on files that are written here."""

import numpy as np
import pytest
from tflite_files import Graph

from quantnn.errors import InputError
from quantnn.importers.format import Hints
from quantnn.importers.formats import read_model
from quantnn.importers.tflite.format import TfLite
from quantnn.importers.tflite.table import HANDLERS, REFUSED

RNG = np.random.default_rng(4)
A, B, C = RNG.normal(size=(6, 4)), RNG.normal(size=6), RNG.normal(size=(3, 6))
A, B, C = (np.float32(values).astype(float) for values in (A, B, C))
X = RNG.integers(0, 20, (16, 4)) - 5


def read(tmp_path, content, **hints):
    path = tmp_path / "model.bin"
    path.write_bytes(content)
    return read_model(path, Hints(**hints))


def between(graph, x, kind, constant=None, options="", first=False, batch=1, **fields):
    """An operator on six features, with a constant before or behind these."""
    made = graph.tensor((batch, 6))
    inputs = [x] if constant is None else [x, graph.tensor(values=np.asarray(constant))]
    return graph.node(kind, inputs[:: -1 if first else 1], [made], options, **fields)


def values(tmp_path, build, batch=1):
    """What the network computes whose six features go through ``build``."""
    graph = Graph()
    x = graph.tensor((batch, 4))
    y = graph.dense(build(graph, graph.dense(x, A, B, batch)), C, np.zeros(3), batch)
    return read(tmp_path, graph.content([x], [y]), decision="none").model.logits(X) @ np.linalg.pinv(C.T)


PER_FEATURE = np.float32([1, -2, 0.5, 4, 3, -1])
CASES = {
    "RELU": ({"kind": "RELU"}, lambda h: np.maximum(h, 0)),
    "RELU6": ({"kind": "RELU6"}, lambda h: np.clip(h, 0, 6)),
    "RELU_N1_TO_1": ({"kind": "RELU_N1_TO_1"}, lambda h: np.clip(h, -1, 1)),
    "RELU_0_TO_1": ({"kind": "RELU_0_TO_1"}, lambda h: np.clip(h, 0, 1)),
    "LOGISTIC": ({"kind": "LOGISTIC"}, lambda h: 1 / (1 + np.exp(-h))),
    "TANH": ({"kind": "TANH"}, np.tanh),
    "MAXIMUM": ({"kind": "MAXIMUM", "constant": np.float32(-2)}, lambda h: np.maximum(h, -2)),
    "MINIMUM": ({"kind": "MINIMUM", "constant": np.float32([0.5]), "first": True}, lambda h: np.minimum(h, 0.5)),
    "LEAKY_RELU": (
        {"kind": "LEAKY_RELU", "options": "LeakyReluOptions", "Alpha": 0.1}, lambda h: np.where(h < 0, 0.1 * h, h),
    ),
    "PRELU": ({"kind": "PRELU", "constant": np.float32([[0.2]])}, lambda h: np.where(h < 0, 0.2 * h, h)),
    "ADD": ({"kind": "ADD", "constant": PER_FEATURE}, lambda h: h + PER_FEATURE),
    "ADD, first": ({"kind": "ADD", "constant": PER_FEATURE, "first": True}, lambda h: h + PER_FEATURE),
    "SUB": ({"kind": "SUB", "constant": np.float32(3)}, lambda h: h - 3),
    "SUB, first": ({"kind": "SUB", "constant": np.float32(3), "first": True}, lambda h: 3 - h),
    "MUL": ({"kind": "MUL", "constant": PER_FEATURE[None]}, lambda h: h * PER_FEATURE),
    "DIV": ({"kind": "DIV", "constant": PER_FEATURE}, lambda h: h / PER_FEATURE),
    "fused": (
        {"kind": "ADD", "constant": np.float32(1), "options": "AddOptions", "FusedActivationFunction": 3},
        lambda h: np.clip(h + 1, 0, 6),
    ),
    "CAST": ({"kind": "CAST"}, lambda h: h),
    "RESHAPE": ({"kind": "RESHAPE", "constant": np.int32([1, 6])}, lambda h: h),
    "SQUEEZE": ({"kind": "SQUEEZE"}, lambda h: h),
    "EXPAND_DIMS": ({"kind": "EXPAND_DIMS", "constant": np.int32(0)}, lambda h: h),
}  # fmt: skip


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("case", CASES)
def test_an_operator(tmp_path, case, batch):
    fields, function = CASES[case]
    found = values(tmp_path, lambda graph, x: between(graph, x, batch=batch, **fields), batch)
    # C has more columns than rows, so compare what it makes of both
    np.testing.assert_allclose(found @ C.T, function(X @ A.T + B) @ C.T, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("batch", [1, 3])
def test_a_transposition(tmp_path, batch):
    def build(graph, x):
        square = graph.node("RESHAPE", [x], [graph.tensor((batch, 2, 3))])
        axes = graph.tensor(values=np.int32([0, 2, 1]))
        turned = graph.node("TRANSPOSE", [square, axes], [graph.tensor((batch, 3, 2))])
        return graph.node("RESHAPE", [turned], [graph.tensor((batch, 6))])

    expected = (X @ A.T + B).reshape(-1, 2, 3).transpose(0, 2, 1).reshape(-1, 6)
    np.testing.assert_allclose(values(tmp_path, build, batch) @ C.T, expected @ C.T, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("turned", [False, True])
def test_a_matrix_product(tmp_path, turned):
    graph = Graph()
    x = graph.tensor((1, 4))
    weights = graph.tensor(values=np.float32(A if turned else A.T)[None])
    y = graph.node("BATCH_MATMUL", [x, weights], [graph.tensor((1, 6))], "BatchMatMulOptions", AdjY=turned)
    network = read(tmp_path, graph.content([x], [y]), decision="none").model
    np.testing.assert_allclose(network.logits(X), X @ A.T, rtol=1e-9)


def test_a_constant_of_more_features_repeats_the_tensors(tmp_path):
    """As a normalization of eight features behind an input of one."""
    graph = Graph()
    x = graph.tensor((1, 2, 1))
    wide = graph.node("SUB", [x, graph.tensor(values=np.float32([[1, 2]]))], [graph.tensor((1, 2, 2))])
    flat = graph.node("RESHAPE", [wide], [graph.tensor((1, 4))])
    network = read(tmp_path, graph.content([x], [graph.dense(flat, A, B)]), decision="none").model
    wanted = np.repeat(X[:, :2], 2, axis=1) - [1, 2, 1, 2]
    np.testing.assert_allclose(network.logits(X[:, :2]), wanted @ A.T + B, rtol=1e-9)


def test_what_decides_is_said_first(tmp_path):
    graph = Graph()
    x = graph.tensor((1, 4))
    other = graph.node("TOPK_V2", [x], [graph.tensor((1, 4))])
    y = graph.node("CONV_2D", [other], [graph.tensor((1, 4))])
    with pytest.raises(InputError, match=r"CONV_2D.* is coming with the convolution engine"):
        read(tmp_path, graph.content([x], [y]))


def test_a_softmax_with_another_beta_and_an_argmax(tmp_path):
    graph = Graph()
    x = graph.tensor((1, 4))
    y = graph.node("SOFTMAX", [graph.dense(x, A, B)], [graph.tensor((1, 6))], "SoftmaxOptions", Beta=0.5)
    axis = graph.tensor(values=np.int32([-1]))
    last = graph.node("ARG_MAX", [y, axis], [graph.tensor((1,), kind="INT64")])
    reading = read(tmp_path, graph.content([x], [last]))
    np.testing.assert_allclose(reading.model.logits(X), (X @ A.T + B) / 2, rtol=1e-9)
    assert reading.entries[-1].became == "the class" and reading.model.decision == "argmax"


def test_what_only_computes_a_shape_is_passed_over(tmp_path):
    graph = Graph()
    x = graph.tensor((1, 4))
    shape = graph.node("SHAPE", [x], [graph.tensor((2,), kind="INT32")])
    cut = [graph.tensor(values=np.int32([n])) for n in (0, 1, 1)]
    batch = graph.node("STRIDED_SLICE", [shape, *cut], [graph.tensor((), kind="INT32")])
    packed = graph.node("PACK", [batch, graph.tensor(values=np.int32(4))], [graph.tensor((2,), kind="INT32")])
    same = graph.node("RESHAPE", [x, packed], [graph.tensor((1, 4))])
    network = read(tmp_path, graph.content([x], [graph.dense(same, A, B)])).model
    np.testing.assert_allclose(network.logits(X), X @ A.T + B, rtol=1e-9)


def test_weights_per_channel_are_dequantized(tmp_path):
    graph = Graph()
    x, integers = graph.tensor((1, 4)), np.int8(RNG.integers(-127, 128, (6, 4)))
    scales = np.float32(RNG.uniform(0.1, 1, 6))
    weights = graph.tensor(values=integers, scales=scales)
    y = graph.node("FULLY_CONNECTED", [x, weights, -1], [graph.tensor((1, 6))], "FullyConnectedOptions")
    network = read(tmp_path, graph.content([x], [y]), decision="none").model
    np.testing.assert_allclose(network.logits(X), X @ (integers * scales[:, None].astype(float)).T, rtol=1e-12)


def branch(graph, x):
    y = graph.dense(x, A, B)
    return graph.node("ADD", [y, graph.dense(x, A, B)], [graph.tensor((1, 6))])


def places(graph, x):
    weights = graph.tensor(values=np.float32(A[:, :2]))
    return graph.node("FULLY_CONNECTED", [x, weights], [graph.tensor((2, 6))])


def open_weights(graph, x):
    return graph.node("FULLY_CONNECTED", [graph.tensor(values=np.float32(A)), x], [graph.tensor((1, 6))])


def simple(kind, *constants, options="", given=(1, 4), first=False, **fields):
    def build(graph, x):
        inputs = [x, *(graph.tensor(values=np.asarray(values)) for values in constants)]
        return graph.node(kind, inputs[::-1] if first else inputs, [graph.tensor(given)], options, **fields)

    return build


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (branch, r"t\d+ \(FULLY_CONNECTED, 1×4 → 1×6\): only a chain can be had, each tensor used once"),
        (places, r"it works on 2 places with the same 2 × 6 weights, as a convolution does: that is coming"),
        (open_weights, "its weights must be constant"),
        (simple("FULLY_CONNECTED", np.float32([1])), "its weights must be a constant matrix"),
        (simple("FULLY_CONNECTED", np.ones((2, 3), np.float32)), "its weights take 3 features, not 4"),
        (
            simple("FULLY_CONNECTED", np.float32(A), np.float32(B), options="FullyConnectedOptions", WeightsFormat=1),
            "shuffled",
        ),
        (simple("FULLY_CONNECTED", np.float32(A), np.float32([1])), "has weights of shape .* and a bias of shape"),
        (simple("FULLY_CONNECTED", np.full((1, 4), np.nan, np.float32)), "must be finite"),
        (simple("BATCH_MATMUL", np.ones((2, 4, 3), np.float32)), "one constant matrix on the right"),
        (
            simple("ADD", np.float32(1), options="AddOptions", FusedActivationFunction=5),
            "its fused activation 5 cannot be had",
        ),
        (simple("MUL", np.float32([1, 2, 3])), r"\(3,\) does not fit \(1, 4\)"),
        (simple("DIV", np.float32(0)), "it must not divide by 0"),
        (simple("DIV", np.float32(1), first=True), "it must divide by a constant"),
        (simple("PRELU", np.float32([1, 2, 3, 4])), "its slope must be one constant"),
        (simple("MAXIMUM", np.float32([1, 2, 3, 4])), "must be one constant for all features"),
        (simple("LEAKY_RELU", options="LeakyReluOptions", Alpha=-1.0), "must have a slope in 0..1"),
        (simple("SOFTMAX", options="SoftmaxOptions", Beta=-1.0), "its beta must exceed 0"),
        (simple("ARG_MAX", np.int32([0])), "its axis must be the last"),
        (simple("RESHAPE", given=(1, 5)), "it must keep each sample's features"),
        (simple("TRANSPOSE", np.int32([0, 0])), "a constant order of all axes"),
        (simple("CAST", given=(1, 4)), "no dense layer"),
        (simple("ELU"), "is another function: train with relu"),
        (simple("LSTM"), "a network has no state between samples"),
        (simple("FlexMatrixInverse"), r"\(FlexMatrixInverse, 1×4 → 1×4\): a custom operator cannot be had"),
        (simple("TOPK_V2"), "it cannot be had: FULLY_CONNECTED, BATCH_MATMUL, .* are read"),
        (simple("DEQUANTIZE"), "it cannot be had"),
    ],
)
def test_what_cannot_be_had(tmp_path, build, words):
    graph = Graph()
    x = graph.tensor((1, 4))
    with pytest.raises(InputError, match=words) as error:
        read(tmp_path, graph.content([x], [build(graph, x)]))
    assert "\n" not in str(error.value)


def test_floats_do_not_become_integers(tmp_path):
    graph = Graph()
    x = graph.tensor((1, 4))
    y = graph.node("CAST", [graph.dense(x, A, B)], [graph.tensor((1, 6), kind="INT32")])
    with pytest.raises(InputError, match="floats must not become INT32"):
        read(tmp_path, graph.content([x], [y]))


def test_an_operator_of_constants(tmp_path):
    graph = Graph()
    x = graph.tensor((1, 4))
    weights = graph.node("TRANSPOSE", [graph.tensor(values=np.float32(A.T))], [graph.tensor((6, 4))])
    y = graph.node("FULLY_CONNECTED", [x, weights], [graph.tensor((1, 6))])
    with pytest.raises(InputError, match="an operator of constants must be a DEQUANTIZE"):
        read(tmp_path, graph.content([x], [y]))


@pytest.mark.parametrize(
    ("inputs", "outputs", "words"),
    [
        ([0, 1], [2], r"must have one tensor as inputs, not 2 \(t0, t1\)"),
        ([], [2], "must have one tensor as inputs, not 0"),
        ([0], [], "must have one tensor as outputs, not 0"),
        ([0], [1], "its operators do not lead to its output"),
    ],
)
def test_ends(tmp_path, inputs, outputs, words):
    graph = Graph()
    graph.tensor((1, 4)), graph.tensor((1, 4))
    graph.node("RELU", [0], [graph.tensor((1, 4))])
    with pytest.raises(InputError, match=words):
        read(tmp_path, graph.content(inputs, outputs))


HUGE = (1, 1 << 20, 1 << 20)


@pytest.mark.parametrize("shape", [HUGE, (1, 0)])
def test_absurd_inputs(tmp_path, shape):
    graph = Graph()
    x = graph.tensor(shape)
    axes = graph.tensor(values=np.int32([0, 2, 1]))
    y = graph.node("TRANSPOSE", [x, axes], [graph.tensor(shape)])
    with pytest.raises(InputError, match="tensor t0 must have 1 to 4,194,304 elements, not"):
        read(tmp_path, graph.content([x], [y]))


def test_absurd_shapes_in_between(tmp_path):
    graph = Graph()
    x = graph.tensor((1, 4))
    y = graph.node("ADD", [x, graph.tensor(values=np.float32([[1], [2]]))], [graph.tensor(HUGE)])
    y = graph.node("RESHAPE", [y], [graph.tensor((1, 4))])
    with pytest.raises(InputError, match="it must have 1 to 4,194,304 elements"):
        read(tmp_path, graph.content([x], [y]))


def test_many_large_operators(tmp_path):
    graph = Graph()
    shape = (1, 1 << 11, 1 << 11)
    x, axes = graph.tensor(shape), graph.tensor(values=np.int32([0, 2, 1]))
    y = x
    for _ in range(9):
        y = graph.node("TRANSPOSE", [y, axes], [graph.tensor(shape)])
    with pytest.raises(InputError, match="more than 33,554,432 weights"):
        read(tmp_path, graph.content([x], [y]))


def test_the_batch_must_stay(tmp_path):
    graph = Graph()
    x = graph.tensor((3, 4))
    y = graph.node("RESHAPE", [x], [graph.tensor((4, 3))])
    with pytest.raises(InputError, match="must begin with the batch of 3"):
        read(tmp_path, graph.content([x], [y]))


def test_every_operator_has_its_verdict():
    assert [support.operator for support in TfLite().operators()][: len(HANDLERS)] == list(HANDLERS)
    assert not HANDLERS.keys() & REFUSED.keys()
