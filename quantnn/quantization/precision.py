"""How many bits quantization may use."""

from __future__ import annotations

from dataclasses import dataclass

from quantnn.arithmetic import IntegerRange
from quantnn.errors import InputError

__all__ = ["Precision"]


@dataclass(frozen=True)
class Precision:
    """Bits of weights and of activations between layers.

    Parameters
    ----------
    weight_bits : int
        2 to 16, symmetric: 8 bits are −127 … 127.
    activation_bits : int
        2 to 16; unsigned behind a relu, signed otherwise.
    """

    weight_bits: int = 8
    activation_bits: int = 8

    def __post_init__(self) -> None:
        for name, least in (("weight_bits", 2), ("activation_bits", 2)):
            if not least <= getattr(self, name) <= 16:
                raise InputError(f"{name} must lie in {least}..16, not be {getattr(self, name)}")

    @property
    def weights(self) -> IntegerRange:
        greatest = (1 << (self.weight_bits - 1)) - 1
        return IntegerRange(-greatest, greatest)

    def activations(self, signed: bool) -> IntegerRange:
        """The format of a tensor between two layers."""
        return IntegerRange.of_format(self.activation_bits, signed)
