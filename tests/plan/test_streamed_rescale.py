import numpy as np
import pytest
from engines import streamed
from networks import SIGNED_NIBBLE, random_rescale

M9K = ((1024, 9), (512, 18), (256, 36))


def rescale(features):
    return random_rescale(np.random.default_rng(features), features)


@pytest.mark.parametrize(("features", "lanes", "beats"), [(1, 1, 1), (5, 1, 5), (5, 2, 3), (6, 3, 2), (4, 4, 1)])
def test_a_word_per_cycle(features, lanes, beats):
    plan = streamed(rescale(features), SIGNED_NIBBLE, lanes)
    assert (plan.interval, plan.emissions, plan.replays, plan.word) == (beats, (1,) * beats, 1, lanes)
    assert plan.latency == 2 + plan.parameters.latency


def test_memories_and_multipliers():
    layer = rescale(5)
    plan = streamed(layer, SIGNED_NIBBLE, 2, word=4)
    sizes = {memory.name: (memory.words, memory.width) for memory in plan.memories}
    assert sizes == {
        "drain.parameters": (3, 2 * plan.parameters.width),
        "queue.memory": (4, 4 * layer.output.width),
    }
    greatest = max(layer.requantizer.multipliers + layer.requantizer.negative_multipliers)
    expected = [(2, plan.parameters.accumulator.width, greatest.bit_length() + 1)] if plan.parameters.multiplies else []
    assert plan.multipliers == expected
