"""A board with an ECP5 of Lattice: constraints for nextpnr-ecp5."""

from __future__ import annotations

from typing import ClassVar

from amaranth.vendor import LatticePlatform

from quantnn.board.platforms.board_platform import VERILOG, BoardPlatform

__all__ = ["Ecp5Platform"]


class Ecp5Platform(BoardPlatform, LatticePlatform):  # type: ignore[misc]  # Amaranth is untyped
    """The top as Verilog and Amaranth's .lpf, to which a PLL's clock is added."""

    io_standard = "IO_TYPE"
    file_templates: ClassVar[dict[str, str]] = {
        "{{name}}.lpf": LatticePlatform._trellis_file_templates["{{name}}.lpf"],
        "{{name}}.v": VERILOG,
    }
