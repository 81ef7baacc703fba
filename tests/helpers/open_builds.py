"""Designs for open tools, and tools that take no time."""

import json

from exported import save_model, small_options
from fake_nextpnr import FakeNextpnr

from quantnn.board.board import load_board
from quantnn.build import synthesis
from quantnn.build.netlist import Netlist
from quantnn.design.export import export
from quantnn.importers.npz import load_model

__all__ = ["export_for_icebreaker", "fake_tools"]

EMPTY = {"modules": {"quantnn_board": {"attributes": {}, "ports": {}, "cells": {}, "netnames": {}}}}


def export_for_icebreaker(folder, clock_mhz):
    """A small network for an icebreaker, whose oscillator makes 12 MHz."""
    model = load_model(save_model(folder))
    export(model, folder / "design", small_options(model, board=load_board("icebreaker"), clock_mhz=clock_mhz))
    return folder / "design"


def fake_tools(folder, monkeypatch, mhz):
    """A nextpnr for iCE40 that reaches ``mhz`` by seed, behind a synthesis that makes nothing."""

    def synthesize(family, verilog, top, work):
        (work / synthesis.LOG).write_text(f"{family}: {', '.join(path.name for path in verilog)}")
        return Netlist(json.loads(json.dumps(EMPTY)), top)

    monkeypatch.setattr(synthesis, "synthesize", synthesize)
    folder.mkdir()
    tools = FakeNextpnr(folder, mhz)
    tools.install(monkeypatch, "ice40")
    return tools
