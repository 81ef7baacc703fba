import numpy as np
import pytest
from rich.console import Console
from trained_networks import float_network, samples

import quantnn
from quantnn.api.model import Model
from quantnn.design.report import load_report
from quantnn.errors import InputError
from quantnn.importers.reading import Reading

NETWORK = float_network(widths=(6, 10, 8, 3))
RAW = samples(NETWORK)
MODEL = Model(Reading("arrays", NETWORK), "toy")


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """A search of few trials."""
    monkeypatch.setattr("quantnn.quantization.exploration._TRIALS", ((1 << 24, 12),))


def test_the_pick_is_a_network_of_the_front():
    judged = (RAW, MODEL.predict(RAW))
    found = quantnn.optimize(MODEL, calibration=RAW, validation=judged, max_accuracy_drop=1)
    assert found.pick is found.networks[found.entry.picked] and found.pick.name == "toy"
    for network, point in zip(found.networks, found.entry.points, strict=True):
        assert (network.predict(RAW) == MODEL.predict(RAW)).mean() == point.quality
    assert found.entry.points[found.entry.picked].loss <= 1
    assert found.entry.measure == "accuracy" and found.entry.max_accuracy_drop == 1


def test_it_shows_a_table():
    found = quantnn.optimize(MODEL, calibration=RAW, max_accuracy_drop=1)
    console = Console(width=80)
    with console.capture() as capture:
        console.print(found)
    lines = capture.get().splitlines()
    assert max(map(len, lines)) <= 80
    (picked,) = (line for line in lines if "picked" in line)
    assert f"{found.entry.points[found.entry.picked].quality:.4f}" in picked
    assert repr(found) == f"<Optimized toy: {len(found.networks)} networks, picked {found.entry.picked}>"


def test_labels_judge():
    labels = (MODEL.predict(RAW) + (np.arange(len(RAW)) % 4 == 0)) % 3
    found = quantnn.optimize(MODEL, calibration=RAW, validation=(RAW, labels), max_accuracy_drop=1.0)
    assert found.entry.measure == "accuracy" and found.entry.reference == 0.75
    assert (found.pick.predict(RAW) == labels).mean() >= 0.74


def test_an_export_keeps_the_front(tmp_path):
    design = quantnn.export(
        MODEL, optimize="cells", max_accuracy_drop=1, calibration=RAW, board="ulx3s-85f", output=tmp_path / "d",
    )  # fmt: skip
    found = quantnn.optimize(MODEL, calibration=RAW, max_accuracy_drop=1)
    assert load_report(design.path).tradeoff == found.entry
    assert {layer.engine for layer in design.report.layers} == {"unrolled"}
    assert "agreement" in (design.path / "summary.txt").read_text()
    picked = found.entry.points[found.entry.picked]
    assert design.report.precision.weight_bits == picked.weight_bits
    np.testing.assert_array_equal(design.network.evaluate(RAW).logits, found.pick.evaluate(RAW).logits)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_accuracy_drop": 1.0}, "max_accuracy_drop and validation are for optimize cells: give it"),
        ({"validation": (RAW, RAW[:, 0])}, "max_accuracy_drop and validation are for optimize cells"),
        ({"optimize": "cells", "weight_bits": 4}, "optimize chooses the bits of a model: leave weight_bits"),
        ({"optimize": "speed"}, "optimize must be cells, not 'speed'"),
        ({"optimize": "cells", "max_accuracy_drop": "little"}, "max_accuracy_drop must be a number, not 'little'"),
        ({"optimize": "cells", "max_accuracy_drop": -1}, r"max_accuracy_drop must lie in 0\.\.100"),
        ({"optimize": "cells", "calibration": None}, "rounding by cost takes samples to weigh errors on"),
        ({"optimize": "cells", "validation": (RAW,)}, "validation must be samples and their labels"),
    ],
)
def test_wrong_options(options, message, tmp_path):
    with pytest.raises(InputError, match=message):
        quantnn.export(MODEL, output=tmp_path / "d", **{"calibration": RAW, **options})
    assert not (tmp_path / "d").exists()


def test_a_network_is_quantized_already(tmp_path):
    network = quantnn.quantize(MODEL, calibration=RAW)
    with pytest.raises(InputError, match="optimize chooses the bits of a model"):
        quantnn.export(network, optimize="cells", output=tmp_path / "d")
    with pytest.raises(InputError, match="optimize takes a model, not Network"):
        quantnn.optimize(network)
