import numpy as np
import pytest

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.sim.frames import Frames

BYTES = BeatFormat(5, IntegerRange(0, 255), per_beat=2)
NIBBLES = BeatFormat(3, IntegerRange(-4, 3), per_beat=2)
SAMPLES = np.array([[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11, 12, 13, 14, 15]])


def read(frames):
    """The records as frames of beats, a beat as an integer."""
    records, size, found = frames.records(), frames.format.bytes + 1, [[]]
    assert len(records) % size == 0
    for start in range(0, len(records), size):
        last, *data = records[start : start + size]
        found[-1].append(int.from_bytes(bytes(data)))
        assert last in (0, 1)
        if last:
            found.append([])
    assert found.pop() == []
    return found


def test_elements_stand_where_the_format_says_and_nowhere_else_is_silence():
    """The fifth of five elements in beats of two has a neighbour that means nothing."""
    frames = [read(Frames(BYTES, SAMPLES, seed=seed)) for seed in range(20)]
    assert all([frame[:2] for frame in one] == [[0x201, 0x403], [0x706, 0x908], [0xC0B, 0xE0D]] for one in frames)
    assert all([frame[2] & 0xFF for frame in one] == [5, 10, 15] and len(one[0]) == 3 for one in frames)
    assert len({frame[2] >> 8 for one in frames for frame in one}) > 20


def test_padding_bits_of_every_beat_are_anything():
    samples = np.array([[-4, 3, -1]] * 1000)
    frames = read(Frames(NIBBLES, samples))
    assert {tuple(frame) for frame in ([a & 0x3F, b & 0x7] for a, b in frames)} == {(0b011_100, 0b111)}
    assert {a >> 6 for a, _ in frames} == {0, 1, 2, 3}
    assert {b >> 3 for _, b in frames} == set(range(32))


def test_tlast_comes_where_it_is_told_to():
    frames = Frames(BYTES, SAMPLES, np.array([1, 3, 7]))
    assert [len(frame) for frame in read(frames)] == [1, 3, 7]
    assert read(frames)[0] == [0x201] and read(frames)[2][:2] == [0xC0B, 0xE0D]


def test_what_did_not_come_is_answered_as_zeros_and_what_came_late_not_at_all():
    frames = Frames(BYTES, SAMPLES, np.array([1, 2, 7]))
    assert frames.answered.tolist() == [[1, 2, 0, 0, 0], [6, 7, 8, 9, 0], [11, 12, 13, 14, 15]]


def test_frames_of_the_right_length_are_answered_as_they_are():
    assert Frames(BYTES, SAMPLES).answered.tolist() == SAMPLES.tolist()


def test_the_same_seed_gives_the_same_records():
    frames = [Frames.of_any_length(BYTES, SAMPLES, seed).records() for seed in (3, 3, 4)]
    assert frames[0] == frames[1] != frames[2]


@pytest.mark.parametrize("form", [BYTES, NIBBLES, BeatFormat(4, IntegerRange(0, 1), per_beat=8)])
def test_any_length_is_early_right_and_late(form):
    samples = np.zeros((300, form.elements), np.int64)
    lengths = Frames.of_any_length(form, samples).lengths
    assert lengths.min() == 1 and set(lengths) == set(range(1, 2 * form.beats + 2))
    for share in ((lengths < form.beats).mean(), (lengths == form.beats).mean(), (lengths > form.beats).mean()):
        assert 0.25 < share < 0.42 or form.beats == 1


def test_a_frame_of_one_beat_cannot_end_early():
    form = BeatFormat(4, IntegerRange(0, 1), per_beat=8)
    frames = Frames.of_any_length(form, np.ones((40, 4), np.int64))
    assert frames.answered.tolist() == np.ones((40, 4)).tolist() and frames.lengths.max() == 3
