import pytest

from quantnn.speed.cpu_speed import CpuSpeed
from quantnn.speed.timing import Timing


def tick(seconds):
    return Timing(seconds, seconds, seconds, 3, 1)


def test_the_better_batch_counts():
    assert CpuSpeed("a", "1", 1, tick(1.0), tick(0.5), tick(4.0), 1000).samples_per_second == 512
    assert CpuSpeed("a", "1", 1, tick(1.0), tick(0.5), tick(1.0), 1000).samples_per_second == 1000


@pytest.mark.parametrize(
    ("model", "threads", "title", "text"),
    [
        ("", 1, "a", "a with 1 thread"),
        ("", None, "a", "a"),
        ("b.npz", 2, "a, b.npz", "a of b.npz with 2 threads"),
    ],
)
def test_names(model, threads, title, text):
    speed = CpuSpeed("a", "1", threads, tick(1.0), tick(1.0), tick(1.0), 300, model=model)
    assert (speed.title, str(speed)) == (title, text)
