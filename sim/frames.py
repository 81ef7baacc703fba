"""Samples as a source sends them: frames of any length, and garbage wherever a core must not look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.beats import BeatFormat

__all__ = ["Frames"]


@dataclass(frozen=True, eq=False)
class Frames:
    """Beats up to and including one with tlast for each sample; places that mean nothing hold random bits.

    Parameters
    ----------
    format : BeatFormat
        The stream's.
    samples : int64 array of shape (n, format.elements)
    lengths : int64 array of shape (n,), optional
        Beats of each frame, at least 1: less than ``format.beats`` for a tlast that comes early, more for one that
        comes late. ``format.beats`` by default.
    seed : int
        Of the random bits.
    """

    format: BeatFormat
    samples: Integers
    lengths: Integers | None = None
    seed: int = 1

    @classmethod
    def of_any_length(cls, form: BeatFormat, samples: Integers, seed: int = 1) -> Frames:
        """About a third of the frames end early, where that is possible, and a third late."""
        random, count = np.random.default_rng(seed), len(samples)
        right = np.full(count, form.beats)
        early = np.minimum(right, random.integers(1, max(form.beats, 2), count))
        late = right + random.integers(1, form.beats + 2, count)
        return cls(form, samples, np.choose(random.integers(0, 3, count), [right, early, late]), seed)

    @property
    def answered(self) -> Integers:
        """The samples that a core makes of the frames: elements that did not come are 0; shape (n, elements)."""
        came = np.arange(self.format.elements) < self._lengths[:, None] * self.format.per_beat
        return np.where(came, self.samples, 0)

    @property
    def _lengths(self) -> Integers:
        return np.full(len(self.samples), self.format.beats) if self.lengths is None else self.lengths

    def records(self) -> bytes:
        """What the bench's source reads: for each beat a byte with tlast, then tdata, its highest byte first."""
        lengths = self._lengths
        place = np.arange(lengths.max())
        random = np.random.default_rng(self.seed)
        beats = random.integers(0, 256, (len(lengths), len(place), self.format.bytes), dtype=np.uint8)
        meant = self.format.pack(np.full((1, self.format.elements), -1))[:, : len(place)]
        values = self.format.pack(self.samples)[:, : len(place)]
        known = beats[:, : self.format.beats]
        known[:] = known & ~meant | values
        last = (place == lengths[:, None] - 1).astype(np.uint8)
        records = np.concatenate([last[:, :, None], beats[:, :, ::-1]], axis=2)
        return records[place < lengths[:, None]].tobytes()
