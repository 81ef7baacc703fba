import pytest

from quantnn.board.toolchain import Programmer, Setting, Toolchain
from quantnn.errors import InputError
from quantnn.files.toml_table import TomlTable


def test_a_toolchain_with_settings():
    setting = {"name": "FAST", "value": "ON", "source": ["here"]}
    table = TomlTable({"name": "quartus", "settings": [setting]}, "own.toml")
    assert table.read(Toolchain.read) == Toolchain("quartus", (Setting("FAST", "ON", ("here",)),))


def test_a_toolchain_without_settings():
    assert TomlTable({"name": "ice40"}, "own.toml").read(Toolchain.read) == Toolchain("ice40", ())


def test_an_unknown_toolchain_is_refused():
    with pytest.raises(InputError) as error:
        TomlTable({"name": "vivado"}, "own.toml", "toolchain").read(Toolchain.read)
    assert str(error.value) == "own.toml: toolchain.name must be one of quartus, ecp5, ice40, gowin, not 'vivado'"


def test_programmers():
    table = {"tool": "openFPGALoader", "files": ["bit"], "arguments": ["-b", "x"], "source": ["here"]}
    brief = TomlTable(table, "own.toml").read(Programmer.read)
    assert brief == Programmer("openFPGALoader", ("bit",), ("-b", "x"), ("here",)) and brief.flash_arguments == ()
    whole = TomlTable(table | {"flash_arguments": ["-b", "x", "-f"]}, "own.toml").read(Programmer.read)
    assert whole.flash_arguments == ("-b", "x", "-f")
