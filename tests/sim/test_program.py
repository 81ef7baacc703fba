import shutil
import sys
from pathlib import Path

import pytest

from quantnn.errors import ToolError
from quantnn.sim.program import Program
from quantnn.system import tools

COUNTER = """
module counter(input clk, output reg [7:0] count);
  initial count = 0;
  always @(posedge clk) count <= count + 1;
endmodule
"""
TOP = "module top; reg clk = 0; wire [7:0] count; counter counter(.clk(clk), .count(count)); endmodule"
SOURCES = (TOP, COUNTER)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of compiled programs."""
    monkeypatch.setenv("QUANTNN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def compilations(cache, monkeypatch):
    """Compile nothing, but note the programs that would be."""
    noted = []

    def note(self, program):
        noted.append(program)
        program.parent.mkdir(parents=True)
        program.touch()

    monkeypatch.setattr(Program, "_compile", note)
    return noted


def test_the_same_verilog_is_compiled_once(compilations):
    first = Program(SOURCES, "top")
    assert first.path == first.path == Program(list(SOURCES), "top").path
    assert len(compilations) == 1


def test_whatever_changes_the_program_is_compiled(compilations):
    programs = [Program(SOURCES, "top"), Program(SOURCES, "top", wave=True), Program(SOURCES, "top", optimize=False)]
    programs += [Program(SOURCES, "counter"), Program((TOP,), "top"), Program((TOP + COUNTER,), "top")]
    programs += [Program((TOP, COUNTER.replace("+ 1", "+ 2")), "top"), Program((COUNTER, TOP), "top")]
    assert len({program.path for program in programs}) == len(compilations) == len(programs)


def test_the_cache_lies_where_it_is_told_to(compilations, cache):
    path = Program(SOURCES, "top").path
    assert path.is_relative_to(cache / "simulators") and path.name == "top"


def test_a_compiled_program_lies_alone_and_the_library_is_compiled_once(cache):
    """The folder of the build is gone; what is kept of it is the program and Verilator's library."""
    slow = {"optimize": False}
    path = Program(SOURCES, "top", **slow).path
    assert path.is_file() and path.stat().st_mode & 0o100
    assert [entry.name for entry in path.parent.iterdir()] == ["top"]
    [library] = (cache / "runtimes").iterdir()
    stamps = {entry: entry.stat().st_mtime_ns for entry in library.iterdir()}
    assert {entry.name for entry in stamps} > {"verilated.o", "verilated_vpi.o"}

    other = Program((TOP, COUNTER.replace("+ 1", "+ 2")), "top", **slow).path
    assert set((cache / "simulators").iterdir()) == {path.parent, other.parent}
    assert {entry: entry.stat().st_mtime_ns for entry in library.iterdir()} == stamps


def test_verilog_that_does_not_compile(cache):
    with pytest.raises(ToolError) as caught:
        Program((TOP, COUNTER.replace("count + 1", "count +")), "top").path  # noqa: B018  compiles
    message = str(caught.value)
    assert message.startswith("verilator failed with exit code 1; its output is in ") and "\n" not in message
    log = Path(message.rsplit(" ", 1)[1])
    assert "syntax error" in log.read_text()
    assert list((cache / "simulators").iterdir()) == []


def test_a_failed_compilation_is_not_taken_for_a_program(cache):
    for _ in range(2):
        with pytest.raises(ToolError, match="verilator failed"):
            Program((TOP,), "top").path  # noqa: B018  compiles


def test_the_machine_is_checked_before_anything_is_compiled(cache, monkeypatch):
    def nothing_there():
        raise ToolError("Missing on this machine: make")

    monkeypatch.setattr(tools, "check_machine", nothing_there)
    with pytest.raises(ToolError, match="Missing on this machine: make"):
        Program(SOURCES, "top").path  # noqa: B018  compiles
    assert not cache.exists()


def results(tests, failures=0, errors=0):
    """A shell command that writes what cocotb writes at the end, as far as it is looked at."""
    suite = f"<testsuite tests='{tests}' failures='{failures}' errors='{errors}'/>"
    return f'echo "<testsuites>{suite}</testsuites>" > results.xml'


@pytest.fixture
def run(cache, tmp_path, monkeypatch):
    """Run a shell script as if it were a compiled simulation."""

    def compile(self, program):
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\n{self._sources[0]}\n")
        program.chmod(0o755)

    monkeypatch.setattr(Program, "_compile", compile)
    return lambda script, **environment: Program((script,), "top").run("some_module", tmp_path, environment)


