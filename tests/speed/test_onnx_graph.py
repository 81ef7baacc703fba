import numpy as np
import onnx
import onnxruntime
import pytest

from quantnn.model.activation import FloatActivation
from quantnn.network.reference import decide
from quantnn.speed.float_steps import FloatStep, forward
from quantnn.speed.onnx_graph import INPUT, OUTPUT, empty_model, onnx_model

KINDS = ["linear", "relu", "leaky_relu:0.2", "sigmoid", "tanh"]


def step(random, inputs, outputs, activation):
    """A random step; one that multiplies each element where ``inputs`` is None."""
    shape = (outputs,) if inputs is None else (inputs, outputs)
    weights, bias = (random.normal(size=size).astype(np.float32) for size in (shape, outputs))
    return FloatStep(weights, bias, FloatActivation.named(activation))


def run(model, samples):
    onnx.checker.check_model(onnx.load_from_string(model), full_check=True)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    assert [node.name for node in (*session.get_inputs(), *session.get_outputs())] == [INPUT, OUTPUT]
    return session.run([OUTPUT], {INPUT: samples})[0]


@pytest.fixture
def random():
    return np.random.default_rng(11)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1, 50])
def test_outputs_are_those_of_numpy(random, kind, count):
    steps = [step(random, None, 6, kind), step(random, 6, 5, kind), step(random, 5, 3, kind)]
    samples = random.normal(size=(count, 6)).astype(np.float32)
    got = run(onnx_model(steps, classify=False), samples)
    assert got.shape == (count, 3)
    np.testing.assert_allclose(got, forward(steps, samples), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("outputs", [1, 2, 4])
def test_classes_are_those_of_numpy(random, outputs):
    steps = [step(random, 6, 5, "relu"), step(random, 5, outputs, "linear")]
    samples = random.normal(size=(300, 6)).astype(np.float32)
    expected = decide(forward(steps, samples))
    assert len(set(expected.tolist())) > 1
    np.testing.assert_array_equal(run(onnx_model(steps, classify=True), samples).reshape(-1), expected)


def test_another_weight_is_another_answer(random):
    steps = [step(random, 6, 3, "linear")]
    samples = random.normal(size=(20, 6)).astype(np.float32)
    steps[0].weights[2, 1] += 1
    wrong = forward(steps, samples)
    steps[0].weights[2, 1] -= 1
    assert not np.allclose(run(onnx_model(steps, classify=False), samples), wrong)


def test_the_empty_model_does_nothing(random):
    samples = random.normal(size=(3, 6)).astype(np.float32)
    np.testing.assert_array_equal(run(empty_model(6), samples), samples)
