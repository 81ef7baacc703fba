"""Networks as text, the .nnet of ACAS Xu: https://github.com/sisl/NNet states the format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np

from quantnn.errors import InputError
from quantnn.files.regular_file import opened
from quantnn.files.safe_npz import SIZE_LIMIT
from quantnn.importers.format import Format, Hints, Support
from quantnn.importers.operators.float_network import InputFormat, float_network
from quantnn.importers.operators.operator import Activate, Affine, Linear, Operator
from quantnn.importers.reading import Entry, Reading
from quantnn.model.activation import FloatActivation, Floats

__all__ = ["Nnet"]

_COMMENT = b"//"
_MOST_LAYERS = 1000
_LONGEST = 1 << 22
"""Bytes of one line."""
_MOST_COMMENTS = 1 << 16
"""Bytes of comments in front of the first numbers, where a file is to be recognised."""
_MOST_SKIPPED = 1 << 16
"""Lines of comments, or empty ones."""
_INTEGERS = re.compile(rb"[0-9, \t]{3,}")


class Nnet(Format):
    """Dense layers with relu between them, a row of the weights per line."""

    name = "NNet"
    suffixes = (".nnet",)

    def recognises(self, path: Path, head: bytes) -> bool:
        start = head
        if head.startswith(_COMMENT):
            try:
                with opened(path) as file:
                    start = file.read(_MOST_COMMENTS)
            except InputError:
                return False
        lines = [line.strip() for line in start.split(b"\n") if not line.startswith(_COMMENT) and line.strip()][:2]
        if len(lines) < 2 or not all(_INTEGERS.fullmatch(line) for line in lines):
            return False
        counts, sizes = (line.rstrip(b", ").split(b",") for line in lines)
        commented = start.startswith(_COMMENT)
        return len(counts) == 4 and (commented or (sizes[0], sizes[-1]) == (counts[1], counts[2]))

    def operators(self) -> tuple[Support, ...]:
        return (
            Support("layer", "exact", "relu between the layers, none behind the last"),
            Support("means, ranges of the inputs", "exact", "the input scaling"),
            Support("mean, range of the outputs", "exact", "folded into the last layer"),
            Support("minimums, maximums", "approximate", "inputs are not clipped to them"),
        )

    def load(self, path: Path, hints: Hints) -> Reading:
        if hints.activations:
            raise InputError(f"{path}: a .nnet has relu between its layers: leave --activations out")
        with opened(path) as file:
            text = _Text.of(_Lines(file, path), path.stat().st_size)
        operators, shapes = _operators(text)
        notes = _notes(text)
        network, fates = float_network(
            operators, str(path), InputFormat((text.sizes[0],)), decision=hints.decision, notes=notes
        )
        entries = [
            Entry(operator.kind, operator.name, str(shape), fate)
            for operator, shape, fate in zip(operators, shapes, fates, strict=True)
        ]
        return Reading(self.name, network, tuple(entries))


class _Lines:
    """The lines that hold numbers, and where they stand."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file, self.path, self.number = file, path, 0
        self._skipped = 0

    def __iter__(self) -> Iterator[bytes]:
        while line := self._file.readline(_LONGEST + 1):
            self.number += 1
            if len(line) > _LONGEST:
                raise self.bad(f"must have at most {_LONGEST:,} bytes: write a smaller network")
            line = line.strip().rstrip(b",")
            if line and not line.startswith(_COMMENT):
                yield line
                continue
            self._skipped += 1
            if self._skipped > _MOST_SKIPPED:
                raise self.bad(f"is the {self._skipped:,}th without numbers: write the file again")

    def values(self, what: str, count: int) -> Floats:
        """The numbers of the next line.

        Raises
        ------
        InputError
            There is none, they are not as many, or one is not finite.
        """
        line = next(iter(self), None)
        if line is None:
            raise InputError(f"{self.path} ends before {what}: copy or write it again")
        fields = line.split(b",") if line.count(b",") <= count else []
        try:
            if b"_" in line:  # which Python reads in numbers
                raise ValueError
            values = np.array([float(field) for field in fields])
        except ValueError:
            raise self.bad(f"must hold numbers with commas between them, {what}: write it again") from None
        if len(values) != count:
            raise self.bad(f"must hold {count} numbers, {what}, not {line.count(b',') + 1}: write the file again")
        if not np.isfinite(values).all():
            raise self.bad(f"must hold finite numbers, {what}: train or write it again")
        return values

    def integers(self, what: str, count: int) -> list[int]:
        values = self.values(what, count)
        if (values != np.floor(values)).any() or values.min() < 1 or values.max() > _LONGEST:
            raise self.bad(f"must hold integers of 1 or more, {what}: write the file again")
        return [int(value) for value in values]

    def bad(self, problem: str) -> InputError:
        return InputError(f"{self.path}: line {self.number} {problem}")


