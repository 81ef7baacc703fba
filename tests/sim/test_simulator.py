import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import toy_cores

from quantnn.errors import ToolError
from quantnn.sim import simulator as module
from quantnn.sim.frames import Frames
from quantnn.sim.program import Program
from quantnn.sim.simulator import Run, Simulator

SAMPLES = np.arange(24).reshape(12, 2)
RUN = Run(len(SAMPLES), 50, 4)


@pytest.fixture
def compilations(tmp_path, monkeypatch):
    """Compile nothing, but note the programs that would be; the cache is empty."""
    monkeypatch.setenv("QUANTNN_CACHE", str(tmp_path / "cache"))
    noted = []

    def note(self, program):
        noted.append(program)
        program.parent.mkdir(parents=True)
        program.touch()

    monkeypatch.setattr(Program, "_compile", note)
    return noted


def test_the_same_verilog_is_compiled_once_whatever_its_memories_hold(compilations, tmp_path):
    device = toy_cores.device(tmp_path, "toy")
    (tmp_path / "toy_weights.mem").write_text("0\n")
    first = Simulator([device]).program.path
    (tmp_path / "toy_weights.mem").write_text("1\n")
    (tmp_path / "elsewhere").mkdir()
    moved = replace(device, verilog=Path(shutil.copy(device.verilog, tmp_path / "elsewhere")))
    assert Simulator([device]).program.path == Simulator([moved]).program.path == first
    assert len(compilations) == 1


def test_whatever_changes_the_simulation_is_compiled(compilations, tmp_path):
    device = toy_cores.device(tmp_path, "toy")
    other = toy_cores.device(tmp_path, "other")
    renamed = replace(device, files="b_")
    simulators = [Simulator([device]), Simulator([device], wave=True), Simulator([device], optimize=False)]
    simulators += [Simulator([device, other]), Simulator([other]), Simulator([renamed])]
    paths = {simulator.program.path for simulator in simulators}
    toy_cores.device(tmp_path, "toy", sum="s_axis_tdata")
    paths.add(Simulator([device]).program.path)
    assert len(paths) == len(compilations) == len(simulators) + 1


@pytest.mark.parametrize("part", ["bench.v.j2", "streams.v"])
def test_a_changed_bench_is_compiled(compilations, tmp_path, monkeypatch, part):
    device = toy_cores.device(tmp_path, "toy")
    before = Simulator([device]).program.path
    changed = Path(shutil.copytree(Path(module.__file__).parent, tmp_path / "sim"))
    monkeypatch.setattr(module, "files", lambda package: changed)
    assert Simulator([device]).program.path == before
    (changed / part).write_text((changed / part).read_text() + "// changed\n")
    assert Simulator([device]).program.path != before


def test_devices_of_the_same_module_are_one_source(compilations, tmp_path):
    device = toy_cores.device(tmp_path, "toy")
    twice = Simulator([device, replace(device, files="b_")])
    assert twice._sources.count(device.verilog.read_text()) == 1


def test_the_simulator_is_compiled_at_first_use(compilations, tmp_path):
    simulator = Simulator([toy_cores.device(tmp_path, "toy")])
    assert compilations == []
    assert simulator.program.path == simulator.program.path
    assert len(compilations) == 1


@pytest.mark.xdist_group("toy cores")
def test_a_missing_vector_file_is_no_success(tmp_path):
    """Whatever the simulator makes of it, nothing was compared."""
    device = toy_cores.device(tmp_path, "right")
    simulator = Simulator([device], optimize=False)
    device.write_vectors(tmp_path, Frames(toy_cores.BYTES, SAMPLES), (toy_cores.answers(SAMPLES),))
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
