"""The environment of a simulation: the user's, without what steers cocotb, Verilator, make or a compiler."""

from __future__ import annotations

import os
import re
import sys

import cocotb_tools.config
import find_libpython

from quantnn.errors import ToolError

__all__ = ["simulation_environment"]

_STEERING = re.compile(
    r"(?:COCOTB|GPI|PYGPI|VERILATOR|SIM_CMD)_\w*|LIBPYTHON_LOC|TOPLEVEL\w*|MODULE|TESTCASE|RANDOM_SEED|PYTHONINSPECT"
    r"|MAKE\w*|GNUMAKEFLAGS|MFLAGS|OBJCACHE|CC|CXX|CPP|LD|LINK|AR|CFLAGS|CXXFLAGS|CPPFLAGS|LDFLAGS|LDLIBS|LOADLIBES"
    r"|OPT|OPT_\w+|USER_\w+|CFG_\w+|VM_\w+"
)
"""Left over from other work, they would leave tests out, load other programs, or compile something else."""


def simulation_environment() -> dict[str, str]:
    """What compilations and simulations see, before what is set for each.

    Raises
    ------
    ToolError
        There is no Python as a library.
    """
    library = find_libpython.find_libpython()
    if library is None:
        raise ToolError("This Python has no library (libpython), which cocotb needs: install libpython3 of its version")
    environment = {name: value for name, value in os.environ.items() if not _STEERING.fullmatch(name)}
    return environment | {
        "PATH": os.pathsep.join([environment.get("PATH", os.defpath), str(cocotb_tools.config.libs_dir)]),
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYGPI_PYTHON_BIN": sys.executable,
        "GPI_USERS": ";".join([library, cocotb_tools.config.pygpi_entry_point()]),
    }