@dataclass(frozen=True, eq=False)
class _Text:
    """What stands in a file: layer sizes, the inputs' limits, means and ranges with the outputs' last, weights of
    shape (outputs, inputs) and biases."""

    sizes: list[int]
    least: Floats
    most: Floats
    means: Floats
    ranges: Floats
    layers: list[tuple[Floats, Floats]]

    @classmethod
    def of(cls, lines: _Lines, size: int) -> _Text:
        layers, inputs, outputs, _ = lines.integers("of layers, inputs, outputs and the largest layer's size", 4)
        if layers > _MOST_LAYERS:
            raise lines.bad(f"must state at most {_MOST_LAYERS} layers, not {layers}: write a smaller network")
        sizes = lines.integers("the size of the input and of each layer", layers + 1)
        if sizes[0] != inputs or sizes[-1] != outputs:
            raise lines.bad(
                f"must begin with {inputs} inputs and end with {outputs} outputs, as the line before says, not with"
                f" {sizes[0]} and {sizes[-1]}: write the file again"
            )
        numbers = sum((first + 1) * second for first, second in pairwise(sizes))
        if 8 * numbers > SIZE_LIMIT:
            raise lines.bad(f"states {numbers:,} weights, more than {SIZE_LIMIT // 8:,}: write a smaller network")
        if 2 * numbers - 1 > size:
            raise lines.bad(f"states {numbers:,} weights, but the file has {size:,} bytes: copy or write it again")
        lines.values("a flag that is not used", 1)
        least, most = (lines.values(f"the inputs' {what}", inputs) for what in ("minimums", "maximums"))
        means, ranges = (
            lines.values(f"the inputs' and the outputs' {what}", inputs + 1) for what in ("means", "ranges")
        )
        if (ranges <= 0).any():
            raise lines.bad("must hold ranges above 0: write 1 for a feature that never changes")
        pairs = []
        for number, (taken, given) in enumerate(pairwise(sizes)):
            weights = np.empty((given, taken))
            for row in weights:
                row[:] = lines.values(f"a row of layer {number}'s weights", taken)
            pairs.append(
                (weights, np.concatenate([lines.values(f"a bias of layer {number}", 1) for _ in range(given)]))
            )
        if next(iter(lines), None) is not None:
            raise lines.bad("must be the end, as all layers are there: write the file again")
        return cls(sizes, least, most, means, ranges, pairs)


def _operators(text: _Text) -> tuple[list[Operator], list[int]]:
    """The operators and each one's features."""
    found: list[tuple[Operator, int]] = []
    means, ranges = text.means, text.ranges
    if means[:-1].any() or (ranges[:-1] != 1).any():
        slope = 1 / ranges[:-1]
        found.append((Affine("means, ranges", "normalization", slope, -means[:-1] / ranges[:-1]), text.sizes[0]))
    for number, (weights, bias) in enumerate(text.layers):
        if number:
            found.append((Activate(f"{number - 1}", "relu", FloatActivation("relu")), text.sizes[number]))
        found.append((Linear(f"{number}", "layer", weights.T, bias), text.sizes[number + 1]))
    if means[-1] or ranges[-1] != 1:
        found.append((Affine("mean, range", "scale of the outputs", ranges[-1], means[-1]), text.sizes[-1]))
    return [operator for operator, _ in found], [features for _, features in found]


def _notes(text: _Text) -> tuple[str, ...]:
    notes = []
    if (text.least < text.most).any():
        spans = [f"{lo:g}..{hi:g}" for lo, hi in zip(text.least, text.most, strict=True)]
        shown = ", ".join(spans[:6]) + (", …" if len(spans) > 6 else "")
        notes.append(
            f"the inputs were {shown} in training: the file's own programs clip to that, and this network does not"
        )
    if text.sizes[-1] > 1:
        notes.append(
            "the class is the greatest output, unless --decision none is given: ACAS Xu advises by the lowest of its"
            " scores"
        )
    return tuple(notes)
