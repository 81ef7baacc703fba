import pytest

from quantnn.board.fpga import Device
from quantnn.errors import InputError
from quantnn.files.toml_table import TomlTable

TABLE = {"family": "ECP5", "device": "LFE5U-85F", "package": "BG381", "part": "LFE5U-85F-6BG381C", "source": ["here"]}


def test_a_device_with_and_without_a_speed_grade():
    expected = Device("ECP5", "LFE5U-85F", "BG381", "6", "LFE5U-85F-6BG381C", ("here",))
    assert TomlTable(TABLE | {"speed": "6"}, "own.toml").read(Device.read) == expected
    assert TomlTable(TABLE, "own.toml").read(Device.read).speed == ""


def test_a_missing_part_is_named():
    table = {name: value for name, value in TABLE.items() if name != "part"}
    with pytest.raises(InputError) as error:
        TomlTable(table, "own.toml", "device").read(Device.read)
    assert str(error.value) == "own.toml: device.part must be a non-empty string, but is missing"
