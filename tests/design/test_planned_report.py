"""What a report says before anything was simulated, against the rules that docs/folder.md states."""

import numpy as np
import pytest

from quantnn.arithmetic import IntegerRange, ceil_div
from quantnn.board.board import load_board
from quantnn.design.planned_report import scale_entry
from quantnn.design.report import load_report
from quantnn.network.file import load_network


@pytest.fixture(scope="module", params=["digits", "small"])
def design(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def report(design):
    return load_report(design)


def test_totals_are_the_core_and_the_board_s_top(report):
    for name in ("multipliers", "m9k", "le"):
        core, top, total = (getattr(part, name) for part in (report.core, report.board_top, report.totals))
        assert core + top == total <= getattr(report.limits, name)
    assert report.estimates == ("le",)


def test_layers_take_no_more_than_the_core(report):
    for name in ("multipliers", "m9k", "le"):
        assert sum(getattr(layer, name) for layer in report.layers) <= getattr(report.core, name)


def test_multiplications_and_the_bound(report):
    """One per weight and sample; as many cycles as the device's multipliers take for them."""
    assert report.macs == sum(layer.in_features * layer.out_features for layer in report.layers)
    assert report.device_bound_cycles == ceil_div(report.macs, report.limits.multipliers)
    assert report.ii_cycles.planned >= report.device_bound_cycles


def test_speeds_are_those_of_the_planned_cycles(report):
    hertz = 1e6 * report.clock_mhz
    assert report.inferences_per_second == pytest.approx(hertz / report.ii_cycles.planned, abs=0.05)
    assert report.latency_us == pytest.approx(report.latency_cycles.planned / report.clock_mhz, abs=0.0005)
    assert (report.ii_cycles.measured, report.latency_cycles.measured, report.verification) == (None, None, None)


def test_layers_have_the_network_s_formats(report, design):
    network = load_network(design / "network.npz")
    for entry, layer, form in zip(report.layers, network.layers, network.formats, strict=False):
        assert (entry.input.lo, entry.input.hi) == (form.lo, form.hi)
        weights = IntegerRange(entry.weights.lo, entry.weights.hi)
        assert weights == layer.weight_range and entry.weights.bits == weights.width
        assert layer.weights.min() >= weights.lo and layer.weights.max() <= weights.hi
        assert (entry.output.lo, entry.output.hi) == (layer.output.lo, layer.output.hi)
        assert entry.cycles <= report.ii_cycles.planned


def test_units_are_the_vendor_s(report):
    resources = load_board("de10-lite").resources
    assert (report.units.multipliers, report.units.m9k) == (resources.multipliers.name, resources.block_ram.name)
    assert report.units.le == resources.logic.unit


def test_one_scale_or_one_per_output():
    class Layer:
        scale = 0.25

    assert scale_entry(Layer()) == 0.25
    Layer.scale = np.array([0.5, 2.0])
    assert scale_entry(Layer()) == (0.5, 2.0)
