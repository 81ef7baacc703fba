"""A cycle-exact model of the core's control: when each word moves, given only the plan.

The gateware is not consulted. A verification run measures the interval and the latency in simulation, and they must
equal what this model says.

A stage takes word k of a sample in cycle ``t[k] = max(t[k - 1] + 1, w[k] + 4)``, where w[k] is the cycle of the last
beat of that word: two cycles until it is read, one in which it stands at the memory's output, one in which it stands at
the queue's. Words that send beats wait longer: until the beats before are sent, and a sample's first one until there is
room. In a further pass over a sample all its words have long been there, so only the sending counts. So few cycles say
those of all words, and a sample is worked out at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.plan.engine import EnginePlan
from quantnn.plan.queue import QueuePlan

__all__ = ["Timing", "simulate"]


_WRITTEN = 2
"""Cycles from the last beat of a word to the first in which the word can be read."""

_MOVED = _WRITTEN + 1
_TAKEN = _WRITTEN + 2
"""The same until it moves from the memory's output to the queue's, and until it can be taken."""

_FRAMED = 1
"""Cycles from a beat's acceptance at the core's input to its arrival at the queue there."""

_FREED = 3
"""Cycles from the read of a word for the last time to a reservation that counts it as free."""


class _Queue:
    """When the words of a queue are read for the last time."""

    def __init__(self, plan: QueuePlan) -> None:
        self.plan = plan
        ratio = plan.word // plan.lanes
        self._ends: Integers = np.minimum((np.arange(plan.words) + 1) * ratio, plan.beats) - 1
        self._moved = -1
        self._freed: list[Integers] = []
        self.peak = 0

    @property
    def lookback(self) -> int:
        """Samples before the one that is reserved whose reads can matter to it."""
        return max(self.plan.depth, self.peak) // self.plan.words + 2

    @property
    def state(self) -> list[Integers]:
        """What of the last sample matters to those to come."""
        return [np.array([self._moved]), self._freed[-1]]

    def written(self, beats: Integers) -> Integers:
        """The cycles of the words' last beats, from those of all beats."""
        return beats[self._ends]

    def reserve(self, sample: int, time: int) -> int:
        """The earliest cycle from ``time`` on in which a sample's words can be reserved."""
        reserved = (sample + 1) * self.plan.words
        needed = reserved - self.plan.depth
        if self.plan.depth and needed > 0:
            which, word = divmod(needed - 1, self.plan.words)
            time = max(time, int(self._freed[which][word]) + _FREED)
        self.peak = max(self.peak, reserved - self._freed_by(time - _FREED))
        return time

    def _freed_by(self, time: int) -> int:
        for which in range(len(self._freed) - 1, -1, -1):
            if self._freed[which][0] <= time:
                return which * self.plan.words + int(np.searchsorted(self._freed[which], time, "right"))
        return 0

    def take(self, written: Integers, taken: Integers, again: bool) -> None:
        """A sample's words are taken for the last time.

        ``taken`` starts with the two words before that pass: of the sample before, or where the sample was taken
        ``again``, of the pass before.
        """
        moved = np.maximum(written + _MOVED, taken[1:-1])
        before = max(int(written[-1]) + _MOVED, int(taken[0])) if again else self._moved
        self._freed.append(np.maximum(np.concatenate([[before], moved[:-1]]), written + _WRITTEN))
        self._moved = int(moved[-1])


