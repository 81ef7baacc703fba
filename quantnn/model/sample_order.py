"""In which order a model takes the values of an image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from quantnn.errors import InputError
from quantnn.model.sample_rows import Rows, Transposed
from quantnn.system.text import name_of

__all__ = ["in_order", "sides"]


def sides(shape: Sequence[int]) -> str:
    """A shape for people: ``28×28``."""
    return "×".join(map(str, shape))


def in_order(rows: Rows, shape: tuple[int, ...], source: str | Path, name: str = "") -> tuple[Rows, str]:
    """Samples as a model flattens them, with the last axis fastest, and a sentence that says so, empty for flat ones.

    Axes of length 1 do not count. Where samples have three axes, and the model's channels, the least of its three,
    stand at the other end, they are moved there. Samples of another shape are taken as they are if they, or the
    model's, are flat.

    Parameters
    ----------
    rows : Rows
    shape : tuple of int
        Of one sample, as the model has it.
    source, name : str or Path, str
        The file, and the array where there are others in it, for messages.

    Raises
    ------
    InputError
        The samples have another size, or another shape that is not the model's in another order.
    """
    where, short = (f"{place}: array {name}" if name else str(place) for place in (source, name_of(Path(source))))
    own = tuple(rows.shape[1:])
    if not own or math.prod(own) != math.prod(shape):
        flat = math.prod(shape)
        remedy = "take samples made for this model"
        if math.prod(rows.shape) % flat == 0:
            remedy = f"reshape it to {_of_all(shape)}"
        raise InputError(f"{where} must have shape {_of_all(shape)}, not {tuple(rows.shape)}: {remedy}")
    here, there = _counted(own), _counted(shape)
    if here == there or len(here) < 2 or len(there) < 2:
        return rows, _said(short, own, there)
    for axes, channels, moved in (((2, 0, 1), 0, "first"), ((1, 2, 0), 2, "last")):
        if len(own) == len(shape) == 3 and tuple(own[axis] for axis in axes) == shape and shape[channels] == min(shape):
            turned = Transposed(rows, (0, *(axis + 1 for axis in axes)))
            return turned, f"{short}: samples of {sides(own)} are taken as {sides(shape)}, their channels {moved}"
    raise InputError(
        f"{where} has samples of {sides(own)}, but the model takes {sides(shape)}: bring their axes into its order"
    )


def _counted(shape: Sequence[int]) -> tuple[int, ...]:
    return tuple(length for length in shape if length > 1)


def _of_all(shape: tuple[int, ...]) -> str:
    flat = f"(n, {math.prod(shape)})"
    return flat if len(shape) < 2 else f"{flat} or (n, {', '.join(map(str, shape))})"


def _said(where: str, own: tuple[int, ...], model: tuple[int, ...]) -> str:
    counted = _counted(own)
    if len(counted) < 2:
        return ""
    if len(counted) == 3 and len(set(counted)) == 1 and len(model) == 3:
        return f"{where}: samples of {sides(own)} are taken as they are, and nothing tells which axis the channels are"
    flat = ", as they are, for the model states no axes" if len(counted) == 3 and len(model) < 2 else ""
    return f"{where}: samples of {sides(own)} are flattened with the last axis fastest{flat}"
