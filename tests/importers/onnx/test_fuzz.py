"""Whatever stands in a file, it is read or refused with one line, in bounded time."""

import fuzzed
import numpy as np
import pytest
from onnx import TensorProto
from onnx_files import model, node, read

from quantnn.errors import InputError

RNG = np.random.default_rng(1)


def w(*shape):
    return np.float32(RNG.normal(size=shape))


def seeds():
    image = [
        node("Shape", ["x"], ["s"]),
        node("Gather", ["s", "zero"], ["n"], axis=0),
        node("Unsqueeze", ["n", "zeros"], ["n1"]),
        node("Concat", ["n1", "rest"], ["t"], axis=0),
        node("Transpose", ["x"], ["p"], perm=[0, 2, 3, 1]),
        node("Reshape", ["p", "t"], ["f"]),
        node("Gemm", ["f", "a", "b"], ["h"], transB=1, alpha=0.5),
        node("BatchNormalization", ["h", "g", "b", "b", "g"], ["i"]),
        node("Clip", ["i", "lo", "hi"], ["j"]),
        node("MatMul", ["j", "c"], ["k"]),
        node("Softmax", ["k"], ["y"]),
    ]
    weights = {"zero": np.array(0), "zeros": np.array([0]), "rest": np.array([-1]), "a": w(3, 12), "b": w(3)}
    weights |= {"g": np.float32([1, 2, 3]), "lo": np.float32(0), "hi": np.float32(6), "c": w(3, 2)}
    chain = [
        node("Constant", [], ["q"], value_floats=[1.0, 2.0, 3.0, 4.0]),
        node("DequantizeLinear", ["d", "e"], ["v"]),
        node("Sub", ["x", "q"], ["h"]),
        node("Slice", ["h"], ["sl"], axes=[1], starts=[1], ends=[4]),
        node("MatMul", ["sl", "v"], ["i"]),
        node("PRelu", ["i", "slope"], ["j"]),
        node("Add", ["j", "o"], ["k"]),
        node("HardSigmoid", ["k"], ["l"]),
        node("ArgMax", ["l"], ["m"], axis=1),
        node("Cast", ["m"], ["y"], to=TensorProto.INT32),
    ]
    others = {"d": RNG.integers(-9, 9, (3, 2)).astype(np.int8), "e": np.float32(0.5), "slope": np.float32([0.1])}
    learned = [
        node("Scaler", ["x"], ["h"], domain="ai.onnx.ml", offset=[1.0], scale=[0.5]),
        node("LinearRegressor", ["h"], ["y"], domain="ai.onnx.ml", coefficients=w(12).tolist(), targets=3),
    ]
    return [
        proto.SerializeToString()
        for proto in (
            model(image, ["n", 3, 2, 2], weights),
            model(chain, [6, 4], others | {"o": w(1, 2)}, opset=9),
            model(learned, [None, 4], domains=("ai.onnx.ml",)),
        )
    ]


def test_numbers_that_are_none(tmp_path):
    """Signalling NaNs, of which numpy warns where they are made wider."""
    weights = np.full((4, 3), 0x7F800001, np.uint32).view(np.float32)
    with pytest.raises(InputError, match="weights must be finite"):
        read(model([node("MatMul", ["x", "w"], ["y"])], ["n", 4], {"w": weights}), tmp_path)


def test_mutated_files(tmp_path):
    found = fuzzed.check(seeds(), tmp_path, 800)
    assert min(found.values()) > 20, found


@pytest.mark.slow
def test_many_mutated_files(tmp_path):
    fuzzed.check(seeds(), tmp_path, 100_000, seed=2)
