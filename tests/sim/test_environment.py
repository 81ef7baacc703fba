import os
import sys

import cocotb_tools.config
import find_libpython
import pytest

from quantnn.errors import ToolError
from quantnn.sim.environment import simulation_environment

STEERS = [
    "COCOTB_TEST_MODULES", "COCOTB_TESTCASE", "GPI_EXTRA", "PYGPI_USERS", "VERILATOR_ROOT", "SIM_CMD_PREFIX",
    "LIBPYTHON_LOC", "TOPLEVEL", "TOPLEVEL_LANG", "MODULE", "TESTCASE", "RANDOM_SEED", "PYTHONINSPECT", "MAKEFLAGS",
    "MAKEFILES", "GNUMAKEFLAGS", "MFLAGS", "OBJCACHE", "CC", "CXX", "CXXFLAGS", "LDFLAGS", "OPT", "OPT_FAST",
    "USER_CPPFLAGS", "CFG_CXXFLAGS_PCH_I", "VM_PARALLEL_BUILDS",
]  # fmt: skip
OTHERS = ["HOME", "LD_LIBRARY_PATH", "MY_CC", "CCACHE_DIR", "OPTIONS", "MODULEPATH"]


@pytest.mark.parametrize("name", STEERS)
def test_what_would_steer_a_simulation_is_left_out(monkeypatch, name):
    monkeypatch.setenv(name, "something")
    assert name not in simulation_environment()


@pytest.mark.parametrize("name", OTHERS)
def test_all_else_of_the_user_s_stays(monkeypatch, name):
    monkeypatch.setenv(name, "something")
    assert simulation_environment()[name] == "something"


def test_simulators_find_this_python_and_cocotb(monkeypatch):
    monkeypatch.setenv("PATH", "/one:/two")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    found = simulation_environment()
    assert found["PATH"].split(os.pathsep) == ["/one", "/two", str(cocotb_tools.config.libs_dir)]
    assert found["PYTHONPATH"].split(os.pathsep) == sys.path
    assert found["PYGPI_PYTHON_BIN"] == sys.executable
    assert found["GPI_USERS"].split(";")[0] == find_libpython.find_libpython()


def test_a_python_without_a_library_is_said_in_a_line(monkeypatch):
    monkeypatch.setattr(find_libpython, "find_libpython", lambda: None)
    with pytest.raises(ToolError, match=r"^This Python has no library \(libpython\), .*: install libpython3"):
        simulation_environment()
