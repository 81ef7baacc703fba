"""Who may import whom. Each rule is a function of the modules' sources, and is shown to catch a planted violation."""

import os
import statistics
import subprocess
import sys

import pytest
from architecture import (
    asked,
    circle,
    faces,
    floats,
    foreign,
    imports,
    known,
    project_modules,
    python_files,
    reached,
    starts_programs,
    within,
    without_encoding,
)

import quantnn

MODULES = project_modules()
STDLIB = set(sys.stdlib_module_names)
GATEWARE_MAY = tuple(
    f"quantnn.{name}"
    for name in (
        "arithmetic", "beats", "version", "network.network", "network.layers", "adders", "plan", "hdl",
        "system.scratch",
    )
)
RANKING = tuple(
    f"quantnn.plan.{name}" for name in ("cost", "planner", "search", "bounds", "fold_table", "options", "advice")
)
"""Modules of the plan that weigh candidates against each other; no value that hardware holds is computed there."""
LONGEST, TYPICAL = 400, 120


WINGS = (
    ("errors", "arithmetic", "beats", "demo_files", "version"),
    ("system",),
    ("files",),
    ("adders", "network", "sim"),
    ("model", "plan"),
    ("importers", "quantization", "hdl.core"),
    ("hdl.link",),
    ("hdl.board",),
    ("board",),
    ("design",),
    ("verify",),
    ("build",),
    ("link", "speed"),
    ("api",),
    ("cli", "examples"),
)
"""Along a model's way. Imports run from the later to the earlier, never sideways or back; first the loose modules."""
LEVEL = {f"quantnn.{wing}": level for level, wings in enumerate(WINGS) for wing in wings}
LOOSE = 8
"""Modules that quantnn/ may have of its own."""


def wing_of(name):
    """The wing that a module lies in; None for the faces of packages that hold wings."""
    return next((wing for wing in LEVEL if within(name, wing)), None)


def imports_run_one_way(modules):
    found = []
    for name, source in modules.items():
        wing = wing_of(name)
        if wing is None:
            continue
        for other in known(imports(source, name), modules):
            target = wing_of(other)
            sideways = target != wing and LEVEL.get(target, -1) == LEVEL[wing] > 0
            if LEVEL.get(target, -1) > LEVEL[wing] or sideways:
                found.append(f"{name} imports {other}")
    return found


def every_module_lies_in_a_wing(modules):
    apart = ("quantnn", "quantnn.__main__", "quantnn.hdl", "quantnn.boards")
    return [name for name in modules if wing_of(name) is None and name not in apart]


def loose(modules):
    return [name for name in modules if name == "quantnn" or (name.count(".") == 1 and name not in faces(modules))]


def no_module_imports_itself_on_a_way_round(modules):
    way = circle(modules)
    return [" imports ".join(way)] if way else []


def arithmetic_stands_alone(modules):
    return [
        *(f"quantnn.arithmetic imports {name}" for name in foreign("quantnn.arithmetic", modules) - STDLIB - {"numpy"}),
        *(f"quantnn.arithmetic reaches {name}" for name in reached("quantnn.arithmetic", modules) if name not in BASE),
    ]


BASE = ("quantnn", "quantnn.errors")
"""What importing any module of the package imports."""


def nothing_below_the_network_knows_floats(modules):
    """reference, network, layers, table, plan and hdl reach neither the float network nor quantization."""
    below = [
        name
        for name in modules
        if within(name, "quantnn.adders", "quantnn.network", "quantnn.plan", "quantnn.hdl")
    ]
    return [
        f"{name} reaches {other}"
        for name in below
        for other in reached(name, modules)
        if within(other, "quantnn.quantization", "quantnn.model", "quantnn.importers")
    ]


def reference_knows_no_gateware(modules):
    return [
        f"quantnn.network.reference reaches {name}"
        for name in reached("quantnn.network.reference", modules)
        if within(name, "quantnn.hdl", "quantnn.plan", "quantnn.sim")
    ]


