import pytest

from quantnn.board.fpga import Device
from quantnn.files.record import read_record

TABLE = {"family": "ECP5", "device": "LFE5U-85F", "package": "BG381", "part": "LFE5U-85F-6BG381C", "source": ["here"]}


def test_a_device_with_and_without_a_speed_grade():
    expected = Device("ECP5", "LFE5U-85F", "BG381", "LFE5U-85F-6BG381C", ("here",), "6")
    assert read_record(Device, TABLE | {"speed": "6"}) == expected
    assert read_record(Device, TABLE).speed == ""


@pytest.mark.parametrize("field", TABLE)
def test_a_missing_field_is_named(field):
    table = {name: value for name, value in TABLE.items() if name != field}
    with pytest.raises(ValueError, match=rf"^{field} must be .*, but is missing$"):
        read_record(Device, table)
