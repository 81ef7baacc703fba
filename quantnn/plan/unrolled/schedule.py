"""Operations into stages, between which there are registers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush

from quantnn.plan.unrolled.delays import LEVELS, Delays, Profile
from quantnn.plan.unrolled.operations import Constant, Operation

__all__ = ["Pipelining", "Schedule"]

_SWEEPS = 6
_PRECISION = 7
"""Of the shortest period, as a power of two of the one that is asked for."""


@dataclass(frozen=True)
class Pipelining:
    """How much logic may stand between two registers.

    Parameters
    ----------
    period : int
        In the unit of ``delays``, at least 1.
    delays : Delays
        Picoseconds of a device family, or levels of logic.
    """

    period: int
    delays: Delays = LEVELS

    def __post_init__(self) -> None:
        if self.period < 1:
            raise ValueError(f"A pipeline must have a period of at least 1, not {self.period}")


@dataclass(frozen=True, eq=False)
class Schedule:
    """The stage of each operation: the number of register banks behind the input's that its sources come from.

    Parameters
    ----------
    operations : sequence of Operation
    outputs : tuple of int
        Operations whose values leave by the last register bank.
    pipelining : Pipelining

    Members
    -------
    stages : tuple of int
        Per operation. Constants need no registers, and are in stage 0.
    lives : tuple of int
        The last stage in which a value is read; an output's is the number of stages.
    count : int
        How many stages there are. Register banks are one more.
    slack : int
        What is left of the period where it is tightest; negative where one operation alone takes more.
    """

    operations: Sequence[Operation]
    outputs: tuple[int, ...]
    pipelining: Pipelining

    @cached_property
    def _placement(self) -> _Placement:
        """In as many stages as the period asks for, all of them as short as that many stages allow."""

        def soonest(period: int) -> _Placement:
            return _Placement(self.operations, self.outputs, Pipelining(period, self.pipelining.delays))

        best = soonest(self.pipelining.period)
        too_short = 0
        while best.period - too_short > max(1, self.pipelining.period >> _PRECISION):
            tried = soonest((best.period + too_short) >> 1)
            if tried.count == best.count:
                best = tried
            else:
                too_short = tried.period
        best.improve()
        return best

    @cached_property
    def stages(self) -> tuple[int, ...]:
        return tuple(self._placement.stages)

    @cached_property
    def lives(self) -> tuple[int, ...]:
        return tuple(self._placement.last_read(number) for number in range(len(self.operations)))

    @property
    def count(self) -> int:
        return self._placement.count

    @property
    def slack(self) -> int:
        placement = self._placement
        return min((self.pipelining.period - placement.end(number) for number in placement.busy), default=0)

    @property
    def register_bits(self) -> int:
        """All register banks': the input's, the output's and those between."""
        return sum(
            self.operations[number].range.width * (self.lives[number] - self.stages[number] + (not sources))
            for number, sources in enumerate(self._placement.sources)
            if not isinstance(self.operations[number], Constant)
        )


class _Placement:
    """Stages that are being improved, and when each value is there."""

    def __init__(self, operations: Sequence[Operation], outputs: tuple[int, ...], pipelining: Pipelining) -> None:
        self.operations, self.period, self.delays = operations, pipelining.period, pipelining.delays
        fixed = {number for number, each in enumerate(operations) if isinstance(each, Constant)}
        self.sources = [tuple(dict.fromkeys(s for s in each.sources if s not in fixed)) for each in operations]
        self.readers: list[list[int]] = [[] for _ in operations]
        for number, sources in enumerate(self.sources):
            for source in sources:
                self.readers[source].append(number)
        self.outputs = set(outputs) - fixed
        self.busy = [number for number, sources in enumerate(self.sources) if sources]
        self.widths = [each.range.width for each in operations]
        self.registered = [self.delays.registered(len(readers)) for readers in self.readers]
        self.stages = [0] * len(operations)
        self.profiles = list(self.registered)
        self._soonest()
        self.count = 1 + max((self.stages[number] for number in self.busy), default=0)

    def end(self, number: int) -> int:
        """When the last bit of a value is there."""
        return self.profiles[number].bit(self.widths[number] - 1, self.delays.carry)

    def last_read(self, number: int) -> int:
        """The last stage that reads a value."""
        stages = self.stages
        last = max((stages[reader] for reader in self.readers[number]), default=stages[number])
        return self.count if number in self.outputs else last

    def improve(self) -> None:
        """Move operations to where fewer register bits are needed, as long as that helps."""
        for sweep in range(_SWEEPS):
            moved = False
            for number in reversed(self.busy) if sweep % 2 == 0 else self.busy:
                moved |= self._move(number, later=sweep % 2 == 0)
            if not moved:
                return

    def _soonest(self) -> None:
        for number in self.busy:
            stage = max(self.stages[source] for source in self.sources[number])
            self.stages[number] = stage
            self.profiles[number] = self._arrival(number, stage, {})
            if self.end(number) > self.period and any(
                self.stages[source] == stage and self.sources[source] for source in self.sources[number]
            ):
                self.stages[number] = stage + 1
                self.profiles[number] = self._arrival(number, stage + 1, {})

    def _arrival(self, number: int, stage: int, changed: dict[int, Profile]) -> Profile:
        operation = self.operations[number]
        sources = operation.sources
        profiles = [
            changed.get(source, self.profiles[source])
            if self.stages[source] == stage and self.sources[source]
            else self.registered[source]
            for source in sources
        ]
        operations = [self.operations[source] for source in sources]
        return operation.arrival(self.delays, operations, profiles, len(self.readers[number]))

    def _move(self, number: int, later: bool) -> bool:
        """Move one operation to the best of the stages that it may be in; whether it was moved."""
        now = self.stages[number]
        first = max(self.stages[source] for source in self.sources[number])
        last = min((self.stages[reader] for reader in self.readers[number]), default=self.count - 1)
        best = self._bits(number, now)
        for stage in range(last, now, -1) if later else range(first, now):
            bits = self._bits(number, stage)
            if (bits < best or (later and bits == best)) and self._place(number, stage):
                return True
        return False

    def _bits(self, number: int, stage: int) -> int:
        """Register bits of a value and of those that it is made of, if it were in that stage."""
        kept, self.stages[number] = self.stages[number], stage
        bits = self.widths[number] * (self.last_read(number) - stage)
        for source in self.sources[number]:
            bits += self.widths[source] * self.last_read(source)
        self.stages[number] = kept
        return bits

    def _place(self, number: int, stage: int) -> bool:
        """Move an operation if all that then waits for it is still in time."""
        before, self.stages[number] = self.stages[number], stage
        changed: dict[int, Profile] = {}
        queue = [number]
        queue += [reader for reader in self.readers[number] if self.stages[reader] == before != stage]
        queue.sort()
        waiting = set(queue)
        while queue:
            each = heappop(queue)
            waiting.discard(each)
            profile = self._arrival(each, self.stages[each], changed)
            if profile == self.profiles[each] and each != number:
                continue
            late = profile.bit(self.widths[each] - 1, self.delays.carry) > self.period
            if late and profile.bit(self.widths[each] - 1, self.delays.carry) > self.end(each):
                self.stages[number] = before
                return False
            changed[each] = profile
            for reader in self.readers[each]:
                if self.stages[reader] == self.stages[each] and reader not in waiting:
                    waiting.add(reader)
                    heappush(queue, reader)
        for each, profile in changed.items():
            self.profiles[each] = profile
        return True
