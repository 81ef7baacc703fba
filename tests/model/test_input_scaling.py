import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantnn.model.input_scaling import InputScaling

RAW = np.array([[0, 255], [51, 102]])


def test_formula_by_hand():
    np.testing.assert_allclose(InputScaling(1 / 255, 0.5, 0.25)(RAW), [[-2, 2], [-1.2, -0.4]], rtol=1e-12)
    np.testing.assert_array_equal(InputScaling(mean=[1, 2], std=[1, 4])(RAW), [[-1, 63.25], [50, 25]])


def test_default_is_identity():
    scaling = InputScaling()
    np.testing.assert_array_equal(scaling(RAW), RAW)
    assert scaling.uniform and scaling.features is None


@given(*(st.lists(st.floats(0.01, 100), min_size=3, max_size=3) for _ in range(3)))
def test_slope_and_offset_are_the_same_formula(scale, mean, std):
    scaling = InputScaling(scale, mean, std)
    raw = np.array([[0, 1, 255], [-128, 7, 65535]])
    np.testing.assert_allclose(raw * scaling.slope + scaling.offset, scaling(raw), rtol=1e-12, atol=1e-8)


@pytest.mark.parametrize(
    ("scaling", "uniform", "features"),
    [
        (InputScaling(1 / 255, 0.1, 0.3), True, None),
        (InputScaling([0.5, 0.5], [1, 1], 2), True, 2),
        (InputScaling([1, 2], 0, [2, 4]), True, 2),
        (InputScaling([1, 2]), False, 2),
        (InputScaling(mean=[1, 2]), False, 2),
        (InputScaling(mean=[1, 2], std=[1, 2]), False, 2),
    ],
)
def test_uniform(scaling, uniform, features):
    assert (scaling.uniform, scaling.features) == (uniform, features)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"scale": 0}, "input_scale must not be 0"),
        ({"scale": [1, 0]}, "input_scale must not be 0"),
        ({"std": 0}, "input_std must exceed 0, not be 0: use 1 for a constant feature"),
        ({"std": [1, -2]}, "input_std must exceed 0, not be -2"),
        ({"mean": np.nan}, "input_mean must be finite"),
        ({"mean": [[1]]}, r"input_mean must be one value or one per input, not \(1, 1\)"),
        ({"mean": []}, "input_mean must be one value or one per input"),
        ({"mean": [1, 2], "std": [1, 2, 3]}, r"must have one length, not \[2, 3\]"),
        ({"scale": 1e300, "std": 1e-300}, "must keep x in a float64"),
        ({"scale": 1e-300, "std": 1e300}, "must keep x in a float64"),
    ],
)
def test_refuses(parameters, words):
    with pytest.raises(ValueError, match=words):
        InputScaling(**parameters)


def test_cannot_be_changed():
    mean = np.array([1.0, 2.0])
    scaling = InputScaling(mean=mean)
    mean[0] = 9
    assert scaling.mean[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        scaling.mean[0] = 9