def plan_knows_no_gateware(modules):
    return [
        f"{name} reaches {other}"
        for name in modules
        if within(name, "quantnn.plan")
        for other in reached(name, modules)
        if within(other, "quantnn.hdl", "quantnn.sim", "quantnn.network.reference")
    ]


def gateware_knows_network_and_plan_only(modules):
    found = []
    for name in modules:
        if not within(name, "quantnn.hdl"):
            continue
        own = {other for other in imports(modules[name], name) if other in modules}
        found += [f"{name} imports {o}" for o in own if o != "quantnn" and not within(o, *GATEWARE_MAY)]
        found += [f"{name} imports {o}" for o in foreign(name, modules) - STDLIB - {"amaranth", "pyosys", "numpy"}]
        never = ("quantnn.importers", "quantnn.network.reference", "quantnn.sim", "quantnn.board", "quantnn.verify")
        found += [f"{name} reaches {o}" for o in reached(name, modules) if within(o, *never)]
    return found


def benches_know_no_gateware(modules):
    found = [
        f"{name} reaches {other}"
        for name in modules
        if within(name, "quantnn.sim")
        for other in reached(name, modules)
        if within(other, "quantnn.hdl", "quantnn.plan.planner")
    ]
    for bench in ("quantnn.sim.bench", "quantnn.sim.board_bench"):
        found += [f"{bench} imports {name}" for name in foreign(bench, modules) - STDLIB - {"cocotb"}]
        found += [f"{bench} imports {name}" for name in imports(modules[bench], bench) if within(name, "quantnn")]
    return found


def nobody_imports_the_command_line(modules):
    return [
        f"{name} imports quantnn.cli"
        for name, source in modules.items()
        if name not in ("quantnn.cli", "quantnn.__main__") and "quantnn.cli" in imports(source, name)
    ]


def the_command_line_calls_the_api_and_nothing_deeper(modules):
    """Only what options say of boards is known without it, so that completion in a shell is quick."""
    may = ("quantnn.cli", "quantnn.api", "quantnn.system", "quantnn.errors", "quantnn.board.names")
    return [
        f"{name} imports {other}"
        for name, source in modules.items()
        if within(name, "quantnn.cli")
        for other in known(imports(source, name), modules) - {"quantnn", "quantnn.board"}
        if not within(other, *may)
    ]


def nobody_else_asks_the_package_for_what_it_offers(modules):
    """Which would be a way around the wings' order."""
    allowed = ("quantnn.cli", "quantnn.examples", "quantnn.__main__")
    offered = {f"quantnn.{name}" for name in quantnn.__all__} - {"quantnn.__version__"}
    return [
        f"{name} imports {other}"
        for name, source in modules.items()
        if not within(name, *allowed) and name != "quantnn"
        for other in sorted((imports(source, name) | asked(source, "quantnn")) & offered)
    ]


def one_module_starts_programs(modules):
    return [
        f"{name} uses {way}"
        for name, source in modules.items()
        if name not in ("quantnn.system.tools", "quantnn.system.programs")
        for way in starts_programs(source)
    ]


def one_module_makes_temporary_folders(modules):
    """Or they are left behind where a process is killed."""
    return [
        f"{name} imports tempfile"
        for name, source in modules.items()
        if name != "quantnn.system.scratch" and "tempfile" in imports(source, name)
    ]


def every_text_names_its_encoding(modules):
    """Or a system without UTF-8 writes other files than it reads."""
    return [f"{name}: {line}" for name, source in modules.items() for line in without_encoding(source)]


def no_bare_folder_is_imported(sources):
    return [
        f"{where} imports {name}"
        for where, source in sources.items()
        for name in imports(source)
        if within(name, "hdl", "sim", "boards")
    ]


def no_float_computes_hardware_values(modules):
    exact = [
        name for name in modules if within(name, "quantnn.plan", "quantnn.hdl") and not within(name, *RANKING)
    ]
    return [f"{name}: {finding}" for name in [*exact, "quantnn.arithmetic"] for finding in floats(modules[name])]


