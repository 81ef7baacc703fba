import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantnn.importers.operators.view import View


def values_of(view, u):
    return view.slope * u[view.order] + view.offset


@given(seed=st.integers(0, 500))
@settings(max_examples=60, deadline=None)
def test_every_form_computes_the_same(seed):
    rng = np.random.default_rng(seed)
    count, outputs = int(rng.integers(1, 7)), int(rng.integers(1, 5))
    view, expected = View.whole(count), None
    u = rng.normal(size=count)
    expected = u
    for _ in range(rng.integers(0, 5)):
        if rng.random() < 0.5:
            slope, offset = rng.choice([-2.0, 0.0, 0.5, 1.0], len(expected)), rng.choice([0.0, 1.5], len(expected))
            view, expected = view.affine(slope, offset), expected * slope + offset
        else:
            order = rng.integers(0, len(expected), int(rng.integers(1, 7)))
            view, expected = view.chosen(order), expected[order]
    np.testing.assert_allclose(values_of(view, u), expected)
    weights, bias = view.matrix()
    np.testing.assert_allclose(u @ weights + bias, expected)
    behind, biases = rng.normal(size=(len(view), outputs)), rng.normal(size=outputs)
    own, own_bias = view.behind(behind, biases)
    np.testing.assert_allclose(u @ own + own_bias, expected @ behind + biases)


def test_what_is_plain():
    assert View.whole(3).plain and View.whole(3).permutes
    turned = View.whole(3).chosen(np.array([2, 0, 1]))
    assert turned.permutes and not turned.plain and not turned.scales
    assert not View.whole(3).chosen(np.array([0, 0, 1])).permutes
    assert not View.whole(2).affine(np.array(2.0), np.array(0.0)).plain


def test_a_feature_that_is_not_there():
    with pytest.raises(ValueError, match="feature 3 of 3"):
        View.whole(3).chosen(np.array([0, 3]))
