"""A trained network quantized by onnxruntime, as it is imported, beside what its file says.

    python benchmarks/quantized_onnx.py model.npz test_x.npy test_y.npy folder

writes ``float.onnx`` and, by onnxruntime, a file for each way of static quantization into the folder,
reads these, and prints per file: how exact each layer is, how many classes are those of the operators'
specification, of onnx's reference and of onnxruntime without and with its optimizations, and the largest difference of
a logit in steps.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

import quantnn
from quantnn.network.reference import evaluate

CALIBRATION = 500
REFERENCE = 1000
WAYS = {
    "u8s8": {"activation_type": QuantType.QUInt8, "weight_type": QuantType.QInt8},
    "s8s8, per channel": {"activation_type": QuantType.QInt8, "weight_type": QuantType.QInt8, "per_channel": True},
    "u8u8": {"activation_type": QuantType.QUInt8, "weight_type": QuantType.QUInt8},
    "u16s8": {"activation_type": QuantType.QUInt16, "weight_type": QuantType.QInt8},
    "operators on integers": {
        "activation_type": QuantType.QUInt8, "weight_type": QuantType.QInt8, "quant_format": QuantFormat.QOperator,
    },
}  # fmt: skip


def float_onnx(model: Path, path: Path) -> None:
    """The network of an .npz as dense layers with relu between, for inputs that its input_scale made."""
    arrays = np.load(model)
    layers = sum(name.startswith("W") for name in arrays.files)
    nodes, weights = [], []
    for number in range(layers):
        source = "x" if not number else f"r{number - 1}"
        target = "y" if number == layers - 1 else f"h{number}"
        nodes.append(helper.make_node("Gemm", [source, f"W{number}", f"b{number}"], [target], name=f"fc{number}"))
        weights += [
            numpy_helper.from_array(arrays[f"{kind}{number}"].astype(np.float32), f"{kind}{number}") for kind in "Wb"
        ]
        if number < layers - 1:
            nodes.append(helper.make_node("Relu", [target], [f"r{number}"], name=f"relu{number}"))
    shapes = [("x", len(arrays["W0"])), ("y", len(arrays[f"b{layers - 1}"]))]
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", size]) for name, size in shapes)
    graph = helper.make_graph(nodes, "network", [x], [y], weights)
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    onnx.save(proto, path)


class Samples(CalibrationDataReader):
    """Typical samples for onnxruntime."""

    def __init__(self, x: np.ndarray) -> None:
        self._rows = iter(np.array_split(x, 10))

    def get_next(self) -> dict[str, np.ndarray] | None:
        rows = next(self._rows, None)
        return None if rows is None else {"x": rows}


def runtime(path: Path, x: np.ndarray, optimized: bool) -> np.ndarray:
    options = onnxruntime.SessionOptions()
    levels = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = levels.ORT_ENABLE_ALL if optimized else levels.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0]


def compare(title: str, path: Path, x: np.ndarray, labels: np.ndarray) -> None:
    model = quantnn.load(path)
    network = model.network
    raw = network.sensor(x.astype(np.float64))
    ours = evaluate(network.network, raw)
    step = network.network.layers[-1].scale
    values = ours.logits * step
    print(f"\n{title}: {network.notes[-1]}")
    exact = network.logits(raw)
    others = {
        "specification, exact arithmetic": exact,
        f"onnx's reference, float32 ({REFERENCE} samples)": None,
        "onnxruntime, no optimizations": runtime(path, x, False),
        "onnxruntime, all optimizations": runtime(path, x, True),
    }
    print(f"  ours: {(ours.classes == labels).sum()} of {len(x)} right")
    for name, logits in others.items():
        if logits is None:
            try:
                logits = ReferenceEvaluator(str(path)).run(None, {"x": x[:REFERENCE]})[0]
            except Exception as error:
                print(f"  {name}: {type(error).__name__}, it does not know an operator")
                continue
        count = len(logits)
        same = (logits.argmax(axis=1) == ours.classes[:count]).sum()
        far = np.abs(np.rint((logits - values[:count]) / step)).max()
        right = (logits.argmax(axis=1) == labels[:count]).sum()
        print(f"  {name}: {same} of {count} classes the same, logits up to {far:.0f} steps apart, {right} right")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("x", type=Path)
    parser.add_argument("y", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    logging.getLogger().setLevel(logging.ERROR)
    scale = float(np.load(given.model)["input_scale"])
    raw, labels = np.load(given.x), np.load(given.y)
    x = (raw.reshape(len(raw), -1) * scale).astype(np.float32)
    given.folder.mkdir(exist_ok=True)
    float_onnx(given.model, given.folder / "float.onnx")
    for title, way in WAYS.items():
        path = given.folder / f"{title.replace(', ', '_').replace(' ', '_')}.onnx"
        quantize_static(given.folder / "float.onnx", path, Samples(x[:CALIBRATION]), **way)
        compare(title, path, x, labels)


if __name__ == "__main__":
    main()
