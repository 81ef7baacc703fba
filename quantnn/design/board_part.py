"""What an export put around a core, for its report."""

from __future__ import annotations

from dataclasses import dataclass

from quantnn.board.board import Board
from quantnn.design.report import LinkEntry
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

    def link(self, board: Board) -> LinkEntry | None:
        """The link as the report has it; None without."""
        plan = self.plan.link
        if plan is None or board.link is None:
            return None
        return LinkEntry(plan.baud, tuple(board.link.usb), plan.sample_bytes, plan.answer_bytes, plan.window)
