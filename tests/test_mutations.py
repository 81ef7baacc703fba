"""Faults in generated cores, and how many of them the verification sees.

Each faulty core goes through what ``quantnn verify`` does: back to back, with stalls at either end and at both, and
with resets in mid-stream; every layer, every answer, the handshake and the planned timing are compared.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest
from drawn_networks import edge_samples
from many_cores import ManyCores, TestedCore
from memory_faults import memory_faults
from mutants import CATEGORIES, harmless, mutations, proven_equivalent
from mutated_designs import folded, tabulated

from quantnn.plan.core import CorePlan
from quantnn.reference import evaluate
from quantnn.verify import _resets, _slow

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("mutations")]

SEED = 1
SAMPLES = 64
SOUND = 11
"""Cores without a fault in their Verilog. The first has none at all; in the others memories are changed."""
FURTHER_RESETS = (1, 2, 4, 7, 12, 21)
"""Cycles after that in which the verification resets, for what its one reset does not show."""
LEAST_CAUGHT = 0.95


@dataclass(frozen=True, eq=False)
class Bed:
    """A design, some copies of it with a fault in the Verilog and some without, in one simulation.

    Parameters
    ----------
    plan : CorePlan
    folder : Path
    seed, statements, bits : int
        How many faults to draw in the Verilog and in the memories, and from what.
    """

    plan: CorePlan
    folder: object
    seed: int
    statements: int
    bits: int

    @cached_property
    def random(self):
        return np.random.default_rng(self.seed)

    @cached_property
    def design(self) -> TestedCore:
        samples = edge_samples(self.plan.network, SAMPLES, self.seed)
        core = TestedCore("unmutated", self.plan, samples, evaluate(self.plan.network, samples))
        core.emit(self.folder)
        return core

    @cached_property
    def text(self) -> str:
        return (self.folder / f"{self.design.name}.v").read_text()

    @cached_property
    def statement_faults(self):
        """As many of each category, as far as there are."""
        found = {category: [] for category in CATEGORIES}
        for mutation in mutations(self.text):
            found[mutation.category].append(mutation)
        pools = [list(self.random.permutation(np.array(pool, dtype=object))) for pool in found.values()]
        chosen = []
        while len(chosen) < self.statements and any(pools):
            chosen += [pool.pop() for pool in pools if pool]
        return chosen[: self.statements]

    @cached_property
    def bit_faults(self):
        return memory_faults(self.plan, self.random, self.bits)

    @cached_property
    def cores(self) -> ManyCores:
        texts = [self.text] * SOUND + [fault.apply(self.text) for fault in self.statement_faults]
        return ManyCores([self._copy(f"core{number:03}", text) for number, text in enumerate(texts)], self.folder)

    def _copy(self, name, text):
        original = self.design
        (self.folder / f"{name}.v").write_text(text.replace(original.name, name))
        for memory in self.folder.glob(f"{original.name}*.mem"):
            (self.folder / memory.name.replace(original.name, name)).write_bytes(memory.read_bytes())
        return TestedCore(name, self.plan, original.samples, original.expected)

    @cached_property
    def reset_cycle(self) -> int:
        return self.plan.timing.latency + 3 * self.plan.timing.interval + 7

    def verify(self, prepare):
        """What the verification finds in each core."""
        interface, interval = self.design.interface, self.plan.timing.interval
        slow_in, slow_out = _slow(interface.input, interval), _slow(interface.output, interval)
        found = straight = self.cores.run(prepare)
        for conditions in (
            {"stall_in": slow_in},
            {"stall_out": slow_out},
            {"stall_in": slow_in, "stall_out": slow_out},
            {"stall_out": slow_out, "resets": _resets(interface)},
        ):
            found = [a + b for a, b in zip(found, self.cores.run(prepare, **conditions), strict=True)]
        return [a.with_timing(interface, b.interval, b.latency) for a, b in zip(found, straight, strict=True)]

    @cached_property
    def verdicts(self):
        """Per fault, what the verification found; nothing may be found in the core without one."""
        verdicts = []
        for first in range(0, self.bits, SOUND - 1):
            faults = self.bit_faults[first : first + SOUND - 1]

            def prepare(folder, faults=faults):
                for core, fault in zip(self.cores.cores[1:SOUND], faults, strict=False):
                    fault.apply(folder, core.name)

            found = self.verify(prepare)
            assert found[0].failures == ()
            verdicts += zip(faults, found[1:SOUND], strict=False)
        return [*zip(self.statement_faults, found[SOUND:], strict=True), *verdicts]

    @cached_property
    def caught_by_other_resets(self):
        """The faults in the Verilog that show when the reset comes in another cycle, or the sink stalls after it."""
        caught = set()
        for cycles in FURTHER_RESETS:
            for stalls in (0.0, 0.75):
                found = self.cores.run(resets=(self.reset_cycle + cycles,), stall_out=stalls)
                assert found[0].failures == ()
                caught |= {f for f, core in zip(self.statement_faults, found[SOUND:], strict=True) if core.failures}
        return caught

    def explanation(self, fault) -> tuple[bool, str | None]:
        """Whether a fault changes no answer at all, and why it goes unseen; None if nobody knows."""
        if fault in self.bit_faults:
            answers = evaluate(fault.network, self.design.samples).layers
            same = all(map(np.array_equal, answers, self.design.expected.layers))
            return False, "the reference with this fault answers the same" if same else None
        if proven_equivalent(self.text, fault):
            return True, "proven to do the same"
        if why := harmless(fault):
            return True, why
        seen = fault.category == "reset" and fault in self.caught_by_other_resets
        return False, "shows with a reset in another cycle, or with stalls behind it" if seen else None


def check(beds):
    """Compile and run all, print the count per category and every survivor with its reason."""
    with ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(lambda bed: bed.verdicts, beds))
    total, caught, same, unexplained = Counter(), Counter(), Counter(), []
    for bed, faults in zip(beds, verdicts, strict=True):
        for fault, found in faults:
            total[fault.category] += 1
            if found.failures:
                caught[fault.category] += 1
                continue
            no_fault, why = bed.explanation(fault)
            same[fault.category] += no_fault
            print(f"survives: {fault}: {why}")
            if why is None:
                unexplained.append(str(fault))
    for category in total:
        print(f"{category:12} {caught[category]:3} of {total[category]:3} caught, {same[category]} harmless")
    rate = caught.total() / (total.total() - same.total())
    print(f"{'all':12} {caught.total():3} of {total.total():3} caught, {same.total()} harmless: {rate:.1%}")
    assert unexplained == []
    assert rate >= LEAST_CAUGHT
    return total.total()


def made(folder, seed, statements, bits):
    beds = []
    for number, design in enumerate((folded, tabulated)):
        place = folder / design.__name__
        place.mkdir()
        beds.append(Bed(design(), place, seed, statements[number], bits))
    return beds


def test_faults_are_caught(tmp_path):
    print(f"faults drawn with seed {SEED}")
    assert check(made(tmp_path, SEED, (42, 30), 20)) >= 100


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 103))
def test_more_faults_are_caught(seed, tmp_path):
    print(f"faults drawn with seed {seed}")
    check(made(tmp_path, seed, (120, 120), 64))
