"""The rules of the cycle model word by word, one after the other: what quantnn.plan.timing is compared with."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from quantnn.plan.engine import EnginePlan
from quantnn.plan.queue import QueuePlan
from quantnn.plan.timing import Timing

__all__ = ["step_by_step"]


_WRITTEN = 2
"""Cycles from the last beat of a word to the first in which the word can be read."""

_FRAMED = 1
"""Cycles from a beat's acceptance at the core's input to its arrival at the queue there."""

_FREED = 3
"""Cycles from the read of a word for the last time to a reservation that counts it as free."""


@dataclass
class _Queue:
    """Write and read times of a queue's words.

    A word whose last beat comes in cycle t is written in the next, and can be read from cycle t + 2 on. In the cycle
    after the read it stands at the memory's output, and moves from there to the queue's when the word before is taken.
    """

    plan: QueuePlan
    freed: list[int] = field(default_factory=list)
    taken: int = -1
    moved: int = -1
    read: int = -1
    peak: int = 0

    def offer(self, written: int) -> int:
        """Read the next word, written in that cycle; the first cycle in which it can be taken."""
        self.read = max(self.read + 1, written + _WRITTEN, self.moved)
        self.moved = max(self.read + 1, self.taken)
        return self.moved + 1

    def take(self, time: int) -> None:
        """The word that was offered is taken."""
        self.taken = time

    def reserve(self, sample: int, time: int) -> int:
        """The earliest cycle from ``time`` on in which a sample's words can be reserved."""
        needed = (sample + 1) * self.plan.words - self.plan.depth
        if self.plan.depth and needed > 0:
            time = max(time, self.freed[needed - 1] + _FREED)
        self.peak = max(self.peak, (sample + 1) * self.plan.words - bisect_left(self.freed, time + 1 - _FREED))
        return time

    def words(self, beats: Sequence[int]) -> list[int]:
        """Write times of the words, from those of the beats."""
        ratio = self.plan.word // self.plan.lanes
        return [beats[min(len(beats), first + ratio) - 1] for first in range(0, len(beats), ratio)]


def step_by_step(
    input_beats: int,
    input_queue: QueuePlan | None,
    engines: Sequence[EnginePlan],
    end_latency: int,
    *,
    samples: int,
    pace: int = 0,
) -> Timing:
    """As :func:`quantnn.plan.timing.simulate`, for every word of every sample."""
    queues = ([_Queue(input_queue)] if input_queue else []) + [_Queue(engine.queue) for engine in engines]
    source = -1
    accepted = [-1] * len(engines)
    emitting = [-(1 << 60)] * len(engines)
    first, finished = [], []
    for sample in range(samples):
        upstream: _Queue | None = None
        writes: list[int] = []
        remaining = list(queues)
        if input_queue:
            upstream = remaining.pop(0)
            start = upstream.reserve(sample, max(source + 1, sample * pace))
            writes = upstream.words(range(start + _FRAMED, start + _FRAMED + input_beats))
            first.append(start)
            source = start + input_beats - 1
        for number, (engine, queue) in enumerate(zip(engines, remaining, strict=True)):
            beats: list[int] = []
            emissions = engine.emissions
            per_pass = len(emissions) // engine.replays
            reserved = False
            for step, emits in enumerate(emissions):
                time = accepted[number] + 1
                if upstream is None:
                    time = max(time, source + 1, sample * pace)
                else:
                    time = max(time, upstream.offer(writes[step % per_pass]))
                    if step >= len(emissions) - per_pass:
                        upstream.freed.append(upstream.read)
                if emits:
                    time = max(time, emitting[number])
                    if not reserved:
                        time, reserved = queue.reserve(sample, time), True
                    emitting[number] = time + emits
                    beats.extend(range(time + engine.latency, time + engine.latency + emits))
                accepted[number] = time
                if upstream is None:
                    source = time
                    if step == 0:
                        first.append(time)
                else:
                    upstream.take(time)
            upstream, writes = queue, queue.words(beats)
        assert upstream is not None
        for written in writes:
            upstream.take(upstream.offer(written))
            upstream.freed.append(upstream.read)
        finished.append(upstream.taken + end_latency)
    return Timing(
        latency=finished[0] - first[0],
        interval=finished[-1] - finished[-2] if samples > 1 else 0,
        peaks=tuple(queue.peak for queue in queues),
    )
