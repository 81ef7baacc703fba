"""What computes a matrix times a vector: adders, or tables and short sums."""

from __future__ import annotations

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.packing import Packing

__all__ = ["Sums"]

Sums = AdderGraph | Packing
