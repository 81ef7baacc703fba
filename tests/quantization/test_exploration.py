import numpy as np
import pytest
from told import Told
from trained_networks import float_network, noise, samples

from quantnn.errors import InputError
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.network.reference import evaluate
from quantnn.quantization import exploration
from quantnn.quantization.exploration import explore
from quantnn.quantization.post_training import quantize
from quantnn.quantization.precision import Precision
from quantnn.quantization.sensitivity import sensitivities
from quantnn.quantization.unrolled_cells import digits, unrolled_cells
from quantnn.quantization.yardstick import Judgement, Yardstick


@pytest.fixture(scope="module")
def case():
    """The second samples are judged by."""
    network = float_network(widths=(6, 10, 8, 3))
    raw, judged, _ = np.split(samples(network, 8000), [600, 3000])
    return network, raw, judged, explore(network, raw, (judged, None), 0.5)


def test_losses_fall_along_the_front(case):
    *_, found = case
    cells, losses = ([getattr(point, name) for point in found.points] for name in ("cells", "loss"))
    assert len(found.points) > 2 and found.samples == 2400
    assert cells == sorted(set(cells)) and losses == sorted(set(losses), reverse=True)


def test_points_are_what_they_say(case):
    network, _, judged, found = case
    yardstick = Yardstick.of(network, judged)
    for point in found.points:
        assert Judgement(point.quality, point.loss) == yardstick(point.network)
        assert point.digits == digits(point.network) and point.cells == unrolled_cells(point.network)
        *hidden, last = point.network.layers
        assert tuple(layer.output.width for layer in hidden) == point.activation_bits
        assert {layer.weight_range.width for layer in (*hidden, last)} == {point.weight_bits}


def test_the_pick_takes_far_less_logic_than_the_nearest_integers(case):
    network, raw, judged, found = case
    pick, yardstick = found.pick(0.5), Yardstick.of(network, judged)
    assert pick.loss <= 0.5
    nearest = next(
        integer
        for bits in range(3, 17)
        for integer in [quantize(network, raw, Precision(bits, bits))]
        if yardstick(integer).loss <= 0.5
    )
    assert pick.cells < 0.7 * unrolled_cells(nearest)


def test_the_pick_is_as_good_on_new_samples(case):
    network, *_, found = case
    *_, new = np.split(samples(network, 8000), [600, 3000])
    changed = (evaluate(found.pick(0.5).network, new).classes != network.classes(new)).mean()
    assert changed <= 0.005


@pytest.mark.usefixtures("few")
def test_a_third_is_held_out(monkeypatch):
    """No rounding sees the samples that it is judged by."""
    network = float_network(widths=(6, 3))
    raw = np.random.default_rng(0).permutation(256 * 6).reshape(-1, 6) % 251
    seen = []
    weighed = sensitivities
    monkeypatch.setattr(exploration, "sensitivities", lambda net, fitted: seen.append(fitted) or weighed(net, fitted))
    yardstick = Yardstick.of
    monkeypatch.setattr(Yardstick, "of", lambda net, judged: seen.append(judged) or yardstick(net, judged))
    explore(network, raw, drop=50)
    fitted, judged = sorted(seen, key=len, reverse=True)
    assert (len(fitted), len(judged)) == (171, 85)
    rows = [tuple(row) for row in (*fitted, *judged)]
    assert sorted(rows) == sorted(map(tuple, raw))


@pytest.fixture
def few(monkeypatch):
    """A search of few trials."""
    monkeypatch.setattr("quantnn.quantization.exploration._TRIALS", ((1 << 24, 6),))


@pytest.mark.usefixtures("few")
def test_it_finds_the_same_again_and_takes_the_models_own_samples(case):
    network, raw, *_ = case
    own = FloatNetwork(network.layers, network.scaling, calibration=raw)
    found = [explore(*given).points for given in ((network, raw), (own,))]
    first, again = ([(point.cells, point.quality, point.price) for point in points] for points in found)
    assert first == again


def test_labels_are_what_counts(case):
    network, raw, *_ = case
    labels = (network.classes(raw) + (np.arange(len(raw)) % 4 == 0)) % 3
    found = explore(network, raw, (raw, labels), 2.0)
    assert found.measure == "accuracy" and found.reference == 0.75
    pick = found.pick(2.0)
    assert pick.quality == (evaluate(pick.network, raw).classes == labels).mean() >= 0.73


def test_values_keep_their_fidelity():
    network = float_network(widths=(6, 10, 2), decision="none", activation="leaky_relu:0.125")
    raw = samples(network)
    pick = explore(network, raw, drop=0.1).pick(0.1)
    assert noise(network, pick.network, raw) <= 1e-3


def test_a_single_layer_has_nothing_behind_it():
    network = float_network(widths=(6, 3))
    raw = samples(network)
    assert explore(network, raw).pick(0.5).activation_bits == ()


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
