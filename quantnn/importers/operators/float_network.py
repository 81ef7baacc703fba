"""From the operators of a file to the float network that they compute."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quantnn.arithmetic import IntegerRange
from quantnn.errors import InputError
from quantnn.importers.operators.fate import Fates
from quantnn.importers.operators.operator import Activate, Affine, ArgMax, Keep, Linear, Operator, Reorder
from quantnn.importers.operators.view import View
from quantnn.model.activation import FloatActivation, Floats
from quantnn.model.input_scaling import InputScaling
from quantnn.model.network import FloatDense, FloatNetwork

__all__ = ["InputFormat", "float_network"]

_MOST_ROUTED = 4096
"""Features that an operator between two activations may have, which then becomes a layer of its own; of several such
layers the squares are counted together."""
_UNCHANGED = ("relu", "sigmoid", "softmax")
"""Activations whose values a relu behind them leaves alone."""


@dataclass(frozen=True)
class InputFormat:
    """What a file says of its input.

    Parameters
    ----------
    shape : tuple of int
        Of one sample, without the batch, as the file has it.
    bits : int
        Of one element, if it is an integer; 8 where the file takes floats.
    signed : bool
    integral : bool
        Whether the file itself takes integers.
    """

    shape: tuple[int, ...]
    bits: int = 8
    signed: bool = False
    integral: bool = False

    @property
    def features(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def range(self) -> IntegerRange:
        return IntegerRange.of_format(self.bits, self.signed)


def float_network(
    operators: Sequence[Operator],
    source: str,
    input: InputFormat,
    *,
    decision: str = "",
    notes: tuple[str, ...] = (),
) -> tuple[FloatNetwork, tuple[str, ...]]:
    """The network, and per operator what became of it.

    What scales the input in front of the first linear operator becomes the input scaling; what scales between linear
    operators is folded into their weights; operators that no dense layer can take up become one of their own, and a
    note says so.

    Parameters
    ----------
    source : str
        The file, for messages.
    decision : str
        What the user wants; else what the operators say, else the default of
        :func:`~quantnn.model.decision.decide`.

    Raises
    ------
    InputError
        The operators do not follow one another, or none of them is linear.
    """
    builder = _Builder(source, input.features, Fates(operators))
    for operator in operators:
        try:
            builder.add(operator)
        except ValueError as error:
            raise InputError(f"{source}: {operator}: {error}") from None
    return builder.finish(input, decision, notes), builder.fates.texts


class _Builder:
    def __init__(self, source: str, features: int, fates: Fates) -> None:
        self.source, self.fates = source, fates
        self.view = View.whole(features)
        self.every = self.view  # the last that had every input
        self.scaling: InputScaling | None = None
        self.layers: list[tuple[Floats, Floats, FloatActivation | None]] = []
        self.notes: list[str] = []
        self.decision = ""
        self.routed = 0  # weights of layers that only pass on
        self.pending: list[Operator] = []  # what scales or reorders, until it is known where it goes

    def add(self, operator: Operator) -> None:
        if self._ended and not isinstance(operator, (Keep, ArgMax)):
            raise ValueError("it follows a softmax or an ArgMax, but these end a network: leave it to the host")
        match operator:
            case Keep():
                self.fates.say(operator, "nothing changes")
            case Linear():
                self._linear(operator, operator.weights, operator.bias)
            case Affine():
                self._affine(operator)
            case Reorder():
                self.every = self.view if self.view.permutes else self.every
                self.view = self.view.chosen(operator.order)
                self._settle(operator)
            case Activate():
                self._activate(operator)
            case ArgMax():
                if self.decision:
                    raise ValueError("there is an ArgMax before it already")
                self.decision = "argmax"
                self.fates.say(operator, "the class")
            case _:
                raise ValueError(f"{operator.kind} is only known in quantized networks")

    @property
    def _ended(self) -> bool:
        last = self.layers[-1][2] if self.layers else None
        return bool(self.decision) or (last is not None and last.last_only)

    def _linear(self, operator: Operator, weights: Floats, bias: Floats) -> None:
        if len(weights) != len(self.view):
            raise ValueError(
                f"its weights take {len(weights)} features, but what is before it has {len(self.view)}: the layers of"
                " this file do not follow one another"
            )
        if not self.layers:
            self._scale_input()
        weights, bias = self.view.behind(weights, bias)
        self.layers.append((weights, bias, None))
        self.view = View.whole(len(bias))
        here = f"layer {len(self.layers) - 1}"
        self.fates.say(operator, here)
        for earlier in self.pending:
            self.fates.say(earlier, "input scaling" if self._scales_input(earlier) else f"folded into {here}")
        self.pending = []

    def _scales_input(self, operator: Operator) -> bool:
        return self.scaling is not None and len(self.layers) == 1 and isinstance(operator, Affine)

    def _scale_input(self) -> None:
        """Turn what scales raw inputs into an input scaling, which the quantization treats with more care. Inputs that
        are left out are scaled as they were before: so one of them does not stand out."""
        view = self.view
        if not view.scales or not view.distinct:
            return
        slope, offset = np.empty(view.features), np.empty(view.features)
        for known in (self.every, view):
            slope[known.order], offset[known.order] = known.slope, known.offset
        if not slope.all():
            return
        if (slope == slope[0]).all() and (offset == offset[0]).all():
            slope, offset = slope[0], offset[0]
        self.scaling = InputScaling(slope, -offset)
        self.view = View(view.features, view.order, np.ones(len(view)), np.zeros(len(view)))

    def _affine(self, operator: Affine) -> None:
        for values in (operator.slope, operator.offset):
            if values.shape not in ((), (1,), (len(self.view),)):
                raise ValueError(f"it has {values.size} values for {len(self.view)} features")
        self.view = self.view.affine(operator.slope, operator.offset)
        self._settle(operator)

    def _settle(self, operator: Operator) -> None:
        """Fold the view into the layer above it, where no activation is between them."""
        if not self.layers or self.layers[-1][2] is not None:
            self.pending.append(operator)
            return
        weights, bias, _ = self.layers[-1]
        view = self.view
        chosen: Floats = weights[:, view.order]
        scaled = chosen if (view.slope == 1).all() else chosen * view.slope
        self.layers[-1] = (scaled, bias[view.order] * view.slope + view.offset, None)
        self.view = View.whole(len(view))
        self.fates.say(operator, f"folded into layer {len(self.layers) - 1}")

    def _activate(self, operator: Activate) -> None:
        activation = operator.activation
        if activation.kind == "linear":
            self.fates.say(operator, "nothing changes")
            return
        before = self.layers[-1][2] if self.layers else None
        if before is not None and self.view.plain and activation.kind == "relu" and before.kind in _UNCHANGED:
            self.fates.say(operator, f"nothing: a {before.kind} is never negative")
            return
        if before is not None and self.view.plain and (both := _composed(before, activation)) is not None:
            self.layers[-1] = (*self.layers[-1][:2], both)
            self.fates.say(operator, f"{both.name} of layer {len(self.layers) - 1}, with the {before.name} before it")
            return
        if not self.layers or before is not None:
            self._own_layer(str(operator))
        weights, bias, _ = self.layers[-1]
        self.layers[-1] = (weights, bias, activation)
        self.fates.say(operator, f"{activation.name} of layer {len(self.layers) - 1}")

    def _own_layer(self, why: str) -> None:
        """Make a dense layer of the view, for the activation or the end that comes."""
        count = len(self.view)
        self.routed += count * count
        if self.routed > _MOST_ROUTED**2:
            raise ValueError(f"{count} features cannot be put behind one another activation: use a dense layer between")
        if not self.layers:
            self._scale_input()
        weights, bias = self.view.matrix()
        self.layers.append((weights, bias, None))
        here = f"layer {len(self.layers) - 1}"
        for earlier in self.pending:
            self.fates.say(earlier, "input scaling" if self._scales_input(earlier) else f"folded into {here}")
        self.pending = []
        self.view = View.whole(count)
        self.notes.append(f"{here} has {count} features that are only passed on: no dense layer stands before {why}")

    def finish(self, input: InputFormat, decision: str, notes: tuple[str, ...]) -> FloatNetwork:
        if not any(weights.size for weights, _, _ in self.layers):
            raise InputError(f"{self.source} has no dense layer: give the model with its weights")
        if self.pending:
            self._own_layer("the output")
        try:
            return FloatNetwork(
                tuple(FloatDense(w, b, "linear" if a is None else a.name) for w, b, a in self.layers),
                self.scaling or InputScaling(),
                input.bits,
                input.signed,
                notes=(*notes, *self.notes),
                decision=decision or self.decision,
                input_shape=input.shape,
            )
        except ValueError as error:
            raise InputError(f"{self.source}: {error}") from None


def _composed(first: FloatActivation, second: FloatActivation) -> FloatActivation | None:
    """One activation for two clips or relus in a row; None for others."""
    ends = [_ends(first), _ends(second)]
    if None in ends:
        return None
    (a, b), (c, d) = (each for each in ends if each is not None)
    lo, hi = min(max(a, c), d), min(max(b, c), d)
    if lo == hi:
        raise ValueError(f"behind a {first.name}, its outputs are {lo:g} for every input")
    return FloatActivation.named(f"clip:{lo!r}:{hi!r}")


def _ends(activation: FloatActivation) -> tuple[float, float] | None:
    if activation.lo is not None and activation.hi is not None:
        return activation.lo, activation.hi
    return (0.0, math.inf) if activation.kind == "relu" else None
