import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import toy_cores

from quantnn import tools
from quantnn.errors import ToolError
from quantnn.sim.simulator import Run, Simulator

SAMPLES = np.arange(24).reshape(12, 2)
RUN = Run(len(SAMPLES), 50, 4)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of compiled programs."""
    monkeypatch.setenv("QUANTNN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def compilations(cache, monkeypatch):
    """Compile nothing, but note what would be; the first source that is no part of quantnn."""
    noted = []

    def note(self, program):
        noted.append(self._sources[2])
        program.parent.mkdir(parents=True)
        program.touch()

    monkeypatch.setattr(Simulator, "_compile", note)
    return noted


def test_the_same_verilog_is_compiled_once_whatever_its_memories_hold(compilations, tmp_path):
    device = toy_cores.device(tmp_path, "toy")
    (tmp_path / "toy_weights.mem").write_text("0\n")
    first = Simulator([device]).program
    (tmp_path / "toy_weights.mem").write_text("1\n")
    (tmp_path / "elsewhere").mkdir()
    moved = replace(device, verilog=Path(shutil.copy(device.verilog, tmp_path / "elsewhere")))
    assert Simulator([device]).program == Simulator([moved]).program == first
    assert len(compilations) == 1


def test_whatever_changes_the_program_is_compiled(compilations, tmp_path):
    device = toy_cores.device(tmp_path, "toy")
    other = toy_cores.device(tmp_path, "other")
    renamed = replace(device, files="b_")
    programs = [Simulator([device]), Simulator([device], wave=True), Simulator([device], optimize=False)]
    programs += [Simulator([device, other]), Simulator([other]), Simulator([renamed])]
    paths = {simulator.program for simulator in programs}
    toy_cores.device(tmp_path, "toy", sum="s_axis_tdata")
    paths.add(Simulator([device]).program)
    assert len(paths) == len(compilations) == len(programs) + 1


def test_a_changed_bench_is_compiled(compilations, tmp_path, monkeypatch):
    device = toy_cores.device(tmp_path, "toy")
    before = Simulator([device]).program
    monkeypatch.setattr(Simulator, "_bench", "module bench; endmodule")
    assert Simulator([device]).program != before


def test_verilog_that_does_not_compile(cache, tmp_path):
    device = toy_cores.device(tmp_path, "toy", sum="nothing_of_that_name +")
    with pytest.raises(ToolError) as caught:
        Simulator([device]).program  # noqa: B018  compiles
    message = str(caught.value)
    assert message.startswith("verilator failed with exit code 1; its output is in ") and "\n" not in message
    log = Path(message.rsplit(" ", 1)[1])
    assert "syntax error" in log.read_text() and log.is_relative_to(cache)


def test_a_failed_compilation_is_not_taken_for_a_program(cache, tmp_path):
    device = toy_cores.device(tmp_path, "toy", sum="nothing +")
    for _ in range(2):
        with pytest.raises(ToolError, match="verilator failed"):
            Simulator([device]).program  # noqa: B018  compiles


def test_the_machine_is_checked_before_anything_is_compiled(cache, tmp_path, monkeypatch):
    def nothing_there():
        raise ToolError("Missing on this machine: make")

    monkeypatch.setattr(tools, "check_machine", nothing_there)
    with pytest.raises(ToolError, match="Missing on this machine: make"):
        Simulator([toy_cores.device(tmp_path, "toy")]).program  # noqa: B018  compiles
    assert not cache.exists()


@pytest.mark.parametrize("program", ["#!/bin/sh\necho broken\nexit 3\n", "#!/bin/sh\nexit 0\n"])
def test_a_program_that_breaks_off(cache, tmp_path, monkeypatch, program):
    """It is never taken for a simulation in which nothing differed, not even of an earlier run's findings."""

    def compile(self, target):
        target.parent.mkdir(parents=True)
        target.write_text(program)
        target.chmod(0o755)

    monkeypatch.setattr(Simulator, "_compile", compile)
    (tmp_path / "findings.json").write_text("{}")
    simulator = Simulator([toy_cores.device(tmp_path, "toy")])
    with pytest.raises(ToolError) as caught:
        simulator.run(RUN, tmp_path)
    assert str(tmp_path / "simulation.log") in str(caught.value)


@pytest.mark.xdist_group("toy cores")
def test_a_missing_vector_file_is_no_success(tmp_path):
    """Whatever the simulator makes of it, nothing was compared."""
    device = toy_cores.device(tmp_path, "right")
    simulator = Simulator([device], optimize=False)
    device.write_vectors(tmp_path, SAMPLES, (toy_cores.answers(SAMPLES),))
    whole = simulator.run(RUN, tmp_path)
    assert (whole["hung"], whole["duts"][0]["output"]["mismatches"]) == (False, 0)
    (tmp_path / "right_layer_0.bin").unlink()
    try:
        without = simulator.run(RUN, tmp_path)
    except ToolError:
        return
    assert without["duts"][0]["layers"][0]["mismatches"] > 0


def test_the_name_says_the_version():
    assert Simulator([]).name.startswith("Verilator 5.")
