"""Builds of a small design by programs that only look like Quartus."""

import os

import pytest
from fake_quartus import FakeQuartus

from quantnn.build.quartus import compile_quartus
from quantnn.build.quartus_memories import read_memories
from quantnn.design.report import load_report
from quantnn.errors import BuildError

__all__ = ["IMAGES", "OUTPUT", "REPORTS", "WEIGHTS", "failure", "fake_installation", "named", "outputs"]

OUTPUT = "output_files"
REPORTS = {"map.rpt", "fit.rpt", "fit.summary", "sta.rpt", "sta.summary", "quartus.log"}
IMAGES = {"sof", "svf", "pof"}


def named(place):
    """What Quartus calls ``core.layer_0.a``: each instance with its module."""
    *instances, own = place.split(".")
    names = [f"quantnn_{'_'.join(instances[: depth + 1])}:{name}" for depth, name in enumerate(instances)]
    return "|".join([*names, own])


WEIGHTS = named("core.layer_0.mac.weights.memory")


def fake_installation(design, folder, monkeypatch):
    """A Quartus on PATH that makes of ``design`` what was planned."""
    totals = load_report(design).totals
    memories = [named(place) for place, memory in read_memories(design / "board").items() if not memory.in_logic]
    fake = FakeQuartus(folder / "quartus" / "bin", totals.m9k, totals.multipliers, memories)
    monkeypatch.setenv("PATH", f"{fake.programs}{os.pathsep}{os.environ['PATH']}")
    return fake


def failure(design, error=BuildError):
    """What a build that fails says: one line."""
    with pytest.raises(error) as caught:
        compile_quartus(design)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def outputs(design):
    """The files of a build, without what their names have in common."""
    folder = design / "board" / OUTPUT
    return {path.name.removeprefix("quantnn_board.") for path in folder.glob("*")} if folder.exists() else set()
