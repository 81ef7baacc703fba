import fuzzed
import numpy as np
import pytest
from tflite_files import FILES, Graph, tflite

from quantnn.errors import InputError
from quantnn.importers.formats import read_model
from quantnn.importers.tflite import model_file
from quantnn.importers.tflite.model_file import ModelFile

SEEDS = ("mlp", "activations", "half", "dynamic", "int8", "reordered")


def test_records():
    model = ModelFile.read(FILES / "mlp.tflite")
    assert model.version == 3 and len(model.inputs) == len(model.outputs) == 1
    kinds = [node.kind for node in model.nodes]
    assert kinds[0] == "SHAPE" and kinds[-1] == "SOFTMAX" and kinds.count("FULLY_CONNECTED") == 3
    tensor = model.tensors[model.inputs[0]]
    assert tensor.shape == (1, 4, 3) and tensor.kind == "FLOAT32" and not tensor.constant


def test_quantization():
    model = ModelFile.read(FILES / "int8.tflite")
    weights = [tensor for tensor in model.tensors if tensor.kind == "INT8" and tensor.constant]
    assert all(len(tensor.quantization.scales) == tensor.shape[0] for tensor in weights) and weights
    assert all(not tensor.quantization.zeros.any() for tensor in weights)


def graph():
    made = Graph()
    x = made.tensor((1, 2))
    return made, x, made.dense(x, [[1, 2]], [3])


def test_several_graphs(tmp_path):
    made, x, y = graph()
    (tmp_path / "f").write_bytes(made.content([x], [y], graphs=2))
    with pytest.raises(InputError, match="has 2 graphs: only one can be had"):
        read_model(tmp_path / "f")


def test_shapes_that_do_not_fit_their_data(tmp_path):
    made = Graph()
    x = made.tensor((1, 2))
    weights = made.tensor((3, 2), np.ones(4, np.float32), name="w")
    y = made.node("FULLY_CONNECTED", [x, weights], [made.tensor((1, 3))])
    (tmp_path / "f").write_bytes(made.content([x], [y]))
    with pytest.raises(InputError, match=r"w must have 24 bytes for its shape \(3, 2\), not 16"):
        read_model(tmp_path / "f")


@pytest.mark.parametrize("kind", ["INT4", "STRING", "COMPLEX64"])
def test_types_that_cannot_be_had(tmp_path, kind):
    made = Graph()
    x = made.tensor((1, 2))
    weights = made.tensor((1, 2), np.ones(2, np.float32))
    made.tensors.pop()
    fields = {"Shape": made.numbers((1, 2)), "Type": getattr(tflite.TensorType, kind), "Buffer": 1}
    made.tensors.append(made.table("Tensor", **fields))
    y = made.node("FULLY_CONNECTED", [x, weights], [made.tensor((1, 1))])
    (tmp_path / "f").write_bytes(made.content([x], [y]))
    with pytest.raises(InputError, match=f"tensor 1 is of type {kind}: only FLOAT32"):
        read_model(tmp_path / "f")


def test_too_much(tmp_path, monkeypatch):
    made, x, y = graph()
    path = tmp_path / "f"
    path.write_bytes(made.content([x], [y]))
    for where, name, limit, words in (
        (model_file, "_MOST_BYTES", 10, "at most 10 bytes"),
        (model_file, "_MOST", 3, "has 4 tensors, more than 3"),
        (model_file, "_MOST", 4, "more than 4 connections"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(where, name, limit)
            with pytest.raises(InputError, match=words):
                read_model(path)


def test_weights_that_are_used_again_and_again_count_each_time(tmp_path):
    made = Graph()
    x = made.tensor((1, 2000))
    weights = made.tensor(values=np.ones((2000, 2000), np.float32))
    for _ in range(9):
        x = made.node("FULLY_CONNECTED", [x, weights], [made.tensor((1, 2000))])
    (tmp_path / "f").write_bytes(made.content([0], [x]))
    with pytest.raises(InputError, match="more than 33,554,432 weights"):
        read_model(tmp_path / "f")


@pytest.mark.parametrize("length", [8, 12, 40, 500, -1])
def test_truncated(tmp_path, length):
    (tmp_path / "f").write_bytes((FILES / "mlp.tflite").read_bytes()[:length])
    with pytest.raises(InputError, match="is damaged or truncated: copy or convert it again"):
        read_model(tmp_path / "f")


def test_mutations(tmp_path):
    seeds = [(FILES / f"{name}.tflite").read_bytes() for name in SEEDS]
    found = fuzzed.check(seeds, tmp_path, 300)
    assert found["refused"] > 50 and found["read"] > 10


@pytest.mark.slow
def test_many_mutations(tmp_path):
    fuzzed.check([(FILES / f"{name}.tflite").read_bytes() for name in SEEDS], tmp_path, 100_000)
