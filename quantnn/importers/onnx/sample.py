"""What one sample is, as far as a file says it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from onnx import TensorProto, ValueInfoProto

from quantnn.errors import InputError
from quantnn.importers.onnx.budget import MOST_FEATURES
from quantnn.importers.onnx.flow import Elements
from quantnn.importers.onnx.graph import Graph
from quantnn.importers.onnx.node import Node
from quantnn.importers.operators.float_network import InputFormat
from quantnn.system.text import printable, shortened

__all__ = ["Sample", "samples"]

_INTEGERS = {
    TensorProto.UINT8: (8, False),
    TensorProto.INT8: (8, True),
    TensorProto.UINT16: (16, False),
    TensorProto.INT16: (16, True),
}
_FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.BFLOAT16)
_MOST_AXES = 8


@dataclass(frozen=True)
class Sample:
    """One way to understand a file's input.

    Parameters
    ----------
    name : str
        Of the input.
    shape : tuple of int
        With one sample in it.
    elements : str
    format : InputFormat
    batch : int
        The fixed number of samples in the file's shape, where the first axis is taken for them; else 0.
    """

    name: str
    shape: tuple[int, ...]
    elements: Elements
    format: InputFormat
    batch: int = 0


def samples(graph: Graph, input: ValueInfoProto, nodes: tuple[Node, ...]) -> Iterator[Sample]:
    """The ways to understand an input, the likeliest first.

    A first axis of open length is the batch; of fixed length it may be the batch or the sample's own.

    Raises
    ------
    InputError
        It holds no numbers, or its shape is not known or absurd.
    """
    shown = f"{graph.path}: input {shortened(printable(input.name), 60)}"
    tensor = input.type.tensor_type
    kind = tensor.elem_type
    if not input.type.HasField("tensor_type") or kind not in (*_FLOATS, *_INTEGERS):
        raise InputError(f"{shown} must be a tensor of floats or of integers of 8 or 16 bits")
    sizes: list[int | None] = [None, None]
    if tensor.HasField("shape"):
        sizes = [axis.dim_value if axis.HasField("dim_value") else None for axis in tensor.shape.dim]
    # exporters write 0 or -1 for an open length, too
    sizes = [size if size is not None and size > 0 else None for size in sizes]
    if len(sizes) > _MOST_AXES:
        raise InputError(f"{shown} has {len(sizes)} axes: at most {_MOST_AXES} are supported")
    opened = [place for place, size in enumerate(sizes) if size is None]
    if opened:
        sizes[opened[0]] = 1
    if len(opened) == 2 and opened[1] == len(sizes) - 1:
        sizes[-1] = _first_weights(graph, nodes)
    shape = tuple(size for size in sizes if size is not None)
    if len(shape) < len(sizes):
        raise InputError(f"{shown} has axes of open length besides the batch: export it with the shape of one sample")
    if math.prod(shape) > MOST_FEATURES * (1 if opened or len(shape) < 2 else shape[0]):
        raise InputError(f"{shown} has shape {list(shape)}, more than {MOST_FEATURES:,} features: use fewer")
    elements: Elements = "float" if kind in _FLOATS else "integer"
    bits, signed = _INTEGERS.get(kind, (8, False))

    def sample(shape: tuple[int, ...], batch: int = 0) -> Sample:
        own = shape[1:] if len(shape) > 1 and shape[0] == 1 else shape
        return Sample(input.name, shape, elements, InputFormat(own or (1,), bits, signed, kind in _INTEGERS), batch)

    if not opened and len(shape) > 1 and shape[0] > 1:
        yield sample((1, *shape[1:]), shape[0])
        if math.prod(shape) > MOST_FEATURES:
            return
    yield sample(shape)


def _first_weights(graph: Graph, nodes: tuple[Node, ...]) -> int | None:
    """The inputs of the first matrix."""
    for node in nodes:
        if node.op_type in ("Gemm", "MatMul") and len(node.proto.input) > 1:
            tensor = graph.initializers.get(node.proto.input[1])
            if tensor is not None and len(tensor.dims) == 2:
                size = tensor.dims[1 if node.attributes.get("transB") else 0]
                return int(size) if size > 0 else None
    return None
