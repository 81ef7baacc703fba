"""The zip archives that PyTorch writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

from quantnn.errors import InputError
from quantnn.files.safe_npz import SIZE_LIMIT
from quantnn.files.safe_zip import SafeZip
from quantnn.importers.pytorch.dtypes import DTYPES, Order
from quantnn.importers.pytorch.named import allowed, made, storage_dtype
from quantnn.importers.pytorch.pickle_machine import Global, unpickled
from quantnn.importers.pytorch.tensor import Storage

__all__ = ["PICKLE_LIMIT", "TorchArchive", "without_folder"]

PICKLE_LIMIT = 1 << 25
"""Bytes of a pickle, and of any other member that is no storage."""


def without_folder(names: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The folder that all members lie in, and their names within it."""
    heads = {name.partition("/")[0] for name in names}
    folder = f"{heads.pop()}/" if len(heads) == 1 else ""
    return folder, tuple(name.removeprefix(folder) for name in names)


class TorchArchive:
    """An open archive; everything in it lies in one folder, whose name is of no meaning.

    Members
    -------
    names : tuple of str
        Within that folder.
    """

    def __init__(self, archive: SafeZip, path: Path) -> None:
        self._archive, self._path = archive, path
        self._folder, self.names = without_folder(archive.names)
        self._read: dict[str, bytes] = {}

    def text(self, name: str) -> str:
        """A member of text.

        Raises
        ------
        InputError
            It is missing, damaged, too long or no text.
        """
        try:
            return self._archive.read(self._folder + name, PICKLE_LIMIT).decode()
        except UnicodeDecodeError:
            raise InputError(f"{self._path}: member {name} is no text: copy or save the file again") from None

    def inner(self, name: str) -> TorchArchive:
        """An archive within this one."""
        return TorchArchive(self._archive.inner(self._folder + name, PICKLE_LIMIT), self._path)

    def storage(self, name: str, dtype: str, count: int | None = None) -> Storage:
        """The numbers in a member.

        Raises
        ------
        ValueError
            There is no such member, or it has other than ``count`` numbers.
        """
        if name not in self.names:
            raise ValueError(f"member {name} is missing: copy or save it again")
        size = self._archive.size(self._folder + name)
        wanted = size if count is None else count * (DTYPES[dtype].size if dtype in DTYPES else 1)
        if wanted != size:
            raise ValueError(f"member {name} has {size} bytes, but {wanted} are stated: copy or save it again")
        return Storage(dtype, wanted, lambda: (self._bytes(name), self._order))

    def unpickled(
        self, name: str, data: str = "data", named: Callable[[Global], Global] = allowed, *, filled: bool = True
    ) -> object:
        """The object that a pickle describes, whose storages lie in the folder ``data``, where they are ``filled``.

        Raises
        ------
        ValueError
            It is damaged or holds what may not be.
        """
        pickle = BytesIO(self._archive.read(self._folder + name, PICKLE_LIMIT))

        def outside(identifier: object) -> object:
            match identifier:
                case ("storage", kind, str(key), _, int(count)):
                    dtype = storage_dtype(kind)
                    if not filled:
                        return Storage(dtype, max(count, 0) * DTYPES[dtype].size, lambda: (b"", self._order))
                    return self.storage(f"{data}/{key}", dtype, count)
            raise ValueError("a pickle in it refers to what is no storage: save it again")

        return unpickled(pickle, named, made, outside)

    @property
    def _order(self) -> Order:
        return ">" if "byteorder" in self.names and self.text("byteorder").strip() == "big" else "<"

    def _bytes(self, name: str) -> bytes:
        if name not in self._read:
            left = SIZE_LIMIT - sum(map(len, self._read.values()))
            if self._archive.size(self._folder + name) > left:
                raise ValueError(f"its storages have more than {SIZE_LIMIT:,} bytes: save a smaller model")
            self._read[name] = self._archive.read(self._folder + name, left)
        return self._read[name]
