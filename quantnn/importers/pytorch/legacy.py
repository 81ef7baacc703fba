"""Files that PyTorch wrote before it wrote archives."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from quantnn.errors import InputError
from quantnn.files.regular_file import opened
from quantnn.files.safe_npz import SIZE_LIMIT
from quantnn.importers.pytorch.dtypes import DTYPES, Order
from quantnn.importers.pytorch.named import allowed, made, storage_dtype
from quantnn.importers.pytorch.pickle_machine import Global, unpickled
from quantnn.importers.pytorch.tensor import Storage

__all__ = ["MAGIC", "read_legacy"]

MAGIC = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
"""A pickle of the number that such files begin with."""


def read_legacy(path: Path) -> object:
    """The object in such a file: five pickles, and behind them each storage's length and bytes.

    Raises
    ------
    InputError
        It is too large.
    ValueError
        It is damaged or holds what may not be.
    """
    with opened(path) as opened_file:
        content = opened_file.read(SIZE_LIMIT + 1)
    if len(content) > SIZE_LIMIT:
        raise InputError(f"{path} has more than {SIZE_LIMIT:,} bytes: save a smaller model")
    file = BytesIO(content)
    _, _, machine = (unpickled(file, allowed, made, _refuse) for _ in range(3))
    big = isinstance(machine, dict) and machine.get("little_endian") is False
    storages = _Storages(memoryview(content), ">" if big else "<")
    model = unpickled(file, allowed, made, storages.named)
    storages.place(unpickled(file, allowed, made, _refuse), file.tell())
    return model


def _refuse(identifier: object) -> object:
    raise ValueError("a pickle in it refers to what is no storage: save it again")


class _Storages:
    """Storages that are named before it is known where they lie."""

    def __init__(self, content: memoryview, order: Order) -> None:
        self._content, self._order = content, order
        self._sizes: dict[str, tuple[int, int]] = {}
        self._places: dict[str, int] = {}

    def named(self, identifier: object) -> object:
        match identifier:
            case ("module", Global() as kind, *_):
                return kind  # the class itself, beside its source text
            case ("storage", kind, str(key), _, int(count), *view):
                dtype = storage_dtype(kind)
                size = count * DTYPES[dtype].size
                if not 0 <= size <= len(self._content):
                    raise ValueError(f"a storage of {size} bytes is in a file of {len(self._content)}: copy it again")
                self._sizes[key] = count, size
                return self._view(key, dtype, size, view[0] if view else None)
        raise ValueError("a pickle in it refers to what is no storage: save it again")

    def _view(self, key: str, dtype: str, size: int, view: object) -> Storage:
        start, length = 0, size
        match view:
            case (_, int(first), int(count)):
                start, length = first * DTYPES[dtype].size, count * DTYPES[dtype].size
            case None:
                pass
            case _:
                raise ValueError("a storage in it is damaged: save it again")
        if not 0 <= start <= start + length <= size:
            raise ValueError("a storage in it leaves the one that it is part of: save it again")
        return Storage(dtype, length, lambda: (self._bytes(key, start, length), self._order))

    def place(self, keys: object, start: int) -> None:
        """Find the storages of these keys, one after the other from ``start``."""
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            raise ValueError("its list of storages is damaged: copy or save it again")
        for key in keys:
            count, size = self._sizes.get(key, (-1, 0))
            if count != int.from_bytes(self._content[start : start + 8], "big" if self._order == ">" else "little"):
                raise ValueError(f"storage {key[:40]} has another length than is stated: copy or save it again")
            self._places[key] = start + 8
            start += 8 + size
        if start > len(self._content) or self._sizes.keys() - self._places.keys():
            raise ValueError("it ends before its storages do: copy or save it again")

    def _bytes(self, key: str, start: int, length: int) -> memoryview:
        place = self._places[key]
        return self._content[place + start : place + start + length]
