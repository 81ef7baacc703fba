"""The records of a file. Python's flatbuffers check nothing: here every length is checked before it is used."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tflite
from tflite.utils import BUILTIN_OPCODE2NAME

from quantnn.errors import InputError
from quantnn.files.regular_file import opened
from quantnn.importers.tflite.tensor import Quantization, Tensor
from quantnn.system.text import printable, shortened

__all__ = ["ModelFile", "Node"]

_MOST_BYTES = 1 << 29
_MOST = 10_000
"""Tensors, operators, buffers, operator codes and inputs of all operators together."""
_MOST_SCALES = 1 << 20
"""Of all tensors together."""
_MOST_DIMENSIONS = 8
_LONGEST_NAME = 100
_DAMAGED = (struct.error, IndexError, ValueError, TypeError, AttributeError, OverflowError, AssertionError)
"""What reading beyond an end or at a negative place raises."""
_KINDS = {value: name for name, value in vars(tflite.TensorType).items() if isinstance(value, int)}
_OPTIONS: Mapping[str, tuple[Any, int, tuple[str, ...]]] = {
    kind: (getattr(tflite, f"{name}Options"), getattr(tflite.BuiltinOptions, f"{name}Options"), fields)
    for kind, name, fields in (
        ("FULLY_CONNECTED", "FullyConnected", ("FusedActivationFunction", "WeightsFormat", "KeepNumDims")),
        ("BATCH_MATMUL", "BatchMatMul", ("AdjX", "AdjY")),
        ("ADD", "Add", ("FusedActivationFunction",)),
        ("SUB", "Sub", ("FusedActivationFunction",)),
        ("MUL", "Mul", ("FusedActivationFunction",)),
        ("DIV", "Div", ("FusedActivationFunction",)),
        ("LEAKY_RELU", "LeakyRelu", ("Alpha",)),
        ("SOFTMAX", "Softmax", ("Beta",)),
    )
}
"""The options that are read: the table's class, its number in the union, and its fields."""


