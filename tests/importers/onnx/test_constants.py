import ml_dtypes
import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx_files import check, model, node, read

from quantnn.errors import InputError
from quantnn.importers.onnx.budget import Budget
from quantnn.importers.onnx.constants import tensor_array

RNG = np.random.default_rng(1)


def dense(tensor, *nodes, opset=13, **weights):
    return model([*nodes, node("MatMul", ["x", "w"], ["y"])], ["n", 4], {"w": tensor, **weights}, opset=opset)


def test_bfloat16(tmp_path):
    weights = RNG.normal(size=(4, 3)).astype(ml_dtypes.bfloat16)
    raw = helper.make_tensor("w", TensorProto.BFLOAT16, [4, 3], weights.tobytes(), raw=True)
    typed = TensorProto(name="w", data_type=TensorProto.BFLOAT16, dims=[4, 3])
    typed.int32_data.extend(weights.view(np.uint16).ravel().tolist())
    for tensor in (raw, typed):
        layer = read(dense(tensor), tmp_path).model.layers[0]
        assert layer.weights.tobytes() == weights.astype(np.float64).tobytes()


@pytest.mark.parametrize("kind", [TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16])
def test_typed_data(tmp_path, kind):
    tensor = helper.make_tensor("w", kind, [4, 3], RNG.normal(size=12))
    weights = numpy_helper.to_array(tensor).astype(np.float64)
    assert read(dense(tensor), tmp_path).model.layers[0].weights.tobytes() == weights.tobytes()


@pytest.mark.parametrize(
    "attributes",
    [
        {"value": numpy_helper.from_array(np.float32([1, 2, 3, 4]))},
        {"value_floats": [1.0, 2.0, 3.0, 4.0]},
        {"value_float": 3.0},
    ],
)
def test_a_constant_node(tmp_path, attributes):
    nodes = [
        node("Constant", [], ["c"], **attributes),
        node("Mul", ["x", "c"], ["h"]),
        node("MatMul", ["h", "w"], ["y"]),
    ]
    check(model(nodes, ["n", 4], {"w": np.float32(RNG.normal(size=(4, 3)))}), tmp_path, (1, 4))


