"""Faults in generated cores, and how many of them the verification sees.

Each faulty core goes through what ``quantnn verify`` does: back to back, with stalls at either end and at both, with
resets in mid-stream, and in frames of any length; every layer, every answer, the handshake and the planned timing are
compared. Whatever survives is explained: it is proven to change nothing, a table says why it does no harm, or nothing
differs in many further runs under other conditions.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import product
from operator import add

import numpy as np
import pytest
from drawn_networks import edge_samples
from equivalence import Equivalence
from grafts import MODULE, graft, reader_of
from many_cores import ManyCores, TestedCore
from memory_faults import memory_faults
from mutants import CATEGORIES, mutations, reason
from mutated_designs import folded, mixed, packed, tabulated, unrolled
from unrolled_mutants import UNROLLED_CATEGORIES

from quantnn.network.reference import evaluate
from quantnn.plan.core import CorePlan
from quantnn.verify.core_bench import adversities, any_frames

pytestmark = pytest.mark.xdist_group("mutations")

SEED = 1
SAMPLES = 64
SOUND = 2
"""Cores without a fault: the original, and a copy of which only the names are others."""
LEAST_CAUGHT = 0.95
OF_ONE_SAMPLE = {*UNROLLED_CATEGORIES} - {"stage", "flight", "serializer"}
"""Faults that look at nothing but the operands that belong together."""
MOST_SAMPLES = 1 << 12
FURTHER_RESETS = range(1, 24, 2)
"""Cycles after one in which the pipeline is full."""
FURTHER_STALLS = ((0.1, 0.9), (0.9, 0.1), (0.5, 0.5), (0.3, 0.97), (0.0, 0.25), (0.6, 0.0))


@dataclass(frozen=True, eq=False)
class Bed:
    """A design, some copies of it with a fault in the Verilog and some without, in one simulation.

    Parameters
    ----------
    plan : CorePlan
    folder : Path
    seed, statements, bits : int
        How many faults to draw in the Verilog and in the memories, and from what.
    categories : tuple of str
        Of the faults in the Verilog.
    """

    plan: CorePlan
    folder: object
    seed: int
    statements: int
    bits: int
    categories: tuple[str, ...] = CATEGORIES

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
        found = {category: [] for category in self.categories}
        for mutation in mutations(self.text):
            found.get(mutation.category, []).append(mutation)
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
        found = self.cores.run()
        for conditions in adversities(interface).values():
            found = [*map(add, found, self._run(conditions))]
        found = [*map(add, found, self._run(any_frames(interface), any_frames=True))]
        return self._by_fault([each.with_timing(interface) for each in found])

    def _run(self, conditions, **options):
        filled_in = ("samples", "patience", "warm")
        fields = {name: value for name, value in asdict(conditions).items() if name not in filled_in}
        return self.cores.run(**fields, **options)

    def _by_fault(self, findings):
        assert [core.failures for core in findings[:SOUND]] == [()] * SOUND
        return list(zip([*self.statement_faults, *self.bit_faults], findings[SOUND:], strict=True))

    @cached_property
    def survivors(self) -> list:
        """The faults that nothing was found of."""
        return [fault for fault, found in self.verdicts if not found.failures]

    def proven(self, depths) -> set:
        """The survivors that are proven to change nothing, by induction over so many cycles."""
        known = {*self.bit_faults, *self.tried}
        unknown = [fault for fault in self.survivors if fault not in known and not reason(fault, self.plan)]
        names = {fault: self._name(fault) for fault in unknown}
        same = Equivalence(self.folder, self.design.name, self.plan.input, self.plan.output, depths)
        proven = same.proven(list(names.values()))
        return {fault for fault, name in names.items() if name in proven}

    def _name(self, fault) -> str:
        return f"statement{self.statement_faults.index(fault):03}"

    @cached_property
    def tried(self) -> dict[object, bool]:
        """Of survivors in what a pipeline computes of each sample alone, whether every sample there is tells nothing.

        None where there are too many samples.
        """
        faults = [fault for fault in self.survivors if fault.category in OF_ONE_SAMPLE]
        values = np.arange(self.plan.network.input.lo, self.plan.network.input.hi + 1)
        if not faults or len(values) ** self.plan.network.in_features > MOST_SAMPLES:
            return {}
        samples = np.array([*product(values, repeat=self.plan.network.in_features)])
        expected = evaluate(self.plan.network, samples)
        names = [self.design.name, *map(self._name, faults)]
        cores = [TestedCore(name, self.plan, samples, expected) for name in names]
        sound, *findings = ManyCores(cores, self.folder).run()
        assert not sound.failures
        return {fault: not found.failures for fault, found in zip(faults, findings, strict=True)}

    @cached_property
    def shown_by_further_runs(self) -> set:
        """The faults that show under other conditions than the verification's."""
        full = self.plan.timing.latency + 3 * self.plan.timing.interval + 7
        runs = [{"resets": (full + n,), "stall_out": 0.75 * (n % 4 == 1), "seed": n} for n in FURTHER_RESETS]
        for stall_in, stall_out in FURTHER_STALLS:
            stalls = {"stall_in": stall_in, "stall_out": stall_out}
            runs += [stalls, stalls | {"any_frames": True}]
        return {
            fault for run in runs for fault, core in self._by_fault(self.cores.run(**run)) if core.failures
        }

    def answers_the_same(self, fault) -> bool:
        """Whether a memory's fault changes no answer to the samples, by the reference."""
        answers = evaluate(fault.network, self.design.samples).layers
        return all(map(np.array_equal, answers, self.design.expected.layers))

    def explanations(self, depths) -> list[tuple[object, bool, str | None]]:
        """Per survivor, whether it changes no answer at all, and why it goes unseen; None if that is a gap."""
        proven, found = self.proven(depths), []
        for fault in self.survivors:
            if fault in self.bit_faults:
                same = self.answers_the_same(fault)
                found.append((fault, False, "the reference with this fault answers the same" if same else None))
            elif fault in self.tried:
                same = self.tried[fault]
                why = "every sample there is gets the same answers" if same else "no sample that tells it was sent"
                found.append((fault, same, why))
            elif fault in proven:
                found.append((fault, True, "proven to do the same"))
            elif why := reason(fault, self.plan):
                found.append((fault, True, why))
            else:
                shown = fault in self.shown_by_further_runs
                found.append((fault, False, None if shown else "no proof, but no difference in further runs either"))
        return found


