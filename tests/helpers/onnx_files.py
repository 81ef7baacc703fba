"""ONNX models of a few nodes, and what onnx's own reference says of them."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from quantnn.importers.format import Hints
from quantnn.importers.formats import read_model

__all__ = ["check", "model", "node", "read", "reference", "saved"]

node = helper.make_node
FLOAT = TensorProto.FLOAT


def model(nodes, shape, weights=None, opset=13, outputs=("y",), kind=FLOAT, output_kind=FLOAT, domains=(), **graph):
    """A ModelProto whose input ``x`` has a shape of numbers and names, with arrays by name as initializers."""
    tensors = [
        tensor if isinstance(tensor, TensorProto) else numpy_helper.from_array(np.asarray(tensor), name)
        for name, tensor in (weights or {}).items()
    ]
    return helper.make_model(
        helper.make_graph(
            nodes,
            "graph",
            [helper.make_tensor_value_info("x", kind, shape)],
            [helper.make_tensor_value_info(name, output_kind, None) for name in outputs],
            tensors,
            **graph,
        ),
        opset_imports=[helper.make_opsetid("", opset), *(helper.make_opsetid(domain, 1) for domain in domains)],
        ir_version=8,
    )


def saved(proto, folder):
    path = folder / "model.onnx"
    path.write_bytes(proto.SerializeToString())
    return path


def read(proto, folder, decision="none"):
    return read_model(saved(proto, folder), Hints(decision=decision))


def reference(proto, samples, output="y"):
    """What onnx's reference gives for samples, each of the input's shape with a batch of one."""
    evaluator = ReferenceEvaluator(proto)
    with np.errstate(over="ignore", invalid="ignore"):  # its sigmoid does so, and is right
        return np.array([np.ravel(evaluator.run([output], {"x": sample})[0]) for sample in samples])


def check(proto, folder, shape, count=8, seed=1, tolerance=1e-5, high=256, **others):
    """Read a model, and compare it on samples below ``high`` with onnx's reference, which is fed ``shape``."""
    reading = read(proto, folder, **others)
    x = np.random.default_rng(seed).integers(0, high, (count, *shape)).astype(np.float32)
    wanted = reference(proto, x)
    got = reading.model.logits(x.reshape(count, -1))
    np.testing.assert_allclose(got, wanted, rtol=tolerance, atol=tolerance * (1 + np.abs(wanted).max()))
    return reading
