"""Reference and ONNX answer the same on every bit: onnxruntime and onnx's own evaluator know nothing of quantnn."""

import itertools
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import random_network, random_samples
from onnx_answers import answered, compare

from quantnn.arithmetic import IntegerRange, Requantizer, half
from quantnn.errors import InputError
from quantnn.network.layers import Dense, Rescale
from quantnn.network.network import IntegerNetwork
from quantnn.network.onnx_graph import CLASSES, INPUT, accumulated, layer_output, onnx_network, save_onnx
from quantnn.network.reference import evaluate

pytest.importorskip("onnxruntime", reason="pip install '.[onnx]'")
reference = pytest.importorskip("onnx.reference", reason="pip install '.[onnx]'")


def check(network, samples, answers):
    compare(network, samples, evaluate(network, samples), answers)


@given(seed=st.integers(0, 100_000))
@settings(max_examples=60, deadline=None)
def test_networks_of_every_layer_kind(seed):
    network = random_network(seed)
    samples = random_samples(network, 40, seed)
    check(network, samples, answered(onnx_network(network), samples))


def test_every_layer_kind_is_drawn():
    kinds = {
        (layer.kind, layer.table is not None) for seed in range(200) for layer in random_network(seed).layers[:-1]
    }
    assert kinds == set(itertools.product(("dense", "rescale"), (False, True)))


@pytest.mark.parametrize("seed", range(4))
def test_what_onnx_itself_says(seed):
    network = random_network(seed)
    samples = random_samples(network, 40, seed)
    model = onnx_network(network)
    values = reference.ReferenceEvaluator(model).run(None, {INPUT: samples})
    names = [output.name for output in model.graph.output]
    check(network, samples, dict(zip(names, values, strict=True)))


def test_every_requantizer_of_few_bits():
    """One channel per parameter set: multipliers, negative ones, shifts and both roundings, over all accumulators of
    six bits; the numbers are those of docs/arithmetic.md's formula in Python's integers."""
    sets = [
        (m, n, s, r)
        for m, n, s in itertools.product((0, 1, 2, 3, 5, 7), (0, 1, 3, 7), range(5))
        for r in sorted({0, half(s)})
    ]
    m, n, s, r = (tuple(column) for column in zip(*sets, strict=True))
    for output in (IntegerRange(-8, 7), IntegerRange(0, 5), IntegerRange(-3, -1), IntegerRange(-(2**40), 2**40)):
        count = len(sets)
        weights = np.ones((1, count), dtype=np.int64)
        layer = Dense(
            np.zeros(count, dtype=np.int64),
            Requantizer(m, n, s, r, output),
            weights=weights,
            weight_range=IntegerRange(-1, 1),
        )
        network = IntegerNetwork(IntegerRange(-32, 31), (layer,), classify=False)
        accumulators = np.arange(-32, 32)[:, np.newaxis]
        found = answered(onnx_network(network), accumulators)[layer_output(0)]
        expected = [
            [
                min(max((acc * (n[k] if acc < 0 else m[k]) + r[k]) >> s[k], output.lo), output.hi)
                for k in range(count)
            ]
            for acc in range(-32, 32)
        ]
        np.testing.assert_array_equal(found, expected)


def test_the_widest_numbers():
    """Products of 62 bits, where the next would no longer fit."""
    wide = Requantizer.make(1, IntegerRange(-(2**62), 2**62), multiplier=2**15, shift=0)
    layer = Dense(np.zeros(1, np.int64), wide, weights=np.array([[2**30]]), weight_range=IntegerRange(-(2**30), 2**30))
    network = IntegerNetwork(IntegerRange(-(2**15), 2**15 - 1), (layer,), classify=False)
    samples = np.array([[-(2**15)], [2**15 - 1], [-1], [0]])
    check(network, samples, answered(onnx_network(network), samples))


def test_a_single_output_is_a_threshold():
    layer = Dense(
        np.array([0]),
        Requantizer.make(1, IntegerRange(-8, 7)),
        weights=np.array([[1]]),
        weight_range=IntegerRange(-1, 1),
    )
    network = IntegerNetwork(IntegerRange(-2, 2), (layer,))
    samples = np.arange(-2, 3)[:, np.newaxis]
    assert answered(onnx_network(network), samples)[CLASSES].tolist() == [0, 0, 0, 1, 1]


def test_another_weight_is_seen():
    """The comparison can fail."""
    network = random_network(3, classify=True)
    last = network.layers[-1]
    other = replace(network, layers=(*network.layers[:-1], replace(last, bias=last.bias + 1)))
    samples = random_samples(network, 20)
    with pytest.raises(AssertionError):
        check(network, samples, answered(onnx_network(other), samples))


def test_the_file_is_the_same_every_time():
    assert onnx_network(random_network(1)).SerializeToString() == onnx_network(random_network(1)).SerializeToString()


def test_a_layer_without_a_form():
    assert {Dense, Rescale} <= set(accumulated.registry)
    with pytest.raises(TypeError, match="no ONNX form of a strange layer"):
        accumulated(SimpleNamespace(kind="strange"), None, "", "")


def test_without_onnx_the_line_that_installs_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(InputError, match=r"onnx is missing: install what writes ONNX with .*\[onnx\]"):
        save_onnx(random_network(1), tmp_path / "network.onnx")
    assert not (tmp_path / "network.onnx").exists()


@pytest.mark.parametrize("seed", range(20))
def test_every_constant_is_used(seed):
    """onnxruntime warns of others."""
    graph = onnx_network(random_network(seed)).graph
    assert {constant.name for constant in graph.initializer} <= {name for node in graph.node for name in node.input}
