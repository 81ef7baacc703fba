"""Takes an HDF5 file apart, in a process of its own: on some damaged files the HDF5 library dies, or never ends.

It runs as a file, with the standard library, numpy and h5py alone: ``python -I hdf5_program.py SOURCE TARGET``. TARGET
becomes an .npz with the arrays ``0``, ``1``, …, and ``index``, bytes of JSON: ``names`` of those arrays as paths,
``texts`` as path → attribute → list of str, and ``refused``, why the file is not read, or an empty text.
"""

from __future__ import annotations

import json
import math
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["MOST_BYTES", "SECONDS", "RefusedError", "taken_apart", "write"]

MOST_BYTES = 1 << 27
"""Of all arrays together."""
SECONDS = 3
"""Of processor time, and one more per 64 MiB of the file."""
_MEMORY = 1 << 30
_MOST_OBJECTS, _MOST_ARRAYS, _MOST_DEPTH = 20_000, 900, 32
_MOST_TEXT = 1 << 24
_ATTRIBUTES = re.compile(r"model_config|keras_version|backend|dtype|(layer|weight)_names[0-9]*")
_SKIPPED = re.compile(r"optimizer\w*|metrics|_metrics|training_config")
"""What training leaves in a file."""
_FILTERS = {1: "deflate", 2: "shuffle", 3: "fletcher32", 32000: "lzf"}


class RefusedError(Exception):
    """The file is not read, for a reason of one line."""


class _Walk:
    """Through everything that hard links reach."""

    def __init__(self) -> None:
        self.texts: dict[str, dict[str, list[str]]] = {}
        self.arrays: dict[str, Any] = {}
        self._seen: set[Any] = set()
        self._bytes = self._characters = 0

    def group(self, group: Any, path: str, depth: int) -> None:
        import h5py

        self._visit(group, path)
        if depth > _MOST_DEPTH:
            raise RefusedError(f"its groups must be nested at most {_MOST_DEPTH} deep: save the model again")
        for name in group:
            inner = f"{path}/{name}" if path else name
            if depth == 0 and _SKIPPED.fullmatch(name):
                continue
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise RefusedError(f"{inner[:80]} is a link to elsewhere, which is not followed: save the model again")
            found = group[name]
            if isinstance(found, h5py.Group):
                self.group(found, inner, depth + 1)
            elif isinstance(found, h5py.Dataset):
                self._visit(found, inner)
                self.arrays[inner] = self._array(found, inner)
            else:
                raise RefusedError(f"{inner[:80]} is neither a group nor a dataset: save the model again")

    def _visit(self, found: Any, path: str) -> None:
        import h5py

        info = h5py.h5o.get_info(found.id)
        key = (info.fileno, info.addr)
        if key in self._seen:
            raise RefusedError(f"{path[:80]} is there under two names: save the model again")
        self._seen.add(key)
        if len(self._seen) > _MOST_OBJECTS:
            raise RefusedError(f"it must hold at most {_MOST_OBJECTS:,} groups and datasets: save the weights only")
        texts = {name: self._text(found, name, path) for name in found.attrs if _ATTRIBUTES.fullmatch(name)}
        if texts:
            self.texts[path] = texts

    def _text(self, found: Any, name: str, path: str) -> list[str]:
        import numpy as np

        attribute = found.attrs.get_id(name)
        if math.prod(attribute.shape) * attribute.dtype.itemsize > _MOST_TEXT:
            raise RefusedError(f"{path[:80]}'s {name} must have at most {_MOST_TEXT:,} bytes: save it again")
        value = np.asarray(found.attrs[name]).reshape(-1)
        texts = [_bytes(text) for text in value.tolist()]
        self._characters += sum(map(len, texts))
        if self._characters > _MOST_TEXT:
            raise RefusedError(f"it must have at most {_MOST_TEXT:,} bytes of text: save it again")
        return [text.decode("utf-8", "replace") for text in texts]

    def _array(self, found: Any, path: str) -> Any:
        import numpy as np

        shown = path[:80]
        created = found.id.get_create_plist()
        if found.external or found.is_virtual:
            raise RefusedError(f"{shown} lies in another file, which is not opened: save the model again")
        for number in range(created.get_nfilters()):
            if created.get_filter(number)[0] not in _FILTERS:
                raise RefusedError(f"{shown} has unknown compression: save the model again with Keras")
        if found.shape is None or not (found.dtype.kind in "fiub" or found.dtype == np.dtype("V2")):
            raise RefusedError(f"{shown} must hold numbers, not {found.dtype}: save the model's weights only")
        self._bytes += found.nbytes
        if self._bytes > MOST_BYTES:
            raise RefusedError(f"its arrays must have at most {MOST_BYTES:,} bytes together: save a smaller model")
        if len(self.arrays) >= _MOST_ARRAYS:
            raise RefusedError(f"it must hold at most {_MOST_ARRAYS} arrays: save a smaller model")
        values = found[()]
        if values.dtype == np.dtype("V2"):  # bfloat16, the upper half of a float32
            return (np.asarray(values).view(np.uint16).astype(np.uint32) << 16).view(np.float32)
        return np.asarray(values)


def _bytes(text: object) -> bytes:
    return text if isinstance(text, bytes) else str(text).encode("utf-8", "surrogateescape")


def taken_apart(source: Path) -> tuple[dict[str, dict[str, list[str]]], dict[str, Any]]:
    """Texts and arrays of a file.

    Raises
    ------
    RefusedError
        It holds what no weights file does, or too much.
    """
    import h5py

    walk = _Walk()
    with h5py.File(source, "r", locking=False) as file:
        walk.group(file, "", 0)
    return walk.texts, walk.arrays


def _limit(size: int) -> None:
    """Let the system end this process where it takes too much."""
    with suppress(ImportError):  # Windows
        import resource

        seconds = SECONDS + (size >> 26)
        for what, limit in (("CPU", seconds), ("AS", _MEMORY), ("CORE", 0)):
            with suppress(ValueError, OSError):  # macOS does not limit memory
                resource.setrlimit(getattr(resource, f"RLIMIT_{what}"), (limit, limit))


def write(source: Path, target: Path) -> None:
    """Read ``source`` and write ``target``, which says so where the file is refused."""
    import numpy as np

    texts: dict[str, dict[str, list[str]]] = {}
    arrays: dict[str, Any] = {}
    refused = ""
    try:
        texts, arrays = taken_apart(source)
    except RefusedError as error:
        refused = str(error)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, OverflowError, MemoryError, RecursionError):
        refused = "it is damaged: copy or save it again"
    index = json.dumps({"names": list(arrays), "texts": texts, "refused": refused}).encode()
    np.savez(
        target,
        index=np.frombuffer(index, np.uint8),
        **{str(number): array for number, array in enumerate(arrays.values())},
    )


if __name__ == "__main__":
    _limit(Path(sys.argv[1]).stat().st_size)
    write(Path(sys.argv[1]), Path(sys.argv[2]))
