from quantnn.board.toolchain import TOOLCHAINS
from quantnn.plan.unrolled.device_logic import DEVICE_LOGIC


def test_every_toolchain_has_its_logic():
    assert set(DEVICE_LOGIC) == set(TOOLCHAINS)
