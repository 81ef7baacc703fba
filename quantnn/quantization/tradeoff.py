"""What answers cost: quantized networks of which none both is cheaper and loses less than another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
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
    loss : float
        Percentage points that this rounding loses, or may lose on new samples.
    """

    network: IntegerNetwork
    weight_bits: int
    activation_bits: tuple[int, ...]
    price: float
    digits: int
    cells: int
    quality: float
    loss: float


@dataclass(frozen=True, eq=False)
class Tradeoff:
    """The Pareto front, the cheapest first: each point loses less than all before.

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
        for point in sorted(points, key=lambda each: (each.cells, each.loss)):
            if not front or point.loss < front[-1].loss:
                front.append(point)
        return cls(tuple(front), measure, reference, samples)

    def pick(self, drop: float) -> Point:
        """The cheapest point that loses at most ``drop`` percentage points.

        Raises
        ------
        InputError
            There is none.
        """
        for point in self.points:
            if point.loss <= drop:
                return point
        if not self.points:
            raise InputError("no rounding works: train the network again, with normalized inputs")
        least = ceil(100 * self.points[-1].loss) / 100
        raise InputError(
            f"--max-accuracy-drop must be at least {least:.2f}, what the best rounding may lose, not be {drop:g}:"
            " allow that much, or give more samples to judge by"
        )
