"""Float sensors: how the host turns their values into the integers that the hardware takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import IntegerRange, Integers

__all__ = ["Sensor"]

Floats = npt.NDArray[np.float64]

_UNEVEN = 8.0
"""Widest over median spread of the features, from which on each gets a step of its own."""

_MAX_BITS = 53
_TIES = ("up", "even", "odd")


@dataclass(frozen=True, eq=False)
class Sensor:
    """``integer = saturate(floor((value − zero) / step + 1/2))``, feature by feature.

    Parameters
    ----------
    step, zero : float64 arrays of shape (in_features,) or ()
        Value of one integer step, greater than 0, and the value that integer 0 stands for.
    output : IntegerRange
        The input format of the network, within ±2**53: floats hold no more.
    ties : str
        Where a value halfway between two integers goes: ``up``, as the formula says, or to the ``even`` or the ``odd``
        one of them.

    Members
    -------
    features : int or None
        in_features, or None where step and zero serve all.
    seen : tuple of float
        The least and the greatest value, of all features, that is not cut off.

    Raises
    ------
    ValueError
        A step is not positive, a number is not finite, the shapes differ, or the format is too wide.
    """

    step: Floats
    zero: Floats
    output: IntegerRange
    ties: str = "up"

    def __post_init__(self) -> None:
        if self.ties not in _TIES:
            raise ValueError(f"A sensor's ties must go {', '.join(_TIES)}, not {self.ties!r:.20}")
        for name in ("step", "zero"):
            values = np.array(getattr(self, name), dtype=np.float64)
            if not np.isfinite(values).all():
                raise ValueError(f"A sensor's {name} must be finite")
            values.flags.writeable = False
            object.__setattr__(self, name, values)
        if self.step.shape != self.zero.shape or self.step.ndim > 1 or not self.step.size:
            shapes = f"{self.step.shape} and {self.zero.shape}"
            raise ValueError(f"A sensor's step and zero must be one value, or one per input, not of shapes {shapes}")
        if (self.step <= 0).any():
            raise ValueError(f"A sensor's step must exceed 0, not be {self.step.min():g}")
        if self.output.width > _MAX_BITS:
            raise ValueError(f"A sensor's integers must take up to {_MAX_BITS} bits, not {self.output.width}")

    @property
    def features(self) -> int | None:
        return len(self.step) if self.step.ndim else None

    @property
    def seen(self) -> tuple[float, float]:
        lo, hi = (self.zero + self.step * end for end in (self.output.lo, self.output.hi))
        return float(lo.min()), float(hi.max())

    @classmethod
    def fit(cls, values: Floats, output: IntegerRange, *, per_feature: bool = False) -> Sensor:
        """The sensor whose integers just span what is seen in values of shape (n, in_features).

        One step and zero serve all features, unless ``per_feature`` is set or the widest feature is more than eight
        times as wide as the median one. A feature that never changes gets the step of the widest.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            low, high = values.min(axis=0), values.max(axis=0)
            spread = high - low
            seen = spread[spread > 0]
            if not per_feature and (not len(seen) or seen.max() <= _UNEVEN * np.median(seen)):
                low = np.asarray(low.min())
                spread = np.asarray(high.max() - low)
            widest = spread.max() if spread.max() > 0 else 1.0
            step = np.where(spread > 0, spread, widest) / (output.hi - output.lo)
            return cls(step, low - output.lo * step, output)

    def __call__(self, values: Floats) -> Integers:
        """Integers of values of shape (n, in_features)."""
        with np.errstate(over="ignore"):
            places = (values - self.zero) / self.step
            match self.ties:
                case "even":
                    exact = np.rint(places)
                case "odd":
                    exact = np.rint(places - 1) + 1
                case _:
                    exact = np.floor(places + 0.5)
        return np.clip(exact, self.output.lo, self.output.hi).astype(np.int64)