def check(beds, depths):
    """Compile and run all, print the count per category and every survivor with its reason."""
    for bed in beds:
        assert bed.cores, "made one after the other: Yosys has one state for all threads"
    with ThreadPoolExecutor(2) as pool:
        explanations = [found for each in pool.map(lambda bed: bed.explanations(depths), beds) for found in each]
    total = Counter(fault.category for bed in beds for fault, _ in bed.verdicts)
    survived = Counter(fault.category for fault, _, _ in explanations)
    harmless = Counter(fault.category for fault, is_harmless, _ in explanations if is_harmless)
    for fault, _, why in explanations:
        print(f"survives: {fault}: {why}")
    for category in total:
        caught = total[category] - survived[category]
        print(f"{category:12} {caught:3} of {total[category]:3} caught, {harmless[category]} harmless")
    caught = total.total() - survived.total()
    rate = caught / (total.total() - harmless.total())
    print(f"{'all':12} {caught:3} of {total.total():3} caught, {harmless.total()} harmless: {rate:.1%}")
    assert [str(fault) for fault, _, why in explanations if why is None] == []
    assert rate >= LEAST_CAUGHT
    return total.total()


def made(folder, seed, statements, bits, categories=CATEGORIES):
    """A bed for each design, with so many faults in its statements."""
    beds = []
    for design, count in statements.items():
        place = folder / design.__name__
        place.mkdir()
        beds.append(Bed(design(), place, seed, count, bits, categories))
    return beds


def test_faults_are_caught(tmp_path):
    print(f"faults drawn with seed {SEED}")
    assert check(made(tmp_path, SEED, {folded: 36, tabulated: 26}, 20), depths=(1,)) >= 100


def test_faults_of_unrolled_layers_are_caught(tmp_path):
    print(f"faults drawn with seed {SEED}")
    assert check(made(tmp_path, SEED, {unrolled: 36, packed: 30}, 0, UNROLLED_CATEGORIES), depths=(1,)) == 66


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 103))
def test_more_faults_are_caught(seed, tmp_path):
    print(f"faults drawn with seed {seed}")
    check(made(tmp_path, seed, {folded: 120, tabulated: 120}, 64), depths=(1, 4, 8))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 103))
def test_more_faults_of_unrolled_layers_are_caught(seed, tmp_path):
    print(f"faults drawn with seed {seed}")
    check(made(tmp_path, seed, {unrolled: 100, packed: 100, mixed: 50}, 0, UNROLLED_CATEGORIES), depths=(1, 4))
