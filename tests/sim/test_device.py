import numpy as np
import pytest

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.sim.device import Device, Tap, running_class
from quantnn.sim.frames import Frames

INPUT = BeatFormat(3, IntegerRange(0, 4095), per_beat=2)
HIDDEN = BeatFormat(2, IntegerRange(-2, 1), per_beat=1)
OUTPUT = BeatFormat(3, IntegerRange(-8, 7), per_beat=2, class_width=2)


@pytest.fixture
def device(tmp_path):
    (tmp_path / "design").mkdir()
    (tmp_path / "vectors").mkdir()
    for name in ("core.v", "core_weights.mem", "core_queue.mem", "other_weights.mem"):
        (tmp_path / "design" / name).write_text(name)
    taps = (Tap("v", "d", HIDDEN), Tap("v", "d", BeatFormat(3, IntegerRange(-8, 7), per_beat=2)))
    return Device("core", tmp_path / "design" / "core.v", INPUT, OUTPUT, taps, "a_")


def test_vectors_are_beats_with_the_highest_byte_first(device, tmp_path):
    folder = tmp_path / "vectors"
    frames = Frames(INPUT, np.array([[0x123, 0x456, 0x789]]))
    device.write_vectors(folder, frames, (np.array([[-2, 1]]), np.array([[-1, 5, -8]])))
    assert (folder / "a_input.bin").read_bytes() == frames.records()
    assert (folder / "a_layer_0.bin").read_bytes().hex(" ") == "02 01"
    assert (folder / "a_layer_1.bin").read_bytes().hex(" ") == "5f 08"
    assert (folder / "a_output.bin").read_bytes().hex(" ", 2) == "015f 0108"


def test_the_devices_own_memory_files_lie_beside_the_vectors(device, tmp_path):
    folder = tmp_path / "vectors"
    device.write_vectors(folder, Frames(INPUT, np.zeros((1, 3), int)), (np.zeros((1, 2), int), np.zeros((1, 3), int)))
    assert {path.name for path in folder.glob("*.mem")} == {"core_weights.mem", "core_queue.mem"}
    assert (folder / "core_weights.mem").read_text() == "core_weights.mem"


def test_running_class_is_the_greatest_so_far_and_the_lowest_of_equals():
    logits = np.array([[0, 4, 4, 9, -1], [-3, -3, -5, -3, -2]])
    assert running_class(logits, 2).tolist() == [[1, 3, 3], [0, 0, 4]]
    assert running_class(logits, 1).tolist() == [[0, 1, 1, 3, 3], [0, 0, 0, 0, 4]]
    assert running_class(logits, 8).tolist() == [[3], [4]]


def test_a_single_logit_is_compared_with_zero():
    assert running_class(np.array([[-1], [0], [1]]), 1).tolist() == [[0], [0], [1]]
