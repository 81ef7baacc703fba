"""Small netlists that a test writes down itself, in the form of Yosys' JSON."""

import copy

from quantnn.build.netlist import Netlist

__all__ = ["TOP", "cell", "netlist"]

TOP = "top"


def cell(kind, outputs="", /, **connections):
    """A cell of a type. Ports are connected to a bit or a list of bits; those in ``outputs`` drive, the others read."""
    bits = {port: bits if isinstance(bits, list) else [bits] for port, bits in connections.items()}
    return {
        "hide_name": 0,
        "type": kind,
        "parameters": {"REGSET": "RESET"},
        "attributes": {"src": "top.v:1"},
        "port_directions": {port: "output" if port in outputs.split() else "input" for port in bits},
        "connections": bits,
    }


def netlist(cells, names, inputs=(), outputs=()):
    """A netlist.

    Parameters
    ----------
    cells : dict of str to cell
    names : dict of str to list
        The bits of each net with a name.
    inputs, outputs : sequence of str
        Which of these nets are ports of the module.
    """
    ports = {name: {"direction": "input", "bits": list(names[name])} for name in inputs}
    ports |= {name: {"direction": "output", "bits": list(names[name])} for name in outputs}
    nets = {name: {"hide_name": 0, "bits": list(bits), "attributes": {}} for name, bits in names.items()}
    module = {"attributes": {}, "ports": ports, "cells": copy.deepcopy(cells), "netnames": nets}
    return Netlist({"creator": "a test", "modules": {TOP: module}}, TOP)
