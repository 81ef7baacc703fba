"""The integer network as plain ONNX operators on int64: a second reference, which other people's programs compute.

Only MatMul, Add, Sub, Mul, Div, Less, Where, Cast, Clip, Gather, Greater, Squeeze and ArgMax are used, each as
https://onnx.ai/onnx/operators/ defines it on int64. None of them rounds, none saturates at fewer bits (MatMulInteger
does on some processors), and no float occurs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from quantnn.arithmetic import Integers, Requantizer
from quantnn.errors import InputError
from quantnn.network.layers import Dense, Layer, Rescale
from quantnn.network.network import IntegerNetwork
from quantnn.network.table import Table
from quantnn.system.extras import missing_package

if TYPE_CHECKING:
    from onnx import ModelProto

__all__ = ["CLASSES", "INPUT", "accumulated", "layer_output", "onnx_network", "save_onnx"]

INPUT, CLASSES = "samples", "classes"
_OPSET, _IR = 17, 8
"""Versions of the operators and of the file, from 2022."""


def layer_output(number: int) -> str:
    """What the outputs of a layer are called."""
    return f"layer_{number}"


@dataclass(eq=False)
class Graph:
    """Nodes and constants as they are collected.

    Members
    -------
    nodes, constants : list
        In the order in which they were added.
    """

    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def constant(self, name: str, values: Any) -> str:
        """An int64 constant; returns its name."""
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype=np.int64), name))
        return name

    def node(self, operator: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        """A node; returns its output's name."""
        from onnx import helper

        self.nodes.append(helper.make_node(operator, list(inputs), [output], name=output, **attributes))
        return output


def onnx_network(network: IntegerNetwork, name: str = "network") -> ModelProto:
    """A model from raw inputs, int64 of shape (n, in_features), to every layer's integers, int64 of shape
    (n, out_features), under the names of :func:`layer_output`, and to :data:`CLASSES`, int64 of shape (n,), if the
    network classifies.

    Raises
    ------
    ImportError
        onnx is not installed.
    """
    from onnx import TensorProto, checker, helper

    graph, values = Graph(), INPUT
    outputs = []
    for number, layer in enumerate(network.layers):
        accumulators = accumulated(layer, graph, values, f"layer_{number}/")
        values = _finished(layer, graph, accumulators, number)
        shape = ["n", layer.out_features]
        outputs.append(helper.make_tensor_value_info(values, TensorProto.INT64, shape))
    if network.classify:
        _classified(graph, values, network.out_features)
        outputs.append(helper.make_tensor_value_info(CLASSES, TensorProto.INT64, ["n"]))
    samples = helper.make_tensor_value_info(INPUT, TensorProto.INT64, ["n", network.in_features])
    whole = helper.make_graph(graph.nodes, name, [samples], outputs, graph.constants)
    opsets = [helper.make_opsetid("", _OPSET)]
    model = helper.make_model(whole, opset_imports=opsets, ir_version=_IR, producer_name="quantnn")
    checker.check_model(model)
    return model


def save_onnx(network: IntegerNetwork, path: Path) -> None:
    """Write :func:`onnx_network`; the same network gives the same bytes.

    Raises
    ------
    InputError
        onnx is not installed.
    """
    try:
        model = onnx_network(network)
    except ImportError as error:
        raise InputError(missing_package(error.name, "onnx", what="what writes ONNX")) from None
    path.write_bytes(model.SerializeToString(deterministic=True))


@singledispatch
def accumulated(layer: Layer, graph: Graph, inputs: str, prefix: str) -> str:
    """Add a layer's accumulators, bias included, to the graph; returns what they are called.

    A new layer type registers its own function here.
    """
    raise TypeError(f"There is no ONNX form of a {layer.kind} layer")


@accumulated.register
def _(layer: Dense, graph: Graph, inputs: str, prefix: str) -> str:
    sums = graph.node("MatMul", [inputs, graph.constant(prefix + "weights", layer.weights)], prefix + "sums")
    return graph.node("Add", [sums, graph.constant(prefix + "bias", layer.bias)], prefix + "accumulators")


@accumulated.register
def _(layer: Rescale, graph: Graph, inputs: str, prefix: str) -> str:
    return graph.node("Add", [inputs, graph.constant(prefix + "bias", layer.bias)], prefix + "accumulators")


def _finished(layer: Layer, graph: Graph, accumulators: str, number: int) -> str:
    prefix, output = f"layer_{number}/", layer_output(number)
    if layer.table is None:
        return _requantized(layer.requantizer, graph, accumulators, prefix, output)
    index = _requantized(layer.requantizer, graph, accumulators, prefix, prefix + "index")
    return _looked_up(layer.table, graph, index, prefix, output)


def _requantized(requantizer: Requantizer, graph: Graph, acc: str, prefix: str, output: str) -> str:
    """``y = saturate((acc·m + r) >> s)``. The arithmetic shift is the quotient toward −infinity by 2**s; ONNX' Div goes
    toward 0, so one is taken off where the remainder is negative."""

    def column(name: str, values: Sequence[int]) -> str:
        return graph.constant(prefix + name, list(values))

    split, shifted = requantizer.negative_multipliers != requantizer.multipliers, any(requantizer.shifts)
    zero = graph.constant(prefix + "zero", 0) if split or shifted else ""
    factor = column("multipliers", requantizer.multipliers)
    if split:
        below = graph.node("Less", [acc, zero], prefix + "below")
        negative = column("negative_multipliers", requantizer.negative_multipliers)
        factor = graph.node("Where", [below, negative, factor], prefix + "factor")
    product = graph.node("Mul", [acc, factor], prefix + "product")
    rounded = graph.node("Add", [product, column("roundings", requantizer.roundings)], prefix + "rounded")
    if shifted:
        divisor = column("divisors", [1 << shift for shift in requantizer.shifts])
        quotient = graph.node("Div", [rounded, divisor], prefix + "quotient")
        exact = graph.node("Mul", [quotient, divisor], prefix + "multiple")
        rest = graph.node("Sub", [rounded, exact], prefix + "rest")
        from onnx import TensorProto

        short = graph.node("Less", [rest, zero], prefix + "short")
        one = graph.node("Cast", [short], prefix + "one", to=TensorProto.INT64)
        rounded = graph.node("Sub", [quotient, one], prefix + "shifted")
    ends = [graph.constant(prefix + end, getattr(requantizer.output, end)) for end in ("lo", "hi")]
    return graph.node("Clip", [rounded, *ends], output)


def _looked_up(table: Table, graph: Graph, index: str, prefix: str, output: str) -> str:
    first = graph.constant(prefix + "first", table.index.lo)
    place = graph.node("Sub", [index, first], prefix + "place")
    values: Integers = np.array(table.values, dtype=np.int64)
    return graph.node("Gather", [graph.constant(prefix + "table", values), place], output, axis=0)


def _classified(graph: Graph, logits: str, outputs: int) -> str:
    """The index of the greatest logit, the lowest of equals; of a single one, whether it exceeds 0."""
    if outputs > 1:
        return graph.node("ArgMax", [logits], CLASSES, axis=1, keepdims=0, select_last_index=0)
    from onnx import TensorProto

    above = graph.node("Greater", [logits, graph.constant("zero", 0)], "above")
    flat = graph.node("Squeeze", [above, graph.constant("axis", [1])], "flat")
    return graph.node("Cast", [flat], CLASSES, to=TensorProto.INT64)
