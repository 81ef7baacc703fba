"""What the modules of the project import and compute with, read from their syntax trees."""

import ast
import graphlib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHIPPED = {
    "quantnn": "quantnn",
    "hdl": "quantnn.hdl",
    "sim": "quantnn.sim",
    "boards": "quantnn.boards",
    "examples": "quantnn.examples",
}


def python_files():
    """Every Python file of the project by its path below the root."""
    folders = [*SHIPPED, "tests", "benchmarks"]
    return {path: path.read_text() for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))}


def project_modules():
    """The source of every module that is installed, by its name."""
    modules = {}
    for folder, package in SHIPPED.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            name = ".".join((package, *parts)).removesuffix(".__init__")
            modules[name] = path.read_text()
    return modules


@cache
def imports(source, importer=""):
    """Modules that a source imports anywhere in it, ``from a import b`` as a and a.b."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*importer.split(".")[: -node.level], *([base] if base else [])])
            names |= {base} | {f"{base}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                names.add(node.args[0].value)
    return names


def asked(source, package):
    """What a source takes of a package by ``package.name``."""
    nodes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute))
    return {f"{package}.{node.attr}" for node in nodes if getattr(node.value, "id", "") == package}


def known(names, modules):
    """Those of the names that are modules of the project."""
    return {name for name in names if name in modules}


def within(name, *packages):
    """Whether a module is one of these or lies below one of them."""
    return any(name == package or name.startswith(package + ".") for package in packages)


FACE = "quantnn"
"""The package itself. It brings what it offers when it is asked for, and who asks is another rule's to see."""


def reached(start, modules):
    """Everything of the project that importing a module imports, packages on the way included."""
    found, waiting = set(), {start}
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        parents = {name.rsplit(".", depth)[0] for depth in range(1, name.count(".") + 1)}
        direct = {f"{FACE}.errors"} if name == FACE else imports(modules[name], name)
        waiting |= known(direct | parents, modules) - found
    return found - {start}


def foreign(name, modules):
    """Top-level packages that a module imports itself, from outside the project."""
    return {each.split(".")[0] for each in imports(modules[name], name) if each and not within(each, "quantnn")}


def starts_programs(source):
    """Ways in which a source starts external programs."""
    found = {name for name in imports(source) if within(name, "subprocess", "pty", "multiprocessing")}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            name = f"{node.value.id}.{node.attr}"
            if name.startswith(("os.system", "os.popen", "os.exec", "os.spawn", "os.posix_spawn", "os.fork")):
                found.add(name)
            if name.startswith("asyncio.create_subprocess"):
                found.add(name)
    return found | {n for n in imports(source) if n.startswith(("os.system", "os.popen", "os.exec", "os.spawn"))}


def without_encoding(source):
    """Lines of a source that read or write text in the system's encoding."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and not any(word.arg == "encoding" for word in node.keywords):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            owner = getattr(node.func, "value", None)
            called = getattr(owner, "attr", getattr(owner, "id", ""))
            if called in ("os", "gzip", "archive", "_archive") and name == "open":
                continue  # bytes, unless told otherwise
            mode = [word.value for word in ast.walk(node) if isinstance(word, ast.Constant)]
            binary = any(isinstance(word, str) and "b" in word and set(word) <= set("rwxab+") for word in mode)
            if name in ("read_text", "write_text", "makefile") or (name in ("open", "fdopen") and not binary):
                found.append(f"{name} in line {node.lineno}")
    return found


def floats(source):
    """Float constants, float types and true divisions of a source, but for paths and annotations."""
    tree, found = ast.parse(source), []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            found.append(f"{node.value} in line {node.lineno}")
        elif isinstance(node, ast.Attribute) and node.attr.startswith(("float", "double", "half")):
            found.append(f"{node.attr} in line {node.lineno}")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
            found.append(f"float() in line {node.lineno}")
        elif isinstance(node, ast.keyword) and node.arg == "dtype" and getattr(node.value, "id", "") == "float":
            found.append(f"dtype=float in line {node.value.lineno}")
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not _joins_paths(node):
            found.append(f"division in line {node.lineno}")
    return found


def _joins_paths(node):
    left = getattr(node.left, "id", "")
    return left in ("folder", "scratch", "directory", "path") or isinstance(node.right, ast.JoinedStr)


def faces(modules):
    """Packages: names that other modules lie below."""
    return {name.rpartition(".")[0] for name in modules if "." in name}


def circle(modules):
    """Modules that import one another in a circle, late imports and those for types included; empty if none do.

    The face of the whole is left out: it brings what it offers when it is asked for.
    """
    inner = {name: source for name, source in modules.items() if name != FACE}
    graph = {name: known(imports(source, name), inner) - {name} for name, source in inner.items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []
