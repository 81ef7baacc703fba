from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
from networks import random_dense, random_network, random_samples, tabulated, unsaturated
from ternary import ternary_network

from quantnn.arithmetic import IntegerRange, Requantizer
from quantnn.errors import InputError
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import evaluate
from quantnn.speed.int8_graph import int8_model, zero_byte
from quantnn.speed.onnx_graph import INPUT, OUTPUT


def run(network, samples):
    session = onnxruntime.InferenceSession(int8_model(network), providers=["CPUExecutionProvider"])
    return session.run([OUTPUT], {INPUT: (samples + zero_byte(network.input)).astype(np.uint8)})[0]


def network_of(output, shift, input, truncate=False):
    """A hidden layer of small sums, and the sums of the next."""
    random = np.random.default_rng(1)
    hidden = Dense(
        random.integers(-30, 31, 6),
        Requantizer.make(6, output, negative_multiplier=0 if output.lo == 0 else 1, shift=shift, truncate=truncate),
        weights=random.integers(-7, 8, (5, 6)),
        weight_range=IntegerRange(-7, 7),
    )
    return unsaturated(IntegerNetwork(input, (hidden, random_dense(random, 6, 3, 4)), classify=False))


@pytest.mark.parametrize("output", [IntegerRange(0, 255), IntegerRange(0, 3), IntegerRange(0, 100)])
@pytest.mark.parametrize("truncate", [False, True])
@pytest.mark.parametrize("shift", [0, 1, 3, 6])
def test_unsigned_outputs_are_exact(output, shift, truncate):
    network = network_of(output, shift, IntegerRange(0, 100), truncate)
    last = network.layers[-1]
    network = replace(
        network, layers=(network.layers[0], replace(last, requantizer=Requantizer.make(3, last.output, shift=0)))
    )
    network = unsaturated(network)
    samples = random_samples(network, 400)
    np.testing.assert_array_equal(run(network, samples), evaluate(network, samples).logits)


@pytest.mark.parametrize("input", [IntegerRange(0, 255), IntegerRange(-128, 127)])
def test_signed_outputs_differ_at_halves_alone(input):
    network = network_of(IntegerRange(-128, 127), 4, input)
    network = IntegerNetwork(input, (network.layers[0], identity(6)), classify=False)
    samples = random_samples(network, 400)
    off = run(network, samples) - evaluate(network, samples).logits
    halves = (samples @ network.layers[0].weights + network.layers[0].bias) % 16 == 8
    assert np.abs(off).max() <= 1 and not off[~halves].any()


def identity(count):
    weights = np.eye(count, dtype=np.int64)
    requantizer = Requantizer.make(count, IntegerRange(-1000, 1000))
    return Dense(np.zeros(count, dtype=np.int64), requantizer, weights=weights, weight_range=IntegerRange(-1, 1))


@pytest.mark.parametrize("outputs", [1, 4])
def test_classes(outputs):
    network = ternary_network(3, (40, 12, outputs)) if outputs > 1 else one_output()
    samples = random_samples(network, 500)
    expected = evaluate(network, samples).classes
    assert len(set(expected.tolist())) > 1
    np.testing.assert_array_equal(run(network, samples).reshape(-1), expected)


def one_output():
    network = ternary_network(3, (40, 12, 2))
    last = network.layers[-1]
    layer = replace(
        last,
        bias=last.bias[:1],
        weights=last.weights[:, :1],
        requantizer=Requantizer.make(1, IntegerRange(-500, 500)),
    )
    return IntegerNetwork(network.input, (*network.layers[:-1], layer))


def test_the_gain_of_every_output():
    """Logits that are shifted left are aligned."""
    layer = replace(identity(3), requantizer=Requantizer.make(3, IntegerRange(-9000, 9000), multiplier=(1, 4, 2)))
    network = IntegerNetwork(IntegerRange(0, 100), (layer,), classify=False)
    np.testing.assert_allclose(run(network, np.array([[7, 7, 7]])), [[7, 28, 14]], rtol=1e-5)


def test_it_is_a_model_that_onnx_reads():
    model = onnx.load_from_string(int8_model(ternary_network(3, (9, 4, 3))))
    assert [node.op_type for node in model.graph.node] == ["QGemm", "Clip", "QGemm", "ArgMax"]


@pytest.mark.parametrize(
    ("values", "zero"),
    [((0, 255), 0), ((0, 1), 0), ((-1, 1), 128), ((-128, 127), 128), ((-129, 0), None), ((-1, 128), None)],
)
def test_bytes(values, zero):
    assert zero_byte(IntegerRange(*values)) == zero


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (lambda: IntegerNetwork(IntegerRange(0, 256), (identity(3),)), "layer 0: its inputs 0..256 are no bytes"),
        (lambda: random_network(1, widths=[4, 3], rescale=True), "layer 0: a rescale has no form in bytes"),
        (lambda: heavy(), r"layer 0: its weights 0..300 are no bytes"),
        (lambda: table(), "layer 0: a table has no form in bytes"),
        (lambda: leaky(), "layer 0: a relu with outputs below 0, or a leaky one, has no form in bytes"),
        (lambda: far(), r"layer 0: its sums take \d+ bits, more than 32"),
    ],
)
def test_what_has_no_such_form(network, words):
    with pytest.raises(InputError, match=words):
        int8_model(replace(network(), classify=False))


BYTE = IntegerRange(0, 255)


def heavy():
    layer = replace(identity(3), weights=300 * np.eye(3, dtype=np.int64), weight_range=IntegerRange(-300, 300))
    return IntegerNetwork(BYTE, (layer,))


def table():
    random = np.random.default_rng(1)
    return IntegerNetwork(BYTE, (tabulated(random, random_dense(random, 3, 3, output=IntegerRange(0, 3))),))


def leaky():
    requantizer = Requantizer.make(3, IntegerRange(-9, 9), multiplier=4, negative_multiplier=1)
    return IntegerNetwork(BYTE, (replace(identity(3), requantizer=requantizer),))


def far():
    return IntegerNetwork(BYTE, (replace(identity(3), bias=np.array([1 << 33, 0, 0])),))
