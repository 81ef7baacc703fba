"""Quantizers of answers: the class is that of the values before, as the operators' definitions give them."""

import numpy as np
import pytest

from quantnn.arithmetic import IntegerRange
from quantnn.importers.operators.answer_quantizers import answer_quantizers
from quantnn.importers.operators.float_network import InputFormat
from quantnn.importers.operators.integer_network import integer_network
from quantnn.importers.operators.operator import Activate, ArgMax, IntegerLinear, Keep, Quantize
from quantnn.model.activation import FloatActivation
from quantnn.network.reference import evaluate

BETWEEN = Quantize("between", "QuantizeLinear", scale=2.0**-4, zero=-3, lo=-128, hi=127)
BEHIND = Quantize("behind", "QuantizeLinear", scale=2.0**-8, zero=0, lo=0, hi=255)
RAW = np.stack(np.meshgrid(np.arange(8), np.arange(8)), axis=-1).reshape(-1, 2)


def linear(outputs):
    integers = np.random.default_rng(2).integers(-7, 8, (2, outputs))
    return IntegerLinear(
        "fc", "Gemm", integers=integers, scale=np.asarray(0.125), bias=np.full(outputs, 0.25), range=IntegerRange(-7, 7)
    )


def act(name):
    return Activate(name, name, FloatActivation.named(name))


def built(operators, decision=""):
    return integer_network(operators, "model", InputFormat((2,), 3, integral=True), decision=decision)


def values_of(model):
    return evaluate(model.network, RAW).logits * np.asarray(model.network.layers[-1].scale)


@pytest.mark.parametrize("between", [[], [BETWEEN]])
@pytest.mark.parametrize(
    ("name", "outputs", "decision"),
    [
        ("softmax", 3, ""),
        ("softmax", 3, "none"),
        ("log_softmax", 2, ""),
        ("sigmoid", 1, ""),
        ("sigmoid", 1, "threshold"),
    ],
)
def test_they_are_left_out_with_the_activation(between, name, outputs, decision):
    fc = linear(outputs)
    model, fates = built([fc, *between, act(name), BEHIND], decision)
    sums = RAW @ fc.integers * 0.125 + 0.25  # exact in floats; so is what the quantizer leaves of them
    values = np.clip(np.rint(sums * 16), -125, 130) / 16 if between else sums
    assert np.array_equal(model.logits(RAW), values)
    assert np.array_equal(values_of(model), values)
    if decision != "none":
        classes = values[:, 0] > 0 if outputs == 1 else values.argmax(axis=1)
        assert np.array_equal(model.classes(RAW), classes)
    assert fates[-2:] == ("left out", "left out")
    assert any(f"{name.removeprefix('log_')} at the end is left out" in note for note in model.notes)


@pytest.mark.parametrize(("outputs", "decision"), [(1, "none"), (3, "")])
def test_others_are_kept(outputs, decision):
    fc = linear(outputs)
    model, _ = built([fc, BETWEEN, act("sigmoid"), BEHIND], decision)
    values = np.clip(np.rint((RAW @ fc.integers * 0.125 + 0.25) * 16), -125, 130) / 16
    assert np.array_equal(values_of(model), np.minimum(np.rint(256 / (1 + np.exp(-values))), 255) / 256)
    assert not any("left out" in note for note in model.notes)


def test_which_they_are():
    keep = Keep("", "Cast")
    assert answer_quantizers([linear(2), act("softmax"), BEHIND, keep, ArgMax("", "ArgMax")]) == [BEHIND]
    assert answer_quantizers([act("softmax"), BEHIND, linear(2)]) == []
    assert answer_quantizers([linear(2), BEHIND]) == []
    assert answer_quantizers([BEHIND]) == []
