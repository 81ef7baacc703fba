"""Proof by simulation that what synthesis made of a core still is that core: its netlist against the same vectors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from quantnn.build.netlist import Netlist
from quantnn.build.passes import improve
from quantnn.build.synthesis import LOG, synthesize
from quantnn.build.yosys import run_yosys
from quantnn.design.report import load_report
from quantnn.design.vectors import Vectors
from quantnn.errors import InputError, ToolError, VerificationError
from quantnn.sim.cell_models import MODELLED, cell_models
from quantnn.sim.device import Device, Tap
from quantnn.system.cores import cores
from quantnn.system.scratch import scratch_folder
from quantnn.verify.core_bench import CoreBench, adversities
from quantnn.verify.findings import Findings
from quantnn.verify.genuine import GenuineCore
from quantnn.verify.runs import run_all

__all__ = ["NetlistCheck", "check_netlist"]

_SAMPLES = 64
_DEVICES = {"ecp5": "LFE5U-85F", "ice40": "iCE40UP5K"}
"""The biggest of a family: where a cell stands is of no account in a simulation."""


@dataclass(frozen=True)
class NetlistCheck:
    """A netlist that passed.

    Parameters
    ----------
    family : str
    samples : int
        How many went through back to back; the first of them also under stalls and resets.
    values : int
        Values compared: every layer's outputs, and what left the core.
    cells : dict of str to int
        How many of each type the netlist has.
    """

    family: str
    samples: int
    values: int
    cells: dict[str, int]


def check_netlist(
    design: Path,
    family: str,
    step: Callable[[str], None] = lambda _: None,
    change: Callable[[Netlist, str, str], object] = improve,
    *,
    as_it_is: bool = False,
) -> NetlistCheck:
    """Synthesize the core of an exported folder, and simulate its netlist as ``verify`` does the Verilog.

    The netlist is made as for a bitstream, but of the core alone, and with the layers' results kept visible. The first
    samples of the folder's vectors go through, in models of the family's cells: back to back, with stalls, and with
    resets in mid-stream. Every layer and the planned timing are compared.

    Parameters
    ----------
    design : Path
    family : str
        Toolchain: ecp5 or ice40.
    change : function
        What is done to the netlist, its toolchain and a device between synthesis and simulation.
    as_it_is : bool
        As for :meth:`~quantnn.verify.genuine.GenuineCore.load`.

    Raises
    ------
    InputError
        The folder is no exported design, or the family's cells have no models.
    VerificationError
        The netlist differs: the message names layer, neuron, sample, got and expected.
    ToolError
        Yosys or the simulator failed.
    """
    if family not in MODELLED:
        raise InputError(f"a netlist can be simulated for {' and '.join(MODELLED)}, not for {family}")
    step("comparing the Verilog with a new one")
    core = GenuineCore.load(design, load_report(design), as_it_is=as_it_is)
    interface = core.interface
    vectors = Vectors.load(design / "vectors", core.hardware.network).head(_SAMPLES)
    with scratch_folder(keep=ToolError) as folder:
        source = folder / "core"
        source.mkdir()
        core.write(source)
        step(f"synthesizing for {family}")
        try:
            kept = [_in_module(interface.module, signal) for tap in interface.taps for signal in (tap.valid, tap.data)]
            netlist = synthesize(family, [source / f"{interface.module}.v"], interface.module, folder, kept)
            change(netlist, family, _DEVICES[family])
            verilog = _verilog(netlist, family, folder)
        except ToolError as error:
            raise ToolError(f"{error} in {folder}") from error
        taps = tuple(Tap(_escaped(tap.valid), _escaped(tap.data), tap.format) for tap in interface.taps)
        device = Device(interface.module, verilog, interface.input, interface.output, taps)
        bench = CoreBench(device, interface, vectors, optimize=False)
        step("compiling the netlist's simulator (kept for the next time)")
        bench.simulator.program.path  # noqa: B018  compiles
        others = adversities(interface)
        step(f"simulating {len(vectors.inputs)} samples back to back, and again under {len(others)} other conditions")
        parts = bench.parts(1)
        found_in = run_all([*parts, *(bench.again(conditions) for conditions in others.values())], cores())
        straight = Findings.of_parts(found_in[: len(parts)], interface)
        found = sum(found_in[len(parts) :], start=straight)
    if found.failures:
        raise VerificationError(
            f"The netlist for {family} differs from the reference: {found.failures[0]}", found.named
        )
    cells = Counter(cell["type"] for cell in netlist.cells.values())
    return NetlistCheck(family, len(vectors.inputs), found.values, dict(sorted(cells.items())))


def _verilog(netlist: Netlist, family: str, folder: Path) -> Path:
    """A file with a netlist and all that it is made of."""
    netlist.save(folder / "netlist.json")
    run_yosys(["read_json netlist.json", "write_verilog -noattr netlist.v"], folder, LOG)
    whole = folder / "simulated.v"
    whole.write_text(cell_models(family) + (folder / "netlist.v").read_text(encoding="utf-8"), encoding="utf-8")
    return whole


def _in_module(core: str, signal: str) -> str:
    """A signal below the core, as the module in its Verilog and the name there."""
    place, _, name = signal.rpartition(".")
    return f"{core}_{place.replace('.', '_')}/{name}"


def _escaped(signal: str) -> str:
    """The name of a signal after all modules became one."""
    return f"\\{signal} "
