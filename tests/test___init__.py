"""What ``import quantnn`` offers: a table of names, each imported when it is asked for."""

import ast
import inspect
from pathlib import Path

import pytest

import quantnn

SOURCE = ast.parse(Path(quantnn.__file__).read_text(encoding="utf-8"))
PUBLIC = sorted(set(quantnn.__all__) - {"__version__"})


def for_type_checkers():
    """Names by the module that type checkers see them in."""
    block = next(node for node in SOURCE.body if isinstance(node, ast.If))
    return {alias.name: node.module for node in block.body for alias in node.names}


def test_type_checkers_see_what_there_is():
    own = {"QuantnnError", "__version__"}
    assert set(for_type_checkers()) == set(quantnn.__all__) - own == set(quantnn._PLACES)
    assert for_type_checkers() == quantnn._PLACES


@pytest.mark.parametrize("name", PUBLIC)
def test_a_name_is_there_and_explains_itself(name):
    found = getattr(quantnn, name)
    assert name in dir(quantnn)
    assert inspect.getdoc(found)


@pytest.mark.parametrize("name", [name for name in PUBLIC if inspect.isfunction(getattr(quantnn, name))])
def test_options_are_given_by_name_and_typed(name):
    function = getattr(quantnn, name)
    parameters = [*inspect.signature(function).parameters.values()]
    free = [each for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
    assert len(free) <= (2 if name == "from_torch" else 1), "what it is about, and nothing else"
    assert all(each.annotation is not each.empty for each in parameters)


@pytest.mark.parametrize("kind", [quantnn.Model, quantnn.Network, quantnn.Design])
def test_methods_explain_themselves_and_are_typed(kind):
    methods = {n: m for n, m in inspect.getmembers(kind, inspect.isfunction) if not n.startswith("_")}
    assert methods
    for name, method in methods.items():
        assert inspect.getdoc(method), name
        annotated = inspect.signature(method).parameters.values()
        assert all(each.annotation is not each.empty for each in annotated if each.name != "self"), name


def test_what_there_is_not():
    with pytest.raises(AttributeError, match="module 'quantnn' has no attribute 'exprot'"):
        _ = quantnn.exprot


def test_no_module_hides_a_name():
    """A package of that name would take a function's place as soon as something is imported from it."""
    folder = Path(quantnn.__file__).parent
    modules = {path.stem for path in folder.iterdir()} | {"hdl", "sim", "boards", "examples"}
    assert modules.isdisjoint(quantnn.__all__)


def test_only_what_is_public_is_listed():
    assert dir(quantnn) == sorted(quantnn.__all__)
