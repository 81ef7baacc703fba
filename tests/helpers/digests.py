"""What is in a folder, to be compared with what was there before."""

import hashlib

__all__ = ["digests"]


def digests(folder):
    """The SHA-256 of every file below a folder, by its name there."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