class _Stage:
    """What takes the words of a sample, as often as need be: an engine, or the pins behind the last queue."""

    def __init__(self, emissions: Sequence[int], words: int, latency: int) -> None:
        counts = np.array(emissions, dtype=np.int64)
        self.again = len(counts) > words
        self._places = np.flatnonzero(counts)
        self._counts = counts[self._places]
        self._within = int(np.searchsorted(self._places, words))
        gaps = np.diff(self._places)
        early = slice(0, max(0, self._within - 1))
        if len(self._places) and (words - 1 not in self._places or (self._counts[early] > gaps[early]).any()):
            raise ValueError("An engine's first pass must end with beats, and send them before others come")
        self._pauses = np.cumsum(np.maximum(gaps, self._counts[:-1])[early.stop :])
        firsts = np.cumsum(self._counts) - self._counts
        self._sent = np.arange(int(self._counts.sum())) - np.repeat(firsts, self._counts) + latency
        self._order = np.arange(words)
        last = np.arange(len(counts) - words - 2, len(counts))
        self._known = np.maximum(last[last < words] + 1, 0)
        late = last[last >= words]
        self._after = np.searchsorted(self._places, late, "right") - 1
        self._since = late - self._places[self._after]
        self._sending = -(1 << 60)
        self.accepted = -1

    @property
    def state(self) -> list[int]:
        """What of the last sample matters to those to come."""
        return [self.accepted, self._sending]

    def run(self, sample: int, earliest: Integers, queue: _Queue | None) -> tuple[Integers, Integers, int]:
        """A sample's words, of which each is there ``earliest``; the beats go into the queue, where there is one.

        Returns the cycles of the last pass's words and of the two before it, those of the beats, and of the first word.
        """
        lead = np.maximum(np.maximum.accumulate(earliest - self._order), self.accepted + 1)
        if queue is not None:
            place = int(self._places[0])
            begun = queue.reserve(sample, max(int(lead[place]) + place, self._sending))
            lead[place:] = np.maximum(lead[place:], begun - place)
        times = np.concatenate([[self.accepted], lead + self._order])
        sent = times[1 + self._places[: self._within]]
        if queue is not None:
            sent = np.concatenate([sent, sent[-1] + self._pauses])
            self._sending = int(sent[-1] + self._counts[-1])
        last = np.concatenate([times[self._known], sent[self._after] + self._since])
        self.accepted = int(last[-1])
        return last, np.repeat(sent, self._counts) + self._sent, int(times[1])


@dataclass(frozen=True)
class Timing:
    """What a run of the model found, in cycles.

    Parameters
    ----------
    latency : int
        From the first input beat of a sample to its last output beat, in an empty core.
    interval : int
        Between the last output beats of consecutive samples, in steady state.
    peaks : tuple of int
        Per queue, in the order of the stream, the words that were reserved at most.
    """

    latency: int
    interval: int
    peaks: tuple[int, ...]


def simulate(
    input_beats: int,
    input_queue: QueuePlan | None,
    engines: Sequence[EnginePlan],
    end_latency: int,
    *,
    samples: int,
    pace: int = 0,
) -> Timing:
    """Run ``samples`` samples through the core, with a source that is always valid and a sink that is always ready.

    Parameters
    ----------
    input_beats : int
        Beats of a sample at the core's input.
    input_queue : QueuePlan or None
        The queue in front of the first engine, where there is one.
    end_latency : int
        Cycles from the core's input to the first stage, and from the last queue's output to the core's.
    pace : int
        Cycles between the first beats of consecutive samples at least; 0 for back to back. A queue of depth 0 is
        taken as endless.
    """
    queues = ([_Queue(input_queue)] if input_queue else []) + [_Queue(engine.queue) for engine in engines]
    words = [input_queue.words if input_queue else len(engines[0].emissions) // engines[0].replays]
    words += [engine.queue.words for engine in engines]
    stages = [_Stage(e.emissions, n, e.latency) for e, n in zip(engines, words, strict=False)]
    stages.append(_Stage((0,) * words[-1], words[-1], 0))
    source, latency, interval, finished = -1, 0, 0, 0
    before = np.empty(0, dtype=np.int64)
    steady = 0
    for sample in range(samples):
        start = max(source + 1, sample * pace)
        writes, readers = np.full(words[0], start - _TAKEN), list(queues)
        upstream: _Queue | None = None
        if input_queue:
            upstream = readers.pop(0)
            start = upstream.reserve(sample, start)
            source = start + input_beats - 1
            writes = upstream.written(np.arange(start, start + input_beats) + _FRAMED)
        for stage, queue in zip(stages, [*readers, None], strict=True):
            taken, beats, begun = stage.run(sample, writes + _TAKEN, queue)
            if upstream is None:
                start, source = begun, stage.accepted
            else:
                upstream.take(writes, taken, stage.again)
            if queue is not None:
                upstream, writes = queue, queue.written(beats)
        last, interval = interval, stages[-1].accepted + end_latency - finished
        finished += interval
        if sample == 0:
            latency, interval = finished - start, 0
        state = [np.array([source, *(part for stage in stages[:-1] for part in stage.state), finished])]
        now = np.concatenate(state + [part for queue in queues for part in queue.state])
        repeats = sample > 0 and interval == last and (now - before == interval).all() and pace in (0, interval)
        steady, before = steady + 1 if repeats else 0, now
        if steady > max(queue.lookback for queue in queues):
            break
    return Timing(latency, interval, tuple(queue.peak for queue in queues))
