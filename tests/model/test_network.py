from dataclasses import replace

import numpy as np
import pytest

from quantnn.arithmetic import IntegerRange
from quantnn.errors import InputError
from quantnn.model.input_scaling import InputScaling
from quantnn.model.network import FloatDense, FloatNetwork

FIRST = FloatDense([[1.0, -1.0, 2.0], [0.5, 1.0, 0.0]], [0.0, 0.5, -4.0], "relu")
SECOND = FloatDense([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], [0.25, 0.0])
RAW = np.array([[2, 4], [4, 0]])


def network(**changes):
    return FloatNetwork((FIRST, SECOND), InputScaling(0.5), **changes)


def test_forward_pass_by_hand():
    hidden, logits = network().activations(RAW)
    np.testing.assert_array_equal(hidden, [[2.0, 1.5, 0.0], [2.0, 0.0, 0.0]])
    np.testing.assert_array_equal(logits, [[2.25, 1.5], [2.25, 0.0]])
    np.testing.assert_array_equal(network().logits(RAW), logits)
    np.testing.assert_array_equal(network().classes(RAW), [0, 0])
    assert hidden.dtype == np.float64


def test_lowest_index_wins_a_tie():
    tie = FloatNetwork((FloatDense(np.zeros((2, 3)), [1.0, 2.0, 2.0]),))
    assert tie.classes(RAW).tolist() == [1, 1]
    assert tie.classes(RAW).dtype == np.int64


def test_shape_and_input():
    net = network(input_bits=5, input_signed=True)
    assert (net.in_features, net.out_features) == (2, 2)
    assert net.input == IntegerRange(-16, 15)
    assert network().input == IntegerRange(0, 255)


def test_softmax_is_dropped_and_noted():
    plain = network()
    soft = FloatNetwork((FIRST, replace(SECOND, activation="Softmax")), InputScaling(0.5), notes=("first",))
    assert [layer.activation for layer in soft.layers] == ["relu", "linear"]
    assert soft.notes[0] == "first" and "softmax at the end is dropped" in soft.notes[1]
    assert plain.notes == ()
    np.testing.assert_array_equal(soft.logits(RAW), plain.logits(RAW))
    assert replace(soft, input_bits=4).notes == soft.notes


def single(activation, **changes):
    return FloatNetwork((FloatDense([[1.0], [-1.0]], [0.5], activation),), **changes)


def test_a_single_sigmoid_is_a_threshold():
    net = single("sigmoid")
    assert (net.decision, net.layers[0].activation) == ("threshold", "linear")
    assert net.notes == ("the sigmoid at the end is dropped: class 1 is a logit above 0 with it or without",)
    raw = np.array([[3, 3], [0, 1], [2, 1]])
    assert net.logits(raw).tolist() == [[0.5], [-0.5], [1.5]]
    assert net.classes(raw).tolist() == [1, 0, 1] and net.classes(raw).dtype == np.int64
    assert replace(net, input_bits=4).decision == "threshold"


def test_a_logit_of_0_is_class_0():
    zero = FloatNetwork((FloatDense([[0.0], [0.0]], [0.0], "sigmoid"),))
    assert zero.classes(RAW).tolist() == [0, 0]


@pytest.mark.parametrize("activation", ["linear", "tanh", "relu", "leaky_relu:0.1"])
def test_any_other_single_output_is_a_value(activation):
    net = single(activation)
    assert (net.decision, net.layers[0].activation, net.notes) == ("none", activation, ())
    with pytest.raises(InputError, match="values, not classes"):
        net.classes(RAW)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "leaky_relu:0.1"])
def test_the_greatest_output_needs_no_increasing_activation(activation):
    several = FloatNetwork((FIRST, replace(SECOND, activation=activation)), InputScaling(0.5))
    assert (several.decision, several.layers[1].activation) == ("argmax", "linear")
    assert "the greatest logit" in several.notes[0]
    np.testing.assert_array_equal(several.classes(RAW), network().classes(RAW))


def test_a_last_relu_stays():
    assert FloatNetwork((FIRST, replace(SECOND, activation="relu"))).layers[1].activation == "relu"


def test_values_keep_their_activation():
    several = FloatNetwork((FIRST, replace(SECOND, activation="sigmoid")), InputScaling(0.5), decision="none")
    assert (several.decision, several.layers[1].activation, several.notes) == ("none", "sigmoid", ())
    np.testing.assert_allclose(several.logits(RAW), 1 / (1 + np.exp([[-2.25, -1.5], [-2.25, 0.0]])))
    soft = FloatNetwork((FIRST, replace(SECOND, activation="softmax")), decision="none")
    assert soft.layers[1].activation == "linear" and "the values are the logits" in soft.notes[0]


