"""Why a network does not fit, and what would make it fit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quantnn.arithmetic import IntegerRange
from quantnn.network.layers import Dense
from quantnn.plan.cost import Cost

if TYPE_CHECKING:
    from quantnn.plan.planner import Planner

__all__ = ["explain"]

_ENDLESS = Cost(1 << 60, 1 << 60, 1 << 60)


def explain(planner: Planner, slowest: int) -> str:
    """The limit that breaks, by how much, and the nearest options that fit."""
    resources, limits = planner.resources, planner.limits
    found = planner.partials(slowest, _ENDLESS)
    least = min(
        (partial.cost for partial in found),
        key=lambda cost: sum(amount / max(1, getattr(limits, name)) for name, amount in cost.excess(limits).items()),
    )
    names = {
        "multipliers": resources.multipliers.name,
        "block_ram": resources.block_ram.name,
        "logic": resources.logic.unit,
    }
    over = ", ".join(
        f"{getattr(least, name)} {names[name]} of {getattr(limits, name)} ({amount} too many)"
        for name, amount in least.excess(limits).items()
    )
    needs = f"it needs {over}" if over else "its queues need more block RAM than is left"
    return f"The network does not fit: even at its slowest {needs}. {_remedy(planner)}"


def _remedy(planner: Planner) -> str:
    widest = max(
        (layer.weight_range.width for layer in planner.network.layers if isinstance(layer, Dense)), default=0
    )
    for bits in range(widest - 1, 1, -1):
        layers = tuple(
            _narrowed(layer, bits) if isinstance(layer, Dense) else layer for layer in planner.network.layers
        )
        narrow = replace(planner, network=replace(planner.network, layers=layers))
        if narrow.possible:
            return f"--weight-bits {bits} would make it fit"
    return "No weight width makes it fit: use a smaller network or a larger board"


def _narrowed(layer: Dense, bits: int) -> Dense:
    """The layer with weights of ``bits`` bits, for counting only."""
    narrow = IntegerRange(-(1 << (bits - 1)) + 1, (1 << (bits - 1)) - 1)
    return replace(layer, weights=narrow.clamp(layer.weights), weight_range=narrow)
