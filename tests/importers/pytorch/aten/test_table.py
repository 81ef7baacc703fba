import re

import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.importers.format import NO_HINTS, Hints
from quantnn.importers.pytorch.aten.live import BATCH, Live, Node
from quantnn.importers.pytorch.aten.network import reading_of
from quantnn.importers.pytorch.aten.table import HANDLERS, called, support

RNG = np.random.default_rng(1)
W, B = RNG.normal(size=(3, 6)), RNG.normal(size=3)
SHAPE = (1, 2, 3)
X = np.arange(2 * 6).reshape(2, *SHAPE) + 1.0


def call(function, *args, **named):
    return called(function, Node("n", function), args, named)


def through(live, x):
    """What a chain of operators makes of samples, by their definitions."""
    out = x.reshape(len(x), -1)
    for step in live.chain:
        operator = step.operator
        match type(operator).__name__:
            case "Linear":
                out = out @ operator.weights + operator.bias
            case "Affine":
                out = out * operator.slope + operator.offset
            case "Reorder":
                out = out[:, operator.order]
            case "Activate":
                out = operator.activation.function(out)
    return out.reshape(len(x), *live.shape)


MOVED = {
    "permute": ((([0, 3, 1, 2]),), lambda a: a.transpose(0, 3, 1, 2)),
    "transpose": ((1, -1), lambda a: a.swapaxes(1, 3)),
    "view": (([BATCH, 6],), lambda a: a.reshape(2, 6)),
    "reshape": (([-1, 3, 2],), lambda a: a.reshape(2, 3, 2)),
    "_unsafe_view": (([7, 6],), lambda a: a.reshape(2, 6)),  # the batch that the graph was made for
    "flatten": ((1,), lambda a: a.reshape(2, 6)),
    "unflatten": ((3, [3, 1]), lambda a: a.reshape(2, 1, 2, 3, 1)),
    "squeeze": ((1,), lambda a: a[:, 0]),
    "unsqueeze": ((1,), lambda a: a[:, None]),
    "slice": ((3, 0, 2), lambda a: a[..., :2]),
    "narrow": ((3, 1, 2), lambda a: a[..., 1:]),
    "select": ((2, 1), lambda a: a[:, :, 1]),
    "flip": (([3],), lambda a: a[..., ::-1]),
    "contiguous": ((0,), lambda a: a),
    "dropout": ((0.5, False), lambda a: a),
    "to": (("float16",), lambda a: a),
}


@pytest.mark.parametrize("function", MOVED)
def test_what_moves_values(function):
    args, expected = MOVED[function]
    made = call(function, Live(SHAPE, 7), *args)
    np.testing.assert_array_equal(through(made, X), expected(X))


FLAT = X.reshape(2, 6)
C = RNG.normal(size=6)
COMPUTED = {
    "linear": ((W, B), FLAT @ W.T + B),
    "mm": ((W.T,), FLAT @ W.T),
    "matmul": ((W.T,), FLAT @ W.T),
    "add": ((C,), FLAT + C),
    "sub": ((C, 2), FLAT - 2 * C),
    "rsub": ((1.5,), 1.5 - FLAT),
    "mul": ((C,), FLAT * C),
    "div": ((0.5,), FLAT * 2),
    "neg": ((), -FLAT),
    "relu": ((), FLAT),
    "leaky_relu": ((0.25,), FLAT),
    "clamp": ((2, 7.5), np.clip(FLAT, 2, 7.5)),
    "clamp_max": ((3,), np.minimum(FLAT, 3)),
    "clamp_min": ((3,), np.maximum(FLAT, 3)),
    "relu6": ((), np.clip(FLAT, 0, 6)),
    "hardtanh": ((), np.clip(FLAT, -1, 1)),
    "hardsigmoid": ((), np.clip(FLAT / 6 + 0.5, 0, 1)),
    "tanh": ((), np.tanh(FLAT)),
    "sigmoid": ((), 1 / (1 + np.exp(-FLAT))),
}


