"""What a plan takes of a device."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from quantnn.arithmetic import ceil_div
from quantnn.plan.engine import EnginePlan
from quantnn.plan.memory import ROM_BITS, MemoryPlan
from quantnn.plan.resources import Multipliers, Resources

__all__ = ["Cost", "engine_cost", "multiplier_elements"]


@dataclass(frozen=True)
class Cost:
    """Multiplier elements, block RAMs and logic cells. Logic is an analytic estimate, the others are counts."""

    multipliers: int = 0
    block_ram: int = 0
    logic: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.multipliers + other.multipliers, self.block_ram + other.block_ram, self.logic + other.logic
        )

    def __sub__(self, other: Cost) -> Cost:
        return Cost(
            self.multipliers - other.multipliers, self.block_ram - other.block_ram, self.logic - other.logic
        )

    @classmethod
    def limits(cls, resources: Resources) -> Cost:
        """What the device has."""
        return cls(resources.multipliers.count, resources.block_ram.count, resources.logic.count)

    def within(self, limits: Cost) -> bool:
        """Whether no resource exceeds its limit."""
        return (
            self.multipliers <= limits.multipliers
            and self.block_ram <= limits.block_ram
            and self.logic <= limits.logic
        )

    def holds(self, bits: int, resources: Resources) -> bool:
        """Whether block RAM and logic, filled to the last bit with nothing else, hold so many bits of weights."""
        return bits <= self.block_ram * resources.block_ram.bits + self.logic * ROM_BITS

    def excess(self, limits: Cost) -> dict[str, int]:
        """By how much each resource that is short exceeds its limit."""
        over = {name: getattr(self, name) - getattr(limits, name) for name in ("multipliers", "block_ram", "logic")}
        return {name: amount for name, amount in over.items() if amount > 0}

    def share(self, limits: Cost) -> float:
        """How full the device is: the sum of the shares of multipliers and block RAM."""
        return self.multipliers / max(1, limits.multipliers) + self.block_ram / max(1, limits.block_ram)


def multiplier_elements(operands: tuple[int, int], multipliers: Multipliers) -> int:
    """Elements for a product of two signed operands of these widths: the cheapest mode that holds both, else tiles."""
    low, high = sorted(operands)
    choices = []
    for mode in multipliers.modes:
        narrow, wide = sorted(mode.operands)
        choices.append(ceil_div(low, narrow) * ceil_div(high, wide) * mode.elements)
    return min(choices)


def memory_cost(memories: Iterable[MemoryPlan], resources: Resources) -> Cost:
    """What some memories take: block RAMs by shape, or logic."""
    total = Cost()
    for memory in memories:
        total += Cost(0, memory.blocks(resources.block_ram.shapes), memory.logic_elements)
    return total


def engine_cost(
    engine: EnginePlan, resources: Resources, memories: Iterable[MemoryPlan] | None = None
) -> Cost:
    """What an engine takes, the queue behind it included, or only some of its memories."""
    elements = sum(
        count * multiplier_elements((a, b), resources.multipliers) for count, a, b in engine.multipliers
    )
    counted = engine.memories if memories is None else memories
    return Cost(elements, 0, engine.logic_elements) + memory_cost(counted, resources)
