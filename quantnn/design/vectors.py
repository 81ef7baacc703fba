"""Stimulus and expected answers in an exported folder, as plain .npy files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.errors import InputError, VerificationError
from quantnn.files.npy_rows import NpyRows, RowWriter
from quantnn.files.safe_npz import Array
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import Evaluation, answers, evaluate
from quantnn.network.samples import Head, Samples, StoredSamples, blocks
from quantnn.system.progress import SILENT, Progress

__all__ = ["Vectors"]


@dataclass(frozen=True, eq=False)
class Vectors:
    """Samples, what the reference answers to them, and labels where they are known.

    Neither samples nor answers are kept: they are read and computed when they are needed, which is fast.

    Parameters
    ----------
    network : IntegerNetwork
    inputs : int64 of shape (n, in_features)
    labels : int64 array of shape (m,) or None
        True classes of the first m samples.
    """

    network: IntegerNetwork
    inputs: Samples
    labels: Integers | None = None

    def part(self, first: int, end: int) -> tuple[Integers, Evaluation]:
        """The samples from ``first`` to before ``end``, in memory, and every layer's answers."""
        samples = self.inputs[first:end]
        return samples, evaluate(self.network, samples)

    @property
    def expected(self) -> Evaluation:
        """All answers, in memory."""
        return evaluate(self.network, self.inputs)

    def head(self, count: int) -> Vectors:
        """The first ``count``."""
        return Vectors(self.network, Head(self.inputs, count), None if self.labels is None else self.labels[:count])

    def save(self, folder: Path, progress: Progress = SILENT) -> None:
        """Write inputs.npy, layer_<n>.npy, classes.npy and labels.npy, in the smallest integer types that hold them."""
        ranges: dict[str, IntegerRange] = {}
        progress("computing the expected answers", len(self.inputs), "samples")
        for block in self._blocks():
            progress.advance(len(block["inputs"]))
            for name, values in block.items():
                found = IntegerRange.of_array(values)
                ranges[name] = found.union(ranges.get(name, found))
        with ExitStack() as files:
            writers: dict[str, RowWriter] = {}
            progress("writing the vectors", len(self.inputs), "samples")
            for block in self._blocks():
                progress.advance(len(block["inputs"]))
                for name, values in block.items():
                    if name not in writers:
                        shape = (len(self.inputs), *values.shape[1:])
                        writer = RowWriter(folder / f"{name}.npy", _smallest(ranges[name]), shape)
                        writers[name] = files.enter_context(writer)
                    writers[name].write(values)
        if self.labels is not None:
            values = self.labels
            kind = _smallest(IntegerRange.of_array(values)) if values.size else "int64"
            np.save(folder / "labels.npy", values.astype(kind), allow_pickle=False)

    def _blocks(self) -> Iterator[dict[str, Integers]]:
        """What is stored besides the labels, block by block, by the files' names."""
        found = zip(blocks(len(self.inputs)), answers(self.network, self.inputs), strict=True)
        for rows, answer in found:
            stored = {"inputs": self.inputs[rows]}
            if answer.classes is not None:
                stored["classes"] = answer.classes
            yield stored | {f"layer_{number}": values for number, values in enumerate(answer.layers)}

    @classmethod
    def load(cls, folder: Path, network: IntegerNetwork) -> Vectors:
        """Read what :meth:`save` wrote, and have the reference confirm it.

        Raises
        ------
        InputError
            A file is missing or damaged.
        VerificationError
            The expected answers are not the reference's: somebody changed them, or the network.
        """
        inputs = _StoredIntegers(_integer_rows(folder / "inputs.npy"))
        labels_file = folder / "labels.npy"
        labels = _integers(_integer_rows(labels_file), 0, None) if labels_file.exists() else None
        vectors = cls(network, inputs, labels)
        try:
            vectors._confirm(folder)
        except ValueError as error:
            raise InputError(f"{folder / 'inputs.npy'} does not suit the network ({error}): export it again") from None
        return vectors

    def _confirm(self, folder: Path) -> None:
        files: dict[str, NpyRows] = {}
        start = 0
        for block in self._blocks():
            for name, values in block.items():
                if name == "inputs":
                    continue
                if name not in files:
                    files[name] = _integer_rows(folder / f"{name}.npy")
                same = files[name].shape == (len(self.inputs), *values.shape[1:])
                if not same or not np.array_equal(_integers(files[name], start, start + len(values)), values):
                    raise VerificationError(
                        f"{folder / name}.npy does not hold what the network answers: it or network.npz was changed."
                        " Export the model again",
                        {"file": f"{folder / name}.npy"},
                    )
            start += len(block["inputs"])


@dataclass(frozen=True, eq=False)
class _StoredIntegers(StoredSamples):
    file: NpyRows

    @property
    def shape(self) -> tuple[int, int]:
        return self.file.shape  # type: ignore[return-value]  # the reference checks it

    def read(self, start: int, end: int) -> Integers:
        return _integers(self.file, start, end)


def _integer_rows(path: Path) -> NpyRows:
    rows = NpyRows.of(path)
    if rows.dtype.kind not in "iu":
        raise InputError(f"{path} must hold integers, not {rows.dtype}: export the model again")
    return rows


def _integers(file: NpyRows, start: int, end: int | None) -> Integers:
    values: Array = file.read(start, len(file) if end is None else end)
    if values.dtype == np.uint64 and values.size and int(values.max()) > np.iinfo(np.int64).max:
        raise InputError(f"{file.path} must hold integers of up to 63 bits: export the model again")
    return values.astype(np.int64)


def _smallest(values: IntegerRange) -> str:
    """The type that holds a range in the fewest bytes."""
    bits = next(bits for bits in (8, 16, 32, 64) if values.width <= bits)
    return f"{'int' if values.signed else 'uint'}{bits}"
