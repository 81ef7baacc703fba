"""The same float32 weights in every kind of file, and from objects in memory: the same integer network, bit for bit."""

import json
import os
from itertools import pairwise
from pathlib import Path

import keras_files
import numpy as np
import onnx_files
import pytest
from onnx import TensorProto, helper

import quantnn

SMALL, MNIST = (12, 9, 7, 5), (784, 128, 64, 10)
ACTIVATIONS = ["relu", "relu", "softmax"]
TORCH = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # within torch.export


def drawn(sizes):
    """Weights (inputs, outputs) and biases, float32."""
    random = np.random.default_rng(11)
    pairs = [*pairwise(sizes)]
    weights = [random.normal(0, (2 / inputs) ** 0.5, (inputs, outputs)).astype(np.float32) for inputs, outputs in pairs]
    return weights, [random.normal(0, 0.1, outputs).astype(np.float32) for outputs in sizes[1:]]


def trained():
    """Those of the network that was trained on MNIST, where its folder is known; else random ones."""
    path = Path(os.environ.get("QUANTNN_MODELS", "")) / "mnist_784_128_64_10.npz"
    if not os.environ.get("QUANTNN_MODELS") or not path.exists():
        return drawn(MNIST)
    layers = quantnn.load(path).network.layers
    return [layer.weights.astype(np.float32) for layer in layers], [layer.bias.astype(np.float32) for layer in layers]


def npz(weights, biases, folder):
    arrays = {f"W{n}": w for n, w in enumerate(weights)} | {f"b{n}": b for n, b in enumerate(biases)}
    np.savez(folder / "m.npz", activations=np.array(ACTIVATIONS), **arrays)
    return quantnn.load(folder / "m.npz")


def arrays(weights, biases, folder):
    return quantnn.from_arrays(weights=weights, biases=biases, activations=ACTIVATIONS)


def onnx_gemm(weights, biases, folder):
    """Gemm with the weights as PyTorch exports them, (outputs, inputs)."""
    nodes, tensors, last = [], {}, "x"
    for number, (matrix, bias) in enumerate(zip(weights, biases, strict=True)):
        tensors |= {f"W{number}": np.ascontiguousarray(matrix.T), f"b{number}": bias}
        nodes.append(helper.make_node("Gemm", [last, f"W{number}", f"b{number}"], [f"g{number}"], transB=1))
        last = "y" if number == len(weights) - 1 else f"r{number}"
        kind, options = ("Softmax", {"axis": 1}) if last == "y" else ("Relu", {})
        nodes.append(helper.make_node(kind, [f"g{number}"], [last], **options))
    return quantnn.load(onnx_files.saved(onnx_files.model(nodes, ["n", len(weights[0])], tensors), folder))


def onnx_matmul(weights, biases, folder):
    """MatMul and Add, as Keras' and scikit-learn's exporters write them."""
    nodes, tensors, last = [], {}, "x"
    for number, (matrix, bias) in enumerate(zip(weights, biases, strict=True)):
        tensors |= {f"W{number}": matrix, f"b{number}": bias}
        nodes.append(helper.make_node("MatMul", [last, f"W{number}"], [f"m{number}"]))
        nodes.append(helper.make_node("Add", [f"m{number}", f"b{number}"], [f"a{number}"]))
        last = "y" if number == len(weights) - 1 else f"r{number}"
        nodes.append(helper.make_node("Relu" if last != "y" else "Identity", [f"a{number}"], [last]))
    proto = onnx_files.model(nodes, ["n", len(weights[0])], tensors, output_kind=TensorProto.FLOAT)
    return quantnn.load(onnx_files.saved(proto, folder), decision="argmax")


def module_of(weights, biases):
    torch = pytest.importorskip("torch", reason="pip install torch")
    layers = []
    for matrix, bias in zip(weights, biases, strict=True):
        linear = torch.nn.Linear(*matrix.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(matrix.T))
            linear.bias.copy_(torch.tensor(bias))
        layers += [linear, torch.nn.ReLU()]
    return torch, torch.nn.Sequential(*layers[:-1])


def torch_module(weights, biases, folder):
    torch, module = module_of(weights, biases)
    return quantnn.from_torch(module, torch.zeros(1, len(weights[0])))


def state_dict(weights, biases, folder):
    torch, module = module_of(weights, biases)
    torch.save(module.state_dict(), folder / "m.pt")
    return quantnn.load(folder / "m.pt", activations=ACTIVATIONS)


