"""A core from the folds of its layers: queues just deep enough, streams at the ends."""

from __future__ import annotations

from dataclasses import dataclass, replace

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.plan.core import CorePlan
from quantnn.plan.memory import next_power_of_two
from quantnn.plan.options import LayerOptions, Option
from quantnn.plan.queue import QueuePlan

__all__ = ["Choice", "assemble"]


@dataclass(frozen=True)
class Choice:
    """One option per layer, and the elements of an input beat."""

    options: tuple[Option, ...]
    per_beat: int


def assemble(choice: Choice, layers: LayerOptions) -> CorePlan:
    """The core of a choice.

    The cycle model runs with endless queues and a source that keeps to the interval; the words that a queue then
    holds at most, rounded up to a power of two, are its depth. Back to back, the core keeps the same interval.
    """
    network, options = layers.network, choice.options
    engines = [
        layers.engine(number, option.kind, option.fold, replace(layers.draft_queue(number, option.fold), depth=0))
        for number, option in enumerate(options)
    ]
    for number, (option, reader) in enumerate(zip(options, engines[1:], strict=False)):
        queue = replace(engines[number].queue, word=reader.word, replays=reader.replays)
        engines[number] = layers.engine(number, option.kind, option.fold, queue)

    first = engines[0]
    front: QueuePlan | None = None
    if choice.per_beat != first.word or first.replays > 1:
        front = QueuePlan(network.in_features, network.input, choice.per_beat, first.word, first.replays)
    classes = max(2, network.out_features)
    plan = CorePlan(
        network,
        BeatFormat(network.in_features, network.input, choice.per_beat),
        BeatFormat(
            network.out_features,
            network.layers[-1].output,
            engines[-1].lanes,
            IntegerRange(0, classes - 1).width if network.classify else 0,
        ),
        front,
        tuple(engines),
    )
    peaks = list(plan.simulate(plan.settling, pace=plan.interval).peaks)
    if front is not None:
        front = layers.queue(front, options[0].fold, max(2, next_power_of_two(peaks.pop(0))))
    readers = [option.fold for option in (*options[1:], options[-1])]
    engines = [
        layers.engine(
            number, option.kind, option.fold, layers.queue(engine.queue, reader, max(2, next_power_of_two(peak)))
        )
        for number, (option, engine, reader, peak) in enumerate(zip(options, engines, readers, peaks, strict=True))
    ]
    return replace(plan, input_queue=front, engines=tuple(engines))