@dataclass(frozen=True, eq=False)
class Node:
    """An operator of the graph.

    Parameters
    ----------
    number : int
        Its place.
    kind : str
        As the schema calls it: ``FULLY_CONNECTED``; of a custom one its own name.
    custom : bool
    inputs, outputs : tuple of int
        Numbers of tensors; −1 for an input that is left out.
    options : mapping
        By the schema's name, where the file has them.
    """

    number: int
    kind: str
    custom: bool
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class ModelFile:
    """What a file with one graph holds.

    Parameters
    ----------
    path : Path
    version : int
        Of the schema.
    tensors : tuple of Tensor
    nodes : tuple of Node
        In the order in which they run.
    inputs, outputs : tuple of int
        Numbers of tensors.
    """

    path: Path
    version: int
    tensors: tuple[Tensor, ...]
    nodes: tuple[Node, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    @classmethod
    def read(cls, path: Path) -> ModelFile:
        """The records of a file.

        Raises
        ------
        InputError
            It is damaged, too large, or has several graphs.
        """
        with opened(path) as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise InputError(f"{path} must have at most {_MOST_BYTES:,} bytes: save a smaller model")
        try:
            return _Parser(content, path).model()
        except _DAMAGED:
            raise InputError(f"{path} is damaged or truncated: copy or convert it again") from None


class _Parser:
    def __init__(self, content: bytes, path: Path) -> None:
        self._content, self._path = content, path
        self._inputs_left, self._scales_left = _MOST, _MOST_SCALES
        self._data: dict[int, npt.NDArray[np.uint8] | None] = {}

    def model(self) -> ModelFile:
        model = tflite.Model.GetRootAs(self._content, 0)
        graphs = self._count(model.SubgraphsLength(), "graphs")
        if graphs != 1:
            raise InputError(
                f"{self._path} has {graphs} graphs: only one can be had, so convert a model without loops, conditions"
                " and further signatures"
            )
        self._buffers = [model.Buffers(n) for n in range(self._count(model.BuffersLength(), "buffers"))]
        codes = [
            self._code(model.OperatorCodes(n))
            for n in range(self._count(model.OperatorCodesLength(), "operator codes"))
        ]
        graph = model.Subgraphs(0)
        tensors = tuple(self._tensor(n, graph.Tensors(n)) for n in range(self._count(graph.TensorsLength(), "tensors")))
        count = self._count(graph.OperatorsLength(), "operators")
        nodes = tuple(self._node(n, graph.Operators(n), codes, len(tensors)) for n in range(count))
        inputs = self._numbers(graph.InputsLength(), graph.InputsAsNumpy, len(tensors))
        outputs = self._numbers(graph.OutputsLength(), graph.OutputsAsNumpy, len(tensors))
        return ModelFile(self._path, model.Version(), tensors, nodes, inputs, outputs)

    def _count(self, count: int, what: str) -> int:
        if 4 * count > len(self._content):
            raise ValueError
        if count > _MOST:
            raise InputError(f"{self._path} has {count:,} {what}, more than {_MOST:,}: convert a smaller model")
        return count

    def _text(self, value: bytes | None) -> str:
        return shortened(printable((value or b"")[: 4 * _LONGEST_NAME].decode("utf-8", "replace")), _LONGEST_NAME)

    def _code(self, code: Any) -> tuple[str, bool]:
        number = max(code.DeprecatedBuiltinCode(), code.BuiltinCode())  # the older field has only 8 bits
        if number == tflite.BuiltinOperator.CUSTOM:
            return self._text(code.CustomCode()) or "without a name", True
        return BUILTIN_OPCODE2NAME.get(number, f"operator {number}"), False

    def _numbers(self, count: int, read: Callable[[], Any], below: int) -> tuple[int, ...]:
        """Numbers of tensors; −1 stands for none."""
        if not count:
            return ()
        self._inputs_left -= self._count(count, "inputs of an operator")
        if self._inputs_left < 0:
            raise InputError(f"{self._path} has more than {_MOST:,} connections: convert a smaller model")
        numbers = tuple(int(number) for number in read())
        if not all(-1 <= number < below for number in numbers):
            raise ValueError
        return numbers

    def _node(self, number: int, node: Any, codes: list[tuple[str, bool]], tensors: int) -> Node:
        kind, custom = codes[node.OpcodeIndex()]
        return Node(
            number,
            kind,
            custom,
            self._numbers(node.InputsLength(), node.InputsAsNumpy, tensors),
            self._numbers(node.OutputsLength(), node.OutputsAsNumpy, tensors),
            dict(self._options(kind, node)),
        )

    def _options(self, kind: str, node: Any) -> Iterator[tuple[str, float]]:
        if kind not in _OPTIONS or node.BuiltinOptions() is None:
            return
        table, number, fields = _OPTIONS[kind]
        if node.BuiltinOptionsType() != number:
            raise ValueError
        options, union = table(), node.BuiltinOptions()
        options.Init(union.Bytes, union.Pos)
        for field in fields:
            yield field, getattr(options, field)()

    def _tensor(self, number: int, tensor: Any) -> Tensor:
        dimensions = tensor.ShapeLength()
        if dimensions > _MOST_DIMENSIONS:
            raise InputError(f"{self._path}: tensor {number} has {dimensions} dimensions: convert the model again")
        shape = tuple(int(length) for length in tensor.ShapeAsNumpy()) if dimensions else ()
        if any(length < 0 for length in shape):
            raise ValueError
        kind = _KINDS.get(tensor.Type(), f"type {tensor.Type()}")
        # the converter joins the names of all that it made one operator of
        name = self._text((tensor.Name() or b"")[:_MOST].split(b";")[0]) or f"tensor {number}"
        data = self._buffer(tensor.Buffer())
        if tensor.Sparsity() is not None:
            kind = f"sparse {kind}"
        return Tensor(number, name, shape, kind, data, self._quantization(tensor.Quantization()))

    def _buffer(self, number: int) -> npt.NDArray[np.uint8] | None:
        if number not in self._data:
            buffer = self._buffers[number]
            if buffer.Offset() > 1:
                raise InputError(f"{self._path} keeps its weights behind the model: convert one below 2 GB")
            self._data[number] = buffer.DataAsNumpy() if number and buffer.DataLength() else None
        return self._data[number]

    def _quantization(self, parameters: Any) -> Quantization | None:
        if parameters is None or not parameters.ScaleLength():
            return None
        self._scales_left -= parameters.ScaleLength()
        if self._scales_left < 0:
            raise InputError(f"{self._path} has more than {_MOST_SCALES:,} scales: convert a smaller model")
        scales = parameters.ScaleAsNumpy().astype(np.float64)
        zeros = np.zeros(len(scales), np.int64)
        if parameters.ZeroPointLength() == len(scales):
            zeros = parameters.ZeroPointAsNumpy().astype(np.int64)
        elif parameters.ZeroPointLength():
            raise ValueError
        if not (np.isfinite(scales).all() and (scales > 0).all()):
            raise ValueError
        return Quantization(scales, zeros, int(parameters.QuantizedDimension()))
