"""Which scales a quantized layer may have."""

from __future__ import annotations

from dataclasses import dataclass

from quantnn.arithmetic import MAX_MULTIPLIER_BITS, MAX_SHIFT, Integers

__all__ = ["LOGIT_SPREAD", "UNLIMITED", "ScaleLimits"]

LOGIT_SPREAD = 6
"""How many bits finer than the coarsest the weights of a logit may be: more would only widen the logits."""


@dataclass(frozen=True, eq=False)
class ScaleLimits:
    """What a layer's scales have to keep to; by default what the arithmetic itself asks for.

    Parameters
    ----------
    shifts : (int, int)
        Least and greatest right shift of a channel, negative for a left shift, without what an activation's slope adds.
    spread : int
        Bits by which the weights of a logit may be finer than the coarsest's.
    channels : int64 array of shape (out_features,) or int
        Bits by which each channel's weights are to be coarser than they would be.
    outputs : int
        The same for the layer's outputs. A table's index stays as it is.
    """

    shifts: tuple[int, int] = (1 - MAX_MULTIPLIER_BITS, MAX_SHIFT)
    spread: int = LOGIT_SPREAD
    channels: Integers | int = 0
    outputs: int = 0

    def with_slope(self, slope_bits: int) -> tuple[int, int]:
        """The shifts that are left where every multiplier is 2**slope_bits times what it would be."""
        least, greatest = self.shifts
        return max(least, slope_bits + 1 - MAX_MULTIPLIER_BITS), min(greatest, MAX_SHIFT - slope_bits)

    def coarser_by(self, channels: Integers, outputs: int) -> ScaleLimits:
        """The same limits, with other scales."""
        return ScaleLimits(self.shifts, self.spread, channels, outputs)


UNLIMITED = ScaleLimits()
