"""Every chain of operators computes, as a network, what the operators compute one after the other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantnn.errors import InputError
from quantnn.importers.operators.float_network import InputFormat, float_network
from quantnn.importers.operators.operator import Activate, Affine, ArgMax, Keep, Linear, Operator, Reorder
from quantnn.model.activation import FloatActivation

ACTIVATIONS = ("relu", "sigmoid", "tanh", "leaky_relu:0.25", "linear", "clip:-0.5:2", "clip:0:1", "clip:-inf:1")


def linear(rng, inputs, outputs):
    return Linear("fc", "Gemm", rng.normal(size=(inputs, outputs)), rng.normal(size=outputs))


def act(name):
    return Activate("", name, FloatActivation.named(name))


def computed(operators, x):
    """The oracle: each operator by its definition."""
    for operator in operators:
        match operator:
            case Linear():
                x = x @ operator.weights + operator.bias
            case Affine():
                x = x * operator.slope + operator.offset
            case Reorder():
                x = x[:, operator.order]
            case Activate():
                x = operator.activation.function(x)
    return x


def built(operators, features, **others):
    network, fates = float_network(operators, "model", InputFormat((features,)), **others)
    assert len(fates) == len(operators) and all(fates)
    return network


@given(seed=st.integers(0, 2000))
@settings(max_examples=150, deadline=None)
def test_any_chain(seed):
    rng = np.random.default_rng(seed)
    features = count = int(rng.integers(1, 6))
    operators = []
    for _ in range(rng.integers(1, 9)):
        kind = rng.integers(6)
        if kind == 0:
            operators.append(Affine("", "Mul", rng.choice([-1.5, 0.25, 1.0, 2.0], count), rng.normal(size=count)))
        elif kind == 1:
            operators.append(Affine("", "Add", np.array(1.0), np.array(rng.normal())))
        elif kind == 2:
            order = rng.permutation(count) if rng.random() < 0.7 else rng.integers(0, count, int(rng.integers(1, 5)))
            operators.append(Reorder("", "Transpose", order))
            count = len(order)
        elif kind == 3:
            operators.append(act(str(rng.choice(ACTIVATIONS))))
        elif kind == 4:
            operators.append(Keep("", "Dropout"))
        else:
            operators.append(linear(rng, count, count := int(rng.integers(1, 5))))
    operators.append(linear(rng, count, 2))
    network = built(operators, features, decision="none")
    raw = rng.integers(0, 256, (20, features))
    np.testing.assert_allclose(network.logits(raw), computed(operators, raw.astype(float)), rtol=1e-9, atol=1e-9)


def test_what_is_in_front_is_the_input_scaling():
    rng = np.random.default_rng(1)
    std, mean = np.array([2.0, 4.0, 8.0]), np.array([1.0, 0.0, -1.0])
    operators = [
        Reorder("", "Transpose", np.array([2, 0, 1])),
        Affine("", "Sub", np.array(1.0), -mean),
        Affine("", "Div", 1 / std, np.array(0.0)),
        linear(rng, 3, 2),
    ]
    network, fates = float_network(operators, "model", InputFormat((3,)))
    # feature 0 of the file is the second behind the transposition, and so on
    np.testing.assert_allclose(network.scaling.slope, 1 / std[[1, 2, 0]])
    np.testing.assert_allclose(network.scaling.offset, (-mean / std)[[1, 2, 0]])
    assert network.layers[0].weights[0].tolist() == operators[3].weights[1].tolist()
    assert fates == ("folded into layer 0", "input scaling", "input scaling", "layer 0")


def test_inputs_that_are_left_out_keep_their_scaling():
    rng = np.random.default_rng(1)
    operators = [
        Affine("", "Div", np.array([0.5, 0.25, 0.125]), np.array([1.0, 2.0, 3.0])),
        Reorder("", "Slice", np.array([2, 0])),
        Affine("", "Mul", np.array(2.0), np.array(0.0)),
        linear(rng, 2, 2),
    ]
    network, fates = float_network(operators, "model", InputFormat((3,)))
    assert network.scaling.slope.tolist() == [1.0, 0.25, 0.25]
    assert network.scaling.offset.tolist() == [2.0, 2.0, 6.0]
    first, second = operators[3].weights.tolist()
    assert network.layers[0].weights.tolist() == [second, [0, 0], first]
    assert fates == ("input scaling", "folded into layer 0", "input scaling", "layer 0")


def test_an_input_that_is_there_twice_has_its_scaling_folded():
    rng = np.random.default_rng(1)
    operators = [Affine("", "Div", np.array([0.5, 0.25]), np.zeros(2)), Reorder("", "Slice", np.array([0, 0, 1]))]
    network, fates = float_network([*operators, linear(rng, 3, 2)], "model", InputFormat((2,)))
    assert network.scaling.uniform and fates[0] == "folded into layer 0"


def test_one_scaling_for_all_stays_one():
    rng = np.random.default_rng(1)
    network = built([Affine("", "Div", np.array(1 / 255), np.array(0.0)), linear(rng, 4, 2)], 4)
    assert network.scaling.uniform and float(network.scaling.slope) == 1 / 255


def test_weights_are_not_touched_where_nothing_is_folded():
    weights = np.float32(np.random.default_rng(1).normal(size=(4, 3)))
    network = built([Linear("", "Gemm", weights.astype(float), np.zeros(3))], 4)
    assert network.layers[0].weights.tobytes() == weights.astype(float).tobytes()


def test_an_argmax_decides():
    rng = np.random.default_rng(1)
    operators = [linear(rng, 4, 3), act("softmax"), ArgMax("", "ArgMax"), Keep("", "Identity")]
    network, fates = float_network(operators, "model", InputFormat((2, 2)))
    assert network.decision == "argmax" and fates[2] == "the class" and network.input_shape == (2, 2)
    assert built(operators[:1], 4, decision="none").decision == "none"


def test_a_relu_behind_what_is_never_negative_is_nothing():
    rng = np.random.default_rng(1)
    first, last = linear(rng, 2, 2), linear(rng, 2, 2)
    _, fates = float_network([first, act("sigmoid"), act("relu"), last], "model", InputFormat((2,)))
    assert fates[2] == "nothing: a sigmoid is never negative"


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ("relu", "clip:-1:6", "clip:0.0:6.0"),
        ("clip:-1:2", "relu", "clip:0.0:2.0"),
        ("clip:-1:2", "clip:-3:1", "clip:-1.0:1.0"),
        ("relu", "clip:1:inf", "clip:1.0:inf"),
    ],
)
def test_two_clips_are_one(first, second, both):
    rng = np.random.default_rng(1)
    network, fates = float_network(
        [linear(rng, 2, 3), act(first), act(second), linear(rng, 3, 2)], "model", InputFormat((2,))
    )
    assert [layer.activation for layer in network.layers] == [both, "linear"]
    assert fates[2].startswith(f"{both} of layer 0, with the")


def test_a_layer_that_only_passes_on_is_said():
    rng = np.random.default_rng(1)
    network = built([linear(rng, 2, 3), act("tanh"), act("sigmoid"), linear(rng, 3, 2)], 2)
    assert [layer.activation for layer in network.layers] == ["tanh", "sigmoid", "linear"]
    assert any("layer 1 has 3 features that are only passed on" in note for note in network.notes)


class Strange(Operator):
    """One that only quantized networks have."""


@pytest.mark.parametrize(
    ("operators", "words"),
    [
        ([], "has no dense layer"),
        ([Keep("", "Identity")], "has no dense layer"),
        ([linear(np.random.default_rng(1), 3, 2)], "take 3 features, but what is before it has 4"),
        ([Affine("n", "Mul", np.ones(3), np.zeros(3))], "Mul n: it has 3 values for 4 features"),
        ([Reorder("n", "Slice", np.array([4]))], "Slice n: it takes feature 4 of 4"),
        ([linear(np.random.default_rng(1), 4, 2), act("softmax"), act("relu")], "follows a softmax or an ArgMax"),
        ([linear(np.random.default_rng(1), 4, 2), ArgMax("", ""), ArgMax("", "")], "an ArgMax before it already"),
        ([Strange("n", "Quant")], "Quant is only known in quantized networks"),
        ([linear(np.random.default_rng(1), 4, 2), act("relu"), act("clip:-2:-1")], "outputs are -1 for every input"),
        ([linear(np.random.default_rng(1), 4, 1), ArgMax("", "")], "argmax must have several outputs"),
    ],
)
def test_what_does_not_work(operators, words):
    with pytest.raises(InputError, match="^model[: ].*" + words):
        float_network(operators, "model", InputFormat((4,)))


def test_a_linear_operator_of_other_shapes():
    with pytest.raises(ValueError, match="Gemm fc has weights of shape"):
        Linear("fc", "Gemm", np.ones((2, 3)), np.ones(2))
