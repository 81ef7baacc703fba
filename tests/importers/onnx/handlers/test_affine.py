import numpy as np
import pytest
from onnx_files import check, model, node, read

from quantnn.errors import InputError

RNG = np.random.default_rng(1)
W = np.float32(RNG.normal(size=(4, 3)))
ROW = np.float32([2, 0.5, -1, 3])


def dense(name="h"):
    return node("MatMul", [name, "w"], ["y"])


@pytest.mark.parametrize("constant", [np.float32(2.5), np.float32([2.5]), ROW, ROW[np.newaxis]])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("operator", ["Add", "Sub", "Mul", "Div", "Sum"])
def test_constants_on_either_side(tmp_path, operator, first, constant):
    if operator == "Div" and not first:
        pytest.skip("refused below")
    nodes = [node(operator, ["x", "c"] if first else ["c", "x"], ["h"]), dense()]
    reading = check(model(nodes, ["n", 4], {"w": W, "c": constant}), tmp_path, (1, 4))
    assert reading.entries[0].became == "input scaling"
    assert reading.model.scaling.uniform == (constant.size == 1)


@pytest.mark.parametrize("operator", ["Add", "Sub", "Mul", "Div"])
def test_behind_a_dense_layer(tmp_path, operator):
    nodes = [node("MatMul", ["x", "w"], ["h"]), node(operator, ["h", "c"], ["y"])]
    reading = check(model(nodes, ["n", 4], {"w": W, "c": np.float32([1, -2, 4])}), tmp_path, (1, 4))
    assert reading.entries[1].became == "folded into layer 0"


def test_negation_and_a_sum_of_several(tmp_path):
    nodes = [node("Neg", ["x"], ["a"]), node("Sum", ["c", "a", "d"], ["h"]), dense()]
    check(model(nodes, ["n", 4], {"w": W, "c": ROW, "d": np.float32(3)}), tmp_path, (1, 4))


def test_a_bias_is_taken_bit_for_bit(tmp_path):
    bias = np.float32(RNG.normal(size=3))
    nodes = [node("MatMul", ["x", "w"], ["h"]), node("Add", ["b", "h"], ["y"])]
    network = read(model(nodes, ["n", 4], {"w": W, "b": bias}), tmp_path).model
    assert network.layers[0].bias.tobytes() == bias.astype(float).tobytes()


def test_channels_of_an_image(tmp_path):
    mean = np.float32([1, 2, 3]).reshape(3, 1, 1)
    nodes = [node("Sub", ["x", "m"], ["a"]), node("Flatten", ["a"], ["f"]), node("MatMul", ["f", "v"], ["y"])]
    weights = {"m": mean, "v": np.float32(RNG.normal(size=(12, 2)))}
    reading = check(model(nodes, ["n", 3, 2, 2], weights), tmp_path, (1, 3, 2, 2))
    np.testing.assert_array_equal(reading.model.scaling.offset, -np.repeat([1, 2, 3], 4))


def test_a_constant_that_makes_more_of_it(tmp_path):
    nodes = [node("Add", ["x", "c"], ["a"]), node("Reshape", ["a", "s"], ["f"]), node("MatMul", ["f", "v"], ["y"])]
    weights = {"c": np.float32([[1], [2]]), "s": np.array([1, 6]), "v": np.float32(RNG.normal(size=(6, 2)))}
    check(model(nodes, ["n", 3], weights), tmp_path, (1, 3))


def normalized(shape, opset):
    rng, channels = np.random.default_rng(1), shape[0]
    normal = node("BatchNormalization", ["x", "g", "b", "m", "v"], ["h"], epsilon=0.01)
    nodes = [normal, node("Flatten", ["h"], ["f"]), node("MatMul", ["f", "w"], ["y"])]
    weights = {name: np.float32(rng.normal(size=channels)) for name in "gbm"}
    weights |= {"v": np.float32(rng.uniform(0.5, 2, channels)), "w": np.float32(rng.normal(size=(np.prod(shape), 2)))}
    return model(nodes, ["n", *shape], weights, opset=opset)


@pytest.mark.parametrize("shape", [(4,), (2, 3), (2, 2, 2)])
def test_a_batch_normalization(tmp_path, shape):
    newest = check(normalized(shape, 15), tmp_path, (1, *shape)).model
    raw = RNG.integers(0, 256, (5, newest.in_features))
    for opset in (6, 7, 9, 14):  # the reference knows the operator since 14; at inference it was always the same
        older = read(normalized(shape, opset), tmp_path).model
        np.testing.assert_array_equal(older.logits(raw), newest.logits(raw))


def test_the_axis_of_opset_6(tmp_path):
    add = node("Add", ["x", "c"], ["h"], axis=1, broadcast=1)
    weights = {"c": np.float32([1, 2, 3]), "v": np.float32(RNG.normal(size=(6, 2)))}
    nodes = [add, node("Flatten", ["h"], ["f"]), node("MatMul", ["f", "v"], ["y"])]
    network = read(model(nodes, ["n", 3, 2], weights, opset=6), tmp_path).model
    raw = RNG.integers(0, 256, (5, 6))
    wanted = (raw.reshape(5, 3, 2) + weights["c"][:, np.newaxis]).reshape(5, 6) @ weights["v"].astype(float)
    np.testing.assert_allclose(network.logits(raw), wanted)


@pytest.mark.parametrize(
    ("nodes", "weights", "words"),
    [
        ([node("Div", ["c", "x"], ["h"]), dense()], {"c": ROW}, "only constants may be divided by"),
        ([node("Div", ["x", "c"], ["h"]), dense()], {"c": np.float32(0)}, "it divides by 0"),
        ([node("Add", ["x", "x"], ["h"]), dense()], {}, "two of its inputs depend on the network's input"),
        ([node("Add", ["x"], ["h"]), node("Mul", ["h"], ["y"])], {}, "Mul, 1×4.*it must have 2 inputs"),
        (
            [node("Add", ["x", "c"], ["h"]), dense()],
            {"c": np.float32([1, 2])},
            r"constant of shape \(2,\) does not fit",
        ),
        ([node("Mul", ["x", "c"], ["h"]), dense()], {"c": np.float32(np.inf)}, "its constants must be finite"),
        ([node("Add", ["x", "c"], ["h"]), dense()], {"c": np.array("a", object)}, "floats are supported"),
        (
            [node("BatchNormalization", ["x", *"cccc"], ["h"], training_mode=1), dense()],
            {"c": ROW},
            "it is in training mode",
        ),
        ([node("BatchNormalization", ["x", *"cccc"], ["h"]), dense()], {"c": ROW[:3]}, "3 channels, but its input 4"),
        ([node("BatchNormalization", ["x", "c"], ["h"]), dense()], {"c": ROW}, "variance must be constants"),
    ],
)
def test_what_does_not_fit(tmp_path, nodes, weights, words):
    with pytest.raises(InputError, match=words):
        read(model(nodes, ["n", 4], {"w": W, **weights}), tmp_path)


@pytest.mark.parametrize("operator", ["Mul", "Sub", "Div"])
def test_one_input_where_two_are_needed(tmp_path, operator):
    with pytest.raises(InputError, match=rf"y \({operator}, 1×4\): it must have 2 inputs"):
        read(model([node(operator, ["x", ""], ["y"])], ["n", 4]), tmp_path)
