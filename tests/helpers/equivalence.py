"""Proofs that copies of a core do the same at their ports, whatever comes in, from power-up on.

Yosys makes one circuit of the core and its copies, all with the same inputs. ABC then looks for registers (lcorr) and
gates (scorr) that are equal in every cycle, by induction over one or more cycles. A copy of which no output can differ
is proven to do the same. The data of an output counts only while it is valid.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pyosys

from quantnn.beats import BeatFormat

__all__ = ["Equivalence"]

_YOSYS = """
import sys
from pyosys import libyosys
design = libyosys.Design()
for command in (
    "read_verilog -sv " + " ".join(sys.argv[1:]), "hierarchy -top same", "proc", "opt -full", "memory -nordff",
    "memory_map", "setundef -zero -init", "setundef -zero", "opt", "flatten", "opt_clean -purge", "techmap",
    "simplemap", "dfflegalize -cell $_DFF_P_ 01", "aigmap", "write_aiger -zinit same.aig",
):
    libyosys.Pass.call(design, command)
"""
"""A process of its own, which an error of Yosys ends."""
_ABC = Path(pyosys.__file__).parent / "yosys-abc"
_INPUTS = ".clk(clk), .rst(rst), .s_axis_tvalid(valid), .s_axis_tdata(data), .s_axis_tlast(last), .m_axis_tready(ready)"
_OUTPUTS = ("s_axis_tready", "m_axis_tvalid", "m_axis_tlast", "m_axis_tdata")


@dataclass(frozen=True)
class Equivalence:
    """A core to compare copies with.

    Parameters
    ----------
    folder : Path
        Where <name>.v and the memory files lie, of the core and of the copies.
    core : str
        Name of its module.
    input, output : BeatFormat
        Its streams.
    depths : tuple of int
        Cycles of the induction, to be tried in turn. What a reset leaves behind may take some to pass.
    """

    folder: Path
    core: str
    input: BeatFormat
    output: BeatFormat
    depths: tuple[int, ...] = (1, 8)

    def proven(self, copies: list[str]) -> set[str]:
        """Those of the copies that are proven to do the same."""
        if not copies:
            return set()
        (self.folder / "same.v").write_text(self._circuit(copies))
        sources = ["same.v", f"{self.core}.v", *(f"{copy}.v" for copy in copies)]
        self._run(sys.executable, "-c", _YOSYS, *sources)
        registers = self._reduced("lcorr")
        assert len(registers) == len(copies)
        return {copy for number, copy in enumerate(copies) if registers[number] or self._alone(number)}

    def _alone(self, number: int) -> bool:
        """Whether gates prove one of the circuit's outputs, which takes longer, the more cycles are looked at."""
        cone = f"&get; &cone -O {number} -R 1; &scl; &put; lcorr"
        return any(self._reduced(f"{cone}; scorr -F {depth}") == [True] for depth in self.depths)

    def _reduced(self, commands: str) -> list[bool]:
        """For each output of what ABC's commands make of the circuit, whether it is never high."""
        self._run(_ABC, "-c", f"read_aiger same.aig; {commands}; write_aiger reduced.aig")
        return constant_outputs((self.folder / "reduced.aig").read_bytes())

    def _run(self, *command: str | Path) -> None:
        ended = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stdout[-1000:] + ended.stderr[-1000:]

    def _circuit(self, copies: list[str]) -> str:
        ports = f"input clk, rst, valid, last, ready, input [{self.input.tdata_width - 1}:0] data"
        lines = [f"module same({ports}, output [{len(copies) - 1}:0] differ);"]
        for number, core in enumerate([self.core, *copies]):
            width = self.output.tdata_width
            lines.append(f"  wire r{number}, v{number}, l{number}; wire [{width - 1}:0] d{number};")
            connected = (f".{port}({wire}{number})" for port, wire in zip(_OUTPUTS, "rvld", strict=True))
            lines.append(f"  {core} c{number}({_INPUTS}, {', '.join(connected)});")
        for n in range(1, len(copies) + 1):
            data = f"(v0 && {{l0, d0}} != {{l{n}, d{n}}})"
            lines.append(f"  assign differ[{n - 1}] = r0 != r{n} || v0 != v{n} || {data};")
        return "\n".join([*lines, "endmodule", ""])


def constant_outputs(aiger: bytes) -> list[bool]:
    """For each output of a circuit in the binary AIGER format whether it is never high."""
    header, *lines = aiger.split(b"\n")
    _, _, _, latches, outputs, *_ = header.split()
    first = int(latches)
    return [line == b"0" for line in lines[first : first + int(outputs)]]