CASES = {
    "transposed": ([node("Transpose", ["v"], ["w"])], {"v": np.float32(RNG.normal(size=(3, 4)))}),
    "cast": ([node("Cast", ["v"], ["w"], to=TensorProto.FLOAT)], {"v": RNG.normal(size=(4, 3))}),
    "identity": ([node("Identity", ["v"], ["w"])], {"v": np.float32(RNG.normal(size=(4, 3)))}),
    "reshaped": (
        [node("Reshape", ["v", "s"], ["w"])],
        {"v": np.float32(RNG.normal(size=12)), "s": np.array([4, 3])},
    ),
    "dequantized": (
        [node("DequantizeLinear", ["v", "s", "z"], ["w"])],
        {"v": RNG.integers(-9, 9, (4, 3)).astype(np.int8), "s": np.float32(0.25), "z": np.int8(3)},
    ),
    "dequantized per channel": (
        [node("DequantizeLinear", ["v", "s"], ["w"], axis=1)],
        {"v": RNG.integers(-9, 9, (4, 3)).astype(np.int8), "s": np.float32([0.25, 0.5, 1])},
    ),
    "computed": (
        [node("Sub", ["v", "s"], ["a"]), node("Sqrt", ["s"], ["b"]), node("Div", ["a", "b"], ["w"])],
        {"v": np.float32(RNG.normal(size=(4, 3))), "s": np.float32([4, 9, 16])},
    ),
    "functions": (  # that no network can have are constants like any other
        [
            node("Pow", ["s", "h"], ["a"]),
            node("Exp", ["a"], ["b"]),
            node("Log", ["b"], ["c"]),
            node("Abs", ["v"], ["d"]),
            node("Div", ["d", "c"], ["w"]),
        ],
        {"v": np.float32(RNG.normal(size=(4, 3))), "s": np.float32([4, 9, 16]), "h": np.float32(0.5)},
    ),
    "product": (
        [node("MatMul", ["v", "u"], ["w"])],
        {"v": np.float32(RNG.normal(size=(4, 2))), "u": np.float32(RNG.normal(size=(2, 3)))},
    ),
    "made": (
        [
            node("ConstantOfShape", ["s"], ["w"], value=numpy_helper.from_array(np.float32([2]))),
        ],
        {"s": np.array([4, 3])},
    ),
    "joined": (
        [node("Range", ["a", "b", "a1"], ["r"]), node("Tile", ["r", "t"], ["l"]), node("Reshape", ["l", "s"], ["w"])],
        {
            "a": np.float32(0),
            "b": np.float32(6),
            "a1": np.float32(1),
            "t": np.array([2]),
            "s": np.array([4, 3]),
        },
    ),
    "expanded": (
        [node("Expand", ["v", "s"], ["w"])],
        {"v": np.float32(RNG.normal(size=(4, 1))), "s": np.array([4, 3])},
    ),
    "gathered": (
        [node("Gather", ["v", "s"], ["w"])],
        {"v": np.float32(RNG.normal(size=(5, 3))), "s": np.array([4, 0, 1, 1])},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_depends_on_constants_alone_is_one(tmp_path, case):
    nodes, weights = CASES[case]
    nodes = [*nodes, node("MatMul", ["x", "w"], ["y"])]
    newest = check(model(nodes, ["n", 4], weights, opset=21), tmp_path, (1, 4))
    assert [entry.operator for entry in newest.entries] == ["MatMul"]
    older = read(model(nodes, ["n", 4], weights, opset=13), tmp_path).model
    np.testing.assert_array_equal(older.layers[0].weights, newest.model.layers[0].weights)


def damaged(**others):
    tensor = helper.make_tensor("w", TensorProto.FLOAT, [4, 3], np.ones(12))
    for name, value in others.items():
        if name in ("dims", "float_data"):
            tensor.ClearField(name)
            getattr(tensor, name).extend(value)
        else:
            setattr(tensor, name, value)
    return tensor


@pytest.mark.parametrize(
    ("tensor", "words"),
    [
        (damaged(dims=[4, 4]), r"other data than its shape \[4, 4\] needs"),
        (damaged(dims=[4, -3]), "sizes must be positive"),
        (damaged(dims=[1] * 9), "of 8 axes"),
        (damaged(dims=[1 << 40, 1 << 40]), "1,208,925,819,614,629,174,706,176 elements"),
        (damaged(dims=[1 << 20, 33]), "34,603,008 elements"),
        (damaged(float_data=[1.0] * 11), "other data than its shape"),
        (damaged(data_type=TensorProto.COMPLEX64), "elements of type COMPLEX64"),
        (damaged(data_type=99), "elements of type 99"),
        (damaged(raw_data=b"123"), "3 bytes, but its shape"),
        (damaged(data_type=TensorProto.STRING), "0 texts for shape"),
        (TensorProto(name="w", data_type=1, dims=[4, 3], segment=TensorProto.Segment(begin=1)), "bytes, but its shape"),
        (numpy_helper.from_array(np.full((4, 3), np.nan, np.float32), "w"), "weights must be finite"),
    ],
)
def test_what_is_no_tensor(tmp_path, tensor, words):
    with pytest.raises(InputError, match=words):
        read(dense(tensor), tmp_path)


@pytest.mark.parametrize(
    ("nodes", "weights", "words"),
    [
        ([node("RandomUniform", [], ["w"], shape=[4, 3])], {}, r"w \(RandomUniform\): it computes a constant in a way"),
        ([node("Constant", [], ["w"], value_string="a")], {}, "holds no dense tensor of numbers"),
        ([node("Tile", ["v", "s"], ["w"])], {"v": np.float32(1), "s": np.array([1 << 50])}, "save a smaller model"),
        ([node("Range", ["a", "b", "c"], ["w"])], dict.fromkeys("ac", np.float32(1)) | {"b": np.float32(1e30)}, "save"),
        ([node("Range", ["a", "a", "a"], ["w"])], {"a": np.float32(np.nan)}, "cannot be computed|fit together"),
        ([node("ConstantOfShape", ["s"], ["w"])], {"s": np.array([1 << 31, 1 << 31])}, "save a smaller model"),
        ([node("ConstantOfShape", ["s"], ["w"])], {"s": np.float32([4])}, "its sizes must be integers"),
        ([node("Add", ["a", "b"], ["w"])], {"a": np.ones((9000, 1)), "b": np.ones((1, 9000))}, "save a smaller model"),
        ([node("MatMul", ["a", "b"], ["w"])], {"a": np.ones((9000, 1)), "b": np.ones((1, 9000))}, "save a smaller"),
        ([node("Gather", ["a", "b"], ["w"])], {"a": np.ones((1, 9000)), "b": np.zeros(9000, int)}, "save a smaller"),
        ([node("Gather", ["a"], ["w"])], {"a": np.ones((1, 9))}, "it must have 2 inputs"),
        ([node("Transpose", ["a"], ["w"], perm=[5, 6])], {"a": np.ones((1, 9))}, "it cannot be computed"),
        ([node("Add", ["a", "b"], ["w"])], {"a": np.ones(3), "b": np.ones(4)}, "inputs do not fit together"),
    ],
)
def test_what_constants_may_not_do(tmp_path, nodes, weights, words):
    proto = model([*nodes, node("MatMul", ["x", "w"], ["y"])], ["n", 4], weights)
    with pytest.raises(InputError, match=words):
        read(proto, tmp_path)


def test_many_copies_of_a_large_one(tmp_path):
    """Each is small enough, but they would be held all at once."""
    nodes = [node("ConstantOfShape", ["s"], ["c0"])]
    nodes += [node("Identity", [f"c{number}"], [f"c{number + 1}"]) for number in range(200)]
    nodes += [node("Reshape", ["c200", "shape"], ["w"]), node("MatMul", ["x", "w"], ["y"])]
    with pytest.raises(InputError, match="take more than 67,108,864 elements together"):
        read(model(nodes, ["n", 4], {"s": np.array([1 << 20]), "shape": np.array([4, -1])}), tmp_path)


def test_four_bits(tmp_path):
    for kind, values in ((TensorProto.INT4, [-8, 7, 3]), (TensorProto.UINT4, [15, 0, 9])):
        tensor = helper.make_tensor("w", kind, [3], values)
        array = tensor_array(tensor, tmp_path, Budget("f"), "w")
        assert array.tolist() == values and array.dtype.itemsize == 1
