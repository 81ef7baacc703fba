"""Whatever stands in a quantized file, it is read or refused with one line, in bounded time."""

import fuzzed
import numpy as np
import pytest
from onnx import ModelProto, TensorProto, numpy_helper
from onnx_files import model, node

RNG = np.random.default_rng(2)
F = np.float32
MS, QONNX = "com.microsoft", "qonnx.custom_op.general"


def seeds():
    weights = {
        "s": F(0.1), "z": np.uint8(9), "w": RNG.integers(-9, 9, (4, 3)).astype(np.int8), "w_s": F([0.2, 0.5, 0.25]),
        "w_z": np.zeros(3, np.int8), "b": np.int32([4, -3, 2]), "y_s": F(0.3), "y_z": np.int8(-4), "one": F(1),
        "bits": F(4), "none": F(0), "f": F(RNG.normal(size=(4, 3))), "c_s": F(2.0**-7),
    }  # fmt: skip
    ends = [node("QuantizeLinear", ["x", "s", "z"], ["q"]), node("DequantizeLinear", ["q", "s", "z"], ["a"])]
    both = [
        *ends,
        node("DequantizeLinear", ["w", "w_s", "w_z"], ["d"], axis=1),
        node("DequantizeLinear", ["b", "w_s"], ["e"], axis=0),
        node("Gemm", ["a", "d", "e"], ["g"]),
        node("QuantizeLinear", ["g", "y_s", "y_z"], ["h"]),
        node("DequantizeLinear", ["h", "y_s", "y_z"], ["i"]),
        node("Tanh", ["i"], ["t"]),
        node("QuantizeLinear", ["t", "c_s", "y_z"], ["j"]),
        node("DequantizeLinear", ["j", "c_s", "y_z"], ["y"]),
    ]
    whole = [
        ends[0],
        node("QGemm", ["q", "s", "z", "w", "w_s", "w_z", "b", "y_s", "y_z"], ["g"], domain=MS),
        node("QLinearSigmoid", ["g", "y_s", "y_z", "c_s", "z"], ["t"], domain=MS),
        node("DequantizeLinear", ["t", "c_s", "z"], ["y"]),
    ]
    sums = [
        ends[0],
        node("MatMulInteger", ["q", "w", "z"], ["i"]),
        node("Cast", ["i"], ["c"], to=TensorProto.FLOAT),
        node("Mul", ["c", "w_s"], ["m"]),
        node("LeakyRelu", ["m"], ["l"], alpha=0.25),
        node("QuantizeLinear", ["l", "y_s", "y_z"], ["y"]),
    ]
    brevitas = [
        node("Quant", ["x", "s", "none", "bits"], ["a"], domain=QONNX, signed=1, narrow=0, rounding_mode="ROUND"),
        node("Quant", ["f", "w_s", "none", "bits"], ["v"], domain=QONNX, signed=1, narrow=1, rounding_mode="FLOOR"),
        node("MatMul", ["a", "v"], ["m"]),
        node("BatchNormalization", ["m", "w_s", "w_s", "w_s", "w_s"], ["n"]),
        node("BipolarQuant", ["n", "one"], ["y"], domain=QONNX),
    ]
    return [
        model(nodes, ["n", 4], weights, opset=13, domains=(MS, QONNX)).SerializeToString()
        for nodes in (both, whole, sums, brevitas)
    ]


def tampered(content, chance):
    """A file that is whole, but whose nodes take other tensors, or whose tensors hold something else."""
    proto = ModelProto.FromString(content)
    graph = proto.graph
    names = ["", *(tensor.name for tensor in graph.initializer), *(name for n in graph.node for name in n.output)]
    for _ in range(chance.choice((1, 1, 2, 4))):
        victim = chance.choice(graph.node)
        match chance.randrange(5):
            case 0:
                victim.input[chance.randrange(len(victim.input))] = chance.choice(names)
            case 1:
                del victim.input[chance.randrange(1, len(victim.input) + 1) :]
            case 2 if victim.attribute:
                attribute = chance.choice(victim.attribute)
                attribute.i, attribute.f = chance.choice((-1, 0, 1, 2, 1 << 40)), chance.choice((0.0, -1.0, 3e38))
            case 3:
                victim.op_type = chance.choice([other.op_type for other in graph.node])
            case _:
                place = chance.choice(graph.initializer)
                kind = chance.choice((np.float32, np.float32, np.uint8, np.int8, np.int32, np.float16))
                shape = chance.choice(((), (1,), (3,), (4, 3), (3, 4), (0,), (2, 2, 3)))
                value = chance.choice((0, 1, 3, 0.3, 1e-30, 1e30, np.nan, np.inf, -2))
                with np.errstate(all="ignore"):
                    place.CopyFrom(numpy_helper.from_array(np.full(shape, value).astype(kind), place.name))
    return proto.SerializeToString()


def test_tampered_files(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzzed, "mutated", tampered)
    found = fuzzed.check(seeds(), tmp_path, 400)
    assert min(found.values()) > 40, found


def test_mutated_files(tmp_path):
    found = fuzzed.check(seeds(), tmp_path, 400)
    assert min(found.values()) > 10, found


@pytest.mark.slow
def test_many_mutated_files(tmp_path):
    fuzzed.check(seeds(), tmp_path, 100_000, seed=2)