@pytest.mark.parametrize("function", COMPUTED)
def test_what_computes(function):
    args, expected = COMPUTED[function]
    np.testing.assert_allclose(through(call(function, Live((6,)), *args), FLAT), expected, rtol=1e-14)


def test_functions_on_negative_values():
    np.testing.assert_array_equal(through(call("leaky_relu", Live((6,)), 0.25), -FLAT), -FLAT / 4)
    np.testing.assert_array_equal(through(call("prelu", Live((6,)), np.array([0.5])), -FLAT), -FLAT / 2)
    np.testing.assert_array_equal(through(call("relu_", Live((6,))), -FLAT), 0 * FLAT)


def test_addmm_with_factors():
    made = call("addmm", B, Live((6,)), W.T, beta=0.5, alpha=2)
    np.testing.assert_allclose(through(made, FLAT), FLAT @ W.T * 2 + B / 2)


def test_batch_norm_of_channels():
    mean, variance, weight, bias = RNG.uniform(0.5, 2, size=(4, 2))
    x = RNG.normal(size=(5, 2, 3))
    expected = (x - mean[:, None]) / np.sqrt(variance[:, None] + 0.1) * weight[:, None] + bias[:, None]
    made = call("batch_norm", Live((2, 3)), weight, bias, mean, variance, False, 0.1, 0.1)
    np.testing.assert_allclose(through(made, x), expected)
    made, *_ = call("_native_batch_norm_legit_no_training", Live((2, 3)), None, None, mean, variance, 0.1, 0.1)
    np.testing.assert_allclose(through(made, x), (expected - bias[:, None]) / weight[:, None])


def test_constants_are_computed():
    np.testing.assert_array_equal(call("add", call("mul", C, 2), C, alpha=-1), C)
    np.testing.assert_array_equal(call("t", W), W.T)
    np.testing.assert_array_equal(call("matmul", W, W.T), W @ W.T)
    np.testing.assert_array_equal(call("view", W, [-1]), W.reshape(-1))
    assert call("size", Live((4,)), 0) is BATCH and call("size", Live((4,))) == [BATCH, 4] and call("size", W, 1) == 6


LIVE = Live((2, 3))


