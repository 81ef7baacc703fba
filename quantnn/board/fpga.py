"""The FPGA of a board."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from quantnn.files.toml_table import TomlTable

__all__ = ["Device"]


@dataclass(frozen=True)
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

    family: str
    device: str
    package: str
    speed: str
    part: str
    source: tuple[str, ...]

    @classmethod
    def read(cls, table: TomlTable) -> Self:
        """From a board's ``device``."""
        return cls(
            table.text("family"),
            table.text("device"),
            table.text("package"),
            table.text("speed") if "speed" in table else "",
            table.text("part"),
            table.texts("source"),
        )
