"""The fingerprint of a core: what tells a board with this network from one with another."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from quantnn.errors import InputError
from quantnn.plan.core_name import CORE
from quantnn.plan.link import FINGERPRINT_BYTES

__all__ = ["IDENTITY", "fingerprint", "fingerprint_of", "identity_with"]

IDENTITY = "quantnn_link_identity.mem"
"""The memory of module ``quantnn_link`` that begins with the fingerprint, a byte per line."""


def fingerprint(core: Path, others: Mapping[str, bytes] | None = None, name: str = CORE) -> bytes:
    """The first 8 bytes of SHA-256 over the names, lengths and contents of a core's Verilog and memory files.

    Parameters
    ----------
    core : Path
        The folder that holds them.
    others : mapping of str to bytes, optional
        Contents that are to take the place of files.
    name : str
        The core's module.

    Raises
    ------
    InputError
        A file cannot be read.
    """
    names = {f"{name}.v", *(path.name for path in core.glob(f"{name}_*.mem"))}
    contents = dict(others or {})
    for file in names - contents.keys():
        try:
            contents[file] = (core / file).read_bytes()
        except OSError as error:
            raise InputError(f"{core / file} cannot be read ({error.strerror}): export the model again") from None
    return fingerprint_of(contents)


def fingerprint_of(contents: Mapping[str, bytes]) -> bytes:
    """The fingerprint of a core whose Verilog and memory files hold this, by name."""
    digest = hashlib.sha256()
    for name, content in sorted(contents.items()):
        digest.update(f"{name} {len(content)}\n".encode())
        digest.update(content)
    return digest.digest()[:FINGERPRINT_BYTES]


def identity_with(file: Path, mark: bytes) -> str:
    """The contents of a board's identity with another fingerprint.

    Raises
    ------
    InputError
        The file is missing or damaged.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    if len(lines) < len(mark) or any(len(line) != 8 or line.strip("01") for line in lines):
        raise InputError(f"{file} is missing or damaged: export the model again")
    lines[: len(mark)] = [f"{byte:08b}" for byte in mark]
    return "\n".join(lines) + "\n"
