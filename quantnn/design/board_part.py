"""What an export put around a core, for its report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from quantnn.board.board import Board
from quantnn.plan.board import BoardPlan
from quantnn.plan.cost import Cost

__all__ = ["BoardPart"]


@dataclass(frozen=True)
class BoardPart:
    """What was put around the core.

    Parameters
    ----------
    plan : BoardPlan
    cost : Cost
        What that takes of the board's device.
    fingerprint : bytes
        Of the core.
    """

    plan: BoardPlan
    cost: Cost
    fingerprint: bytes

    def link(self, board: Board) -> dict[str, Any] | None:
        """The link as the report has it; None without."""
        plan = self.plan.link
        if plan is None or board.link is None:
            return None
        return {
            "baud": plan.baud,
            "usb": list(board.link.usb),
            "sample_bytes": plan.sample_bytes,
            "answer_bytes": plan.answer_bytes,
            "window": plan.window,
        }
