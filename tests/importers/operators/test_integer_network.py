"""Integer networks of operators, layer by layer against the operators' definitions by Fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantnn.arithmetic import IntegerRange
from quantnn.errors import InputError
from quantnn.importers.operators.float_network import InputFormat
from quantnn.importers.operators.integer_network import integer_network
from quantnn.importers.operators.operator import (
    Activate,
    Affine,
    ArgMax,
    IntegerLinear,
    Linear,
    Quantize,
    Reorder,
    Sign,
)
from quantnn.importers.operators.rounding import Rounding
from quantnn.model.activation import FloatActivation
from quantnn.network.reference import evaluate


def weights(rng, inputs, outputs, bits=4, scale=0.1, bias=None, per_channel=False):
    most = 2 ** (bits - 1) - 1
    scales = np.float64(np.float32(scale)) * (rng.integers(1, 5, outputs) / 4 if per_channel else 1.0)
    return IntegerLinear(
        "fc",
        "Gemm",
        integers=rng.integers(-most, most + 1, (inputs, outputs)),
        scale=np.asarray(scales),
        bias=np.zeros(outputs) if bias is None else bias,
        range=IntegerRange(-most, most),
    )


def quantize(scale, zero=0, lo=-8, hi=7, rounding=Rounding.HALF_EVEN):
    return Quantize("q", "QuantizeLinear", scale=float(np.float32(scale)), zero=zero, lo=lo, hi=hi, rounding=rounding)


def act(name):
    return Activate("", name, FloatActivation.named(name))


def exact_value(operator, values):
    """One sample's values, as Fractions, behind an operator: its definition."""
    match operator:
        case IntegerLinear():
            scale = np.broadcast_to(operator.scale, operator.bias.shape)
            return [
                Fraction(float(scale[j])) * sum(x * int(w) for x, w in zip(values, column, strict=True))
                + Fraction(float(operator.bias[j]))
                for j, column in enumerate(operator.integers.T)
            ]
        case Linear():
            return [
                sum(x * Fraction(float(w)) for x, w in zip(values, column, strict=True)) + Fraction(float(b))
                for column, b in zip(operator.weights.T, operator.bias, strict=True)
            ]
        case Affine():
            slope, offset = (np.broadcast_to(each, len(values)) for each in (operator.slope, operator.offset))
            return [x * Fraction(float(g)) + Fraction(float(h)) for x, g, h in zip(values, slope, offset, strict=True)]
        case Quantize():
            scale = Fraction(operator.scale)
            steps = [operator.rounding.exact(x / scale) + operator.zero for x in values]
            return [(min(max(q, operator.lo), operator.hi) - operator.zero) * scale for q in steps]
        case Sign():
            return [Fraction(operator.scale) * (1 if x >= 0 else -1) for x in values]
        case Reorder():
            return [values[i] for i in operator.order]
        case Activate():
            if operator.activation.lo is not None:
                lo, hi = Fraction(operator.activation.lo), Fraction(operator.activation.hi)
                return [min(max(x, lo), hi) for x in values]
            alpha = {"relu": Fraction(0), "linear": Fraction(1)}.get(
                operator.activation.kind, operator.activation.slope
            )
            if alpha is None:
                return [Fraction(float(operator.activation.function(np.array([float(x)]))[0])) for x in values]
            return [x * Fraction(alpha) if x < 0 else x for x in values]
        case _:
            return values


def built(operators, features, integral=True, bits=3, signed=False, **others):
    model, fates = integer_network(
        operators, "model", InputFormat((features,), bits, signed, integral=integral), **others
    )
    assert len(fates) == len(operators) and all(fates)
    return model


def every_input(model):
    values = np.arange(model.input.lo, model.input.hi + 1)
    return np.stack(np.meshgrid(*[values] * model.in_features), axis=-1).reshape(-1, model.in_features)


def values_of(model, raw):
    last = model.network.layers[-1]
    return evaluate(model.network, raw).logits * np.asarray(last.scale)


def exact_outputs(operators, raw, scale=1.0, zero=0.0):
    rows = []
    for row in raw.tolist():
        values = [Fraction(x) * Fraction(float(scale)) + Fraction(float(zero)) for x in row]
        for operator in operators:
            values = exact_value(operator, values)
        rows.append([float(v) for v in values])
    return np.array(rows)


