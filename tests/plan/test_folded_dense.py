from math import ceil

import numpy as np
import pytest
from engines import folded, queue_of
from fold_choices import choices
from networks import SIGNED_NIBBLE, random_dense

from quantnn.plan.folded_dense import FoldedDensePlan

M9K = ((8192, 1), (4096, 2), (2048, 4), (1024, 9), (512, 18), (256, 36))


def dense(inputs, outputs, bits=4):
    return random_dense(np.random.default_rng(inputs), inputs, outputs, bits)


def cycles(inputs, outputs, pe, simd, lanes):
    """A fold takes its columns, or as long as its sums take to leave."""
    total = 0
    for first in range(0, outputs, pe):
        total += max(ceil(inputs / simd), ceil(min(pe, outputs - first) / lanes))
    return total


@pytest.mark.parametrize(
    ("inputs", "outputs", "pe", "simd", "lanes", "interval", "emissions"),
    [
        (4, 3, 1, 1, 1, 12, (0, 0, 0, 1) * 3),
        (5, 6, 2, 2, 2, 9, (0, 0, 1) * 3),
        (6, 7, 4, 3, 2, 4, (0, 2, 0, 2)),
        (3, 5, 5, 3, 5, 1, (1,)),
        (3, 5, 5, 3, 1, 5, (5,)),
        (2, 7, 6, 1, 2, 5, (0, 3, 0, 1)),
    ],
)
def test_interval_and_emissions(inputs, outputs, pe, simd, lanes, interval, emissions):
    plan = folded(dense(inputs, outputs), SIGNED_NIBBLE, pe, simd, lanes)
    assert interval == cycles(inputs, outputs, pe, simd, lanes)
    assert (plan.interval, plan.emissions) == (interval, emissions)
    assert plan.replays == ceil(outputs / pe) and plan.word == simd


@pytest.mark.parametrize(("simd", "levels"), [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (8, 3), (9, 4)])
def test_latency_grows_with_the_adder_tree(simd, levels):
    plan = folded(dense(9, 2), SIGNED_NIBBLE, 1, simd, 1)
    assert plan.latency == 6 + levels + plan.parameters.latency


@pytest.mark.parametrize(("inputs", "outputs", "pe", "simd"), [(5, 6, 2, 2), (6, 7, 4, 4), (3, 1, 1, 1), (2, 5, 5, 2)])
def test_weight_words_are_the_matrix(inputs, outputs, pe, simd):
    layer = dense(inputs, outputs, 5)
    plan = folded(layer, SIGNED_NIBBLE, pe, simd, 1 if pe > 1 else pe)
    words, width = iter(plan.weight_words()), layer.weight_range.width
    for fold in range(ceil(outputs / pe)):
        for column in range(ceil(inputs / simd)):
            word = next(words)
            for p in range(pe):
                for s in range(simd):
                    raw = word >> ((p * simd + s) * width) & (2**width - 1)
                    value = raw - 2**width if raw >> (width - 1) else raw
                    neuron, source = fold * pe + p, column * simd + s
                    inside = neuron < outputs and source < inputs
                    assert value == (layer.weights[source, neuron] if inside else 0)
            assert word >> (pe * simd * width) == 0
    assert next(words, None) is None


def test_memories():
    plan = folded(dense(5, 6, 4), SIGNED_NIBBLE, 2, 2, 2, word=4, samples=2)
    sizes = {memory.name: (memory.words, memory.width) for memory in plan.memories}
    assert sizes == {
        "mac.weights": (9, 2 * 2 * plan.layer.weight_range.width),
        "drain.parameters": (3, 2 * plan.parameters.width),
        "queue.memory": (4, 4 * plan.layer.output.width),
    }


def test_multipliers_count_operands_as_signed():
    layer = dense(5, 6, 4)
    unsigned = folded(layer, type(SIGNED_NIBBLE)(0, 255), 2, 3, 1)
    assert unsigned.multipliers[0] == (6, 9, layer.weight_range.width)
    assert folded(layer, SIGNED_NIBBLE, 2, 3, 1).multipliers[0] == (6, 4, layer.weight_range.width)


@pytest.mark.parametrize(
    ("pe", "simd", "lanes", "message"),
    [
        (0, 1, 1, "PE × SIMD must lie within 6 × 5, not be 0 × 1"),
        (7, 1, 1, "PE × SIMD must lie within 6 × 5, not be 7 × 1"),
        (1, 6, 1, "PE × SIMD must lie within 6 × 5, not be 1 × 6"),
        (3, 1, 2, "2 lanes must divide 3 PE when there is more than one fold"),
    ],
)
def test_refuses(pe, simd, lanes, message):
    with pytest.raises(ValueError, match=message):
        folded(dense(5, 6), SIGNED_NIBBLE, pe, simd, lanes)


@pytest.mark.parametrize(("inputs", "outputs"), [(1, 1), (6, 5), (8, 7), (3, 11), (12, 4)])
@pytest.mark.parametrize("beat", [1, 2, 3])
def test_every_choice_can_be_built(inputs, outputs, beat):
    layer = dense(inputs, outputs)
    for fold in choices(layer, beat, M9K):
        plan = folded(layer, SIGNED_NIBBLE, fold.pe, fold.word, fold.lanes)
        assert fold.word % beat == 0
        built = FoldedDensePlan.make(
            layer, plan.parameters, SIGNED_NIBBLE, queue_of(layer, fold.lanes, fold.lanes), fold, M9K
        )
        assert built.interval == cycles(inputs, outputs, fold.pe, fold.word, fold.lanes)
        assert built.interval * fold.pe * fold.word >= inputs * outputs, "no fold beats its multipliers"


@pytest.mark.parametrize(("inputs", "outputs"), [(6, 5), (8, 6), (4, 8), (5, 4)])
@pytest.mark.parametrize("beat", [1, 2])
def test_no_fold_of_one_lane_beats_every_choice(inputs, outputs, beat):
    """Of all PE and SIMD whose sums leave one per cycle, none has a lesser interval with as few multipliers."""
    layer = dense(inputs, outputs)
    offered = [
        (fold.pe * fold.word, cycles(inputs, outputs, fold.pe, fold.word, fold.lanes))
        for fold in choices(layer, beat, M9K)
    ]
    for pe in range(1, outputs + 1):
        for simd in range(beat, inputs + 1, beat):
            interval = cycles(inputs, outputs, pe, simd, 1)
            assert any(count <= pe * simd and taken <= interval for count, taken in offered), (pe, simd)
