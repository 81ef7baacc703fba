"""Engine plans of chosen folds, and the words that go through them."""

from quantnn.arithmetic import Box, IntegerRange
from quantnn.plan.folded_dense import FoldedDensePlan
from quantnn.plan.memory import next_power_of_two
from quantnn.plan.parameters import ParameterFormat
from quantnn.plan.queue import QueuePlan
from quantnn.plan.streamed_rescale import StreamedRescalePlan


def queue_of(layer, lanes, word, replays=1, samples=2):
    """A queue behind a layer that holds that many samples."""
    queue = QueuePlan(layer.out_features, layer.output, lanes, word, replays)
    depth = next_power_of_two(samples * queue.words)
    return QueuePlan(layer.out_features, layer.output, lanes, word, replays, depth)


def parameters_of(layer, input):
    return ParameterFormat(layer, layer.accumulator_box(Box.uniform(input, layer.in_features)))


def folded(layer, input, pe, simd, lanes, word=None, replays=1, samples=2):
    """A dense layer's plan; the queue behind it holds ``samples`` samples in words of ``word`` elements."""
    queue = queue_of(layer, lanes, word or lanes, replays, samples)
    return FoldedDensePlan(layer, parameters_of(layer, input), input, queue, pe, simd)


def streamed(layer, input, lanes, word=None, replays=1, samples=2):
    """A rescale layer's plan."""
    queue = queue_of(layer, lanes, word or lanes, replays, samples)
    return StreamedRescalePlan(layer, parameters_of(layer, input), input, queue)


def cut(values, width, passes=1, padding=0):
    """``passes`` times the words of ``width`` elements that hold the values."""
    padded = [*values, *[padding] * (-len(values) % width)]
    return [padded[first : first + width] for first in range(0, len(padded), width)] * passes


def result_words(samples, queue: QueuePlan):
    """Words that a queue gives, cut where the sample ends."""
    return [word[: queue.elements - n * queue.word] for s in samples for n, word in passes(s, queue)]


def passes(sample, queue):
    return [pair for _ in range(queue.replays) for pair in enumerate(cut(sample, queue.word))]


def without_padding(words, queue):
    return [word[: queue.elements - (n % queue.words) * queue.word] for n, word in enumerate(words)]


def extremes(input: IntegerRange, features, random, count):
    """Samples of an input format: its ends, and noise."""
    noise = random.integers(input.lo, input.hi + 1, (count - 2, features)).tolist()
    return [[input.lo] * features, [input.hi] * features, *noise]
