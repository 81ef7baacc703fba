import pytest

from quantnn.board.toolchain import TOOLCHAINS
from quantnn.plan.unrolled.device_delays import DEVICE_DELAYS

WIDTHS = 9, 11, 13
"""About what the sums of three levels were wide in the designs that were routed."""


def test_every_toolchain_has_delays():
    assert set(DEVICE_DELAYS) == set(TOOLCHAINS)


@pytest.mark.parametrize(("family", "mhz"), [("ecp5", 128.9), ("ice40", 39.5), ("gowin", 160.3)])
def test_three_levels_are_as_quick_as_they_were_routed(family, mhz):
    delays = DEVICE_DELAYS[family]
    value = delays.registered(1)
    for _ in WIDTHS:
        value = delays.sum(value, delays.registered(1), 0, 1)
    assert 1e6 / value.bit(WIDTHS[-1] - 1, delays.carry) == pytest.approx(mhz, rel=0.1)
