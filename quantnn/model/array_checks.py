"""What an array of an untrusted file must hold before it is used.

A check takes the array's name and its source, the file; the name is empty where the file holds just one.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.errors import InputError
from quantnn.files.safe_npz import Array
from quantnn.model.activation import Floats

__all__ = ["RAW_REMEDY", "given_array", "integral", "numeric", "texts"]

RAW_REMEDY = (
    "give integers as the sensor delivers them, and put the model's own scaling into input_scale"
    " (and the format into input_bits and input_signed)"
)
"""What to do about samples that are no raw inputs."""


def given_array(values: npt.ArrayLike, what: str) -> Array:
    """What a user gives from Python as an array of its own type; ``what`` is what messages call it.

    Raises
    ------
    InputError
        It is no array: a ragged list, a tensor on a device, …; or some of it is masked.
    """
    if np.ma.is_masked(values):  # what lies behind the mask would be taken for values
        raise InputError(f"{what} has masked values: fill them, or leave their samples out")
    try:
        return np.asarray(values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(f"{what} must be an array of numbers, which it is not ({error}): give a numpy array") from None


def numeric(array: Array, name: str, source: str | Path, first: int | None = None) -> Floats:
    """The array as float64 of the same shape, every value finite.

    ``first`` is the row that the array starts with, where it is but a part of one.

    Raises
    ------
    InputError
        It holds text, NaN or infinity.
    """
    if array.dtype.kind not in "biuf":
        raise InputError(f"{_where(name, source)} must hold numbers, not {array.dtype}: save it as numbers")
    with np.errstate(over="ignore"):
        values = array.astype(np.float64)
    bad = ~np.isfinite(values)
    if bad.any():
        count = f"{int(bad.sum())} of {bad.size}, " if first is None else ""
        what = "NaN" if np.isnan(values[bad][0]) else "infinite"
        raise InputError(
            f"{_where(name, source)} has values that are not finite ({count}"
            f"the first is {what}{_place(bad, first)}): train or save it again"
        )
    return values


def integral(
    array: Array, name: str, source: str | Path, allowed: IntegerRange, remedy: str, first: int | None = None
) -> Integers:
    """The array as int64 of the same shape, every value an integer of ``allowed``; 3.0 is one.

    ``first`` is the row that the array starts with, where it is but a part of one.

    Raises
    ------
    InputError
        It holds text, NaN, infinity, a fraction, or a value outside ``allowed``. The message ends with
        ``remedy``.
    """
    if array.dtype.kind in "iu" and array.size and int(array.min()) in allowed and int(array.max()) in allowed:
        return array.astype(np.int64)  # floats do not hold every integer
    values = numeric(array, name, source, first)
    fraction = values != np.floor(values)
    if fraction.any():
        found = f"{values[fraction][0]:g}{_place(fraction, first)}"
        raise InputError(f"{_where(name, source)} must hold integers, not {found}: {remedy}")
    outside = (values < allowed.lo) | (values > allowed.hi)
    if outside.any():
        found = f"{values[outside][0]:.15g}{_place(outside, first)}"
        raise InputError(
            f"{_where(name, source)} must lie in {allowed.lo}..{allowed.hi}, not be {found}: {remedy}"
        )
    return values.astype(np.int64)


def texts(array: Array, name: str, source: str | Path) -> list[str]:
    """The strings of a one-dimensional array of text, without surrounding blanks.

    Raises
    ------
    InputError
        It holds no text, has another shape, or the text cannot be decoded.
    """
    if array.dtype.kind not in "US" or array.ndim != 1:
        raise InputError(
            f"{_where(name, source)} must be a list of strings, not {array.dtype} of shape {array.shape}:"
            " save it like np.array(['relu', 'linear'])"
        )
    try:
        strings = [text.decode("ascii") if isinstance(text, bytes) else text for text in array.tolist()]
    except (ValueError, SystemError):  # numpy raises the latter for code points beyond Unicode
        raise InputError(f"{_where(name, source)} has undecodable text: save it as ASCII") from None
    return [text.strip() for text in strings]


def _where(name: str, source: str | Path) -> str:
    return f"{source}: array {name}" if name else str(source)


def _place(mask: npt.NDArray[np.bool_], first: int | None) -> str:
    if mask.ndim == 0:
        return ""
    row, *others = (int(i) for i in np.unravel_index(int(np.argmax(mask)), mask.shape))
    return f" at {[row + (first or 0), *others]}"
