"""Small files of TensorFlow Lite, written with the schema's own classes, and those that its converter made."""

from pathlib import Path

import numpy as np
import pytest

tflite = pytest.importorskip("tflite")
flatbuffers = pytest.importorskip("flatbuffers")

FILES = Path(__file__).parents[1] / "importers" / "tflite" / "files"
KINDS = {"f4": "FLOAT32", "f2": "FLOAT16", "i1": "INT8", "i2": "INT16", "i4": "INT32", "i8": "INT64", "u1": "UINT8"}


def expected(name):
    """Samples of a file, and what TensorFlow's reference kernels made of them."""
    with np.load(FILES / "expected.npz") as arrays:
        return arrays[f"{name}.x"], arrays[f"{name}.y"]


class Graph:
    """A file in the making: tensors by number, then operators."""

    def __init__(self):
        self.builder = flatbuffers.Builder(1024)
        self.tensors, self.nodes, self.codes = [], [], []
        self.buffers = [self.table("Buffer")]

    def table(self, name, **fields):
        getattr(tflite, f"{name}Start")(self.builder)
        for field, value in fields.items():
            getattr(tflite, f"{name}Add{field}")(self.builder, value)
        return getattr(tflite, f"{name}End")(self.builder)

    def vector(self, values):
        """Of places of other tables."""
        self.builder.StartVector(4, len(values), 4)
        for value in reversed(values):
            self.builder.PrependUOffsetTRelative(value)
        return self.builder.EndVector()

    def numbers(self, values, dtype="<i4"):
        return self.builder.CreateNumpyVector(np.asarray(values, dtype=dtype).reshape(-1))

    def tensor(self, shape=None, values=None, kind="FLOAT32", name="", scales=(), zeros=(), axis=0):
        """Constant where there are values; their type and shape then are the tensor's."""
        buffer = 0
        if values is not None:
            values = np.asarray(values)
            shape = values.shape if shape is None else shape
            kind = KINDS[values.dtype.str[1:]]
            data = self.builder.CreateNumpyVector(np.frombuffer(values.tobytes(), np.uint8))
            buffer = len(self.buffers)
            self.buffers.append(self.table("Buffer", Data=data))
        fields = {"Shape": self.numbers(shape), "Type": getattr(tflite.TensorType, kind), "Buffer": buffer}
        fields["Name"] = self.builder.CreateString(name or f"t{len(self.tensors)}")
        if len(scales):
            zeros = zeros or [0] * len(scales)
            parts = {"Scale": self.numbers(scales, "<f4"), "ZeroPoint": self.numbers(zeros, "<i8")}
            fields["Quantization"] = self.table("QuantizationParameters", **parts, QuantizedDimension=axis)
        self.tensors.append(self.table("Tensor", **fields))
        return len(self.tensors) - 1

    def node(self, kind, inputs, outputs, options="", **fields):
        """An operator; ``options`` names the table of its own fields. An unknown kind is a custom one."""
        code = getattr(tflite.BuiltinOperator, kind, tflite.BuiltinOperator.CUSTOM)
        custom = {"CustomCode": self.builder.CreateString(kind)} if code == tflite.BuiltinOperator.CUSTOM else {}
        self.codes.append(
            self.table("OperatorCode", DeprecatedBuiltinCode=min(code, 127), BuiltinCode=code, Version=1, **custom)
        )
        parts = {"Inputs": self.numbers(inputs), "Outputs": self.numbers(outputs)}
        if options:
            parts["BuiltinOptions"] = self.table(options, **fields)
            parts["BuiltinOptionsType"] = getattr(tflite.BuiltinOptions, options)
        self.nodes.append(self.table("Operator", OpcodeIndex=len(self.codes) - 1, **parts))
        return outputs[0]

    def dense(self, x, weights, bias, batch=1, **fields):
        """A dense layer of weights (outputs, inputs) behind a tensor."""
        made = self.tensor((batch, len(weights)))
        inputs = [x, self.tensor(values=np.float32(weights)), self.tensor(values=np.float32(bias))]
        return self.node("FULLY_CONNECTED", inputs, [made], "FullyConnectedOptions", **fields)

    def content(self, inputs, outputs, graphs=1):
        parts = {
            "Tensors": self.vector(self.tensors),
            "Operators": self.vector(self.nodes),
            "Inputs": self.numbers(inputs),
            "Outputs": self.numbers(outputs),
        }
        graph = self.table("SubGraph", **parts)
        parts = {
            "Version": 3,
            "OperatorCodes": self.vector(self.codes),
            "Subgraphs": self.vector([graph] * graphs),
            "Buffers": self.vector(self.buffers),
        }
        self.builder.Finish(self.table("Model", **parts), file_identifier=b"TFL3")
        return bytes(self.builder.Output())
