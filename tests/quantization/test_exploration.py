import numpy as np
import pytest
from told import Told
from trained_networks import float_network, noise, samples

from quantnn.errors import InputError
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.network.reference import evaluate
from quantnn.quantization.exploration import explore
from quantnn.quantization.post_training import quantize
from quantnn.quantization.precision import Precision
from quantnn.quantization.unrolled_cells import digits, unrolled_cells


@pytest.fixture(scope="module")
def case():
    network = float_network(widths=(6, 10, 8, 3))
    raw = samples(network)
    return network, raw, explore(network, raw)


def test_the_front_rises(case):
    _, raw, found = case
    cells, qualities = ([getattr(point, name) for point in found.points] for name in ("cells", "quality"))
    assert len(found.points) > 2 and found.samples == len(raw)
    assert cells == sorted(set(cells)) and qualities == sorted(set(qualities))


def test_points_are_what_they_say(case):
    network, raw, found = case
    classes = network.classes(raw)
    for point in found.points:
        assert point.quality == (evaluate(point.network, raw).classes == classes).mean()
        assert point.digits == digits(point.network) and point.cells == unrolled_cells(point.network)
        *hidden, last = point.network.layers
        assert tuple(layer.output.width for layer in hidden) == point.activation_bits
        assert {layer.weight_range.width for layer in (*hidden, last)} == {point.weight_bits}


def test_the_pick_takes_far_less_logic_than_the_nearest_integers(case):
    network, raw, found = case
    pick = found.pick(0.5)
    assert pick.quality >= 0.995
    nearest = next(
        integer
        for bits in range(3, 17)
        for integer in [quantize(network, raw, Precision(bits, bits))]
        if (evaluate(integer, raw).classes == network.classes(raw)).mean() >= 0.995
    )
    assert pick.cells < 0.7 * unrolled_cells(nearest)


@pytest.fixture
def few(monkeypatch):
    """A search of few trials."""
    monkeypatch.setattr("quantnn.quantization.exploration._TRIALS", ((1 << 24, 6),))


@pytest.mark.usefixtures("few")
def test_it_finds_the_same_again_and_takes_the_models_own_samples(case):
    network, raw, _ = case
    own = FloatNetwork(network.layers, network.scaling, calibration=raw)
    found = [explore(*given).points for given in ((network, raw), (own,))]
    first, again = ([(point.cells, point.quality, point.price) for point in points] for points in found)
    assert first == again


def test_labels_are_what_counts(case):
    network, raw, _ = case
    labels = (network.classes(raw) + (np.arange(len(raw)) % 4 == 0)) % 3
    found = explore(network, raw, (raw, labels), 2.0)
    assert found.measure == "accuracy" and found.reference == 0.75
    pick = found.pick(2.0)
    assert pick.quality == (evaluate(pick.network, raw).classes == labels).mean() >= 0.73


def test_values_keep_their_fidelity():
    network = float_network(widths=(6, 10, 2), decision="none", activation="leaky_relu:0.125")
    raw = samples(network)
    pick = explore(network, raw).pick(0.1)
    assert noise(network, pick.network, raw) <= 1e-3


def test_a_single_layer_has_nothing_behind_it():
    network = float_network(widths=(6, 3))
    raw = samples(network)
    assert explore(network, raw).pick(0.1).activation_bits == ()


def test_a_network_that_needs_more_bits_gets_them():
    """Its answer is a small difference of large numbers."""
    random = np.random.default_rng(0)
    weights = random.normal(size=(6, 1))
    both = np.concatenate([weights, weights + 1e-3 * random.normal(size=(6, 1))], axis=1)
    layers = (FloatDense(both / 64, np.zeros(2)), FloatDense(np.array([[1.0], [-1.0]]), np.zeros(1)))
    network = FloatNetwork(layers, decision="none")
    raw = samples(network)
    pick = explore(network, raw, drop=1.0).pick(1.0)
    assert noise(network, pick.network, raw) <= 1e-2


@pytest.mark.usefixtures("few")
def test_progress_is_told():
    network = float_network(widths=(6, 3))
    told = Told()
    explore(network, samples(network), progress=told)
    assert told.steps == ["rounding by cost", "counting logic"]
    assert 0 < told.done["rounding by cost"] <= told.totals["rounding by cost"] == 6
    assert told.done["counting logic"] == told.totals["counting logic"]


def test_samples_are_needed():
    with pytest.raises(InputError, match="rounding by cost takes samples to weigh errors on: give --calibration"):
        explore(float_network())


@pytest.mark.parametrize("drop", [-0.1, 100.1, float("nan")])
def test_a_drop_is_a_share(drop):
    network = float_network()
    with pytest.raises(InputError, match=r"--max-accuracy-drop must lie in 0\.\.100 percentage points, not be"):
        explore(network, samples(network), drop=drop)
