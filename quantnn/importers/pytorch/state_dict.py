"""The weights within what was saved: a state dict, or a checkpoint that holds one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from quantnn.errors import InputError
from quantnn.files.safe_npz import SIZE_LIMIT, Array
from quantnn.importers.arrays.model import is_needed
from quantnn.importers.pytorch.advice import SAVE_ONNX, SAVE_STATE
from quantnn.importers.pytorch.pickle_machine import Instance
from quantnn.importers.pytorch.tensor import Tensor

__all__ = ["arrays_of", "state_dict"]

_TRAINING = re.compile(r".*(optim|sched|scaler|criterion|loss|callback|hyper_?param|history|metric).*", re.IGNORECASE)
_DEPTH = 3
_MOST_PARTS = 100


def state_dict(saved: object, source: Path) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """The only state dict in what was saved, by the tensors' names, and a note where more than that was saved.

    Raises
    ------
    InputError
        There is none, or several.
    """
    if not isinstance(saved, dict):
        raise InputError(f"{source} holds {_kind(saved)} and no state dict: save {SAVE_STATE}, or {SAVE_ONNX}")
    found = list(_found(saved, (), _DEPTH, set()))
    if len(found) > 1:
        one = "".join(f"[{key!r}]" for key in found[0][0])
        names = " and ".join(".".join(map(str, keys)) or "its own tensors" for keys, _ in found[:3])
        raise InputError(
            f"{source} holds {len(found)} state dicts, {names}: save one of them, like"
            f" torch.save(torch.load('model.pt'){one}, 'one.pt')"
        )
    if not found:
        names = ", ".join(str(key)[:40] for key in [*saved][:6])
        raise InputError(f"{source} holds no weights, only {names or 'an empty dict'}: save {SAVE_STATE}")
    keys, tensors = found[0]
    others = [str(key)[:40] for key in saved if key not in ({keys[0]} if keys else tensors)]
    shown = ", ".join(others[:6]) + (f" and {len(others) - 6} more" if len(others) > 6 else "")
    where = ".".join(map(str, keys)) or "the tensors"
    return tensors, (f"of the checkpoint, {where} was read; {shown} were not",) if others else ()


def arrays_of(tensors: dict[str, Tensor], source: Path) -> dict[str, Array]:
    """The tensors' numbers; in the places of those that no layer can have stand zeros that take no memory.

    Raises
    ------
    InputError
        They are damaged or take too much memory.
    """
    needed = {name: tensor for name, tensor in tensors.items() if is_needed(name)}
    total = 8 * sum(tensor.count for tensor in needed.values())
    if total > SIZE_LIMIT:
        raise InputError(f"{source} holds {total:,} bytes of 64-bit numbers, more than {SIZE_LIMIT:,}: a smaller model")
    arrays: dict[str, Array] = {}
    for name, tensor in tensors.items():
        try:
            arrays[name] = tensor.array() if name in needed else tensor.shadow()
        except ValueError as error:
            raise InputError(f"{source}: tensor {name[:80]}: {error}") from None
    return arrays


def _found(
    saved: Mapping[object, object], keys: tuple[str | int, ...], depth: int, seen: set[int]
) -> Iterator[tuple[tuple[str | int, ...], dict[str, Tensor]]]:
    if id(saved) in seen:
        return
    seen.add(id(saved))
    tensors = {key: value for key, value in saved.items() if isinstance(key, str) and isinstance(value, Tensor)}
    if any(len(tensor.shape) >= 2 for tensor in tensors.values()):
        yield keys, tensors
    if depth == 0:
        return
    for key, value in saved.items():
        inner = dict(enumerate(value)) if isinstance(value, list) and len(value) < _MOST_PARTS else value
        if isinstance(key, (str, int)) and isinstance(inner, dict) and not _TRAINING.fullmatch(str(key)):
            yield from _found(inner, (*keys, key), depth - 1, seen)


def _kind(saved: object) -> str:
    if isinstance(saved, Instance):
        return f"a whole {saved.of.name}"
    return "a tensor" if isinstance(saved, Tensor) else f"a {type(saved).__name__}"
