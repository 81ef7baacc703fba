"""One node and the values that it takes, for the handlers of operators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import numpy as np

from quantnn.importers.onnx.budget import MOST_FEATURES, Budget
from quantnn.importers.onnx.chain import Chain
from quantnn.importers.onnx.constants import Constant
from quantnn.importers.onnx.flow import Elements, Flow
from quantnn.importers.onnx.folding import folded, size
from quantnn.importers.onnx.node import Node
from quantnn.importers.operators.operator import Operator
from quantnn.model.activation import Floats

_T = TypeVar("_T")

__all__ = ["Call", "Refusal", "Value"]

Value: TypeAlias = "Flow | Constant"
"""What a node takes or makes."""


_OTHERS = {
    "integer": "integers: cast to floats",
    "scores": "what ends a network: leave it to the host",
    "class": "a class: leave it to the host",
}


class Refusal(ValueError):
    """Why an operator cannot be had, and what is supported instead."""


@dataclass(frozen=True, eq=False)
class Call:
    """A node of which at least one input depends on the network's.

    Parameters
    ----------
    node : Node
    inputs : tuple
        A flow or a constant each; None where an optional input is left out.
    opset : int
        Of the node's domain.
    chain : Chain
        What the handler adds its operators to.
    budget : Budget
    batch : int
        The fixed number of samples that the file's first axis stands for, where it is taken for one; else 0.
    """

    node: Node
    inputs: tuple[Value | None, ...]
    opset: int
    chain: Chain
    budget: Budget
    batch: int = 0

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def kind(self) -> str:
        return self.node.kind

    def attribute(self, name: str, default: _T) -> _T:
        """An attribute's value as Python has it, of the default's type.

        Raises
        ------
        Refusal
            It is of another one.
        """
        found = self.node.attributes.get(name, default)
        texts = isinstance(found, list) and any(isinstance(entry, str) for entry in found)
        if type(found) is not type(default) or (texts and "string" not in name):
            raise Refusal(f"its attribute {name} is of another type")
        return found

    def number(self, name: str, default: float) -> float:
        """An attribute that is a float32, as the shortest decimal that rounds to it: 0.01 and not 0.0099999998."""
        return float(str(np.float32(self.attribute(name, default))))

    def given(self, position: int) -> Value | None:
        """An input, or None where it is left out."""
        return self.inputs[position] if position < len(self.inputs) else None

    def flow(self, position: int = 0, *, scores: bool = False) -> Flow:
        """An input that depends on the network's, of floats; with ``scores``, also of what only has a greatest.

        Raises
        ------
        Refusal
            It is a constant, or holds integers.
        """
        value = self.given(position)
        if not isinstance(value, Flow):
            raise Refusal("its first input must depend on the network's input")
        if value.elements != "float" and not (scores and value.elements == "scores"):
            raise Refusal(f"it computes with {_OTHERS[value.elements]}")
        return value

    def constant(self, position: int, default: Any = None) -> Floats | None:
        """An input that is constant, as float64; the default where it is left out.

        Raises
        ------
        Refusal
            It depends on the network's input, or holds no numbers.
        """
        value = self.given(position)
        if value is None:
            return None if default is None else np.asarray(default, dtype=np.float64)
        if isinstance(value, Flow):
            raise Refusal("two of its inputs depend on the network's input: only a chain of operators is supported")
        if value.dtype.kind not in "fiub":
            raise Refusal(f"it takes a constant of type {value.dtype}: floats are supported")
        return value.astype(np.float64)

    def folded(self, inputs: tuple[Constant | None, ...]) -> tuple[Constant, ...]:
        """What the node makes of arrays in the places of its inputs, within the file's budget."""
        made = size(self.node, inputs)
        if made > MOST_FEATURES:
            raise Refusal(f"it makes {made:,} features, more than {MOST_FEATURES:,}")
        self.budget.take(made, self.node.shown)
        return folded(self.node, inputs, self.opset)

    def emit(
        self, flow: Flow, *operators: Operator, shape: tuple[int, ...], elements: Elements = "float"
    ) -> tuple[Flow]:
        """What comes of operators behind a flow, which is put into the order of its shape first."""
        return (self.chain.emit(self.chain.settle(flow), list(operators), shape, elements),)
