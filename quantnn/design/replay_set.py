"""The samples that a board keeps for its replay, with the classes that they are compared with."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import Integers
from quantnn.design.interface import CoreInterface
from quantnn.design.vectors import Vectors
from quantnn.errors import InputError
from quantnn.files.memory_words import read_words, written_words
from quantnn.hdl.board.replay import Replay
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import evaluate
from quantnn.network.samples import Samples
from quantnn.plan.clock import ClockPlan
from quantnn.plan.replay import ReplayPlan

__all__ = ["REPLAY", "ReplaySet"]

REPLAY = "quantnn_replay"
"""Name of the module that keeps them."""

_SAMPLES, _EXPECTED, _LABELS = "player_samples", "counters_expected", "counters_labels"
"""Its memories, as :class:`ReplayPlan` names them."""

_STEPS_PER_SECOND = 3
"""Signs by which what scrolls over the displays moves in a second."""


@dataclass(frozen=True, eq=False)
class ReplaySet:
    """What a replay is made of.

    Parameters
    ----------
    samples : uint8 array of shape (n, beats, bytes)
        As the core takes them.
    expected : int64 array of shape (n,)
        The reference's classes.
    labels : int64 array of shape (n,) or None
        The true classes, where they are known.
    """

    samples: npt.NDArray[np.uint8]
    expected: Integers
    labels: Integers | None

    @classmethod
    def of(cls, plan: ReplayPlan, vectors: Vectors) -> ReplaySet:
        """The first samples of some vectors, as many as are planned."""
        inputs = vectors.inputs[: plan.samples]
        labels = vectors.labels[: plan.samples] if plan.labelled and vectors.labels is not None else None
        return cls(plan.input.pack(inputs), _classes(vectors.network, inputs), labels)

    @classmethod
    def stored(
        cls,
        interface: CoreInterface,
        count: int,
        labelled: bool,
        network: IntegerNetwork,
        files: Mapping[str, bytes],
        place: Path,
    ) -> ReplaySet:
        """What memory files hold, and what the reference makes of it.

        Parameters
        ----------
        interface : CoreInterface
            The core's.
        count : int
            Samples.
        labelled : bool
            Whether there are labels.
        network : IntegerNetwork
        files : mapping of str to bytes
            The replay's memory files, and perhaps others, by name.
        place : Path
            Where the files lie, for messages.

        Raises
        ------
        InputError
            A file is missing or damaged, or a sample is none of the network.
        """
        form, width = interface.input, interface.output.class_width
        words = _packed(_SAMPLES, count * form.beats, form.tdata_width, files, place)
        samples = words.reshape(count, form.beats, form.bytes)
        labels = None
        if labelled:
            low, *high = _packed(_LABELS, count, width, files, place).T.astype(np.int64)
            labels = low + (high[0] << 8 if high else 0)
        try:
            expected = _classes(network, form.samples(samples))
        except ValueError as error:
            raise InputError(f"{place} holds samples of another network ({error}): export the model again") from None
        return cls(samples, expected, labels)

    @property
    def labels_digest(self) -> str | None:
        """SHA-256 over the labels, two bytes each, in hexadecimal; None without."""
        return None if self.labels is None else hashlib.sha256(self.labels.astype("<u2").tobytes()).hexdigest()

    @property
    def mark(self) -> int:
        """CRC-32 of samples and labels: what the board says of its set."""
        crc = zlib.crc32(self.samples.tobytes())
        return crc if self.labels is None else zlib.crc32(self.labels.astype("<u2").tobytes(), crc)

    @property
    def correct(self) -> int:
        """Samples of which the reference knows the true class; without labels, all."""
        return len(self.expected) if self.labels is None else int((self.expected == self.labels).sum())

    def gateware(self, plan: ReplayPlan, clock: ClockPlan) -> Replay:
        """The module that keeps them."""
        labels = None if self.labels is None else self.labels.tolist()
        steps = max(3, clock.frequency_hz // _STEPS_PER_SECOND)
        return Replay(plan, self.samples, self.expected.tolist(), labels, mark=self.mark, step_cycles=steps)

    def rewritten(self, files: Mapping[str, bytes], place: Path) -> dict[str, bytes]:
        """The memory files of the reference's classes, which other weights change, by name: laid out like ``files``.

        Raises
        ------
        InputError
            There are none, or they are damaged.
        """
        classes = self.expected.tolist()
        first, found = 0, {}
        for name in _parts(_EXPECTED, files):
            depth, width = read_words(files.get(name), f"{place / name}").shape
            found[name] = written_words(classes[first : first + depth], width, depth)
            first += depth
        return found


def _parts(memory: str, files: Mapping[str, bytes]) -> list[str]:
    """The files of a memory, which may have parts."""
    whole = f"{REPLAY}_{memory}.mem"
    numbered = [name for part in range(len(files)) if (name := f"{REPLAY}_{memory}_{part}.mem") in files]
    return [whole] if whole in files else numbered or [whole]


def _packed(memory: str, words: int, width: int, files: Mapping[str, bytes], place: Path) -> npt.NDArray[np.uint8]:
    """The words of a memory as bytes, the lowest first."""
    names = _parts(memory, files)
    parts = [read_words(files.get(name), f"{place / name}") for name in names]
    if {part.shape[1] for part in parts} != {width} or sum(map(len, parts)) < words:
        raise InputError(f"{place / names[0]} must hold {words} words of {width} bits: export the model again")
    return np.packbits(np.concatenate(parts)[:words], axis=1, bitorder="little")


def _classes(network: IntegerNetwork, samples: Samples) -> Integers:
    classes = evaluate(network, samples, hidden=False).classes
    if classes is None:
        raise ValueError("the network gives values")
    return classes
