import threading

import pytest
from told import Told

from quantnn.errors import ToolError
from quantnn.verify.findings import Findings
from quantnn.verify.runs import SimulationRun, run_all


def found(values):
    return Findings(values, 0, ())


@pytest.mark.parametrize("jobs", [1, 3])
def test_all_run_and_come_in_their_order(jobs):
    told = Told()
    told("simulating", 15)
    runs = [SimulationRun(number, lambda number=number: found(number)) for number in range(6)]
    assert [each.values for each in run_all(runs, jobs, told)] == [*range(6)]
    assert told.done == {"simulating": 15}


def test_as_many_at_a_time_as_there_are_jobs():
    together = threading.Barrier(3, timeout=30)
    runs = [SimulationRun(1, lambda: (together.wait(), found(1))[1])] * 3
    assert len(run_all(runs, 3)) == 3


def test_one_that_fails_ends_those_that_wait():
    begun = []

    def fail():
        raise ToolError("broke off")

    waiting = [SimulationRun(1, lambda: begun.append(1) or found(1))] * 50
    with pytest.raises(ToolError, match="broke off"):
        run_all([SimulationRun(1, fail), *waiting], 1)
    assert len(begun) < 50
