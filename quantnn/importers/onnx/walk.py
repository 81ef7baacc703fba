"""Along a graph's nodes, from its input to an output."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from onnx import TensorProto

from quantnn.errors import InputError
from quantnn.importers.onnx.budget import Budget
from quantnn.importers.onnx.call import Call, Refusal, Value
from quantnn.importers.onnx.chain import BranchError, Chain
from quantnn.importers.onnx.constants import tensor_array
from quantnn.importers.onnx.flow import Flow
from quantnn.importers.onnx.folding import FOLDABLE, FoldingError, folded, size
from quantnn.importers.onnx.graph import Graph
from quantnn.importers.onnx.node import Node
from quantnn.importers.onnx.quantized_constants import quantized_constant
from quantnn.importers.onnx.sample import Sample
from quantnn.importers.onnx.table import HANDLERS, REFUSED
from quantnn.system.text import printable, shortened

__all__ = ["Walk"]


_NUMBERS = {"value_float": np.float32, "value_floats": np.float32, "value_int": np.int64, "value_ints": np.int64}
"""A Constant's attributes that are no tensor, and what they make."""


class Walk:
    """The way of one sample through a graph.

    Members
    -------
    chain : Chain
        What the nodes that were passed make of it.
    """

    def __init__(self, graph: Graph, sample: Sample) -> None:
        self.graph, self.sample = graph, sample
        self.chain, self.budget = Chain(), Budget(str(graph.path))
        self.values: dict[str, Value] = {sample.name: Flow.whole(0, sample.shape, sample.elements)}

    def along(self, nodes: Iterable[Node], output: str) -> None:
        """Pass nodes, of which each follows those it takes from, up to an output.

        Raises
        ------
        InputError
            A node is of no supported operator, does not fit what is before it, or stands on a branch.
        """
        for node in nodes:
            for name, value in zip(node.proto.output, self._made(node), strict=False):
                if name:
                    self.values[name] = value
        end = self._value(output)
        if not isinstance(end, Flow):
            raise InputError(f"{self.graph.path}: output {shortened(printable(output), 60)} is constant")
        if self.chain.steps:
            self.chain.settle(end)

    def _made(self, node: Node) -> tuple[Value, ...]:
        inputs = tuple(self._value(name) if name else None for name in node.proto.input)
        shapes = ", ".join(_shape(value) for value in inputs if isinstance(value, Flow))
        try:
            if not shapes:
                return self._constants(node, [value for value in inputs if not isinstance(value, Flow)])
            return self._handled(node, inputs)
        except (Refusal, BranchError, FoldingError) as error:
            why = str(error)
        except (ValueError, TypeError, IndexError, OverflowError):  # what numpy raises of shapes that no operator has
            why = "its inputs or attributes do not fit together: save the model again"
        behind = f"{node.kind}, {shapes}" if shapes else node.kind
        raise InputError(f"{self.graph.path}: {node.name} ({behind}): {why}")

    def _handled(self, node: Node, inputs: tuple[Value | None, ...]) -> tuple[Value, ...]:
        key = (node.domain, node.op_type)
        handled = HANDLERS.get(key)
        if handled is None:
            known = ", ".join(name for domain, name in HANDLERS if not domain)
            raise Refusal(REFUSED.get(key, f"this operator is not supported; known are {known}"))
        self.chain.begin(node)
        batch = self.sample.batch
        call = Call(node, inputs, self.graph.opsets.get(node.domain, 1), self.chain, self.budget, batch)
        made = handled.read(call)
        self.budget.take(sum(value.index.size for value in made if isinstance(value, Flow)), node.shown)
        if batch and any(isinstance(value, Flow) and value.shape[:1] != (1,) for value in made):
            raise Refusal(f"it mixes the {batch} samples of a batch: export the model for one sample")
        return made

    def _constants(
        self, node: Node, inputs: list[np.ndarray[tuple[int, ...], np.dtype[np.generic]] | None]
    ) -> tuple[Value, ...]:
        """What a node makes of constants alone."""
        if node.op_type == "Constant" and not node.domain:
            return (self._constant(node),)
        made = quantized_constant(node, inputs, self.graph.opsets.get("", 1), self.budget)
        if made is not None:
            return made
        if node.domain or node.op_type not in FOLDABLE:
            unsupported = "it computes a constant in a way that is not supported: fold constants on export"
            raise FoldingError(REFUSED.get((node.domain, node.op_type), unsupported))
        self.budget.take(size(node, inputs), node.shown)
        return folded(node, inputs, self.graph.opsets.get("", 1))

    def _constant(self, node: Node) -> Value:
        given = node.attributes
        if isinstance(given.get("value"), TensorProto):
            return tensor_array(given["value"], self.graph.path, self.budget, node.shown)
        for name, kind in _NUMBERS.items():
            if name in given and np.asarray(given[name]).dtype.kind in "fi":
                return np.asarray(given[name]).astype(kind)
        raise FoldingError("it holds no dense tensor of numbers")

    def _value(self, name: str) -> Value:
        if name not in self.values:
            tensor = self.graph.initializers.get(name)
            if tensor is None:
                raise InputError(f"{self.graph.path}: {shortened(printable(name), 60)!r} is made by nothing")
            shown = f"tensor {shortened(printable(name), 60)}"
            self.values[name] = tensor_array(tensor, self.graph.path, self.budget, shown)
        return self.values[name]


def _shape(flow: Flow) -> str:
    return "×".join(map(str, flow.shape)) or "scalar"