def test_parts_are_copies():
    weights = np.ones((2, 2))
    layer = FloatDense(weights, [0, 0])
    weights[0, 0] = 5
    assert layer.weights[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        layer.weights[0, 0] = 5
    calibration = RAW.astype(np.uint8)
    kept = network(calibration=calibration).calibration
    calibration[0, 0] = 77
    assert kept.tolist() == RAW.tolist() and kept.dtype == np.int64


@pytest.mark.parametrize(
    ("weights", "bias", "activation", "words"),
    [
        (np.ones(3), [0.0], "relu", "weights must be a non-empty array of 2 dimensions, not shape \\(3,\\)"),
        (np.ones((3, 0)), [0.0], "relu", "weights must be a non-empty array"),
        (np.ones((3, 1)), [[0.0]], "relu", "bias must be a non-empty array of 1 dimensions"),
        (np.ones((3, 2)), [0.0], "relu", "one column per bias, of which there are 1"),
        (np.full((3, 1), np.nan), [0.0], "relu", "weights must be finite"),
        (np.ones((3, 1)), [np.inf], "relu", "bias must be finite"),
        (np.ones((3, 1)), [0.0], "rellu", "did you mean relu"),
    ],
)
def test_layer_refuses(weights, bias, activation, words):
    with pytest.raises(ValueError, match=words):
        FloatDense(weights, bias, activation)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"layers": ()}, "at least one layer"),
        ({"layers": (SECOND, FIRST, FIRST)}, "Layer 2 takes 2 inputs, but layer 1 has 3 outputs"),
        (
            {"layers": (replace(FIRST, activation="softmax"), SECOND)},
            "softmax must follow the last layer, not layer 0",
        ),
        ({"decision": "threshold"}, "threshold must have a single output, not 2"),
        ({"input_bits": 0}, r"input_bits must lie in 1\.\.16, not be 0"),
        ({"input_bits": 17}, r"input_bits must lie in 1\.\.16, not be 17"),
        ({"scaling": InputScaling(mean=[1, 2, 3])}, "must have 1 or 2 values, not 3"),
        ({"calibration": RAW / 4}, "calibration must hold integers, not float64"),
        ({"calibration": RAW[0]}, r"calibration must have shape \(n, 2\), not \(2,\)"),
        ({"calibration": RAW[:0]}, r"calibration must have shape \(n, 2\), not \(0, 2\)"),
        ({"calibration": RAW - 3}, r"calibration must lie in 0\.\.255"),
        ({"calibration": RAW + 252}, r"calibration must lie in 0\.\.255"),
    ],
)
def test_network_refuses(changes, words):
    with pytest.raises(ValueError, match=words):
        replace(network(), **changes)


def test_overflow_is_one_line():
    huge = FloatDense(np.full((2, 2), 1e300), np.zeros(2))
    with pytest.raises(InputError, match="Layer 1 overflows a float64: train it again with smaller weights"):
        FloatNetwork((huge, huge)).logits(RAW)


def test_another_input():
    kept = network(calibration=RAW)
    other = kept.with_input(0.25, 4, True)
    assert (other.input, float(other.scaling.slope), float(other.scaling.offset)) == (IntegerRange(-8, 7), 0.25, 0)
    assert kept.with_input().input == kept.input and kept.with_input().scaling is kept.scaling
    assert kept.with_input(bits=3).input == IntegerRange(0, 7)
    assert kept.with_input(signed=True).input == IntegerRange(-128, 127)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"bits": 2}, r"calibration must lie in 0\.\.3"),
        ({"bits": 17}, r"input_bits must lie in 1\.\.16, not be 17"),
        ({"scale": 0.0}, "input_scale must not be 0"),
    ],
)
def test_another_input_that_does_not_fit_is_one_line(arguments, words):
    with pytest.raises(InputError, match=words):
        network(calibration=RAW).with_input(**arguments)


VALUES = np.array([[0.0, 0.5], [1.0, 0.25]])


@pytest.mark.parametrize("scaling", [InputScaling(0.5), InputScaling(2.0, 1.0, 4.0), InputScaling([1.0, -2.0], 3.0)])
def test_behind_a_sensor_the_network_answers_the_same(scaling):
    plain = replace(network(), scaling=scaling)
    behind = plain.with_sensor(VALUES, keep=True)
    each = not scaling.uniform
    expected = [[0, 255], [255, 0]] if each else [[0, 128], [255, 64]]
    assert behind.calibration.tolist() == behind.sensor(VALUES).tolist() == expected
    shown = behind.sensor.zero + behind.calibration * behind.sensor.step
    np.testing.assert_allclose(behind.logits(behind.calibration), plain.logits(shown), atol=1e-12)
    words = "a step for each input" if each else "one step for all"
    assert behind.notes[-1] == f"inputs are floats: the host rounds them to 8 bits first, {words}"
    assert plain.with_sensor(VALUES).calibration is None


@pytest.mark.parametrize("arguments", [{"scale": 0.5}, {"bits": 4}, {"signed": True}])
def test_behind_a_sensor_there_is_no_other_input(arguments):
    behind = network().with_sensor(VALUES, keep=True)
    with pytest.raises(InputError, match="its floats fix the input: save input_scale, input_bits and input_signed in"):
        behind.with_input(**arguments)
    assert behind.with_input().sensor is behind.sensor


def test_a_sensor_that_one_sample_stretches_is_noted():
    values = np.linspace(0, 1, 60).reshape(30, 2)
    layer = FloatDense(np.eye(2), np.zeros(2))
    assert not any("stretch" in note for note in FloatNetwork((layer,)).with_sensor(values).notes)
    values[4, 1] = 30.0
    notes = FloatNetwork((layer,)).with_sensor(values).notes
    assert any(note.startswith("sample 4 alone stretches the sensor's span") for note in notes)


@pytest.mark.parametrize(
    ("outputs", "decision", "count"), [(3, "", 3), (1, "threshold", 2), (2, "none", 2), (1, "", 1)]
)
def test_a_name_for_each_class(outputs, decision, count):
    layers = (FloatDense(np.ones((4, outputs)), np.zeros(outputs)),)
    names = tuple("abcd"[:count])
    assert FloatNetwork(layers, decision=decision, class_names=names).class_names == names
    with pytest.raises(ValueError, match=f"one name for each of {count} classes, not {count + 1}"):
        FloatNetwork(layers, decision=decision, class_names=(*names, "z"))
