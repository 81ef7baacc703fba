"""One operator after the other, lowered to integer layers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from quantnn.arithmetic import Box, IntegerRange, Requantizer
from quantnn.importers.operators.fate import Fates
from quantnn.importers.operators.integer_layer import (
    beside_microcontrollers,
    compared_with_bounds,
    requantized,
    unrounded,
)
from quantnn.importers.operators.integer_tensor import Grid, Sums, one_value
from quantnn.importers.operators.operator import (
    Activate,
    Affine,
    ArgMax,
    IntegerLinear,
    Keep,
    Linear,
    Operator,
    Quantize,
    Reorder,
    Sign,
)
from quantnn.importers.operators.whole_weights import whole_weights
from quantnn.model.activation import FloatActivation
from quantnn.model.quantized import difference_words
from quantnn.network.layers import Dense, Layer, Rescale
from quantnn.network.table import Table

__all__ = ["IntegerChain"]

_TABULATED = 1 << 12
"""Entries of a table that is taken where a requantizer could do it nearly, too."""
_LARGEST_TABLE = 1 << 16


class IntegerChain:
    """Layers as they come about.

    Tensors between layers are centred: an integer t = q − zero point, so that zero points of hidden tensors vanish.
    """

    def __init__(self, source: str, features: int, fates: Fates) -> None:
        self.source, self.features, self.fates = source, features, fates
        self.layers: list[Layer] = []
        self.differences: list[float] = []
        self.notes: list[str] = []
        self._micro: list[str] = []
        self.decision = ""
        self.last_activation: FloatActivation | None = None
        self.left_out: tuple[Operator, ...] = ()
        self._pending: list[Operator] = []
        self._rounded_answer: list[Operator] = []
        self._before: list[Box] = []  # the input's box of each layer
        self.tensor: Grid | Sums

    def start(self, scale: Fraction, zero: Fraction, input: IntegerRange) -> None:
        """Begin with raw integers that stand for ``scale · (raw − zero)``."""
        self.input, self.input_scale = input, scale
        self.tensor = Grid.of(scale, zero, Box.uniform(input, self.features))

    @property
    def outputs(self) -> int:
        """Features of the tensor behind the last operator."""
        return len(self.tensor)

    @property
    def ending(self) -> FloatActivation:
        """The activation that nothing quantizes, if the network ended here."""
        if isinstance(self.tensor, Grid) and self.tensor.functions:
            last = self.tensor.functions[-1]
            if isinstance(last, Activate):
                return last.activation
        return self.last_activation or FloatActivation("linear")

    def add(self, operator: Operator) -> None:
        """The next operator.

        Raises
        ------
        ValueError
            It cannot be had there.
        """
        if self.decision and not isinstance(operator, (Keep, ArgMax)):
            raise ValueError("it follows an ArgMax, but that ends a network: leave it to the host")
        if self.last_activation is not None and not isinstance(operator, (Keep, ArgMax, Quantize)):
            kind = self.last_activation.kind
            raise ValueError(f"it follows a {kind}, but no quantizer stands between: quantize the {kind}, too")
        match operator:
            case Keep():
                self.fates.say(operator, "nothing changes")
            case Linear():
                self._linear(operator, whole_weights(operator))
            case IntegerLinear():
                self._linear(operator, operator)
            case Affine():
                self._affine(operator)
            case Activate():
                self._activate(operator)
            case Reorder():
                self._reorder(operator)
            case Quantize():
                self._quantize(operator)
            case Sign():
                self._sign(operator)
            case ArgMax():
                if self.decision:
                    raise ValueError("there is an ArgMax before it already")
                self.decision = "argmax"
                self.fates.say(operator, "the class")
            case _:
                raise ValueError(f"{operator.kind} has no integers")

    def leave_out(self, quantizer: Quantize) -> None:
        """A quantizer of the answer, behind the activation that ends the network."""
        self._rounded_answer.append(quantizer)
        self.fates.say(quantizer, "left out")

    def _linear(self, operator: Operator, linear: IntegerLinear) -> None:
        if isinstance(self.tensor, Sums):
            raise ValueError("no quantizer stands between it and the linear operator before: put one there")
        grid = self._closed(self.tensor)
        self.tensor = grid.through(linear)
        self._pending.append(operator)

    def _affine(self, operator: Affine) -> None:
        tensor = self.tensor
        slope, offset = one_value(operator.slope), one_value(operator.offset)
        uniform = slope is not None and offset is not None
        if isinstance(tensor, Sums):
            self.tensor = tensor.affine(operator)
        elif not uniform:
            self.tensor = self._closed(tensor).sums(operator.slope, operator.offset)
        elif tensor.functions:
            self.tensor = replace(tensor, functions=(*tensor.functions, operator))
        else:
            assert slope is not None and offset is not None
            self.tensor = tensor.scaled(slope, offset)
        self._pending.append(operator)

    def _activate(self, operator: Activate) -> None:
        activation = operator.activation
        if activation.kind == "linear":
            self.fates.say(operator, "nothing changes")
            return
        if activation.last_only or (isinstance(self.tensor, Sums) and activation.kind in ("sigmoid", "tanh")):
            self.last_activation, self.left_out = activation, (operator,)
            return
        tensor = self.tensor
        if isinstance(tensor, Grid):
            self.tensor = replace(tensor, functions=(*tensor.functions, operator))
        else:
            self.tensor = tensor.activated(operator)
        self._pending.append(operator)

    def _reorder(self, operator: Reorder) -> None:
        order = np.asarray(operator.order, dtype=np.int64)
        if int(order.max()) >= len(self.tensor):
            raise ValueError(f"it takes feature {int(order.max())} of {len(self.tensor)}")
        tensor = self.tensor
        self.tensor = replace(tensor, order=tensor.order[order]) if isinstance(tensor, Grid) else tensor.chosen(order)
        self._pending.append(operator)

    def _quantize(self, operator: Quantize) -> None:
        if self.last_activation is not None:
            kind = self.last_activation.kind
            raise ValueError(
                f"no quantizer stands between the linear operator and the {kind}: put one there, as its integers are"
                " the table's index"
            )
        tensor = self.tensor
        scale, output = Fraction(operator.scale), IntegerRange(operator.lo - operator.zero, operator.hi - operator.zero)
        self._pending.append(operator)
        if isinstance(tensor, Grid):
            union = self._indices(tensor)
            if union.hi - union.lo < _TABULATED or _curved(tensor):

                def steps(value: Fraction) -> int:
                    rounded = operator.rounding.exact(value / scale)
                    return min(max(rounded, output.lo), output.hi)

                self._tabulate(tensor, scale, [steps(value) for value in self._values(tensor, union)], union)
                return
            tensor = self._opened(tensor)
        tensor = tensor.upright()
        layer, difference = requantized(tensor, operator, not self.layers)
        if again := beside_microcontrollers(tensor, operator, layer):
            self._micro.append(f"layer {len(self.layers)} at most {again}")
        self._append(layer, tensor.grid.box, difference)
        self.tensor = self._outputs(scale)

    def _sign(self, operator: Sign) -> None:
        tensor, scale = self.tensor, Fraction(operator.scale)
        self._pending.append(operator)
        if isinstance(tensor, Grid):
            union = self._indices(tensor)
            if union.hi - union.lo < _TABULATED or _curved(tensor):
                values = [1 if value >= 0 else -1 for value in self._values(tensor, union)]
                self._tabulate(tensor, scale, values, union)
                return
            tensor = self._opened(tensor)
        self._append(compared_with_bounds(tensor.upright(), operator, not self.layers), tensor.grid.box, 0)
        self.tensor = self._outputs(scale)

    def _indices(self, grid: Grid) -> IntegerRange:
        """The integers for which the function of a grid has to be known."""
        if not self.layers:
            return self.input
        layer = self.layers[-1]
        return layer.output if layer.table is None else grid.box.union

    def _values(self, grid: Grid, indices: IntegerRange) -> list[Fraction]:
        if indices.hi - indices.lo >= _LARGEST_TABLE:
            raise ValueError(f"a table over {indices.width} bits would be too large: quantize to 16 bits before it")
        return grid.values(range(indices.lo, indices.hi + 1))

    def _tabulate(self, grid: Grid, scale: Fraction, values: list[int], indices: IntegerRange) -> None:
        """Let integers of a grid become others: nothing where only a constant is added, saturation where that does it,
        else a table."""
        own = range(indices.lo, indices.hi + 1)
        moved = {value - t for value, t in zip(values, own, strict=True)}
        order = grid.order
        if len(moved) == 1:
            self.tensor = replace(Grid.of(scale, Fraction(-moved.pop()), grid.box), order=order)
            self._say(f"the integers of {self._here} as they are")
            return
        if not self.layers:
            count = len(grid.box)
            layer: Layer = Rescale(np.zeros(count, dtype=np.int64), Requantizer.make(count, self.input))
            self._append(replace(layer, activation="input scaling"), grid.box, 0)
        layer, before = self.layers[-1], self._before[-1]
        self.differences[-1] = _after(self.differences[-1], values)
        output = IntegerRange(min(values), max(values))
        name = next((f.activation.name for f in grid.functions if isinstance(f, Activate)), layer.activation)
        if layer.table is not None:
            first = indices.lo
            inner = tuple(values[value - first] if value in indices else values[0] for value in layer.table.values)
            layer = replace(layer, table=Table(layer.table.index, inner, output), scale=float(scale), activation=name)
        elif (
            output.lo in indices and output.hi in indices and values == [min(max(t, output.lo), output.hi) for t in own]
        ):
            layer = replace(
                layer,
                requantizer=replace(layer.requantizer, output=output),
                scale=float(scale),
                activation=name,
            )
        else:
            table = Table(indices, tuple(values), output)
            layer = replace(layer, table=table, scale=float(scale), activation=name)
        self.layers[-1] = layer
        self.tensor = replace(Grid.of(scale, Fraction(0), layer.output_box(before)), order=order)
        self._say(f"{self._here}, {difference_words(self.differences[-1])}")

    def _closed(self, grid: Grid) -> Grid:
        """The grid with its functions done, where these give values on the same grid."""
        if not grid.functions:
            return grid
        indices = self._indices(grid)
        steps = [value / grid.scale for value in self._values(grid, indices)]
        if any(step.denominator != 1 for step in steps):
            name = grid.functions[-1].kind
            raise ValueError(f"no quantizer stands behind the {name} before it: quantize that, too")
        scale = grid.scale
        self._tabulate(grid, scale, [int(step) for step in steps], indices)
        assert isinstance(self.tensor, Grid)
        return self.tensor

    def _opened(self, grid: Grid) -> Sums:
        """The grid as accumulators of their own, with its functions behind them."""
        functions = grid.functions
        sums = replace(grid, functions=()).sums(np.asarray(1.0), np.asarray(0.0))
        for operator in functions:
            match operator:
                case Affine():
                    sums = sums.affine(operator)
                case Activate():
                    sums = sums.activated(operator)
        return sums

    def _append(self, layer: Layer, before: Box, difference: float) -> None:
        self.layers.append(layer)
        self.differences.append(float(difference))
        self._before.append(before)
        self._say(f"{self._here}, {difference_words(float(difference))}")

    @property
    def _here(self) -> str:
        return f"layer {len(self.layers) - 1}" if self.layers else "the input"

    def _say(self, text: str) -> None:
        for operator in self._pending:
            self.fates.say(operator, text)
        self._pending = []

    def _outputs(self, scale: Fraction) -> Grid:
        return Grid.of(scale, Fraction(0), self.layers[-1].output_box(self._before[-1]))

    def finish(self, decision: str) -> None:
        """End the chain, for this decision.

        Raises
        ------
        ValueError
            There is no linear operator, or its end cannot be had.
        """
        if isinstance(self.tensor, Grid):
            self._end_quantized(self.tensor, decision)
        else:
            layer, difference = unrounded(self.tensor.upright(), decision, not self.layers)
            self._append(layer, self.tensor.grid.box, difference)
        if not any(isinstance(layer, Dense) for layer in self.layers):
            raise ValueError("there is no dense layer: give the model with its weights")
        if self._micro:
            steps = ", ".join(self._micro[:8]) + (", …" if len(self._micro) > 8 else "")
            self.notes.append(f"kernels for microcontrollers, which round otherwise, are steps away: {steps}")
        if self.left_out and self.last_activation is not None:
            kind = self.last_activation.kind
            self.fates.say(self.left_out[0], "left out")
            self.left_out = (*self.left_out, *self._rounded_answer)
            if decision == "none":
                left = f"the {kind} at the end is left out: a host can still apply it"
            elif self._rounded_answer:
                left = f"the {kind} at the end is left out with its quantizer: the class is that of the values before"
            else:
                left = f"the {kind} at the end is left out: the decision is the same without"
            self.notes.append(left)

    def _end_quantized(self, grid: Grid, decision: str) -> None:
        last = grid.functions[-1] if grid.functions else None
        if isinstance(last, Activate) and last.activation.increasing:
            grid = replace(grid, functions=grid.functions[:-1])
            self.last_activation, self.left_out = last.activation, (last,)
        if grid.functions or not grid.plain:
            grid = self._closed(grid)
        if not self.layers:
            return
        if not grid.plain:
            raise ValueError("the outputs are put into another order behind the last quantizer: put that before it")
        if grid.scale < 0:
            raise ValueError("a negative factor stands behind the last quantizer: put it before")
        if grid.zero and decision == "threshold":
            raise ValueError("a sum stands behind the last quantizer: put it before")
        if grid.zero and decision == "none":
            self.notes.append(f"values are the outputs plus {float(-grid.scale * grid.zero):g}")
        self.layers[-1] = replace(self.layers[-1], scale=float(grid.scale))
        self._say(self._here)


def _after(difference: float, values: list[int]) -> float:
    """What a difference of an index can become behind a table."""
    table = np.array(values)
    steps = [np.abs(table[step:] - table[:-step]).max() for step in range(1, min(int(difference) + 1, len(table)))]
    return float(max(steps, default=0))


def _curved(grid: Grid) -> bool:
    return any(
        isinstance(operator, Activate) and operator.activation.kind in ("sigmoid", "tanh")
        for operator in grid.functions
    )
