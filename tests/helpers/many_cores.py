"""Many cores in one compiled simulation, each with its own stimulus and its own expected answers."""

import tempfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from quantnn.arithmetic import Integers
from quantnn.design.interface import CoreInterface
from quantnn.hdl.core.core import Core
from quantnn.hdl.core.verilog import emit_verilog
from quantnn.network.reference import Evaluation, evaluate
from quantnn.plan.core import CorePlan
from quantnn.sim.device import Device, Tap
from quantnn.sim.frames import Frames
from quantnn.sim.simulator import Run, Simulator
from quantnn.verify.findings import Findings

__all__ = ["ManyCores", "TestedCore"]


@dataclass(frozen=True, eq=False)
class TestedCore:
    """A core, what it gets and what it has to answer.

    Parameters
    ----------
    name : str
        Its module.
    plan : CorePlan
    samples : int64 array of shape (n, in_features); the same n for all cores of a simulation
    expected : Evaluation
    """

    __test__ = False

    name: str
    plan: CorePlan
    samples: Integers
    expected: Evaluation

    @cached_property
    def interface(self) -> CoreInterface:
        return CoreInterface.of_plan(self.plan)

    def emit(self, folder: Path) -> None:
        """Write its Verilog and its memory files."""
        emit_verilog(Core(self.plan), self.name, folder)

    def vectors(self, any_frames: bool) -> tuple[Frames, tuple[Integers, ...]]:
        """What is sent, and what every layer makes of it."""
        if not any_frames:
            return Frames(self.interface.input, self.samples), self.expected.layers
        frames = Frames.of_any_length(self.interface.input, self.samples)
        return frames, evaluate(self.plan.network, frames.answered).layers

    def device(self, folder: Path) -> Device:
        taps = tuple(Tap(tap.valid, tap.data, tap.format) for tap in self.interface.taps)
        verilog = folder / f"{self.name}.v"
        return Device(self.name, verilog, self.interface.input, self.interface.output, taps, f"{self.name}_")


class ManyCores:
    """One simulator for some cores, whose Verilog stands in ``folder``."""

    def __init__(self, cores: list[TestedCore], folder: Path):
        self.cores = cores
        self.devices = [core.device(folder) for core in cores]
        self.simulator = Simulator(self.devices, optimize=False)
        self.count = len(cores[0].samples)
        self.warm = 2 * max(len(core.plan.engines) for core in cores) + 4
        assert all(len(core.samples) == self.count for core in cores) and self.count > self.warm + 4

    @property
    def patience(self) -> int:
        return 1000 + max(4 * core.plan.timing.latency + 40 * core.plan.timing.interval for core in self.cores)

    def run(self, prepare=lambda folder: None, any_frames=False, **conditions) -> list[Findings]:
        """Simulate; one entry per core.

        ``prepare`` may change the files before it starts; with ``any_frames`` samples come in frames of any length.
        """
        run = replace(Run(self.count, self.patience, self.warm), **conditions)
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            for core, device in zip(self.cores, self.devices, strict=True):
                device.write_vectors(folder, *core.vectors(any_frames))
            prepare(folder)
            raw = self.simulator.run(run, folder)
        return [
            Findings.read(raw, number, core.interface, self.count, self.warm, 0)
            for number, core in enumerate(self.cores)
        ]
