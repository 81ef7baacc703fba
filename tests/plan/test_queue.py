import pytest

from quantnn.arithmetic import IntegerRange
from quantnn.plan.queue import QueuePlan

NIBBLE = IntegerRange(-8, 7)


@pytest.mark.parametrize(
    ("elements", "lanes", "word", "beats", "words"),
    [(1, 1, 1, 1, 1), (10, 1, 4, 10, 3), (10, 2, 4, 5, 3), (10, 3, 3, 4, 4), (3, 4, 8, 1, 1)],
)
def test_beats_and_words_of_a_sample(elements, lanes, word, beats, words):
    queue = QueuePlan(elements, NIBBLE, lanes, word)
    assert (queue.beats, queue.words) == (beats, words)


def test_the_memory_holds_whole_words():
    memory = QueuePlan(10, NIBBLE, 2, 6, depth=8).memory("queue.memory")
    assert (memory.name, memory.words, memory.width, memory.writable) == ("queue.memory", 8, 24, True)


@pytest.mark.parametrize(
    ("lanes", "word", "depth", "message"),
    [
        (2, 3, 0, "A word must be whole beats, but 2 lanes do not divide 3 elements"),
        (2, 2, 6, "A queue's depth must be a power of two of at least 5, not 6"),
        (2, 2, 4, "A queue's depth must be a power of two of at least 5, not 4"),
    ],
)
def test_refuses(lanes, word, depth, message):
    with pytest.raises(ValueError, match=message):
        QueuePlan(10, NIBBLE, lanes, word, depth=depth)
