"""The graph of a model: its nodes, and which of them an output needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from onnx import AttributeProto, ModelProto, TensorProto, ValueInfoProto, defs

from quantnn.errors import InputError
from quantnn.importers.onnx.node import Node
from quantnn.system.text import printable, shortened

__all__ = ["Graph"]

_OLDEST = 6
_MOST_NODES, _MOST_CONNECTIONS = 6000, 20_000
_SUBGRAPHS = (AttributeProto.GRAPH, AttributeProto.GRAPHS)


class Graph:
    """Nodes by what they make.

    Parameters
    ----------
    model : ModelProto
    path : Path

    Members
    -------
    opsets : dict
        Version of each domain's operators; the domain of ONNX itself is ``""``.
    inputs : tuple of ValueInfoProto
        Those that are no weights.
    outputs : tuple of ValueInfoProto
    initializers : dict of TensorProto
    producers : dict of Node
        By the name of what they make.

    Raises
    ------
    InputError
        Two things have one name, the nodes are far too many, or the operators are older or newer than what can be
        read.
    """

    def __init__(self, model: ModelProto, path: Path) -> None:
        self.path = path
        self.opsets = {_domain(entry.domain): int(entry.version) for entry in model.opset_import}
        graph = model.graph
        self._check_opset()
        self._check_size(model)
        self.functions = {(_domain(function.domain), function.name) for function in model.functions}
        self.initializers: dict[str, TensorProto] = {tensor.name: tensor for tensor in graph.initializer}
        self.inputs: tuple[ValueInfoProto, ...] = tuple(i for i in graph.input if i.name not in self.initializers)
        self.outputs: tuple[ValueInfoProto, ...] = tuple(graph.output)
        self.producers: dict[str, Node] = {}
        self._inputs = {value.name for value in self.inputs}
        taken = {*self.initializers, *self._inputs}
        for number, proto in enumerate(graph.node):
            node = Node(proto, _domain(proto.domain), number)
            for name in filter(None, proto.output):
                if name in self.producers or name in taken:
                    raise InputError(f"{path}: {_shown(name)} is made twice: save the model again")
                self.producers[name] = node

    def _check_opset(self) -> None:
        opset, newest = self.opsets.get("", 0), int(defs.onnx_opset_version())
        if not self.opsets:
            raise InputError(f"{self.path} states no opset: save the model again")
        if opset and not _OLDEST <= opset <= newest:
            raise InputError(
                f"{self.path} is of opset {opset}, and those from {_OLDEST} to {newest} are read: convert it with"
                " onnx.version_converter, or update onnx"
            )

    def _check_size(self, model: ModelProto) -> None:
        nodes, connections = len(model.graph.node), sum(len(node.input) for node in model.graph.node)
        if nodes > _MOST_NODES or connections > _MOST_CONNECTIONS:
            raise InputError(
                f"{self.path} has {nodes:,} nodes with {connections:,} inputs, more than {_MOST_NODES:,} with"
                f" {_MOST_CONNECTIONS:,}: save a smaller model"
            )

    def needed(self, output: str) -> tuple[Node, ...]:
        """The nodes that an output depends on, each behind those it takes from.

        Raises
        ------
        InputError
            They form a circle, take from nothing, or one of them has a graph inside.
        """
        order: list[Node] = []
        state: dict[int, bool] = {}  # by number: whether it is done
        stack = [(output, "the graph's outputs")]
        while stack:
            name, user = stack[-1]
            node = self.producers.get(name)
            if node is None:
                stack.pop()
                if name not in self.initializers and name not in self._inputs:
                    raise InputError(f"{self.path}: {_shown(name)}, which {user} needs, is made by nothing")
                continue
            if state.get(node.number):
                stack.pop()
                continue
            if node.number in state:
                state[node.number] = True
                order.append(node)
                stack.pop()
                continue
            self._check(node)
            state[node.number] = False
            for wanted in filter(None, node.proto.input):
                earlier = self.producers.get(wanted)
                if earlier is not None and state.get(earlier.number) is False:
                    raise InputError(f"{self.path}: {node.shown} needs what itself makes: the graph has a circle")
                stack.append((wanted, node.shown))
        return tuple(order)

    def _check(self, node: Node) -> None:
        if (node.domain, node.op_type) in self.functions:
            raise InputError(
                f"{self.path}: {node.shown} is a function of the file's own: save the model without functions, as"
                " onnx.inliner.inline_local_functions does"
            )
        if any(attribute.type in _SUBGRAPHS for attribute in node.proto.attribute):
            raise InputError(
                f"{self.path}: {node.shown} has a graph inside: control flow has no hardware; export a chain"
            )

    def depends(self, output: str, nodes: Sequence[Node] | None = None) -> bool:
        """Whether an output depends on an input."""
        nodes = self.needed(output) if nodes is None else nodes
        return output in self._inputs or any(self._inputs.intersection(node.proto.input) for node in nodes)


def _domain(name: str) -> str:
    return "" if name == "ai.onnx" else name


def _shown(name: str) -> str:
    return repr(shortened(printable(name), 60))