RULES = {
    imports_run_one_way: [
        ("quantnn.network.network", "from quantnn.model.network import FloatNetwork"),
        ("quantnn.model.network", "from quantnn.plan.planner import Planner"),
        ("quantnn.model.data_file", "from quantnn.quantization import post_training"),
        ("quantnn.plan.planner", "def late():\n    from quantnn.hdl.core.core import Core"),
        ("quantnn.hdl.core.core", "from quantnn.hdl.link.link import Link"),
        ("quantnn.hdl.board.top", "from quantnn.board.board import Board"),
        ("quantnn.board.board", "from quantnn.design.report import load_report"),
        ("quantnn.design.report", "if TYPE_CHECKING:\n    from quantnn.verify.verify import verify"),
        ("quantnn.design.export", "import quantnn.build.open_flow"),
        ("quantnn.link.run", "from quantnn.speed import timing"),
        ("quantnn.system.tools", "from quantnn.files.staged_files import staged_files"),
        ("quantnn.errors", "from quantnn.files.safe_npz import read"),
    ],
    every_module_lies_in_a_wing: [("quantnn.stray", ""), ("quantnn.annex.room", "")],
    no_module_imports_itself_on_a_way_round: [
        ("quantnn.plan.memory", "from quantnn.plan.queue import QueuePlan"),
        ("quantnn.plan.cost", "def late():\n    from quantnn.plan import planner"),
        ("quantnn.hdl.core.counter", "from quantnn.hdl.core.drain import Drain"),
        ("quantnn.design.report.report", "def late():\n    from quantnn.design.summary import summary"),
    ],
    arithmetic_stands_alone: [
        ("quantnn.arithmetic", "import scipy"),
        ("quantnn.arithmetic", "from quantnn.network.layers import Dense"),
    ],
    nothing_below_the_network_knows_floats: [
        ("quantnn.network.reference", "from quantnn.quantization import post_training"),
        ("quantnn.plan.planner", "from quantnn.model.network import FloatNetwork"),
        ("quantnn.beats", "import quantnn.quantization.post_training"),
    ],
    reference_knows_no_gateware: [
        ("quantnn.network.reference", "from quantnn.hdl.core.core import Core"),
        ("quantnn.network.layers.dense", "def late():\n    import quantnn.hdl"),
    ],
    plan_knows_no_gateware: [("quantnn.plan.memory", "from quantnn.hdl import memory")],
    gateware_knows_network_and_plan_only: [
        ("quantnn.hdl.core.core", "from quantnn.network.reference import evaluate"),
        ("quantnn.hdl.core.core", "from quantnn.quantization.post_training import quantize"),
        ("quantnn.hdl.core.drain", "import cocotb"),
        ("quantnn.plan.core", "from quantnn.network import reference"),
        ("quantnn.hdl.core.memory", "from quantnn import sim"),
    ],
    benches_know_no_gateware: [
        ("quantnn.sim.bench", "from quantnn.hdl.core.core import Core"),
        ("quantnn.sim.bench", "from quantnn import network"),
        ("quantnn.sim.bench", "import numpy"),
        ("quantnn.sim.board_bench", "from quantnn.plan.link import PROTOCOL"),
        ("quantnn.sim.board_bench", "import serial"),
        ("quantnn.sim.simulator", "import quantnn.hdl.core.engine"),
    ],
    nobody_imports_the_command_line: [
        ("quantnn.design.export", "from quantnn import cli"),
        ("quantnn.design.export", "from quantnn.cli import main"),
        ("quantnn.importers.npz", "from ..cli import main"),
    ],
    the_command_line_calls_the_api_and_nothing_deeper: [
        ("quantnn.cli.design", "def late():\n    from quantnn.design.export import export"),
        ("quantnn.cli.console", "if TYPE_CHECKING:\n    from quantnn.design.report import Report"),
        ("quantnn.cli.options", "from quantnn.board.board import load_board"),
    ],
    nobody_else_asks_the_package_for_what_it_offers: [
        ("quantnn.design.export", "from quantnn import quantize"),
        ("quantnn.api.export", "def late():\n    import quantnn\n    quantnn.load('x')"),
        ("quantnn.design.export", "from .. import Network"),
    ],
    one_module_makes_temporary_folders: [
        ("quantnn.verify.verify", "import tempfile"),
        ("quantnn.hdl.core.verilog", "def late():\n    from tempfile import mkdtemp"),
    ],
    every_text_names_its_encoding: [
        ("quantnn.design.export", "def save(path): path.write_text('text')"),
        ("quantnn.design.export", "def load(path): return path.read_text(errors='replace')"),
        ("quantnn.network.file", "def save(path): path.open('w').write('text')"),
        ("quantnn.network.file", "def load(path): return open(path).read()"),
    ],
    one_module_starts_programs: [
        ("quantnn.board.project", "import subprocess"),
        ("quantnn.board.project", "from subprocess import run"),
        ("quantnn.sim.simulator", "def build():\n    import os\n    os.system('make')"),
        ("quantnn.hdl.core.verilog", "from os import popen"),
    ],
    no_float_computes_hardware_values: [
        ("quantnn.hdl.core.requantizer", "HALF = 0.5"),
        ("quantnn.plan.memory", "def blocks(a, b):\n    return a / b"),
        ("quantnn.plan.folded_dense", "WEIGHTS = np.zeros(3, dtype=float)"),
        ("quantnn.plan.parameters", "WEIGHTS = np.zeros(3).astype(np.float32)"),
        ("quantnn.arithmetic", "LIMIT = float(3)"),
    ],
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule(rule):
    assert rule(MODULES) == []


@pytest.mark.parametrize(
    ("rule", "module", "planted"),
    [(rule, *plant) for rule, plants in RULES.items() for plant in plants],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_planted_violation_is_caught(rule, module, planted):
    assert module in MODULES or not planted
    assert rule({**MODULES, module: f"{MODULES.get(module, '')}\n{planted}\n"})


def test_few_modules_lie_loose():
    boards = {"quantnn.boards"}
    assert len(set(loose(MODULES)) - boards) <= LOOSE
    assert set(loose({**MODULES, "quantnn.stray": ""})) - set(loose(MODULES)) == {"quantnn.stray"}


def test_no_bare_folder_is_imported():
    assert no_bare_folder_is_imported(python_files()) == []


@pytest.mark.parametrize("planted", ["import hdl", "from sim.bench import bench", "import boards as b", "import sim.x"])
def test_a_bare_folder_is_caught(planted):
    assert no_bare_folder_is_imported({"planted.py": planted})


def too_long(sources):
    return [str(path) for path, source in sources.items() if len(source.splitlines()) > LONGEST]


def test_no_file_is_too_long():
    sources = python_files()
    assert too_long(sources) == []
    assert statistics.median(len(source.splitlines()) for source in sources.values()) <= TYPICAL


def test_a_long_file_is_caught():
    assert too_long({"long.py": "x = 1\n" * (LONGEST + 1), "short.py": "x = 1\n" * LONGEST}) == ["long.py"]


SLIM = """
import sys
before = set(sys.modules)
import quantnn
{planted}
print(*sorted({{name.split(".")[0] for name in set(sys.modules) - before}}))
"""


def imported_by_the_package(planted=""):
    """Top-level packages that ``import quantnn`` brings, in an interpreter of its own."""
    script = SLIM.format(planted=planted)
    quiet = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTHON"))}
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=quiet)
    return set(found.stdout.split()) - STDLIB - {"quantnn", "numpy"}


def test_import_quantnn_brings_numpy_at_most():
    assert imported_by_the_package() == set()


def test_a_heavy_import_is_caught():
    assert "amaranth" in imported_by_the_package("import quantnn.hdl.core.core")
