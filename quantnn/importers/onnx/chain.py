"""The chain of operators that a graph's nodes make, while it is walked along."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

import numpy as np

from quantnn.importers.onnx.flow import Elements, Flow
from quantnn.importers.onnx.node import Node
from quantnn.importers.operators.operator import Keep, Operator, Reorder
from quantnn.importers.reading import Entry

__all__ = ["BranchError", "Chain", "Step"]


class BranchError(ValueError):
    """A value is used on two branches."""


@dataclass(frozen=True)
class Step:
    """One node of the chain.

    Parameters
    ----------
    node : Node
    shape : str
        Of what it makes.
    operators : tuple of int
        The chain's operators that stand for it.
    """

    node: Node
    shape: str
    operators: tuple[int, ...] = ()


class Chain:
    """Operators, and the nodes that they come from.

    Members
    -------
    operators : list of Operator
    steps : list of Step
        A node each.
    notes : list of str
        What a report should say.
    decision : str
        What nodes say of the answer beyond an ArgMax: ``argmax``, ``threshold``, or empty.
    """

    def __init__(self) -> None:
        self.operators: list[Operator] = []
        self.steps: list[Step] = []
        self.notes: list[str] = []
        self.decision: Literal["", "argmax", "threshold"] = ""
        self._base = 0

    def begin(self, node: Node) -> None:
        """The next node."""
        self.steps.append(Step(node, ""))

    def forget(self) -> None:
        """The node begun last does nothing for the chain."""
        self.steps.pop()

    def emit(self, flow: Flow, operators: list[Operator], shape: tuple[int, ...], elements: Elements = "float") -> Flow:
        """Put operators of the node begun last behind a flow that was settled; what comes of it has ``shape``.

        Raises
        ------
        BranchError
            Something else was computed of the flow already.
        """
        self._own(flow)
        self._base += 1
        made = Flow.whole(self._base, shape, elements)
        before = self.steps[-1].operators
        places = self._stand(len(self.steps) - 1, operators)
        self.steps[-1] = replace(self.steps[-1], shape=made.words, operators=(*before, *places))
        return made

    def settle(self, flow: Flow, shape: tuple[int, ...] | None = None) -> Flow:
        """The flow with all its features in order, broadcast to a shape: a reordering is emitted where one is due.

        Raises
        ------
        BranchError
            Something else was computed of the flow already.
        """
        self._own(flow)
        if shape is not None and shape != flow.shape:
            flow = replace(flow, index=np.broadcast_to(flow.index, shape))
        if flow.ordered:
            return replace(flow, moved=())
        moved = flow.moved or (len(self.steps) - 1,)
        node = self.steps[moved[-1]].node
        self._base += 1
        where = self._stand(moved[-1], [Reorder(node.name, node.kind, flow.index.ravel().copy())])
        for number in moved[:-1]:
            self.steps[number] = replace(self.steps[number], operators=where)
        return replace(Flow.whole(self._base, flow.shape, flow.elements), grid=flow.grid)

    def keep(self, flow: Flow, index: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Flow:
        """What the node begun last makes of a flow, or of several of one base, by moving values."""
        number = len(self.steps) - 1
        made = replace(flow, index=index)
        same = index.size == flow.index.size and bool((index.ravel() == flow.index.ravel()).all())
        if not same:
            made = replace(made, moved=(*flow.moved, number))
        node = self.steps[-1].node
        self._stand(number, [Keep(node.name, node.kind)])
        self.steps[-1] = replace(self.steps[-1], shape=made.words)
        return made

    @property
    def last(self) -> tuple[Operator, ...]:
        """Up to two operators that compute, the latest first."""
        computing = (operator for operator in reversed(self.operators) if not isinstance(operator, Keep))
        return tuple(islice(computing, 2))

    def undo(self) -> None:
        """Take the latest operator that computes back: what stands before it is the end of the chain again."""
        place = max(number for number, operator in enumerate(self.operators) if not isinstance(operator, Keep))
        self.operators[place] = Keep(self.operators[place].name, self.operators[place].kind)
        self._base -= 1

    def entries(self, fates: tuple[str, ...]) -> tuple[Entry, ...]:
        """Per node, what became of it, from what became of each operator."""
        return tuple(
            Entry(
                step.node.kind,
                step.node.name,
                step.shape,
                ", ".join(dict.fromkeys(fates[number] for number in step.operators)) or "nothing changes",
            )
            for step in self.steps
        )

    def _stand(self, number: int, operators: list[Operator]) -> tuple[int, ...]:
        """Let operators stand for a step."""
        places = tuple(range(len(self.operators), len(self.operators) + len(operators)))
        self.operators.extend(operators)
        self.steps[number] = replace(self.steps[number], operators=places)
        return places

    def latest(self, flow: Flow) -> bool:
        """Whether nothing was computed of a flow yet."""
        return flow.base == self._base

    def _own(self, flow: Flow) -> None:
        if not self.latest(flow):
            raise BranchError("what it takes is used on another branch too: only a chain of operators is supported")
