"""What an export put around a core, for its report."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantnn.board.board import Board
from quantnn.design.replay_set import ReplaySet
from quantnn.design.report import BoardTop, LinkEntry, PllEntry, ReplayEntry, Taken
from quantnn.plan.board import BoardPlan
from quantnn.plan.clock import ClockPlan
from quantnn.plan.cost import Cost

__all__ = ["BoardPart", "samples_digest"]


def samples_digest(samples: npt.NDArray[np.uint8]) -> str:
    """SHA-256 over the beats of built-in samples, in hexadecimal."""
    return hashlib.sha256(samples.tobytes()).hexdigest()


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
    clock : ClockPlan
    labels : tuple of int or None
        True classes of the built-in samples.
    samples : uint8 array of shape (plan.samples, beats, bytes)
        The built-in samples, without a replay.
    replay : ReplaySet, optional
        The stored set, if the plan has one.
    """

    plan: BoardPlan
    cost: Cost
    fingerprint: bytes
    clock: ClockPlan
    labels: tuple[int | None, ...]
    samples: npt.NDArray[np.uint8]
    replay: ReplaySet | None = None

    def entry(self, taken: Taken) -> BoardTop:
        """The board's top as the report has it: what it takes, and what it was made for."""
        pll = self.clock.pll
        return BoardTop(
            **vars(taken),
            samples=self.plan.samples,
            samples_sha256=samples_digest(self.replay.samples if self.replay else self.samples),
            labels=self.labels,
            pll=None if pll is None else PllEntry(primitive=pll.primitive, **vars(pll.dividers)),
            replay=self._replay_entry,
        )

    @property
    def _replay_entry(self) -> ReplayEntry | None:
        plan = self.plan.replay
        if self.replay is None or plan is None:
            return None
        return ReplayEntry(plan.samples, plan.words, plan.block_ram, self.replay.labels_digest)

    def link(self, board: Board) -> LinkEntry | None:
        """The link as the report has it; None without."""
        plan = self.plan.link
        if plan is None or board.link is None:
            return None
        return LinkEntry(plan.baud, tuple(board.link.usb), plan.sample_bytes, plan.answer_bytes, plan.window)
