import pytest

from quantnn.board.toolchain import TOOLCHAINS, Programmer, Setting, Toolchain
from quantnn.files.record import read_record

PROGRAMMER = {"tool": "openFPGALoader", "files": ["bit"], "arguments": ["-b", "x"], "source": ["here"]}


def test_a_toolchain_with_settings():
    setting = {"name": "FAST", "value": "ON", "source": ["here"]}
    found = read_record(Toolchain, {"name": "quartus", "settings": [setting]})
    assert found == Toolchain("quartus", (Setting("FAST", "ON", ("here",)),))


@pytest.mark.parametrize("name", TOOLCHAINS)
def test_a_toolchain_without_settings(name):
    assert read_record(Toolchain, {"name": name}) == Toolchain(name)


def test_an_unknown_toolchain_is_refused():
    with pytest.raises(ValueError, match=r"^name must be 'quartus', 'ecp5', 'ice40' or 'gowin', not 'vivado'$"):
        read_record(Toolchain, {"name": "vivado"})


def test_programmers():
    brief = read_record(Programmer, PROGRAMMER)
    assert brief == Programmer("openFPGALoader", ("bit",), ("-b", "x"), ("here",)) and brief.flash_arguments == ()
    whole = read_record(Programmer, PROGRAMMER | {"flash_arguments": ["-b", "x", "-f"]})
    assert whole.flash_arguments == ("-b", "x", "-f")


@pytest.mark.parametrize("tool", ["sh", "/bin/sh", "./openFPGALoader", "openFPGALoader ", ""])
def test_no_other_program_is_started(tool):
    with pytest.raises(ValueError, match=r"^tool must be 'quartus_pgm', 'openFPGALoader', "):
        read_record(Programmer, PROGRAMMER | {"tool": tool})
