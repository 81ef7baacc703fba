"""An exported design on a simulated board, and what its lamps and displays show."""

from __future__ import annotations

from quantnn.api.board_face import BoardFace
from quantnn.sim.board_simulation import BoardSimulation, Shown
from quantnn.verify.simulated_board import simulated_board

__all__ = ["BoardFace", "BoardSimulation", "Shown", "simulated_board"]
