from pathlib import Path

import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.importers.arrays.reparametrized import recomposed

SOURCE = Path("model.npz")
OLD, NEW = ("{}weight_g", "{}weight_v"), ("{}parametrizations.weight.original0", "{}parametrizations.weight.original1")


def test_a_pruned_layer_is_its_original_times_its_mask():
    arrays = {
        "fc.bias_mask": np.array([0.0, 1.0]),
        "fc.weight_orig": np.array([[1.5, -2.0], [3.0, 4.0]], np.float32),
        "fc.weight_mask": np.array([[1.0, 0.0], [0.0, 1.0]]),
        "fc.bias_orig": np.array([7.0, 8.0]),
        "out.weight": np.ones((1, 2)),
    }
    whole, notes = recomposed(arrays, SOURCE)
    assert list(whole) == ["fc.bias", "fc.weight", "out.weight"]
    assert whole["fc.weight"].tolist() == [[1.5, 0], [0, 4]] and whole["fc.bias"].tolist() == [0, 8]
    assert notes == ("fc.bias, fc.weight: the pruning masks are multiplied in",)


@pytest.mark.parametrize("names", [OLD, NEW], ids=["old", "new"])
@pytest.mark.parametrize("scope", ["fc.", "net.0.", ""])
@pytest.mark.parametrize(
    ("length", "expected"),
    [
        ([[10.0], [26.0]], [[6, 8], [10, 24]]),
        ([[2.0, 13.0]], [[2 * 3 / 34**0.5, 13 * 4 / 160**0.5], [2 * 5 / 34**0.5, 13 * 12 / 160**0.5]]),
        (194**0.5, [[3, 4], [5, 12]]),
    ],
    ids=["per output", "per input", "of all"],
)
def test_weight_normalization(names, scope, length, expected):
    """Rows (3, 4) and (5, 12) are 5 and 13 long, the columns √34 and √160, all together √194."""
    arrays = {names[0].format(scope): np.array(length), names[1].format(scope): np.array([[3.0, 4.0], [5.0, 12.0]])}
    whole, notes = recomposed(arrays, SOURCE)
    assert list(whole) == [f"{scope}weight"]
    np.testing.assert_allclose(whole[f"{scope}weight"], expected, rtol=1e-15)
    assert notes == (f"{scope}weight: weight normalization is multiplied in",)


def test_a_single_output_is_normalized_as_a_whole():
    whole, _ = recomposed({"weight_g": np.array([[10.0]]), "weight_v": np.array([[3.0, 4.0]])}, SOURCE)
    assert whole["weight"].tolist() == [[6, 8]]


def test_a_pruned_direction():
    """Masks come first: pruning a weight-normalized layer prunes its direction."""
    arrays = {
        "fc.weight_g": np.array([[10.0]]),
        "fc.weight_v_orig": np.array([[3.0, 4.0]]),
        "fc.weight_v_mask": np.array([[0.0, 1.0]]),
    }
    assert recomposed(arrays, SOURCE)[0]["fc.weight"].tolist() == [[0, 10]]


def test_halves_and_other_names_are_left_alone():
    arrays = {
        "fc.weight_orig": np.ones((2, 2)),
        "fc2.weight_g": np.ones((2, 1)),
        "fc3.weight": np.ones((2, 2)),
        "attention_mask": np.ones(2),
        "weight_mask": np.ones(2),
    }
    whole, notes = recomposed(arrays, SOURCE)
    assert whole.keys() == arrays.keys() and notes == ()


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        (
            {"weight_orig": np.ones((2, 3)), "weight_mask": np.ones((3, 2))},
            "array weight_orig has shape (2, 3), but its mask (3, 2): save both of the same layer",
        ),
        (
            {"weight_g": np.ones(2), "weight_v": np.ones((2, 3))},
            "array weight_g has shape (2,), which does not say over which axis the weights (2, 3) are normalized",
        ),
        (
            {"weight_g": np.ones((3, 1)), "weight_v": np.ones((2, 3))},
            "array weight_g has shape (3, 1), which does not say over which axis the weights (2, 3) are normalized",
        ),
        (
            {"weight_g": np.ones((2, 1)), "weight_v": np.array([[1.0, 1.0], [0.0, 0.0]])},
            "array weight_g belongs to weights of length 0, which have no direction: train again",
        ),
        (
            {"weight_g": np.array([[np.nan]]), "weight_v": np.ones((1, 3))},
            "array weight_g has values that are not finite (1 of 1, the first is NaN at [0, 0]): train or save it",
        ),
    ],
)
def test_refuses(arrays, words):
    with pytest.raises(InputError) as caught:
        recomposed(arrays, SOURCE)
    assert str(caught.value).removeprefix("model.npz: ").startswith(words)
