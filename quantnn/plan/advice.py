"""Why a network does not fit, and what would make it fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from quantnn.arithmetic import IntegerRange
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork
from quantnn.plan.cost import Cost
from quantnn.plan.resources import Resources

__all__ = ["explain", "narrower"]


def explain(least: Cost, limits: Cost, reserved: Cost, resources: Resources, remedy: str) -> str:
    """The limits that break and by how much, what is kept for others of these resources, and what would help.

    Parameters
    ----------
    least : Cost
        What the network takes at its slowest.
    limits, reserved : Cost
        What the core may take, and what is taken by the board's top.
    resources : Resources
        What the device has.
    remedy : str
        From :func:`narrower`; '' where nobody asked for it.
    """
    names = {
        "multipliers": resources.multipliers.name,
        "block_ram": resources.block_ram.name,
        "logic": resources.logic.unit,
    }
    short = least.excess(limits)
    device = Cost.limits(resources)
    over = ", ".join(
        f"{getattr(least, name)} {names[name]} of {getattr(limits, name)} ({amount} too many)"
        for name, amount in short.items()
    )
    needs = f"it needs {over}" if over else "its queues need more block RAM than is left"
    kept = "; ".join(
        f"of the device's {getattr(device, name)} {names[name]} {_kept(name, reserved, device, limits)}"
        for name in short or ("block_ram",)
        if getattr(device, name) != getattr(limits, name)
    )
    said = f"The network does not fit: even at its slowest {needs}{': ' if kept else ''}{kept}"
    return f"{said}. {remedy}" if remedy else said


def _kept(name: str, reserved: Cost, device: Cost, limits: Cost) -> str:
    """Who keeps what the core may not take."""
    amount = getattr(reserved, name)
    room = getattr(device, name) - getattr(limits, name) - amount
    reasons = [f"the board's top takes {amount} (host link, built-in samples)"] if amount else []
    if room:
        reasons.append(f"{room} stay free, as full devices do not route")
    return " and ".join(reasons)


def narrower(network: IntegerNetwork, possible: Callable[[IntegerNetwork], bool]) -> str:
    """The widest weights, narrower than those of ``network``, that make it ``possible``, as a hint to the user."""
    widest = max((layer.weight_range.width for layer in network.layers if isinstance(layer, Dense)), default=0)
    for bits in range(widest - 1, 1, -1):
        layers = tuple(_narrowed(layer, bits) if isinstance(layer, Dense) else layer for layer in network.layers)
        if possible(replace(network, layers=layers)):
            return f"--weight-bits {bits} would make it fit"
    return "No weight width makes it fit: use a smaller network or a larger board"


def _narrowed(layer: Dense, bits: int) -> Dense:
    """The layer with weights of ``bits`` bits, for counting only."""
    narrow = IntegerRange(-(1 << (bits - 1)) + 1, (1 << (bits - 1)) - 1)
    return replace(layer, weights=narrow.clamp(layer.weights), weight_range=narrow)
