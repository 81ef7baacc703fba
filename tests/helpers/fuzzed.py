"""Mutated model files: whatever stands in one, it is read or refused with one line, in bounded time."""

import random
import time
from pathlib import Path

from quantnn.errors import InputError
from quantnn.importers.formats import read_model

__all__ = ["check", "mutated"]

LARGE = (b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff", b"\0\0\0\x80", b"\0\0\0\0")
SECONDS = 5.0
"""What one file may take."""


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The content with one to eight changes: bytes, bits, cuts, copies and large numbers."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        if not data:
            break
        place, length = chance.randrange(len(data)), min(chance.choice((1, 2, 4, 8, 64)), len(data))
        match chance.randrange(7):
            case 0:
                data[place] = chance.randrange(256)
            case 1:
                data[place] ^= 1 << chance.randrange(8)
            case 2:
                del data[place : place + length]
            case 3:
                data[place:place] = data[place : place + length]
            case 4:
                data[place : place + 4] = chance.choice(LARGE)
            case 5:
                del data[place:]
            case _:
                other = chance.randrange(len(data))
                data[place : place + length] = data[other : other + length]
    return bytes(data)


def check(seeds: list[bytes], folder: Path, count: int, seed: int = 1, suffix: str = "") -> dict[str, int]:
    """Read ``count`` mutations of the files; how many were read and how many refused.

    Anything else than a network or a one-line InputError is a failure, and so is a file that takes long; the file stays
    in ``folder`` as ``found`` then.
    """
    chance, found = random.Random(seed), {"read": 0, "refused": 0}
    path = folder / f"found{suffix}"
    for number in range(count):
        path.write_bytes(mutated(chance.choice(seeds), chance))
        begun = time.process_time()
        try:
            read_model(path)
            found["read"] += 1
        except InputError as error:
            assert "\n" not in str(error) and len(str(error)) < 2000, f"mutation {number}: {error}"
            found["refused"] += 1
        assert time.process_time() - begun < SECONDS, f"mutation {number} takes {time.process_time() - begun:.1f} s"
    return found
