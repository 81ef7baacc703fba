"""How a sample's elements are spread over the beats of an AXI4-Stream."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import IntegerRange, Integers, ceil_div

__all__ = ["BeatFormat"]


@dataclass(frozen=True)
class BeatFormat:
    """Elements of one sample, several per beat, lowest first, then an optional class index, then zero padding.

    Element i of a beat stands in bits [i·width, (i+1)·width) of tdata, two's complement if signed. The class index,
    where there is one, stands above the elements; tdata is padded with zeros to whole bytes. The last beat of a
    sample carries tlast; its element places beyond the sample are padding too.

    Parameters
    ----------
    elements : int
        Elements of a sample, at least 1.
    element : IntegerRange
        Format of an element.
    per_beat : int
        Elements of a beat, at least 1.
    class_width : int
        Bits of the class index, 0 for none.
    """

    elements: int
    element: IntegerRange
    per_beat: int = 1
    class_width: int = 0

    def __post_init__(self) -> None:
        for name in ("elements", "per_beat"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")

    @property
    def beats(self) -> int:
        """Beats of a sample."""
        return ceil_div(self.elements, self.per_beat)

    @property
    def payload_width(self) -> int:
        """Bits of a beat that carry something."""
        return self.per_beat * self.element.width + self.class_width

    @property
    def bytes(self) -> int:
        """Bytes of tdata."""
        return ceil_div(self.payload_width, 8)

    @property
    def tdata_width(self) -> int:
        """Bits of tdata."""
        return 8 * self.bytes

    def pack(self, samples: Integers, classes: Integers | None = None) -> npt.NDArray[np.uint8]:
        """Samples of shape (n, elements) as tdata of shape (n, beats, bytes), least significant byte first.

        ``classes``, of shape (n, beats), is the class index that each beat carries; it is needed if and only if
        ``class_width`` is not 0.
        """
        count, width = len(samples), self.element.width
        if samples.shape[1:] != (self.elements,):
            raise ValueError(f"Samples must have {self.elements} elements, not shape {samples.shape[1:]}")
        if (classes is None) != (self.class_width == 0):
            raise ValueError("Class indices go with a class field, and only with one")
        padded = np.zeros((count, self.beats * self.per_beat), dtype=np.int64)
        padded[:, : self.elements] = samples
        beats = padded.reshape(count, self.beats, self.per_beat)
        if width == 8 and self.class_width == 0:
            return beats.astype(np.uint8)
        bits = np.zeros((count, self.beats, self.tdata_width), dtype=np.uint8)
        places = bits[:, :, : self.per_beat * width].reshape(count, self.beats, self.per_beat, width)
        for bit in range(width):
            places[..., bit] = (beats >> bit) & 1
        bits[:, :, : self.per_beat * width] = places.reshape(count, self.beats, self.per_beat * width)
        if classes is not None:
            for bit in range(self.class_width):
                bits[:, :, self.per_beat * width + bit] = (classes >> bit) & 1
        return np.packbits(bits, axis=-1, bitorder="little")

    def samples(self, tdata: npt.NDArray[np.uint8]) -> Integers:
        """The samples, shape (n, elements), of what :meth:`pack` made of them."""
        width = self.element.width
        bits = np.unpackbits(tdata, axis=-1, bitorder="little")[..., : self.per_beat * width]
        places = bits.reshape(len(tdata), self.beats * self.per_beat, width)
        values = np.zeros(places.shape[:2], dtype=np.int64)
        for bit in range(width):
            values |= places[..., bit].astype(np.int64) << bit
        sign = 1 << (width - 1) if self.element.signed else 0
        return ((values ^ sign) - sign)[:, : self.elements]

    def unpack(self, tdata: int) -> tuple[list[int], int]:
        """The elements and the class index of one beat, given as an integer."""
        width, mask = self.element.width, (1 << self.element.width) - 1
        raw = [(tdata >> (i * width)) & mask for i in range(self.per_beat)]
        sign = 1 << (width - 1) if self.element.signed else 0
        elements = [(value ^ sign) - sign for value in raw]
        return elements, (tdata >> (self.per_beat * width)) & ((1 << self.class_width) - 1)
