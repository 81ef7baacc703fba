"""Faults in generated cores, and how many of them the verification sees.

Each faulty core goes through what ``quantnn verify`` does: back to back, with stalls at either end and at both, and
with resets in mid-stream; every layer, every answer, the handshake and the planned timing are compared.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cached_property
from operator import add

import numpy as np
import pytest
from drawn_networks import edge_samples
from equivalence import Equivalence
from grafts import MODULE, graft, reader_of
from many_cores import ManyCores, TestedCore
from memory_faults import memory_faults
from mutants import CATEGORIES, mutations, reason
from mutated_designs import folded, tabulated

from quantnn.core_bench import adversities, any_frames
from quantnn.plan.core import CorePlan
from quantnn.reference import evaluate

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("mutations")]

SEED = 1
SAMPLES = 64
SOUND = 2
"""Cores without a fault: the original, and a copy of which only the names are others."""
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
        copies = [self._copy("copied", self.design.name, lambda body: body)]
        for number, fault in enumerate(self.statement_faults):
            copies.append(self._copy(f"statement{number:03}", fault.module, fault.apply))
        for number, fault in enumerate(self.bit_faults):
            copies.append(self._with_memory(f"bit{number:03}", fault))
        return ManyCores([self.design, *copies], self.folder)

    def _copy(self, name, module, change):
        """The core with one module changed; ``change`` takes and returns the whole text."""
        body = next(match[0] for match in MODULE.finditer(change(self.text)) if match[1] == module)
        (self.folder / f"{name}.v").write_text(graft(self.text, module, body, name))
        return TestedCore(name, self.plan, self.design.samples, self.design.expected)

    def _with_memory(self, name, fault):
        """The core with a memory file of its own for the fault."""
        right, wrong = (f"{core}{fault.file}" for core in (self.design.name, name))
        (self.folder / wrong).write_bytes((self.folder / right).read_bytes())
        fault.apply(self.folder, name)
        return self._copy(name, reader_of(self.text, right), lambda text: text.replace(right, wrong))

    @cached_property
    def verdicts(self):
        """Per fault, what the verification found; nothing may be found in a core without one."""
        interface = self.design.interface
        found = straight = self.cores.run()
        for conditions in adversities(interface).values():
            found = [*map(add, found, self._run(conditions))]
        found = [*map(add, found, self._run(any_frames(interface), any_frames=True))]
        return self._by_fault(
            [a.with_timing(interface, b.interval, b.latency) for a, b in zip(found, straight, strict=True)]
        )

    def _run(self, conditions, **options):
        filled_in = ("samples", "patience", "warm")
        fields = {name: value for name, value in asdict(conditions).items() if name not in filled_in}
        return self.cores.run(**fields, **options)

    def _by_fault(self, findings):
        assert [core.failures for core in findings[:SOUND]] == [()] * SOUND
        return list(zip([*self.statement_faults, *self.bit_faults], findings[SOUND:], strict=True))

    @cached_property
    def harmless(self) -> set:
        """Faults in the Verilog that nothing was found of, and that are proven to change nothing."""
        missed = {fault for fault, found in self.verdicts if not found.failures}
        names = {fault: f"statement{n:03}" for n, fault in enumerate(self.statement_faults) if fault in missed}
        core, plan = self.design, self.plan
        same = Equivalence(self.folder, core.name, plan.input, plan.output)
        proven = same.proven(list(names.values()))
        return {fault for fault, name in names.items() if name in proven}

    def explanation(self, fault) -> tuple[bool, str | None]:
        """Whether a fault changes no answer at all, and why it goes unseen; None if nobody knows."""
        if fault in self.bit_faults:
            answers = evaluate(fault.network, self.design.samples).layers
            same = all(map(np.array_equal, answers, self.design.expected.layers))
            return False, "the reference with this fault answers the same" if same else None
        return (True, "proven to do the same") if fault in self.harmless else (False, reason(fault, self.plan))


def check(beds):
    """Compile and run all, print the count per category and every survivor with its reason."""
    for bed in beds:
        assert bed.cores, "made one after the other: Yosys has one state for all threads"
    with ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(lambda bed: bed.verdicts, beds))
        list(pool.map(lambda bed: bed.harmless, beds))
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
