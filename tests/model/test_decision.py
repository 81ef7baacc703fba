import pytest

from quantnn.model.activation import ACTIVATIONS, FloatActivation
from quantnn.model.decision import DECISIONS, decide, needed

LINEAR = FloatActivation("linear")
NAMES = {**{kind: kind for kind in ACTIVATIONS}, "clip": "clip:0:6"}
"""A name of every kind."""


@pytest.mark.parametrize("name", NAMES.values())
def test_several_outputs_are_classes(name):
    assert decide(FloatActivation.named(name), 2) == "argmax"
    assert decide(FloatActivation.named(name), 2, "none") == "none"


@pytest.mark.parametrize(
    ("kind", "decision"),
    [("sigmoid", "threshold"), ("linear", "none"), ("relu", "none"), ("leaky_relu", "none"), ("tanh", "none")],
)
def test_a_single_output(kind, decision):
    assert decide(FloatActivation.named(kind), 1) == decision
    assert decide(FloatActivation.named(kind), 1, "threshold") == "threshold"
    assert decide(FloatActivation.named(kind), 1, "none") == "none"


@pytest.mark.parametrize(
    ("kind", "outputs", "decision", "words"),
    [
        ("softmax", 1, "", "a softmax over a single output is always 1: use sigmoid, or two outputs"),
        ("linear", 1, "argmax", "argmax must have several outputs, not 1: use threshold or none"),
        ("linear", 2, "threshold", "threshold must have a single output, not 2: use argmax or none"),
        ("linear", 2, "regression", "decision must be one of argmax, threshold, none, not 'regression'"),
    ],
)
def test_refuses(kind, outputs, decision, words):
    with pytest.raises(ValueError, match=words):
        decide(FloatActivation.named(kind), outputs, decision)


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_needed(kind, decision):
    last = FloatActivation.named(NAMES[kind])
    dropped = {"argmax", "threshold"} if kind in ("sigmoid", "tanh", "leaky_relu") else set()
    if kind == "softmax":
        dropped = set(DECISIONS)
    kept, note = needed(last, decision)
    assert kept == (LINEAR if decision in dropped else last)
    assert note.startswith(f"the {kind} at the end is dropped: ") if decision in dropped else note == ""
