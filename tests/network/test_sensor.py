from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantnn.arithmetic import IntegerRange
from quantnn.network.sensor import Sensor

BYTE = IntegerRange(0, 255)
SIGNED = IntegerRange(-128, 127)
FORMATS = [BYTE, SIGNED, IntegerRange(0, 1), IntegerRange(0, 65535), IntegerRange(-32768, 32767)]


def integer_of(value, step, zero, output):
    """The rule in exact rational numbers: the nearest integer, halves upward, saturated."""
    exact = floor((Fraction(value) - Fraction(zero)) / Fraction(step) + Fraction(1, 2))
    return max(output.lo, min(output.hi, exact))


def column(*values):
    return np.array(values, dtype=np.float64)[:, np.newaxis]


@pytest.mark.parametrize("bits", range(1, 17))
def test_shares_of_the_greatest_integer_come_back_exactly(bits):
    greatest = 2**bits - 1
    pixels = np.arange(greatest + 1)
    sensor = Sensor.fit(column(*pixels / greatest), IntegerRange(0, greatest))
    assert sensor(column(*pixels / greatest)).ravel().tolist() == pixels.tolist()


@pytest.mark.parametrize("output", FORMATS, ids=str)
@pytest.mark.parametrize(("least", "greatest"), [(0.0, 1.0), (-1.0, 1.0), (-3.25, -0.5), (1e-9, 3e-9), (-1e12, 7e12)])
def test_the_integers_just_span_what_was_seen(output, least, greatest):
    sensor = Sensor.fit(column(least, greatest), output)
    assert sensor(column(least, greatest)).ravel().tolist() == [output.lo, output.hi]
    assert sensor(column(greatest, least)).ravel().tolist() == [output.hi, output.lo]
    assert float(sensor.step) == pytest.approx((greatest - least) / (output.hi - output.lo))


DYADIC = st.integers(-(2**20), 2**20).map(lambda n: n / 64)


@given(st.lists(DYADIC, min_size=1, max_size=20), st.integers(-4, 3), DYADIC, st.sampled_from(FORMATS))
def test_values_equal_the_exact_rule(values, exponent, zero, output):
    """Steps and values with few bits, so that the floats are exact, ties included."""
    sensor = Sensor(np.float64(2.0**exponent), np.float64(zero), output)
    expected = [integer_of(value, 2.0**exponent, zero, output) for value in values]
    assert sensor(column(*values)).ravel().tolist() == expected


def test_halves_are_rounded_up():
    sensor = Sensor(np.float64(2.0), np.float64(10.0), SIGNED)
    assert sensor(column(9.0, 11.0, 13.0, 7.0, 12.999, 6.999)).ravel().tolist() == [0, 1, 2, -1, 1, -2]


def test_what_was_not_seen_saturates():
    sensor = Sensor.fit(column(0.0, 1.0), BYTE)
    found = sensor(column(-1e-3, -5.0, 1.001, 1e300, -1e300))
    assert found.ravel().tolist() == [0, 0, 255, 255, 0] and found.dtype == np.int64


def spreads(*widths):
    """Two samples, feature j between j and j + its width."""
    offsets = np.arange(len(widths), dtype=np.float64)
    return np.array([offsets, offsets + widths])


@pytest.mark.parametrize(
    ("widths", "shared"),
    [
        ((1.0, 1.0, 8.0), True),
        ((1.0, 1.0, 8.5), False),
        ((1.0, 1.0, 1.0, 0.01), True),
        ((1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 8.0), True),
        ((1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 8.5), False),
        ((0.0, 0.0, 0.0), True),
        ((5.0,), True),
    ],
)
def test_each_feature_has_its_own_step_beyond_eight_median_spreads(widths, shared):
    """Features that never change do not count for the median."""
    sensor = Sensor.fit(spreads(*widths), BYTE)
    assert (sensor.features is None) == shared
    assert sensor.step.shape == sensor.zero.shape == (() if shared else (len(widths),))


def test_per_feature_on_request():
    values = spreads(2.0, 1.0, 0.5)
    sensor = Sensor.fit(values, BYTE, per_feature=True)
    np.testing.assert_allclose(sensor.step, np.array([2.0, 1.0, 0.5]) / 255)
    assert sensor(values).tolist() == [[0] * 3, [255] * 3]


def test_one_step_serves_from_the_least_to_the_greatest_of_all():
    sensor = Sensor.fit(np.array([[0.0, 2.0], [1.0, 5.0]]), BYTE)
    assert float(sensor.step) == 5 / 255 and float(sensor.zero) == 0
    assert sensor(np.array([[0.0, 5.0], [1.0, 2.0]])).tolist() == [[0, 255], [51, 102]]


def test_a_constant_feature_gets_the_step_of_the_widest():
    values = np.array([[0.0, 7.0, 0.0], [100.0, 7.0, 1.0]])
    sensor = Sensor.fit(values, BYTE, per_feature=True)
    np.testing.assert_allclose(sensor.step, [100 / 255, 100 / 255, 1 / 255])
    assert sensor(values)[:, 1].tolist() == [0, 0]
    assert sensor(values + np.array([0.0, 100.0, 0.0]))[:, 1].tolist() == [255, 255]


@pytest.mark.parametrize("value", [0.0, 3.5, -1e6])
def test_nothing_but_constants_is_no_error(value):
    values = np.full((4, 3), value)
    assert Sensor.fit(values, SIGNED)(values).tolist() == [[-128] * 3] * 4


@pytest.mark.parametrize(
    ("step", "zero", "words"),
    [
        (0.0, 0.0, "step must exceed 0, not be 0"),
        ([1.0, -2.0], [0.0, 0.0], "step must exceed 0, not be -2"),
        (np.nan, 0.0, "step must be finite"),
        (1.0, np.inf, "zero must be finite"),
        ([1.0, 1.0], 0.0, r"not of shapes \(2,\) and \(\)"),
        ([], [], r"not of shapes \(0,\) and \(0,\)"),
        ([[1.0]], [[0.0]], r"not of shapes \(1, 1\) and \(1, 1\)"),
    ],
)
def test_refusals(step, zero, words):
    with pytest.raises(ValueError, match=words):
        Sensor(np.array(step), np.array(zero), BYTE)


def test_values_too_far_apart_for_a_float_are_refused():
    with pytest.raises(ValueError, match="must be finite"):
        Sensor.fit(column(-1.7e308, 1.7e308), BYTE)


def test_parts_are_copies():
    step = np.array([1.0, 2.0])
    sensor = Sensor(step, np.zeros(2), BYTE)
    step[0] = 9
    assert sensor.step.tolist() == [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        sensor.step[0] = 9


def test_integers_wider_than_any_input_are_refused():
    with pytest.raises(ValueError, match="A sensor's integers must take up to 53 bits, not 54"):
        Sensor(np.array(1.0), np.array(0.0), IntegerRange(0, 1 << 53))


def test_the_values_that_it_sees():
    one = Sensor(np.array(0.5), np.array(-1.0), IntegerRange(0, 15))
    assert one.seen == (-1.0, 6.5)
    each = Sensor(np.array([0.5, 2.0]), np.array([-1.0, 0.0]), IntegerRange(-2, 3))
    assert each.seen == (-4.0, 6.0), "the second feature's on both sides"
