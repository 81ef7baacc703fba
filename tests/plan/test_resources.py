import tomllib

import pytest

from quantnn.files.record import read_record
from quantnn.plan.resources import BlockRam, Logic, MultiplierMode, Multipliers, Resources

TABLE = """
[logic]
unit = "LUT4"
count = 1000
source = ["here"]
[block_ram]
name = "EBR"
count = 20
bits = 4096
shapes = [[256, 16], [512, 8]]
source = ["here", "there"]
[multipliers]
name = "DSP"
count = 8
source = ["there"]
[[multipliers.modes]]
operands = [9, 9]
elements = 1
[[multipliers.modes]]
operands = [18, 9]
elements = 2
"""


def read(text):
    return read_record(Resources, tomllib.loads(text))


def test_every_field_is_read():
    modes = (MultiplierMode((9, 9), 1), MultiplierMode((18, 9), 2))
    assert read(TABLE) == Resources(
        Logic("LUT4", 1000, ("here",)),
        Multipliers("DSP", 8, modes, ("there",)),
        BlockRam("EBR", 20, 4096, ((256, 16), (512, 8)), ("here", "there")),
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('unit = "LUT4"\n', "", "logic.unit must be a non-empty string, but is missing"),
        ("count = 1000", "count = 0", "logic.count must be an integer from 1 to 16777216, not 0"),
        ("count = 20", 'count = "20"', "block_ram.count must be an integer from 1 to 16777216, not '20'"),
        ("[[256, 16], [512, 8]]", "[[256]]", "block_ram.shapes[0][1] must be an integer from 1 to 16777216"),
        ("[512, 8]", "[512, 9]", "block_ram: shapes must have at most 4096 bits, not 512 × 9"),
        ("[18, 9]", "18", "multipliers.modes[1].operands must be a valid array, not 18"),
        ("elements = 2", "", "multipliers.modes[1].elements must be an integer from 1 to 16777216, but is"),
        ('source = ["there"]', "", "multipliers.source must be a valid array, but is missing"),
        ('name = "DSP"', 'name = "DSP"\nkind = 3', "multipliers.kind is no field of this table"),
    ],
)
def test_a_mistake_is_named_by_its_field(old, new, message):
    assert old in TABLE
    with pytest.raises(ValueError) as caught:
        read(TABLE.replace(old, new, 1))
    assert str(caught.value).startswith(message)


def test_a_shape_with_more_bits_than_a_block_is_refused():
    with pytest.raises(ValueError, match=r"shapes must have at most 9216 bits, not 1024 × 18"):
        BlockRam("M9K", 182, 9216, ((512, 18), (1024, 18)), ("here",))
