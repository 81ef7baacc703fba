import pytest
from networks import random_network
from unrolled_pipelines import unrolled

from quantnn.arithmetic import IntegerRange
from quantnn.plan.unrolled.delays import Delays
from quantnn.plan.unrolled.operations import Add, Constant, Input
from quantnn.plan.unrolled.schedule import Pipelining, Schedule

DELAYS = Delays(register=500, lut=900, adder=1000, carry=50, fanout=100)
BYTE = IntegerRange(0, 255)


def leaf(number):
    return Input(BYTE, number)


def add(left, right, width=9):
    return Add(IntegerRange(0, (1 << width) - 1), left, right, 0, 1)


CHAIN = [leaf(0), leaf(1), add(0, 1), add(2, 1, 10), add(3, 1, 11), add(4, 1, 12)]


@pytest.mark.parametrize(("every", "count"), [(1, 4), (2, 2), (3, 2), (4, 1)])
def test_so_many_levels_stand_between_registers(every, count):
    assert Schedule(CHAIN, (5,), Pipelining(every)).count == count


def test_a_period_holds_what_its_delays_allow():
    one, two = 500 + 1000 + 200 + 9 * 50, 500 + 2 * 1000 + 200 + 11 * 50
    assert Schedule(CHAIN, (5,), Pipelining(one - 1, DELAYS)).slack < 0
    assert Schedule(CHAIN, (5,), Pipelining(two + 1000, DELAYS)).count < 4
    assert Schedule(CHAIN, (5,), Pipelining(100_000, DELAYS)).count == 1


def test_register_bits_are_counted_from_the_input_to_the_output():
    schedule = Schedule(CHAIN, (5,), Pipelining(4))
    assert schedule.register_bits == 8 + 8 + 12
    schedule = Schedule(CHAIN, (5,), Pipelining(2))
    assert schedule.register_bits == 8 + 8 + (8 + 10) + 12


def test_what_is_needed_late_is_computed_late():
    """The sum of two inputs that stay needed anyway costs no registers in the stage where it is used."""
    late = [*CHAIN, add(0, 1, 9), add(5, 6, 13), add(7, 0, 13)]
    late[6] = Add(IntegerRange(0, 510), 1, 0, 0, 1)
    schedule = Schedule(late, (8,), Pipelining(1))
    assert schedule.stages[2] == 0 and schedule.stages[6] == 4 - 1 + 0


def test_constants_need_no_registers():
    operations = [leaf(0), Constant(IntegerRange(3, 3)), add(0, 1), add(2, 1, 10)]
    assert Schedule(operations, (3,), Pipelining(1)).register_bits == 8 + 9 + 10
    assert Schedule([leaf(0), Constant(IntegerRange(3, 3))], (1,), Pipelining(1)).count == 1


@pytest.mark.parametrize("pipelining", [Pipelining(1), Pipelining(2), Pipelining(5), Pipelining(4000, DELAYS)])
@pytest.mark.parametrize("seed", range(8))
def test_a_schedule_is_legal(seed, pipelining):
    """Nothing is read before it is there, and no stage holds more than the period, counted anew."""
    pipeline = unrolled(random_network(seed), pipelining)
    schedule, operations = pipeline.schedule, pipeline.operations
    readers = [0] * len(operations)
    for each in operations:
        for source in {s for s in each.sources if not isinstance(operations[s], Constant)}:
            readers[source] += 1
    profiles = []
    for operation, stage in zip(operations, schedule.stages, strict=True):
        given = []
        for source in operation.sources:
            fixed = isinstance(operations[source], Constant)
            assert fixed or schedule.stages[source] <= stage <= schedule.lives[source]
            comes = schedule.stages[source] < stage or not operations[source].sources
            given.append(pipelining.delays.registered(readers[source]) if comes else profiles[source])
        sources = [operations[source] for source in operation.sources]
        profile = operation.arrival(pipelining.delays, sources, given, readers[len(profiles)]) if sources else None
        if profile and schedule.slack >= 0:
            assert profile.bit(operation.range.width - 1, pipelining.delays.carry) <= pipelining.period
        profiles.append(profile)
    for term in pipeline.outputs:
        assert isinstance(operations[term.operation], Constant) or schedule.lives[term.operation] == schedule.count


def test_registers_are_saved_by_moving():
    """Against everything as soon as possible, counted here."""
    pipeline = unrolled(random_network(3, widths=[12, 10, 4]), Pipelining(1))
    operations, count = pipeline.operations, pipeline.schedule.count
    stages = []
    for each in operations:
        levels = [stages[s] for s in each.sources if operations[s].sources]
        stages.append(max((level + bool(each.luts()) for level in levels), default=0))
    lives = list(stages)
    for each, stage in zip(operations, stages, strict=True):
        for source in each.sources:
            lives[source] = max(lives[source], stage)
    for term in pipeline.outputs:
        lives[term.operation] = count
    wanted = sum(
        each.range.width * (life - stage + (not each.sources))
        for each, stage, life in zip(operations, stages, lives, strict=True)
        if not isinstance(each, Constant)
    )
    assert pipeline.schedule.register_bits < wanted


def test_a_period_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least 1, not 0"):
        Pipelining(0)
