"""What a simulated board is, and what its lamps and displays show."""

from __future__ import annotations

from quantnn.api.board_face import BoardFace
from quantnn.sim.board_simulation import BoardSimulation, Shown

__all__ = ["BoardFace", "BoardSimulation", "Shown"]