def largest(model, operators, raw=None, step=None):
    """The largest difference to the definitions, in steps of the output."""
    raw = every_input(model) if raw is None else raw
    exact = exact_outputs(operators, raw)
    assert np.allclose(model.logits(raw), exact, rtol=1e-12, atol=1e-12)
    steps = (values_of(model, raw) - exact) / (step or np.asarray(model.network.layers[-1].scale))
    return float(np.abs(steps).max())


@given(
    seed=st.integers(0, 10**6),
    rounding=st.sampled_from(Rounding),
    activation=st.sampled_from(["linear", "relu", "leaky_relu:0.25"]),
    zero=st.integers(-8, 7),
    scale=st.floats(0.0625, 2.0, width=32),
    per_channel=st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_one_layer_and_its_difference(seed, rounding, activation, zero, scale, per_channel):
    """The stated difference of one layer is not exceeded over every input there is; the accumulators' proven range is
    reached at its ends only, so it may not be reached."""
    rng = np.random.default_rng(seed)
    linear = weights(
        rng, 2, 3, scale=0.13, bias=rng.normal(size=3).astype(np.float32).astype(float), per_channel=per_channel
    )
    operators = [linear, act(activation), quantize(scale, zero, rounding=rounding)]
    model = built(operators, 2)
    assert largest(model, operators) <= model.differences[0] + 1e-9
    assert model.differences[0] <= 2 + 1 / scale


def test_a_difference_that_is_reached():
    """With one input and a weight of 1 every accumulator of the proven range is reached, so the maximum is, too."""
    linear = IntegerLinear(
        "fc", "Gemm", integers=np.array([[1]]), scale=np.asarray(1.0), bias=np.zeros(1), range=IntegerRange(-1, 1)
    )
    for scale in (0.5, 2.0, 3.0, 0.37, 5.1):
        operators = [linear, quantize(scale, lo=-128, hi=127)]
        model = built(operators, 1, bits=8, decision="none")
        assert largest(model, operators) == pytest.approx(model.differences[0])
    operators = [linear, quantize(2.0, lo=-128, hi=127)]
    assert built(operators, 1, bits=8).differences == (1.0,)  # 0.5 → 0, 1.5 → 2: ties to even
    assert "layer 0 at most 1 step off" in built(operators, 1, bits=8).notes[-1]


@given(seed=st.integers(0, 10**6), zero=st.integers(-8, 7), weight_zero=st.integers(-3, 3))
@settings(max_examples=30, deadline=None)
def test_zero_points_are_folded_exactly(seed, zero, weight_zero):
    """Powers of two and half up: everything is exact, whatever the zero points."""
    rng = np.random.default_rng(seed)
    first = quantize(0.25, zero, rounding=Rounding.HALF_UP)
    linear = weights(rng, 2, 3, scale=0.5, bias=rng.integers(-40, 40, 3) / 8)
    linear = IntegerLinear(
        "fc",
        "Gemm",
        integers=linear.integers - weight_zero,
        scale=linear.scale,
        bias=linear.bias,
        range=IntegerRange(-10, 10),
    )
    operators = [
        first,
        linear,
        act("relu"),
        quantize(1.0, zero, rounding=Rounding.HALF_UP),
        weights(rng, 3, 2, scale=0.5),
    ]
    model = built(operators, 2, integral=False)
    assert model.differences == (0, 0)
    raw = every_input(model)
    exact = exact_outputs(operators, raw, model.sensor.step, model.sensor.zero)
    assert np.array_equal(values_of(model, raw), exact)
    assert np.array_equal(model.logits(raw), exact)


def test_a_sensor_quantizes_as_the_file_says():
    operators = [quantize(0.5, 1, 0, 7), weights(np.random.default_rng(1), 1, 1, scale=1.0)]
    model = built(operators, 1, integral=False)
    values = np.arange(-8, 20)[:, np.newaxis] / 4
    expected = [min(max(round(Fraction(float(v)) / Fraction(1, 2)) + 1, 0), 7) for v in values[:, 0]]
    assert model.sensor(values)[:, 0].tolist() == expected
    assert np.array_equal(model.positions(values), values / 0.5 + 1)
    assert model.input == IntegerRange(0, 7)


def test_a_sensor_saturates_at_0_where_the_file_has_a_relu_first():
    rng = np.random.default_rng(1)
    operators = [act("relu"), quantize(0.5, 0, 0, 7), weights(rng, 2, 2, scale=1.0)]
    model = built(operators, 2, integral=False)
    assert model.sensor(np.array([[-1.0, 1.0]])).tolist() == [[0, 2]] and len(model.network.layers) == 1
    model = built([act("relu"), quantize(0.5, 0, -8, 7), weights(rng, 2, 2, scale=1.0)], 2, integral=False)
    assert model.sensor is None


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_a_curve_between_quantizers_is_a_table(name):
    rng = np.random.default_rng(5)
    operators = [
        weights(rng, 2, 2, scale=0.25),
        quantize(0.25, 1, rounding=Rounding.HALF_UP),
        act(name),
        quantize(1 / 8, -3, rounding=Rounding.HALF_UP),
        weights(rng, 2, 2, scale=1.0),
    ]
    model = built(operators, 2)
    assert model.differences == (0, 0) and model.network.layers[0].table is not None
    assert model.network.layers[0].activation == name
    assert largest(model, operators) < 1e-9


def test_two_tables_are_one():
    rng = np.random.default_rng(6)
    half = Rounding.HALF_UP
    operators = [
        weights(rng, 2, 2, scale=0.25), quantize(0.25, rounding=half), act("tanh"), quantize(1 / 8, rounding=half),
        act("leaky_relu:0.25"), quantize(1 / 16, lo=-16, hi=15, rounding=half),
    ]  # fmt: skip
    model = built(operators, 2)
    assert len(model.network.layers) == 1 and model.differences == (0,)
    assert largest(model, operators) == 0


def test_a_relu_behind_its_quantizer_only_saturates():
    rng = np.random.default_rng(7)
    operators = [
        weights(rng, 2, 2, scale=0.25), quantize(0.25, rounding=Rounding.HALF_UP), act("relu"),
        weights(rng, 2, 2, scale=1.0),
    ]  # fmt: skip
    model = built(operators, 2)
    first = model.network.layers[0]
    assert first.table is None and first.requantizer.output == IntegerRange(0, 7) and first.activation == "relu"
    assert largest(model, operators) == 0


@given(low=st.floats(-2, 0, width=32), high=st.floats(0.125, 3, width=32), seed=st.integers(0, 999))
@settings(max_examples=40, deadline=None)
def test_a_clip_becomes_the_range(low, high, seed):
    rng = np.random.default_rng(seed)
    operators = [
        weights(rng, 2, 2, scale=0.25), act(f"clip:{low!r}:{high!r}"), quantize(0.25, rounding=Rounding.HALF_UP)
    ]  # fmt: skip
    model = built(operators, 2)
    assert model.differences == (0,)
    assert largest(model, operators) == 0


@given(seed=st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_signs_are_exact_behind_any_normalization(seed):
    rng = np.random.default_rng(seed)
    operators = [
        weights(rng, 2, 3, 2, 1.0),
        Affine("", "BatchNormalization", rng.choice([-1.7, 0.0, 0.3, 2.0], 3), rng.normal(size=3)),
        Sign("", "BipolarQuant", scale=0.5),
        weights(rng, 3, 2, 2, 1.0),
    ]
    model = built(operators, 2)
    assert model.differences == (0, 0)
    assert largest(model, operators) == 0


def test_inputs_that_are_compared_with_a_bound_on_the_host():
    operators = [
        Affine("", "Mul", np.array(2.0), np.array(-1.0)), Sign("", "BipolarQuant", scale=1.0),
        weights(np.random.default_rng(3), 2, 2, 2, 1.0),
    ]  # fmt: skip
    model = built(operators, 2, integral=False)
    assert model.input == IntegerRange(0, 1)
    assert model.sensor(np.array([[0.49, 0.5]])).tolist() == [[0, 1]]
    raw = every_input(model)
    exact = exact_outputs(operators, raw, model.sensor.step, model.sensor.zero)
    assert np.array_equal(values_of(model, raw), exact)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_raw_pixels_in_front_of_a_quantizer(seed):
    """--input-scale: the first quantizer becomes a table of raw inputs, or nothing where it only passes them on."""
    rng = np.random.default_rng(seed)
    scale = float(rng.choice([1 / 255, 0.1, 0.5]))
    step = float(np.float32(rng.choice([scale, 0.11, 0.5])))
    operators = [quantize(step, int(rng.integers(0, 3)), 0, 7), weights(rng, 2, 2, scale=0.5)]
    model = built(operators, 2, integral=False).with_input(scale, 3, False)
    assert model.sensor is None and model.input == IntegerRange(0, 7)
    raw = every_input(model)
    exact = exact_outputs(operators, raw, scale)
    assert np.allclose(values_of(model, raw), exact, rtol=1e-12)
    assert set(model.differences) == {0.0}


def test_reorders_columns_and_rows():
    rng = np.random.default_rng(8)
    operators = [
        Reorder("", "Transpose", np.array([1, 0])),
        weights(rng, 2, 3, scale=0.25),
        Reorder("", "Gather", np.array([2, 0])),
        quantize(0.25, rounding=Rounding.HALF_UP),
        Reorder("", "Gather", np.array([1, 1, 0])),
        weights(rng, 3, 2, scale=1.0),
    ]
    assert largest(built(operators, 2), operators) == 0


@given(seed=st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_unrounded_outputs(seed):
    rng = np.random.default_rng(seed)
    linear = weights(rng, 2, 3, scale=0.1, bias=rng.normal(size=3))
    linear = IntegerLinear(
        "",
        "Gemm",
        integers=linear.integers,
        scale=rng.choice([0.1, 0.3, 0.7, -0.2], 3),
        bias=linear.bias,
        range=linear.range,
    )
    for decision in ("argmax", "none"):
        model = built([linear], 2, decision=decision)
        raw = every_input(model)
        exact = exact_outputs([linear], raw)
        off = np.abs(values_of(model, raw) - exact) / np.abs(linear.scale)
        assert off.max() <= model.differences[0] + 1e-6
        assert model.differences[0] <= 0.51


def test_channels_that_are_whole_multiples_are_aligned_exactly():
    rng = np.random.default_rng(1)
    linear = IntegerLinear(
        "",
        "Gemm",
        integers=rng.integers(-7, 8, (2, 3)),
        scale=np.array([0.5, 2.0, 0.75]),
        bias=np.zeros(3),
        range=IntegerRange(-7, 7),
    )
    model = built([linear, ArgMax("", "ArgMax")], 2)
    assert model.differences == (0,) and model.network.layers[0].requantizer.multipliers == (2, 8, 3)
    assert np.array_equal(evaluate(model.network, every_input(model)).classes, model.classes(every_input(model)))


def test_float_weights_that_are_integers():
    operators = [Linear("fc", "Gemm", np.array([[0.5, -0.25], [1.0, 0.75]]), np.zeros(2)), quantize(0.25)]
    model = built(operators, 2)
    assert model.network.layers[0].weights.tolist() == [[2, -1], [4, 3]]
    assert largest(model, operators) == 0


@pytest.mark.parametrize(
    ("operators", "words"),
    [
        ([Linear("fc", "Gemm", np.array([[0.1]]), np.zeros(1)), quantize(1)], "Gemm fc: its weights are floats"),
        ([quantize(1)], "no dense layer"),
        ([weights(np.random.default_rng(0), 1, 1), weights(np.random.default_rng(0), 1, 1)], "no quantizer stands"),
        ([weights(np.random.default_rng(0), 1, 1), act("tanh"), quantize(1)], "tanh: put one there"),
        (
            [*[weights(np.random.default_rng(0), 1, 1), act("softmax"), quantize(1)] * 2],
            "follows a softmax",
        ),
        ([weights(np.random.default_rng(0), 2, 1)], "take 2 features, but what is before it has 1"),
        (
            [quantize(1), act("leaky_relu:0.3"), weights(np.random.default_rng(0), 1, 1)],
            "no quantizer stands behind the",
        ),
    ],
)
def test_what_cannot_be_had(operators, words):
    with pytest.raises(InputError, match=words) as caught:
        built(operators, 1, signed=True)
    assert "\n" not in str(caught.value)


def test_biases_between_the_units_of_coarse_accumulators():
    """An accumulator's unit is 16 steps here: weights 16 times as large make a bias of 0.4 units possible."""
    linear = IntegerLinear(
        "fc", "Gemm", integers=np.array([[1, -1]]), scale=np.asarray(8.0), bias=np.array([3.2, -7.1]),
        range=IntegerRange(-1, 1),
    )  # fmt: skip
    operators = [linear, quantize(0.5, lo=-128, hi=127)]
    model = built(operators, 1, bits=4)
    assert largest(model, operators) <= model.differences[0] <= 1
    assert set(np.abs(model.network.layers[0].weights).ravel().tolist()) <= {4, 16, 64}
