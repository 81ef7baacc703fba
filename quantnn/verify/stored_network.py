"""The network that the memory files of a core hold, read back from docs/core.md and not by what wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.errors import InputError, VerificationError
from quantnn.files.memory_words import read_words
from quantnn.network.layers import Dense, Layer
from quantnn.network.network import IntegerNetwork
from quantnn.plan.core_name import CORE
from quantnn.plan.core_record import CoreRecord
from quantnn.plan.layer_record import LayerRecord
from quantnn.plan.run_record import RunRecord

__all__ = ["check_stored"]

_REMEDY = "export the model again"


def check_stored(
    files: Mapping[str, bytes], record: CoreRecord, network: IntegerNetwork, place: str, core: str = CORE
) -> None:
    """Compare every word of a core's memory files with the network.

    Weights, biases, multipliers, shifts, roundings and tables are unpacked from the words and compared number by
    number; whatever stands beyond them has to be 0, as have all the words of queues.

    Parameters
    ----------
    files : mapping of str to bytes
        The memory files, and perhaps others, by name.
    record : CoreRecord
        What was built: how the numbers are laid out. The network fits it.
    network : IntegerNetwork
    place : str
        What the message calls the folder of the files.
    core : str
        The core's module.

    Raises
    ------
    VerificationError
        A number is not the network's: names file, word, layer and both numbers.
    InputError
        A file is missing or holds no words.
    """
    if record.input_queue is not None:
        _zeros(_Memory.read(files, f"{core}_input_stage_queue", place), "the queue at the input")
    number = 0
    for there in record.engines:
        stem, layer = f"{core}_layer_{number}", network.layers[number]
        if isinstance(there, RunRecord):
            last = number + len(there.layers) - 1
            _zeros(_Memory.read(files, f"{stem}_queue", place), f"the queue behind layer {last}")
            number = last + 1
            continue
        if isinstance(layer, Dense):
            _weights(_Memory.read(files, f"{stem}_mac_weights", place), there, layer, number)
        _parameters(_Memory.read(files, f"{stem}_drain_parameters", place), there, layer, number)
        for lane in range(there.fold.lanes if layer.table else 0):
            _table(_Memory.read(files, f"{stem}_drain_table_{lane}", place), layer, number)
        _zeros(_Memory.read(files, f"{stem}_queue", place), f"the queue behind layer {number}")
        number += 1


@dataclass(frozen=True, eq=False)
class _Memory:
    """The words of a memory, its parts one behind the other.

    Parameters
    ----------
    parts : tuple of (str, int)
        The files, as the message names them, and the words of each.
    bits : uint8 array of shape (words, width)
        Lowest bit first.
    """

    parts: tuple[tuple[str, int], ...]
    bits: npt.NDArray[np.uint8]

    @classmethod
    def read(cls, files: Mapping[str, bytes], stem: str, place: str) -> _Memory:
        """A memory that is one file, or several that are numbered."""
        names = [f"{stem}.mem"]
        if names[0] not in files:
            names = [f"{stem}_{part}.mem" for part in range(len(files)) if f"{stem}_{part}.mem" in files] or names
        contents = [read_words(files.get(name), f"{place}/{name}") for name in names]
        for name, content in zip(names, contents, strict=True):
            if content.shape[1] != contents[0].shape[1]:
                raise InputError(f"{place}/{name} must have words as wide as those of {place}/{names[0]}: {_REMEDY}")
        parts = tuple((f"{place}/{name}", len(content)) for name, content in zip(names, contents, strict=True))
        return cls(parts, np.concatenate(contents))

    def differs(self, word: int, message: str, **values: int | str) -> VerificationError:
        """The error that a word is another one than it must be: the message goes behind its file and line."""
        line = word + 1
        for name, words in self.parts:
            if line <= words:
                place: dict[str, int | str] = {"file": name, "line": line}
                return VerificationError(f"{name}, line {line}{message}: {_REMEDY}", {**place, **values})
            line -= words
        raise LookupError("the memory has no such word")

    def check_size(self, words: int, width: int) -> None:
        """Refuse a memory that is too small, or has words of another width."""
        found, wide = self.bits.shape
        if found < words or wide != width:
            raise InputError(
                f"{self.parts[0][0]} must hold at least {words} words of {width} bits, not {found} of {wide}: {_REMEDY}"
            )

    def numbers(self, first: int, stride: int, bits: int) -> Integers:
        """The unsigned number of ``bits`` bits from bit ``first`` of each place on; shape (words, places)."""
        values = np.zeros((len(self.bits), self.bits.shape[1] // stride), dtype=np.int64)
        for bit in range(bits):
            values |= self.bits[:, first + bit :: stride][:, : values.shape[1]].astype(np.int64) << bit
        return values


def _compare(
    memory: _Memory, found: Integers, words: Integers, places: Integers, values: Integers, form: IntegerRange, what: str
) -> None:
    """Refuse the first number that is another one than the network's; ``what`` names them by their indices."""
    mask = (1 << form.width) - 1
    wanted = np.zeros_like(found)
    wanted[words, places] = values & mask
    for word, place in np.argwhere(found != wanted)[:1]:
        got, own = int(found[word, place]), np.argwhere((words == word) & (places == place))
        if not len(own):
            beyond = f", place {place}: {got} must be 0 beyond the layer"
            raise memory.differs(int(word), beyond, place=int(place), got=got, expected=0)
        if form.signed and got >> (form.width - 1):
            got -= mask + 1
        index = tuple(int(i) for i in own[0])
        named, expected = what.format(*index), int(values[index])
        message = f": {named} is {got} there, but {expected} in network.npz"
        raise memory.differs(int(word), message, what=named, got=got, expected=expected)


