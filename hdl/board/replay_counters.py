"""What comes of a replay, counted."""

from itertools import pairwise

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.core.memory import ReadOnlyMemory
from quantnn.plan.replay import COUNTER_BITS, ReplayPlan

__all__ = ["ReplayCounters"]


class ReplayCounters(wiring.Component):
    """Compares the classes of a replay's answers, which come in order, with those that are stored, and takes the time.

    Parameters
    ----------
    plan : ReplayPlan
    expected : sequence of int
        The reference's classes, one per sample.
    labels : sequence of int or None
        The true classes, if ``plan.labelled``.

    Members
    -------
    begin : In(1)
        A replay begins: all counts are 0 from the next cycle on.
    taken : In(1)
        The core takes a beat.
    answered, number : In(1), In(class_width)
        The core gives the last beat of an answer, and the class in it; from three cycles after ``begin`` on.
    done : Out(1)
        High for a cycle, four after the last answer, when the counts are final. They stay until the next replay.
    samples, matching, correct : Out(range(plan.samples + 1))
        Answers; those whose class is the reference's; those whose class is the true one. Without labels the reference's
        takes its place.
    cycles : Out(COUNTER_BITS)
        From the cycle in which the first beat is taken to that of the last answer.

    Raises
    ------
    ValueError
        There is not one class per sample, or labels where none are planned.
    """

    def __init__(self, plan: ReplayPlan, expected, labels=None):
        given = [expected] if labels is None else [expected, labels]
        if any(len(classes) != plan.samples for classes in given) or plan.labelled != (labels is not None):
            kinds = "expected and true" if plan.labelled else "expected"
            raise ValueError(f"A replay of {plan.samples} samples must be given as many {kinds} classes")
        self._plan = plan
        self._expected, self._labels = expected, labels
        count = Out(range(plan.samples + 1))
        super().__init__(
            {
                "begin": In(1),
                "taken": In(1),
                "answered": In(1),
                "number": In(plan.output.class_width),
                "done": Out(1),
                "samples": count,
                "matching": count,
                "correct": count,
                "cycles": Out(COUNTER_BITS),
            }
        )

    def elaborate(self, platform):
        m = Module()
        plan = self._plan
        stored = [("expected", plan.expected_memory, self._expected, self.matching)]
        if plan.labelled:
            stored.append(("labels", plan.label_memory, self._labels, self.correct))
        else:
            m.d.comb += self.correct.eq(self.matching)

        pointer = Signal(range(plan.samples))
        final = Signal()
        m.d.comb += final.eq(self.answered & (pointer == plan.samples - 1))
        with m.If(self.answered):
            m.d.sync += pointer.eq(pointer + 1)

        stages = ReadOnlyMemory.LATENCY + 1
        numbers = [self.number] + [Signal.like(self.number, name=f"number_{n}") for n in range(1, stages)]
        answers = [self.answered] + [Signal(name=f"answered_{n}") for n in range(1, stages + 1)]
        finals = [final] + [Signal(name=f"final_{n}") for n in range(1, stages + 1)]
        for chain in (numbers, answers, finals):
            m.d.sync += [after.eq(before) for before, after in pairwise(chain)]
        for name, memory_plan, words, count in stored:
            m.submodules[name] = memory = ReadOnlyMemory(memory_plan, [int(word) for word in words])
            same = Signal(name=f"same_as_{name}")
            m.d.comb += memory.address.eq(pointer)
            m.d.sync += same.eq(answers[-2] & (memory.data == numbers[-1]))
            with m.If(same):
                m.d.sync += count.eq(count + 1)
        with m.If(answers[-1]):
            m.d.sync += self.samples.eq(self.samples + 1)

        timing = Signal()
        with m.If(final):
            m.d.sync += timing.eq(0)
        with m.Elif(self.taken):
            m.d.sync += timing.eq(1)
        with m.If(timing):
            m.d.sync += self.cycles.eq(self.cycles + 1)

        m.d.sync += self.done.eq(finals[-1])
        with m.If(self.begin):
            m.d.sync += [pointer.eq(0), timing.eq(0), self.samples.eq(0), self.cycles.eq(0)]
            m.d.sync += [count.eq(0) for *_, count in stored]
        return m
