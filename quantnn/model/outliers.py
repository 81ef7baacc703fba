"""Single samples that stretch the span of a sensor."""

from __future__ import annotations

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.model.activation import Floats

__all__ = ["outliers"]

_FEWEST_SAMPLES = 20
_TAIL = 0.01
"""Share of the samples at either end that may be outliers."""
_STRETCH = 4.0
"""How many times the span of the others is too much."""


def outliers(values: Floats, numbers: Integers | None = None, *, per_feature: bool) -> str:
    """A sentence that names the rows but for which a sensor's steps were several times finer; empty if there are none.

    Parameters
    ----------
    values : float64 array of shape (n, in_features)
        What the sensor is fitted to.
    numbers : int64 array of shape (n,), optional
        What the samples are called; by default they are counted from 0.
    per_feature : bool
        Whether each feature has a span of its own.
    """
    if len(values) < _FEWEST_SAMPLES:
        return ""
    columns = values if per_feature else values.reshape(-1, 1)
    count = max(1, int(len(columns) * _TAIL))
    ordered = np.sort(columns, axis=0)
    low, high = ordered[count], ordered[-count - 1]
    with np.errstate(over="ignore", invalid="ignore"):
        width = high - low
        far = ((columns > high + width) | (columns < low - width)) & (width > 0)
        inside = np.where(far, np.nan, columns)
        least, most = np.nanmin(inside, axis=0), np.nanmax(inside, axis=0)
        usual = np.where(most > least, most - least, np.inf)
        stretch = (np.maximum(columns, most) - np.minimum(columns, least)) / usual
    stretched = stretch >= _STRETCH
    if not stretched.any():
        return ""
    rows = np.unique(np.flatnonzero(stretched.any(axis=1)) // (len(columns) // len(values)))
    rows = rows if numbers is None else numbers[rows]
    shown = ", ".join(map(str, rows[:3].tolist())) + (f" and {len(rows) - 3} more" if len(rows) > 3 else "")
    which = f" of {int(stretched.any(axis=0).sum())} of {values.shape[1]} inputs" if per_feature else ""
    return (
        f"sample{'s' if len(rows) > 1 else ''} {shown} alone stretch{'' if len(rows) > 1 else 'es'} the sensor's span"
        f"{which} up to {stretch.max():,.0f} times, so each step is as much coarser: leave out what is a slip, or save"
        " a greater input_bits in the model"
    )
