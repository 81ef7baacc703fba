import numpy as np
import pytest
from onnx import TensorProto, helper
from onnx_files import check, model, node, read, reference

from quantnn.errors import InputError

RNG = np.random.default_rng(1)


def ints(*values):
    return np.array(values, dtype=np.int64)


def then_dense(nodes, shape, features, weights=None, opset=13, **others):
    """Nodes from x to h, behind which it is made flat and goes into a dense layer."""
    chain = [*nodes, node("Reshape", ["h", "flat"], ["f"]), node("MatMul", ["f", "v"], ["y"])]
    own = {"flat": ints(-1, features), "v": np.float32(RNG.normal(size=(features, 2)))}
    return model(chain, shape, own | (weights or {}), opset=opset, **others)


CASES = {
    "identity": ([node("Identity", ["x"], ["h"])], (2, 3), {}, 13),
    "flatten": ([node("Flatten", ["x"], ["h"])], (2, 3), {}, 13),
    "flatten of axis 2": ([node("Flatten", ["x"], ["h"], axis=2)], (2, 3), {}, 13),
    "flatten of axis 0": ([node("Flatten", ["x"], ["h"], axis=0)], (2, 3), {}, 13),
    "reshape with 0": ([node("Reshape", ["x", "s"], ["h"])], (2, 3), {"s": ints(0, -1)}, 13),
    "reshape with -1": ([node("Reshape", ["x", "s"], ["h"])], (2, 3), {"s": ints(-1, 6)}, 13),
    "reshape to one": ([node("Reshape", ["x", "s"], ["h"])], (2, 3), {"s": ints(1, 3, 2)}, 13),
    "squeeze 11": ([node("Squeeze", ["x"], ["h"], axes=[2])], (2, 1, 3), {}, 11),
    "squeeze 13": ([node("Squeeze", ["x", "s"], ["h"])], (2, 1, 3), {"s": ints(2)}, 13),
    "squeeze all": ([node("Squeeze", ["x"], ["h"])], (2, 1, 3), {}, 13),
    "unsqueeze 11": ([node("Unsqueeze", ["x"], ["h"], axes=[1, 3])], (2, 3), {}, 11),
    "unsqueeze 13": ([node("Unsqueeze", ["x", "s"], ["h"])], (2, 3), {"s": ints(0)}, 13),
    "transpose": ([node("Transpose", ["x"], ["h"], perm=[0, 3, 1, 2])], (2, 3, 4), {}, 13),
    "transpose of all": ([node("Transpose", ["x"], ["h"])], (2, 3), {}, 13),
    "slice 9": ([node("Slice", ["x"], ["h"], axes=[2], starts=[1], ends=[9])], (2, 3), {}, 9),
    "slice 13": (
        [node("Slice", ["x", "a", "b", "c", "d"], ["h"])],
        (2, 6),
        {"a": ints(-1), "b": ints(-(2**62)), "c": ints(2), "d": ints(-2)},
        13,
    ),
    "gather": ([node("Gather", ["x", "s"], ["h"], axis=2)], (2, 3), {"s": ints(2, 0, 2)}, 13),
    "gather a column": ([node("Gather", ["x", "s"], ["h"], axis=1)], (2, 3), {"s": np.array(1)}, 13),
    "split and join": (
        [node("Split", ["x"], ["a", "b"], axis=1), node("Concat", ["b", "a"], ["h"], axis=1)],
        (4, 2),
        {},
        11,
    ),
    "twice": ([node("Concat", ["x", "x"], ["h"], axis=1)], (2, 3), {}, 13),
    "expand": ([node("Expand", ["x", "s"], ["h"])], (1, 3), {"s": ints(1, 4, 3)}, 13),
    "tile": ([node("Tile", ["x", "s"], ["h"])], (2, 3), {"s": ints(1, 2, 1)}, 13),
    "dropout": ([node("Dropout", ["x"], ["h"])], (2, 3), {}, 10),
    "dropout with its mask": ([node("Dropout", ["x", "r"], ["h", "m"])], (2, 3), {"r": np.float32(0.3)}, 13),
    "cast": (
        [node("Cast", ["x"], ["d"], to=TensorProto.DOUBLE), node("Cast", ["d"], ["h"], to=TensorProto.FLOAT)],
        (2, 3),
        {},
        13,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_only_moves(tmp_path, case):
    nodes, shape, weights, opset = CASES[case]
    features = reference(model(nodes, ["n", *shape], weights, opset, ["h"]), np.zeros((1, 1, *shape)), "h").size
    check(then_dense(nodes, ["n", *shape], features, weights, opset), tmp_path, (1, *shape))


def test_a_shape_that_is_computed(tmp_path):
    """What PyTorch's exporter makes of x.view(x.size(0), -1)."""
    nodes = [
        node("Shape", ["x"], ["s"]),
        node("Gather", ["s", "zero"], ["n"], axis=0),
        node("Unsqueeze", ["n", "first"], ["n1"]),
        node("Concat", ["n1", "rest"], ["target"], axis=0),
        node("Reshape", ["x", "target"], ["h"]),
    ]
    weights = {"zero": np.array(0), "first": ints(0), "rest": ints(-1)}
    reading = check(then_dense(nodes, ["n", 2, 3], 6, weights), tmp_path, (1, 2, 3))
    assert [entry.operator for entry in reading.entries] == ["Reshape", "Reshape", "MatMul"]


def test_a_transposition_between_two_layers(tmp_path):
    nodes = [
        node("MatMul", ["x", "w"], ["a"]),
        node("Relu", ["a"], ["r"]),
        node("Transpose", ["r"], ["h"], perm=[0, 2, 1]),
    ]
    proto = then_dense(nodes, ["n", 2, 3], 8, {"w": np.float32(RNG.normal(size=(3, 4)))})
    reading = check(proto, tmp_path, (1, 2, 3))
    assert [entry.became for entry in reading.entries][2] == "folded into layer 1"


@pytest.mark.parametrize("target", [(6, 4), (-1, 4), (0, 4), (0, -1)])
def test_a_fixed_batch_in_a_shape(tmp_path, target):
    nodes = [node("Reshape", ["x", "s"], ["f"]), node("MatMul", ["f", "v"], ["y"])]
    proto = model(nodes, [6, 2, 2], {"s": ints(*target), "v": np.float32(RNG.normal(size=(4, 2)))})
    reading = read(proto, tmp_path)
    assert reading.model.in_features == 4 and reading.model.input_shape == (2, 2)


@pytest.mark.parametrize(
    "nodes",
    [
        [node("Reshape", ["x", "s"], ["h"])],
        [node("Transpose", ["x"], ["t"], perm=[1, 0]), node("Reshape", ["t", "s"], ["h"])],
        [node("Concat", ["x", "x"], ["t"], axis=0), node("Slice", ["t", "a", "b"], ["h"])],
    ],
)
def test_where_the_first_axis_is_no_batch(tmp_path, nodes):
    """Three rows of two are one sample where the file joins them."""
    weights = {"s": ints(1, 6), "a": ints(1), "b": ints(4)}
    reading = check(then_dense(nodes, [3, 2], 6, weights), tmp_path, (3, 2))
    assert reading.model.in_features == 6 and reading.model.input_shape == (3, 2)


@pytest.mark.parametrize(("kind", "signed"), [("UINT8", False), ("INT8", True), ("UINT16", False), ("INT16", True)])
def test_integers_are_the_inputs_format(tmp_path, kind, signed):
    nodes = [node("Flatten", ["x"], ["i"]), node("Cast", ["i"], ["h"], to=TensorProto.FLOAT)]
    proto = then_dense(nodes, ["n", 2, 3], 6, kind=TensorProto.DataType.Value(kind))
    network = read(proto, tmp_path).model
    assert network.input_signed == signed and network.input_bits == int(kind.strip("UINT"))


@pytest.mark.parametrize(
    ("nodes", "weights", "words"),
    [
        ([node("Reshape", ["x", "s"], ["h"])], {"s": ints(5)}, r"Reshape, 1×2×3\): it cannot be computed"),
        ([node("Reshape", ["x", "s"], ["h"])], {"s": np.float32([6])}, "it cannot be computed"),
        ([node("Reshape", ["x", "x"], ["h"])], {}, "it cannot be computed"),
        ([node("Reshape", ["s", "x"], ["h"])], {"s": ints(5)}, "looks its input up in a table"),
        ([node("Gather", ["s", "x"], ["h"])], {"s": np.float32([6])}, "looks its input up in a table"),
        ([node("Gather", ["x", "s"], ["h"])], {"s": ints(7)}, "it cannot be computed"),
        ([node("Transpose", ["x"], ["h"], perm=[0, 0, 1])], {}, "it cannot be computed"),
        (
            [node("Concat", ["x", "s"], ["h"], axis=1)],
            {"s": np.ones((1, 1, 3), np.float32)},
            "computed on two branches",
        ),
        ([node("Tile", ["x", "s"], ["h"])], {"s": ints(1, 2**40, 1)}, "features, more than 4,194,304"),
        ([node("Expand", ["x", "s"], ["h"])], {"s": ints(2**31, 2, 3)}, "features, more than 4,194,304"),
        ([node("Dropout", ["x", "r", "t"], ["h"])], {"r": np.float32(0.5), "t": np.array(True)}, "in training mode"),
        ([node("Cast", ["x"], ["h"], to=TensorProto.INT32)], {}, "it rounds floats to integers"),
        ([node("Identity", [], ["h"])], {}, "no output depends on an input"),
    ],
)
def test_what_does_not_only_move(tmp_path, nodes, weights, words):
    with pytest.raises(InputError, match=words):
        read(then_dense(nodes, ["n", 2, 3], 6, weights), tmp_path)


def test_integers_must_be_cast_first(tmp_path):
    proto = then_dense([node("Add", ["x", "c"], ["h"])], ["n", 6], 6, {"c": np.uint8(1)}, kind=TensorProto.UINT8)
    with pytest.raises(InputError, match="it computes with integers: cast to floats"):
        read(proto, tmp_path)


def test_branches_that_compute(tmp_path):
    nodes = [
        node("MatMul", ["x", "w"], ["a"]),
        node("Concat", ["a", "x"], ["h"], axis=1),
    ]
    with pytest.raises(InputError, match=r"h \(Concat, 1×6, 1×6\): it joins what was computed on two branches"):
        read(then_dense(nodes, ["n", 6], 12, {"w": np.float32(np.eye(6))}), tmp_path)
    nodes = [node("MatMul", ["x", "w"], ["a"]), node("Relu", ["x"], ["b"]), node("Add", ["a", "b"], ["h"])]
    with pytest.raises(InputError, match="used on another branch too"):
        read(then_dense(nodes, ["n", 6], 6, {"w": np.float32(np.eye(6))}), tmp_path)


def test_a_cast_by_its_old_name(tmp_path):
    cast = helper.make_node("Cast", ["x"], ["h"], to="FLOAT")
    network = read(then_dense([cast], ["n", 6], 6), tmp_path).model
    assert network.in_features == 6


def bounded(*casts):
    return [
        node("MatMul", ["x", "w"], ["a"]), *casts, node("Min", ["a", "top"], ["c"]), node("MatMul", ["c", "v"], ["y"]),
    ]  # fmt: skip


def test_a_bound_of_the_type_of_what_it_bounds(tmp_path):
    """What PyTorch's exporter makes of a relu6 if nothing is optimized."""
    weights = {
        "w": np.float32(RNG.normal(size=(3, 4))), "v": np.float32(RNG.normal(size=(4, 2))), "six": np.array(6),
    }  # fmt: skip
    casts = [node("CastLike", ["six", "x"], ["top"])]
    reading = check(model(bounded(*casts), ["n", 3], weights, opset=18), tmp_path, (1, 3), high=4)
    assert [entry.operator for entry in reading.entries] == ["MatMul", "Min", "MatMul"]
    nodes = [node("CastLike", ["x", "w"], ["h"]), node("MatMul", ["h", "w"], ["y"])]
    check(model(nodes, ["n", 3], weights, opset=18), tmp_path, (1, 3))


@pytest.mark.parametrize(
    ("inputs", "words"),
    [(["x", "n"], "only casts to floats"), (["x"], "only casts to floats"), (["six", "r"], "only casts to floats")],
)
def test_casts_like_integers_are_refused(tmp_path, inputs, words):
    nodes = [node("CastLike", inputs, ["h"]), node("MatMul", ["h", "w"], ["y"])]
    if "r" in inputs:
        nodes.insert(0, node("ArgMax", ["x"], ["r"], axis=1))
    weights = {"w": np.float32(RNG.normal(size=(3, 4))), "n": np.array(1), "six": np.array(6)}
    with pytest.raises(InputError, match=words):
        read(model(nodes, ["n", 3], weights, opset=18), tmp_path)
