import numpy as np
import pytest
from onnx_files import check, model, node, read

from quantnn.errors import InputError

RNG = np.random.default_rng(1)


def w(*shape):
    return np.float32(RNG.normal(size=shape) / 10)


@pytest.mark.parametrize("bias", [None, (3,), (1, 3), (1,), ()])
@pytest.mark.parametrize(("alpha", "beta"), [(1.0, 1.0), (0.5, 2.0)])
@pytest.mark.parametrize("transposed", [0, 1])
def test_gemm(tmp_path, bias, alpha, beta, transposed):
    weights = {"w": w(3, 4) if transposed else w(4, 3)} | ({} if bias is None else {"b": w(*bias)})
    gemm = node("Gemm", ["x", *weights], ["y"], alpha=alpha, beta=beta, transB=transposed)
    check(model([gemm], ["n", 4], weights), tmp_path, (1, 4))


@pytest.mark.parametrize(("left", "right"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_gemm_with_the_weights_on_the_left(tmp_path, left, right):
    weights = {"w": w(4, 3) if left else w(3, 4), "b": w(3, 1)}
    gemm = node("Gemm", ["w", "x", "b"], ["y"], transA=left, transB=right)
    shape = [1, 4] if right else [4, 1]
    check(model([gemm], shape, weights), tmp_path, shape)


def test_gemm_transposes_its_input(tmp_path):
    check(model([node("Gemm", ["x", "w"], ["y"], transA=1)], [4, 1], {"w": w(4, 3)}), tmp_path, (4, 1))


@pytest.mark.parametrize(
    ("shape", "weights", "left"),
    [
        ([4], (4, 3), False),
        ([4], (3, 4), True),
        ([4], (4,), False),
        (["n", 4], (4, 3), False),
        (["n", 4], (4,), False),
        ([4, "n"], (3, 4), True),
        (["n", 2, 4], (4, 3), False),
        (["n", 2, 3, 4], (4, 3), False),
        (["n", 4, 2], (3, 4), True),
        (["n", 1, 1, 4], (1, 1, 4, 3), False),
        (["n", 4], (1, 4, 3), False),
    ],
)
def test_matmul(tmp_path, shape, weights, left):
    names = ["w", "x"] if left else ["x", "w"]
    fed = tuple(size if isinstance(size, int) else 1 for size in shape)
    check(model([node("MatMul", names, ["y"])], shape, {"w": w(*weights)}), tmp_path, fed)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_weights_of_any_width_stay_what_they_are(tmp_path, kind):
    weights = RNG.normal(size=(4, 3)).astype(kind)
    proto = model([node("MatMul", ["x", "w"], ["y"])], ["n", 4], {"w": weights})
    layer = read(proto, tmp_path).model.layers[0]
    assert layer.weights.tobytes() == weights.astype(np.float64).tobytes() and not layer.bias.any()


@pytest.mark.parametrize(
    ("nodes", "shape", "weights", "words"),
    [
        ([node("MatMul", ["x", "w"], ["y"])], ["n", 4], {"w": w(5, 3)}, r"its matrix \(5, 3\) does not fit"),
        ([node("MatMul", ["w", "x"], ["y"])], ["n", 4], {"w": w(3, 4)}, r"its matrix \(3, 4\) does not fit"),
        ([node("MatMul", ["x", "x"], ["y"])], ["n", 4], {}, "both matrices depend on the network's input"),
        ([node("MatMul", ["x", "w"], ["y"])], ["n", 4], {"w": w(2, 4, 3)}, "a matrix is needed"),
        ([node("MatMul", ["x", "w"], ["y"])], ["n", 4], {"w": np.int32(w(4, 3))}, "it multiplies integers"),
        ([node("MatMul", ["x"], ["y"])], ["n", 4], {}, "one of its matrices is missing"),
        ([node("MatMul", ["x", "w"], ["y"])], ["n", 900, 40], {"w": w(40, 3)}, "works on 900 positions of a sample"),
        ([node("Gemm", ["x", "w"], ["y"])], ["n", 2, 4], {"w": w(4, 3)}, "must have two axes, not 3"),
        ([node("Gemm", ["x", "w", "b"], ["y"])], ["n", 4], {"w": w(4, 3), "b": w(4)}, r"bias of shape \(4,\) does not"),
        ([node("Gemm", ["x", "w", "x"], ["y"])], ["n", 4], {"w": w(4, 3)}, "two of its inputs depend"),
    ],
)
def test_what_does_not_fit(tmp_path, nodes, shape, weights, words):
    with pytest.raises(InputError, match=words):
        read(model(nodes, shape, weights), tmp_path)
