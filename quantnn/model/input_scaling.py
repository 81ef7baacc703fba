"""From what the sensor delivers to what the first layer was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from quantnn.model.activation import Floats

__all__ = ["InputScaling"]


@dataclass(frozen=True, eq=False)
class InputScaling:
    """``x = (raw · input_scale − input_mean) / input_std``, element by element.

    Parameters
    ----------
    scale, mean, std : float or float64 array of shape (in_features,)
        input_scale, input_mean and input_std; one value for all features, or one each. Finite, scale not
        0, std greater than 0. Kept as read-only float64 arrays of 0 or 1 dimensions.

    Members
    -------
    slope, offset : float64 array of 0 or 1 dimensions
        The same formula as ``x = raw · slope + offset``.
    uniform : bool
        Whether slope and offset are the same for all features.
    features : int or None
        in_features, or None where every parameter is one value.

    Raises
    ------
    ValueError
        A parameter has another shape or value.
    """

    scale: Any = 1.0
    mean: Any = 0.0
    std: Any = 1.0

    def __post_init__(self) -> None:
        for name in ("scale", "mean", "std"):
            values = np.array(getattr(self, name), dtype=np.float64)
            if values.ndim > 1 or values.size == 0:
                raise ValueError(f"input_{name} must be one value or one per input, not {values.shape}")
            if not np.isfinite(values).all():
                raise ValueError(f"input_{name} must be finite")
            values.flags.writeable = False
            object.__setattr__(self, name, values)
        lengths = {len(values) for values in (self.scale, self.mean, self.std) if values.ndim}
        if len(lengths) > 1:
            raise ValueError(f"input_scale, _mean and _std must have one length, not {sorted(lengths)}")
        if (self.scale == 0).any():
            raise ValueError("input_scale must not be 0: every input would be the same")
        if (self.std <= 0).any():
            least = self.std.min()
            raise ValueError(f"input_std must exceed 0, not be {least:g}: use 1 for a constant feature")
        if not (np.isfinite(self.slope).all() and np.isfinite(self.offset).all() and self.slope.all()):
            raise ValueError("input_scale, input_mean and input_std must keep x in a float64")

    @property
    def slope(self) -> Floats:
        with np.errstate(over="ignore", under="ignore"):
            return np.asarray(self.scale / self.std)

    @property
    def offset(self) -> Floats:
        with np.errstate(over="ignore", under="ignore"):
            return np.asarray(-self.mean / self.std)

    @property
    def uniform(self) -> bool:
        return all(bool((values == values.flat[0]).all()) for values in (self.slope, self.offset))

    @property
    def features(self) -> int | None:
        return next((len(values) for values in (self.scale, self.mean, self.std) if values.ndim), None)

    def __call__(self, raw: npt.NDArray[Any]) -> Floats:
        """x of raw samples of shape (n, in_features), float64 of the same shape."""
        return np.asarray((raw * self.scale - self.mean) / self.std, dtype=np.float64)
