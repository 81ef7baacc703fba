"""What answers cost: quantized networks of which none is both cheaper and better than another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from quantnn.errors import InputError
from quantnn.network.network import IntegerNetwork
from quantnn.quantization.yardstick import Measure

__all__ = ["Point", "Tradeoff"]


@dataclass(frozen=True, eq=False)
class Point:
    """A network quantized in one way.

    Parameters
    ----------
    network : IntegerNetwork
    weight_bits : int
    activation_bits : tuple of int
        Behind each layer but the last.
    price : float
        The loss that a bit of adders was allowed to cost; 0 where each weight is rounded by itself.
    digits : int
        Signed powers of two of all weights.
    cells : int
        Estimate of the logic, without registers, that computes it unrolled.
    quality : float
        By the trade-off's measure.
    """

    network: IntegerNetwork
    weight_bits: int
    activation_bits: tuple[int, ...]
    price: float
    digits: int
    cells: int
    quality: float


@dataclass(frozen=True, eq=False)
class Tradeoff:
    """The Pareto front, the cheapest first: each point is better than all before.

    Parameters
    ----------
    points : tuple of Point
    measure : Measure
        What quality is.
    reference : float
        The float network's quality.
    samples : int
        That quality was measured on.
    """

    points: tuple[Point, ...]
    measure: Measure
    reference: float
    samples: int

    @classmethod
    def of(cls, points: Iterable[Point], measure: Measure, reference: float, samples: int) -> Self:
        """Of any points, the front."""
        front: list[Point] = []
        for point in sorted(points, key=lambda each: (each.cells, -each.quality)):
            if not front or point.quality > front[-1].quality:
                front.append(point)
        return cls(tuple(front), measure, reference, samples)

    def pick(self, drop: float) -> Point:
        """The cheapest point whose quality is at most ``drop`` percentage points below the float network's.

        Raises
        ------
        InputError
            There is none.
        """
        for point in self.points:
            if point.quality >= least_quality(self.reference, drop):
                return point
        best = max(self.points, key=lambda each: each.quality, default=None)
        reached = "no rounding worked" if best is None else f"the best rounding reaches {best.quality:.4f}"
        lost = "" if best is None else f": allow --max-accuracy-drop {100 * (self.reference - best.quality) + 0.01:.2f}"
        raise InputError(
            f"{self.measure} must be at least {least_quality(self.reference, drop):.4f}, but {reached}{lost}"
        )


def least_quality(reference: float, drop: float) -> float:
    """What quality a drop of so many percentage points leaves."""
    return reference - drop / 100 - 1e-12
