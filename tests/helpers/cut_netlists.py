"""Proofs that a pass over an ECP5 netlist leaves every value in every cycle as it was.

Registers that multipliers and block RAMs took in are put back beside them. Then each of these cells is cut out: what it
reads becomes an output of the circuit, what it drives an input. The circuits before and after the pass have the same
ends now. Yosys makes one circuit of both, and ABC looks for registers and gates that are equal in every cycle from
power-up on, by induction. All clocks count as one: whether a register has the right one is no part of the proof.
"""

import json
import subprocess
import sys
from pathlib import Path

import pyosys
from equivalence import constant_outputs

__all__ = ["same"]

ABC = Path(pyosys.__file__).parent / "yosys-abc"
CUT = ("MULT18X18D", "DP16KD", "TRELLIS_DPR16X4")
OUTPUTS = {"MULT18X18D": {"P": "REG_OUTPUT_CLK"}, "DP16KD": {"DOA": "REGMODE_A", "DOB": "REGMODE_B"}}
INPUTS = {"A": "REG_INPUTA_CLK", "B": "REG_INPUTB_CLK"}
OWN = {"MULT18X18D": ("CLK0", "CE0", "RST0"), "DP16KD": ("OCEA", "OCEB"), "TRELLIS_DPR16X4": ()}
"""Ports that matter to a cell's own registers only."""
FLIP_FLOP = {"CEMUX": "CE", "CLKMUX": "CLK", "GSR": "DISABLED", "LSRMUX": "LSR", "REGSET": "RESET"}
CONSTANTS = ("0", "1", "x")

YOSYS = """
from pyosys import libyosys
design = libyosys.Design()
for command in (
    "read_verilog -sv -D NO_INCLUDES +/lattice/cells_sim_ecp5.v", "read_json before.json", "read_json after.json",
    "hierarchy", "proc", "opt_clean", "flatten -noscopeinfo", "opt_clean -purge", "miter -equiv before after same",
    "hierarchy -top same", "flatten -noscopeinfo", "setundef -undriven -zero", "opt -full", "techmap",
    "simplemap", "opt", "dfflegalize -cell $_DFF_P_ 01", "aigmap", "opt_clean -purge", "setundef -undriven -zero",
    "write_aiger -zinit s.aig",
):
    libyosys.Pass.call(design, command)
"""


def same(before, after, folder: Path) -> bool:
    """Whether two netlists are proven to do the same."""
    ends = [_Cut(netlist, name, folder).ends for name, netlist in (("before", before), ("after", after))]
    assert ends[0] == ends[1], sorted(set(ends[0]) ^ set(ends[1]))
    _run(folder, sys.executable, "-c", YOSYS)
    _run(folder, ABC, "-c", "read_aiger s.aig; lcorr; scorr -F 2; write_aiger reduced.aig")
    return constant_outputs((folder / "reduced.aig").read_bytes()) == [True]


def _run(folder, *command):
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout[-1000:] + ended.stderr[-1000:]


class _Cut:
    """A netlist's JSON, written under another name, with flip-flops for registers in cells, and without these cells.

    Members
    -------
    ends : dict of str to str
        The circuit's ports and their directions.
    """

    def __init__(self, netlist, name, folder):
        path = folder / f"{name}.json"
        netlist.save(path)
        modules = json.loads(path.read_text())["modules"]
        (self.module,) = (module for module in modules.values() if "blackbox" not in module["attributes"])
        self.cells, self.ports = self.module["cells"], self.module["ports"]
        self.free = max(bit for net in self.module["netnames"].values() for bit in net["bits"] if bit not in CONSTANTS)
        for cell in [cell for cell in self.cells if self.cells[cell]["type"] in CUT]:
            self.put_back(cell)
            self.cut(cell)
        self.module["attributes"] = {}
        self.ends = {port: entry["direction"] for port, entry in self.ports.items()}
        path.write_text(json.dumps({"creator": "a test", "modules": {name: self.module}}))

    def put_back(self, name):
        """Flip-flops beside a cell for the registers that it holds."""
        cell = self.cells[name]
        kind, parameters, connections = cell["type"], cell["parameters"], cell["connections"]
        for port in list(connections):
            letters, bit = port.rstrip("0123456789"), connections[port][0]
            output, input = OUTPUTS.get(kind, {}).get(letters), INPUTS.get(letters) if kind == "MULT18X18D" else None
            if parameters.get(output, "NONE") not in ("NONE", "NOREG") and bit != "x":
                connections[port] = [self.flip_flop(*self.control(cell, parameters[output], letters[-1]), q=bit)]
            elif parameters.get(input, "NONE") != "NONE" and bit != "0":
                connections[port] = [self.flip_flop(*self.control(cell, parameters[input], ""), d=bit)]

    @staticmethod
    def control(cell, setting, side):
        """Clock, enable and reset of a register in a cell."""
        names = {"OUTREG": (f"CLK{side}", f"OCE{side}", f"RST{side}"), "CLK0": ("CLK0", "CE0", "RST0")}
        return tuple(cell["connections"][port][0] for port in names[setting])

    def flip_flop(self, clock, enable, reset, d=None, q=None):
        """A new one; returns its new net, which it reads or drives."""
        self.free += 1
        directions = {"CLK": "input", "CE": "input", "LSR": "input", "DI": "input", "Q": "output"}
        connections = {"CLK": [clock], "CE": [enable], "LSR": [reset], "DI": [d or self.free], "Q": [q or self.free]}
        self.cells[f"put_back_{self.free}"] = {
            "hide_name": 0, "type": "TRELLIS_FF", "parameters": FLIP_FLOP, "attributes": {},
            "port_directions": directions, "connections": connections,
        }
        return self.free

    def cut(self, name):
        """Make ports of what a cell is connected to."""
        cell = self.cells.pop(name)
        wide = cell["type"] == "DP16KD" and int(cell["parameters"]["DATA_WIDTH_B"], 2) == 36
        for port, bits in cell["connections"].items():
            output = cell["port_directions"][port] == "output"
            if port in OWN[cell["type"]] or (wide and port == "CLKA" and cell["connections"]["CEA"] == ["0"]):
                continue
            for place, bit in enumerate(bits):
                if bit != "x":
                    direction = "input" if output else "output"
                    self.ports[f"{name}.{port}.{place}"] = {"direction": direction, "bits": [bit]}
