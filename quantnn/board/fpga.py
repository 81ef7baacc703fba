"""The FPGA of a board."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from quantnn.files.field_types import Must, Sources, Words
from quantnn.files.record import CLOSED

__all__ = ["Device"]


@dataclass(frozen=True, config=CLOSED)
class Device:
    """The FPGA, as its vendor names it.

    Parameters
    ----------
    family, device, package, speed : str
        The words that the toolchain takes; speed is empty for a family without speed grades.
    part : str
        The full part number.
    source : tuple of str
        Ids of documents that state the facts.
    """

    family: Words
    device: Words
    package: Words
    part: Words
    source: Sources
    speed: Annotated[str, Field(pattern="^[A-Za-z0-9_/-]*$"), Must("be letters and digits, like C8/I7")] = ""
