"""Nodes that only depend on constants, or that only move values: computed by onnx's own reference."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from onnx import GraphProto, ValueInfoProto, helper
from onnx.reference import ReferenceEvaluator

from quantnn.importers.onnx.constants import Constant
from quantnn.importers.onnx.node import Node

__all__ = ["FOLDABLE", "FoldingError", "folded", "size"]


class FoldingError(ValueError):
    """A node cannot be computed; the message says why, and fits behind a colon."""


Inputs = Sequence[Constant | None]
"""Of a node, None where an optional one is left out."""


def _largest(inputs: Inputs) -> int:
    """Of what keeps its elements, or fewer."""
    return max((array.size for array in inputs if array is not None), default=1)


def _broadcast(inputs: Inputs) -> int:
    return math.prod(np.broadcast_shapes(*(array.shape for array in inputs if array is not None)))


def _sum(inputs: Inputs) -> int:
    return sum(array.size for array in inputs if array is not None)


def _gather(inputs: Inputs) -> int:
    data, indices = _arrays(inputs, 2)
    return indices.size * (data.size // max(min(data.shape, default=1), 1))


def _product(inputs: Inputs) -> int:
    """Of the sizes that the last input lists."""
    return math.prod(max(int(size), 1) for size in _integers(inputs[-1]))


def _expand(inputs: Inputs) -> int:
    return _product(inputs) * _largest(inputs[:1])


def _range(inputs: Inputs) -> int:
    start, limit, step = (float(array.reshape(())) for array in _arrays(inputs, 3))
    return int(min(abs((limit - start) / (step or 1.0)), 1e18)) + 1


def _matmul(inputs: Inputs) -> int:
    """Of the multiplications, which bound the product's elements too."""
    left, right = _arrays(inputs[:2], 2)
    return left.size * max(right.size // max(right.shape[-2:][0] if right.ndim else 1, 1), 1)


def _arrays(inputs: Inputs, count: int) -> list[Constant]:
    arrays = [array for array in inputs[:count] if array is not None]
    if len(arrays) < count:
        raise FoldingError(f"it must have {count} inputs")
    return arrays


def _integers(array: Constant | None) -> list[int]:
    if array is None or array.dtype.kind not in "iu":
        raise FoldingError("its sizes must be integers")
    return [int(value) for value in array.ravel()]


_SAME = (
    "Identity Cast CastLike Transpose Reshape Squeeze Unsqueeze Flatten Neg Abs Sqrt Reciprocal Exp Log Floor"
    " Ceil Round Sign Not Slice Split Shape Size Dropout DequantizeLinear ReduceSum ReduceMean ReduceProd ReduceMax"
    " ReduceMin ReduceSumSquare ReduceL2 Relu Sigmoid Tanh Erf"
)
_PAIRWISE = (
    "Add Sub Mul Div Pow Mod Min Max Sum Mean Equal Less Greater LessOrEqual GreaterOrEqual And Or Xor Where Clip"
)

FOLDABLE: Mapping[str, Callable[[Inputs], int]] = {
    **dict.fromkeys(_SAME.split(), _largest),
    **dict.fromkeys(_PAIRWISE.split(), _broadcast),
    "Concat": _sum,
    "Gather": _gather,
    "ConstantOfShape": _product,
    "Expand": _expand,
    "Tile": _expand,
    "Range": _range,
    "MatMul": _matmul,
}
"""Operators of ONNX that may be computed, and the most elements of what they make. None of them can run for long
otherwise."""

_SINCE = {"DequantizeLinear": 21}
"""Operators that onnx's reference knows since an opset only, and that meant the same before."""


def size(node: Node, inputs: Inputs) -> int:
    """The most elements that a foldable node makes.

    Raises
    ------
    FoldingError
        Its inputs do not fit it.
    """
    try:
        return FOLDABLE[node.op_type](inputs)
    except (ValueError, IndexError) as error:
        raise error if isinstance(error, FoldingError) else FoldingError("its inputs do not fit together") from None


def folded(node: Node, inputs: Inputs, opset: int) -> tuple[Constant, ...]:
    """What a foldable node makes of arrays.

    Raises
    ------
    FoldingError
        Its inputs or attributes do not fit it.
    """
    names = [f"input{number}" if array is not None else "" for number, array in enumerate(inputs)]
    outputs = [f"output{number}" if name else "" for number, name in enumerate(node.proto.output)]
    proto = helper.make_node(node.op_type, names, outputs)
    proto.attribute.extend(node.proto.attribute)
    graph = GraphProto(
        name="constants",
        input=[ValueInfoProto(name=name) for name in names if name],
        output=[ValueInfoProto(name=name) for name in outputs if name],
        node=[proto],
    )
    feeds = {name: array for name, array in zip(names, inputs, strict=True) if name}
    try:
        with np.errstate(all="ignore"):
            made = ReferenceEvaluator(graph, opsets={"": max(opset, _SINCE.get(node.op_type, 0))}).run(None, feeds)
    except Exception as error:  # the reference raises whatever numpy does, and types of its own
        raise FoldingError(f"it cannot be computed ({type(error).__name__})") from None
    arrays = [np.asarray(array) for array in made]
    if any(array.dtype == object for array in arrays):
        raise FoldingError("it makes no numbers")
    return tuple(arrays)
