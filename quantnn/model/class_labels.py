"""True classes, as files have them, and the numbers of a network's outputs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.errors import InputError
from quantnn.files.safe_npz import Array
from quantnn.model.array_checks import integral
from quantnn.model.data_options import Expected
from quantnn.network.class_names import check_class_names
from quantnn.system.text import name_of

__all__ = ["ClassLabels", "FoundLabels", "is_one_hot"]

_SHOWN = 8


@dataclass(frozen=True, eq=False)
class ClassLabels:
    """The classes of samples, as a network numbers them.

    Parameters
    ----------
    numbers : int64 array of shape (n,)
        From 0 to the network's classes − 1.
    names : tuple of str
        What the classes are called, if the file says it and the network does not.
    note : str
        What a report should say, or nothing.
    """

    numbers: Integers
    names: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, eq=False)
class FoundLabels:
    """The labels of a file.

    Parameters
    ----------
    values : array of shape (n,) or (n, classes)
        Numbers, or text; or one-hot, a 1 in each row and else zeros.
    source : Path or str
        The file, or what messages call an array in memory.
    name : str
        The array or column, where there are others in the file.
    named : bool
        Whether numbers may be names too, as 1 to 5 for five classes: in tables and names of folders. Else a number is
        the index of an output.
    """

    values: Array
    source: Path | str
    name: str = ""
    named: bool = False

    def of_samples(self, count: int, expected: Expected) -> ClassLabels:
        """The class of each of ``count`` samples.

        A text is the class that the network calls so. Where it calls none as any of the texts, whole numbers within its
        classes are these; and where it calls them nothing, as many different texts as it has classes are their names,
        sorted: by value if all are whole numbers. One-hot labels are the column of the 1.

        Raises
        ------
        InputError
            There is not one label per sample, or one is no class of the network.
        """
        values = self.values
        if values.ndim == 2 and values.shape[1] == 1:
            values = values[:, 0]
        if values.shape == (count, expected.class_count) and is_one_hot(values):
            return ClassLabels(values.argmax(axis=1).astype(np.int64))
        if values.ndim != 1:
            remedy = "flatten it" if values.size == count else "give the labels, not the samples"
            if values.shape == (count, expected.class_count):
                remedy = "save its argmax over axis 1"
            raise InputError(f"{self._where} must have one label per sample, not shape {values.shape}: {remedy}")
        if len(values) != count:
            remedy = "give one label per sample"
            if self.named and len(values) == count + 1:
                remedy += f"; if the first, {str(values[0])[:64]!r}, is a header, call it label"
            raise InputError(f"{self._where} has {len(values)} labels for {count} samples: {remedy}")
        if values.dtype.kind in "US" or self.named:
            return self._by_name(values, expected)
        remedy = f"labels are the index of the network's output, of which there are {expected.class_count}"
        allowed = IntegerRange(0, expected.class_count - 1)
        return ClassLabels(integral(values, self.name, self.source, allowed, remedy))

    @property
    def _where(self) -> str:
        return f"{self.source}: {self.name}" if self.name else str(self.source)

    def _by_name(self, values: Array, expected: Expected) -> ClassLabels:
        if values.dtype.kind not in "US":
            whole = integral(values, self.name, self.source, _ANY, "labels are classes")
            values = whole.astype(str)
        different, places = np.unique(values, return_inverse=True)
        texts = [_decoded(text, self._where) for text in different.tolist()]
        numbers = [int(text) if _is_whole(text) else -1 for text in texts]
        if set(texts).isdisjoint(expected.class_names) and all(0 <= n < expected.class_count for n in numbers):
            return ClassLabels(np.array(numbers, dtype=np.int64)[places])
        if expected.class_names:
            return ClassLabels(self._numbered(texts, expected.class_names)[places])
        texts_are_numbers = all(_is_whole(text) for text in texts)
        names = tuple(sorted(texts, key=(lambda text: (int(text), text)) if texts_are_numbers else None))
        if len(names) != expected.class_count:
            remedy = "leave the others out"
            if len(names) < expected.class_count:
                remedy = "save what they are called as class_names in the model, or number them"
            found = f"{len(names)} classes ({_some(names)})"
            raise InputError(f"{self._where} has {found}, but the network {expected.class_count}: {remedy}")
        try:
            check_class_names(names, expected.class_count)
        except ValueError as error:
            raise InputError(f"{self._where}: {error}") from None
        short = name_of(Path(self.source))
        where = f"{short}: {self.name}" if self.name else short
        note = f"{where}: classes are numbered in the order {_some(names)}"
        return ClassLabels(self._numbered(texts, names)[places], names, note)

    def _numbered(self, texts: list[str], names: tuple[str, ...]) -> Integers:
        places = {name: number for number, name in enumerate(names)}
        for text in texts:
            if text not in places:
                raise InputError(
                    f"{self._where} has {text[:64]!r}, but the network's classes are {_some(names)}: rename it"
                )
        return np.array([places[text] for text in texts], dtype=np.int64)


def is_one_hot(values: Array) -> bool:
    """Whether each row of a matrix holds a 1 and else zeros."""
    if values.ndim != 2 or values.dtype.kind not in "biuf":
        return False
    return bool(((values == 0) | (values == 1)).all() and (values.sum(axis=1) == 1).all())


_ANY = IntegerRange(-(1 << 53), 1 << 53)


def _is_whole(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isdecimal() and digits.isascii() and len(digits) <= 15


def _decoded(text: str | bytes, where: str) -> str:
    try:
        return (text.decode("utf-8") if isinstance(text, bytes) else text).strip()
    except UnicodeDecodeError:
        raise InputError(f"{where} has undecodable text: save it as UTF-8") from None


def _some(names: Iterable[str]) -> str:
    shown = list(names)
    return ", ".join(shown[:_SHOWN]) + (", …" if len(shown) > _SHOWN else "")