@pytest.mark.parametrize(
    ("function", "args", "words"),
    [
        ("add", (LIVE, LIVE), "both tensors depend on the model's input (a skip connection"),
        ("div", (1, LIVE), "divides by what depends"),
        ("div", (LIVE, 0), "no divisor 0"),
        ("div", (LIVE, 2, "floor"), "it rounds"),
        ("mul", (LIVE, np.ones((4, 1, 1))), "of shape (4, 1, 1) does not fit each sample, 2×3"),
        ("mul", (Live((1,)), np.ones(5)), "does not fit each sample"),
        ("add", (LIVE, "text"), "must be a tensor or a number"),
        ("linear", (LIVE, W), "its weights take 6 features"),
        ("linear", (LIVE, np.ones((2, 3))), "works on the last dimension of several: flatten its input"),
        ("linear", (Live((6,)), W, np.ones(4)), "bias has shape (4,) for 3 outputs"),
        ("linear", (W, W), "does not depend on the model's input"),
        ("linear", (Live((6,)), np.ones(6)), "have 1 dimensions and not 2"),
        ("matmul", (W, Live((6,))), "stand on the left"),
        ("batch_norm", (LIVE, None, None, np.ones(2), np.ones(2), True), "export model.eval()"),
        ("batch_norm", (LIVE, None, None, None, None), "export model.eval()"),
        ("batch_norm", (LIVE, None, None, np.ones(3), np.ones(3)), "it has 3 channels, but what comes in is 2×3"),
        ("batch_norm", (LIVE, None, None, np.ones(2), -np.ones(2)), "variances must be positive"),
        ("leaky_relu", (LIVE, 1.5), "its slope is 1.5, but must lie in 0..1"),
        ("prelu", (LIVE, np.array([0.1, 0.2])), "a slope per channel"),
        ("softmax", (LIVE, 1), "over dimension 1, but must be over a sample's features"),
        ("argmax", (LIVE,), "over the whole batch"),
        ("permute", (LIVE, [1, 0, 2]), "mixes the samples of a batch"),
        ("permute", (LIVE, [0, 1]), "does not fit what comes in, 2×3"),
        ("permute", (Live(None), [0, 1]), "no known shape"),
        ("flatten", (LIVE,), "mixes the samples of a batch"),
        ("view", (Live((2, 3), 4), [6, -1]), "mixes the samples"),
        ("view", (Live((2, 3), 4), [8, 3]), "mixes the samples"),
        ("view", (LIVE, [-1, BATCH]), "mixes the samples"),
        ("select", (LIVE, 0, 0), "mixes the samples"),
        ("to", (LIVE, "int64"), "makes integers of the values"),
        ("conv2d", (LIVE, W), "their engine is coming"),
        ("lstm", (LIVE,), "recurrent layers are not supported"),
        ("silu_", (LIVE,), "no piece of a dense layer"),
        ("frobnicate", (LIVE,), "it is not known: a chain of dense layers"),
        ("relu", (), "its arguments are not those that are known"),
        ("relu", (LIVE, 1), "its arguments are not those that are known"),
    ],
)
def test_what_cannot_be_had(function, args, words):
    with pytest.raises(ValueError) as caught:
        call(function, *args)
    message = str(caught.value)
    assert re.match(rf"n \({function}(, input [\d×]+)?\): ", message)
    assert any(part in message for part in words.split("|"))


def test_a_vast_sample():
    with pytest.raises(ValueError, match="larger than any dense network takes"):
        Live((1 << 20, 1 << 20))


def test_work_is_bounded():
    node = Node("n", "add")
    with pytest.raises(ValueError, match="takes too long"):
        called("add", node, (np.zeros((1 << 20, 1)), np.zeros((1, 1 << 20))), {})
    with pytest.raises(ValueError, match="takes too long"):
        called("matmul", node, (np.zeros((1 << 12, 1 << 12)), np.zeros((1 << 12, 1 << 12))), {})


def test_every_function_stands_in_the_support_table():
    rows = support()
    shown = {name for name in HANDLERS if not name.startswith(("_", "sym_"))}
    assert {row.operator for row in rows if row.verdict == "exact"} == shown
    assert any(row.operator == "conv2d" and row.verdict == "refused" and "coming" in row.remark for row in rows)
    assert len({row.operator for row in rows}) == len(rows)


def test_a_reading_says_what_became_of_each_function():
    x = call("flatten", Live((2, 3)), 1)
    x = call("relu", call("linear", x, W, B))
    reading = reading_of([x], "model", "PyTorch", NO_HINTS)
    assert [entry.became for entry in reading.entries] == ["nothing changes", "layer 0", "relu of layer 0"]
    assert [entry.shape for entry in reading.entries] == ["6", "3", "3"]
    assert reading.model.input_shape == (2, 3)


@pytest.mark.parametrize(
    ("output", "hints", "words"),
    [
        ([LIVE], Hints(("relu",)), "states the activations itself"),
        ([LIVE, LIVE], NO_HINTS, "gives 2 outputs"),
        (W, NO_HINTS, "does not depend on its input"),
        (Live(None), NO_HINTS, "has no dense layer"),
        (LIVE, NO_HINTS, "has no dense layer"),
    ],
)
def test_outputs_that_are_no_network(output, hints, words):
    with pytest.raises(InputError, match=words):
        reading_of(output, "model", "PyTorch", hints)


def test_flattening_a_single_number():
    assert call("flatten", np.float32(5).reshape(())).tolist() == [5]
