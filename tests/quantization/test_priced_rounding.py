from itertools import product

import numpy as np
import pytest

from quantnn.quantization.priced_rounding import PricedRounding
from quantnn.quantization.signed_digits import digit_counts


def rounding(seed, inputs=3, outputs=4, greatest=3, price=0.3, shared=False, samples=30):
    random = np.random.default_rng(seed)
    correlated = random.normal(size=(samples, inputs)) @ random.normal(size=(inputs, inputs))
    weights = random.uniform(0.1, 1, (1 if shared else outputs, samples))
    curvatures = np.einsum("jn,ni,nk->jik", weights, correlated, correlated) / samples + 1e-3 * np.eye(inputs)
    targets = random.uniform(-greatest, greatest, (inputs, outputs))
    return PricedRounding(targets, curvatures, price * random.uniform(0, 1, (inputs, outputs)), greatest)


def objective(task, column, weights):
    """The definition, term by term."""
    curvature = task.curvatures[min(column, len(task.curvatures) - 1)]
    errors = [w - t for w, t in zip(weights, task.targets[:, column], strict=True)]
    square = sum(a * b * curvature[i, k] for i, a in enumerate(errors) for k, b in enumerate(errors))
    digits = digit_counts(np.array(weights))
    return square + sum(p * d for p, d in zip(task.prices[:, column], digits, strict=True))


@pytest.mark.parametrize("shared", [True, False])
def test_the_objective_is_the_stated_one(shared):
    task = rounding(1, shared=shared)
    weights = np.random.default_rng(2).integers(-3, 4, (3, 4))
    expected = [objective(task, column, weights[:, column].tolist()) for column in range(4)]
    assert np.allclose(task.objective(weights), expected)


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("price", [0.0, 0.3, 3.0])
def test_small_columns_come_close_to_the_best_there_is(shared, price):
    found = least = near = 0.0
    hits, cases = 0, 0
    for seed in range(20):
        task = rounding(seed, price=price, shared=shared)
        values = [np.array(column) for column in product(range(-3, 4), repeat=3)]
        taken = task.objective(task.best())
        for column in range(4):
            best = min(objective(task, column, each.tolist()) for each in values)
            assert taken[column] >= best - 1e-9
            hits += taken[column] <= best + 1e-9
            cases += 1
            found, least = found + taken[column], least + best
        near += task.objective(task.nearest()).sum()
    assert hits >= 0.7 * cases
    assert found - least <= 0.25 * (near - least)


@pytest.mark.parametrize("seed", range(5))
def test_no_change_of_a_single_weight_improves_it(seed):
    task = rounding(seed, inputs=6, greatest=7)
    weights = task.best()
    before = task.objective(weights)
    for place, value in product(range(6), range(-7, 8)):
        changed = weights.copy()
        changed[place] = value
        assert (task.objective(changed) >= before - 1e-9).all()


@pytest.mark.parametrize("seed", range(10))
def test_the_error_is_never_more_than_that_of_rounding_each_by_itself(seed):
    task = rounding(seed, inputs=8, outputs=6, greatest=15, price=0.0)
    assert (task.objective(task.best()) <= task.objective(task.nearest()) + 1e-9).all()
    assert task.objective(task.best()).sum() < 0.8 * task.objective(task.nearest()).sum()


def test_descending_never_worsens():
    task = rounding(3, inputs=8, greatest=15)
    start = np.random.default_rng(0).integers(-15, 16, (8, 4))
    assert (task.objective(task.descended(start)) <= task.objective(start)).all()


def test_weights_keep_to_their_greatest():
    task = rounding(4, inputs=5, greatest=3)
    tight = PricedRounding(5 * task.targets, task.curvatures, task.prices, 3)
    assert np.abs(tight.best()).max() == 3


def test_a_high_price_leaves_nothing():
    task = rounding(5, price=1e9)
    assert not PricedRounding(task.targets, task.curvatures, task.prices + 1e6, 3).best().any()
