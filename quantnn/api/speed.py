"""How fast a network is on this computer and on the FPGA."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quantnn.system.html import Shown

if TYPE_CHECKING:
    from rich.console import RenderableType

    from quantnn.speed.comparison import SpeedComparison

__all__ = ["Speed"]


@dataclass(frozen=True)
class Speed(Shown):
    """A comparison, which a notebook shows as tables.

    Parameters
    ----------
    comparison : SpeedComparison
        Every figure, and the sentences that say which wins where.
    """

    comparison: SpeedComparison

    def values(self) -> dict[str, Any]:
        """All of it as JSON values, durations in seconds."""
        return self.comparison.to_json()

    def __rich__(self) -> RenderableType:
        from quantnn.speed.table import speed_table

        return speed_table(self.comparison)