def _weights(memory: _Memory, there: LayerRecord, layer: Dense, number: int) -> None:
    pe, simd, form = there.fold.pe, there.fold.word, layer.weight_range
    columns = -(-layer.in_features // simd)
    memory.check_size(-(-layer.out_features // pe) * columns, pe * simd * form.width)
    i, j = np.arange(layer.in_features)[:, np.newaxis], np.arange(layer.out_features)
    found = memory.numbers(0, form.width, form.width)
    words, places = j // pe * columns + i // simd, j % pe * simd + i % simd
    _compare(memory, found, words, places, layer.weights, form, f"layer {number}, weight of input {{}}, neuron {{}}")


def _parameters(memory: _Memory, there: LayerRecord, layer: Layer, number: int) -> None:
    requantizer, lanes, fields = layer.requantizer, there.fold.lanes, there.datapath.fields
    multipliers = np.array(requantizer.multipliers)
    stored = {
        "bias": layer.bias,
        "shift": np.array(requantizer.shifts),
        "multiplier": multipliers,
        "negative_multiplier": np.array(requantizer.negative_multipliers),
        "left_shift": np.array([m.bit_length() - 1 for m in requantizer.multipliers]),
        "round": (np.array(requantizer.roundings) != 0).astype(np.int64),
    }
    width = sum(bits for _, bits in fields)
    memory.check_size(-(-layer.out_features // lanes), lanes * width)
    channels = np.arange(layer.out_features)
    first = 0
    for name, bits in fields:
        form = IntegerRange.of_format(bits, signed=name == "bias")
        found = memory.numbers(first, width, bits)
        what = f"layer {number}, {name.replace('_', ' ')} of neuron {{}}"
        _compare(memory, found, channels // lanes, channels % lanes, stored[name], form, what)
        first += bits


def _table(memory: _Memory, layer: Layer, number: int) -> None:
    table = layer.table
    assert table is not None
    addresses = np.arange(table.index.lo, table.index.hi + 1) & ((1 << table.index.width) - 1)
    memory.check_size(1 << table.index.width, table.output.width)
    found = memory.numbers(0, table.output.width, table.output.width)
    what = f"layer {number}, value {{}} of the table"
    _compare(memory, found, addresses, np.zeros_like(addresses), np.array(table.values), table.output, what)


def _zeros(memory: _Memory, what: str) -> None:
    for word in np.flatnonzero(memory.bits.any(axis=1))[:1]:
        raise memory.differs(int(word), f": {what} must begin with zeros", what=what)
