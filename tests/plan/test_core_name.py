import re
from pathlib import Path

import pytest

import quantnn.sim
from quantnn.hdl.board.clock import __file__ as clock_file
from quantnn.plan.core_name import CORE, name_fault

MODULE = re.compile(r"^\s*module (\w+)", re.MULTILINE)


@pytest.mark.parametrize("name", [CORE, "core", "network", "a", "_x9", "quantnn_core_2", "my_Digits", "a" * 64])
def test_names(name):
    assert name_fault(name) is None


@pytest.mark.parametrize("name", ["", "9a", "a-b", "a.b", "a b", "a$b", "ä", "a/b", "../x", "a\n", "a" * 65])
def test_what_is_no_identifier(name):
    assert name_fault(name).startswith("be a Verilog identifier of up to 64 letters, digits and underscores, not ")


@pytest.mark.parametrize("name", ["module", "reg", "always_ff", "Logic", "xor", "class"])
def test_words_of_verilog(name):
    assert name_fault(name) == f"be a name, not {name}, a word of Verilog itself"


@pytest.mark.parametrize(
    "name", ["quantnn_board", "QUANTNN_Link", "quantnn_samples", "quantnn_link_identity", "quantnn", "EHXPLLL"]
)
def test_what_is_around_the_core(name):
    assert name_fault(name) == f"be a name that is free, not {name}: what is around the core has that one"


def test_no_module_of_a_simulation_is_free():
    """Nor is a primitive that the board's clock is made of."""
    folder = Path(quantnn.sim.__file__).parent
    texts = [path.read_text() for pattern in ("*.v", "*.j2") for path in folder.glob(pattern)]
    names = {name for text in texts for name in MODULE.findall(text)}
    names |= set(re.findall(r'Instance\(\s*"(\w+)"', Path(clock_file).read_text()))
    assert {"stream_source", "bench", "DP16KD", "rPLL", "altpll"} <= names
    assert [name for name in names if name_fault(name) is None] == []
