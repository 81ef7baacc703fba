import gc
import itertools

import pytest

from quantnn.speed.timing import Effort, Timing, measure


class Stage:
    """A clock, and a function that takes some of its time at every call."""

    def __init__(self, *seconds):
        self.now = 0.0
        self.calls = 0
        self._seconds = itertools.cycle(seconds)

    def clock(self):
        return self.now

    def function(self):
        self.calls += 1
        self.now += next(self._seconds)

    def measure(self, **effort):
        return measure(self.function, Effort(**effort), self.clock)


def test_a_steady_function():
    timing = Stage(2.0**-20).measure(seconds=1, run_seconds=2.0**-10, runs=5)
    assert timing == Timing(2.0**-20, 2.0**-20, 2.0**-20, runs=1024, calls=1024)
    assert timing.spread == 0


def test_the_median_and_the_quartiles_of_runs():
    timing = Stage(10, 20, 30, 40, 50).measure(seconds=1, run_seconds=1, runs=5)
    assert (timing.low, timing.median, timing.high) == (20, 30, 40)
    assert (timing.runs, timing.calls, timing.spread) == (5, 1, 2 / 3)


def test_an_interruption_does_not_move_the_median():
    timing = Stage(*[1] * 9, 1000).measure(seconds=1, run_seconds=1, runs=41)
    assert (timing.median, timing.high) == (1, 1)


def test_a_slow_function_is_called_once_a_run_and_at_least_so_many_times():
    assert Stage(7).measure(seconds=1, run_seconds=0.5, runs=4) == Timing(7, 7, 7, runs=4, calls=1)


def test_runs_go_on_until_the_time_is_over():
    assert Stage(1).measure(seconds=100, run_seconds=1, runs=3).runs == 100


def test_it_warms_up_for_a_third_of_the_time():
    stage = Stage(1)
    stage.measure(seconds=30, run_seconds=1, runs=3)
    assert stage.calls == 10 + 30


def test_a_first_call_that_is_slow_is_no_run():
    stage = Stage(1)
    stage.now = 0.0
    durations = iter([1000.0])
    function = stage.function

    def slow_at_first():
        stage.now += next(durations, 0.0)
        function()

    assert measure(slow_at_first, Effort(seconds=3, run_seconds=1, runs=3), stage.clock).high == 1


@pytest.mark.parametrize("before", [True, False])
def test_the_garbage_collector_rests_meanwhile(before):
    seen = []
    stage = Stage(1)
    enabled = gc.isenabled()
    try:
        (gc.enable if before else gc.disable)()
        measure(lambda: seen.append(gc.isenabled()) or stage.function(), Effort(1, 1, 3), stage.clock)
        assert gc.isenabled() is before
    finally:
        (gc.enable if enabled else gc.disable)()
    assert seen[-3:] == [False] * 3


def test_the_garbage_collector_comes_back_after_a_failure():
    stage = Stage(1)

    def fails():
        stage.function()
        if stage.calls == 3:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        measure(fails, Effort(1, 1, 5), stage.clock)
    assert gc.isenabled()


@pytest.mark.parametrize(
    ("effort", "message"),
    [
        ({"seconds": 0}, "seconds must exceed 0, not be 0"),
        ({"seconds": float("nan")}, "seconds must exceed 0, not be nan"),
        ({"run_seconds": -1}, "run_seconds must exceed 0, not be -1"),
        ({"run_seconds": float("inf")}, "run_seconds must exceed 0, not be inf"),
        ({"runs": 2}, "at least 3 runs, not 2"),
    ],
)
def test_an_effort_that_measures_nothing_is_refused(effort, message):
    with pytest.raises(ValueError, match=message):
        Effort(**effort)


@pytest.mark.parametrize("seconds", [(1, 2, 3), (2, 2, 1), (0, 0, 1), (1, 1, float("inf"))])
def test_a_timing_that_cannot_be_is_refused(seconds):
    with pytest.raises(ValueError, match="ascending seconds"):
        Timing(*seconds, runs=3, calls=1)
