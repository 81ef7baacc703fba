from pathlib import Path
from types import SimpleNamespace

import pytest

import quantnn


def test_a_comparison_shows_itself(small, monkeypatch):
    asked = []

    def compare(design, *, equal, progress):
        asked.append((design, equal))
        return SimpleNamespace(to_json=lambda: {"format": "quantnn speed"})

    monkeypatch.setattr("quantnn.speed.comparison.compare_speed", compare)
    assert quantnn.Design(small).bench().values() == {"format": "quantnn speed"}
    quantnn.Design(small).bench(equal="model.npz")
    assert asked == [(small, None), (small, Path("model.npz"))]


def test_it_is_shown_as_the_command_shows_it(monkeypatch):
    comparison = SimpleNamespace()
    monkeypatch.setattr("quantnn.speed.table.speed_table", lambda given: "the table" if given is comparison else "")
    assert "the table" in quantnn.Speed(comparison)._repr_html_()


def test_it_is_typed():
    with pytest.raises(TypeError):
        quantnn.Speed()