def test_a_run_gets_the_folder_the_module_and_the_environment(run, tmp_path):
    run(f"echo $COCOTB_TEST_MODULES $WORDS in $PWD > seen; {results(1)}", WORDS="a b")
    assert (tmp_path / "seen").read_text() == f"some_module a b in {tmp_path}\n"


LEFT_OVER = (
    "COCOTB_TEST_FILTER", "COCOTB_TESTCASE", "COCOTB_RANDOM_SEED", "COCOTB_RESULTS_FILE", "COCOTB_RESOLVE_X",
    "GPI_EXTRA", "LIBPYTHON_LOC", "PYGPI_USERS", "TOPLEVEL", "MAKEFLAGS", "VERILATOR_ROOT", "VERILATOR_BIN",
    "CXXFLAGS", "OPT_FAST", "SIM_CMD_PREFIX", "SIM_CMD_SUFFIX", "MODULE", "TESTCASE",
)  # fmt: skip


def test_what_is_left_over_of_other_work_does_not_reach_a_run(run, tmp_path, monkeypatch):
    for name in (*LEFT_OVER, "GPI_USERS", "COCOTB_TOPLEVEL"):
        monkeypatch.setenv(name, "/left/over")
    monkeypatch.setenv("OTHER", "kept")
    run(f"env > seen; {results(1)}")
    seen = (tmp_path / "seen").read_text()
    assert "/left/over" not in seen and "OTHER=kept" in seen and "COCOTB_TOPLEVEL=top" in seen


def test_what_is_left_over_of_other_work_does_not_reach_a_compilation(cache, monkeypatch):
    for name in (*LEFT_OVER, "MAKEFILES", "CXX", "CC"):
        monkeypatch.setenv(name, "/left/over")
    assert Program(SOURCES, "top", optimize=False).path.is_file()


def test_what_is_printed_stands_in_the_log(run, tmp_path):
    run(f"echo said; echo cried >&2; {results(1)}")
    assert (tmp_path / "simulation.log").read_text() == "said\ncried\n"


@pytest.mark.parametrize(("script", "words"), [
    ("exit 3", "top failed with exit code 3; its"),
    ("exit 0", "The simulation broke off; its"),
    (results(0), "The simulation broke off; its"),
    (results(2, failures=1), "The simulation broke off; its"),
    (results(2, errors=1), "The simulation broke off; its"),
])  # fmt: skip
def test_a_program_that_breaks_off(run, tmp_path, script, words):
    """It is never taken for a success, not even by an earlier run's results."""
    run(results(1))
    with pytest.raises(ToolError) as caught:
        run(script)
    assert str(caught.value) == f"{words} output is in {tmp_path / 'simulation.log'}"


def damaged(how, program):
    if how == "truncated":
        program.write_bytes(program.read_bytes()[: program.stat().st_size // 2])
    elif how == "empty":
        program.write_bytes(b"")
    elif how == "not executable":
        program.chmod(0o644)
    elif how == "of another machine":
        content = bytearray(program.read_bytes())
        content[18:20] = b"\xb7\x00" if content[18:20] != b"\xb7\x00" else b"\x3e\x00"  # ELF's e_machine
        program.write_bytes(content)
    else:
        program.unlink()
        program.mkdir()


@pytest.mark.parametrize("how", ["truncated", "empty", "not executable", "of another machine", "a folder"])
def test_a_damaged_program_is_compiled_anew_once(run, tmp_path, how, monkeypatch):
    """Whatever is compiled stands for a right one here; what the cache holds was damaged by somebody."""
    compiled = []
    compile = Program._compile
    monkeypatch.setattr(Program, "_compile", lambda self, program: (compiled.append(program), compile(self, program)))
    program = Program((results(1),), "top").path
    shutil.copyfile(sys.executable, program)
    damaged(how, program)
    run(results(1))
    run(results(1))
    assert compiled == [program, program] and program.read_text().startswith("#!/bin/sh")


def test_a_program_that_breaks_off_again_names_the_cache(run, cache):
    path = Program(("exit 0",), "top").path
    path.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(ToolError) as caught:
        run("exit 0")
    message = f"the one in {cache / 'simulators'} did, too, and was compiled anew"
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_a_library_that_is_damaged_is_compiled_anew(cache):
    slow = {"optimize": False}
    Program(SOURCES, "top", **slow).path  # noqa: B018  compiles
    for file in (cache / "runtimes").glob("*/*"):
        file.write_bytes(file.read_bytes()[:100])
    other = Program((TOP, COUNTER.replace("+ 1", "+ 3")), "top", **slow).path
    assert other.is_file()
    assert all(file.stat().st_size > 100 for file in (cache / "runtimes").glob("*/*"))