def exported_program(weights, biases, folder):
    torch, module = module_of(weights, biases)
    torch.export.save(torch.export.export(module, (torch.zeros(1, len(weights[0])),)), folder / "m.pt2")
    return quantnn.load(folder / "m.pt2")


def safetensors(weights, biases, folder):
    numpy = pytest.importorskip("safetensors.numpy")
    tensors = {f"fc{n}.weight": np.ascontiguousarray(w.T) for n, w in enumerate(weights)}
    numpy.save_file(tensors | {f"fc{n}.bias": b for n, b in enumerate(biases)}, folder / "m.safetensors")
    return quantnn.load(folder / "m.safetensors", activations=ACTIVATIONS)


def dense_layers(weights):
    return [
        keras_files.dense(f"d{number}", activation, units=int(matrix.shape[1]))
        for number, (matrix, activation) in enumerate(zip(weights, ACTIVATIONS, strict=True))
    ]


def keras_archive(weights, biases, folder):
    names = ["dense", *(f"dense_{number}" for number in range(1, len(weights)))]
    stored = {name: [w, b] for name, w, b in zip(names, weights, biases, strict=True)}
    model = keras_files.sequential(*dense_layers(weights), shape=(len(weights[0]),))
    return quantnn.load(keras_files.archive(folder / "m.keras", model, stored))


def keras_h5(weights, biases, folder):
    model = keras_files.sequential(*dense_layers(weights), shape=(len(weights[0]),))
    groups = {
        f"d{number}": {f"d{number}/kernel:0": w, f"d{number}/bias:0": b}
        for number, (w, b) in enumerate(zip(weights, biases, strict=True))
    }
    return quantnn.load(keras_files.named(folder / "m.h5", groups, model))


def mlp(weights, biases):
    neural_network = pytest.importorskip("sklearn.neural_network")
    sizes = [*(len(matrix) for matrix in weights), weights[-1].shape[1]]
    found = neural_network.MLPClassifier(tuple(sizes[1:-1]), max_iter=1)
    count = sizes[-1]
    with pytest.warns(Warning, match="Maximum iterations"):
        found.fit(np.random.default_rng(0).normal(size=(2 * count, sizes[0])), np.arange(2 * count) % count)
    found.coefs_, found.intercepts_ = list(weights), list(biases)
    return found


def sklearn_object(weights, biases, folder):
    return quantnn.from_sklearn(mlp(weights, biases))


def skops_file(weights, biases, folder):
    io = pytest.importorskip("skops.io")
    io.dump(mlp(weights, biases), folder / "m.skops")
    return quantnn.load(folder / "m.skops")


WAYS = [
    arrays, onnx_gemm, onnx_matmul, torch_module, state_dict, exported_program, safetensors, keras_archive, keras_h5,
    sklearn_object, skops_file,
]  # fmt: skip


def hardware(network):
    """Everything of an integer network that the hardware is made of, and the scales."""
    integers = network.integers
    layers = [
        (layer.kind, layer.activation, layer.weights.tolist(), layer.bias.tolist(), layer.requantizer, layer.output,
         np.asarray(layer.scale).tolist())
        for layer in integers.layers
    ]  # fmt: skip
    return integers.input, integers.classify, integers.input_scale, layers


def quantized(model, samples):
    """For pixels, which stand for 0..1."""
    return hardware(quantnn.quantize(model.with_input(scale=1 / 255), calibration=samples))


def check(way, weights, biases, folder):
    samples = np.random.default_rng(5).integers(0, 256, (400, len(weights[0])))
    expected = quantized(npz(weights, biases, folder), samples)
    got = quantized(way(weights, biases, folder), samples)
    assert got == expected
    assert json.dumps([layer[2] for layer in expected[3]]).count("127") > 0, "there is something to differ"


@TORCH
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_small_one(way, tmp_path):
    check(way, *drawn(SMALL), tmp_path)


@TORCH
@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_784_128_64_10(way, tmp_path):
    check(way, *trained(), tmp_path)


@pytest.mark.parametrize("layer", range(3))
def test_a_weight_that_differs_is_seen(layer, tmp_path):
    weights, biases = drawn(SMALL)
    samples = np.random.default_rng(5).integers(0, 256, (400, SMALL[0]))
    expected = quantized(npz(weights, biases, tmp_path), samples)
    weights[layer][0, 0] += 0.5
    assert quantized(arrays(weights, biases, tmp_path), samples) != expected
