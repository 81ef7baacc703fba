import pytest

from quantnn.board.host_link import HostLink
from quantnn.files.record import read_record

TABLE = {"baud": 115_200, "bridge": "FT231X", "source": ["here"]}


def read(**fields):
    return read_record(HostLink, TABLE | fields)


def test_a_link():
    assert read() == HostLink(115_200, "FT231X", ("here",))
    assert read(usb=["0403:6015", "0d28:0204"]).usb == ("0403:6015", "0d28:0204")


@pytest.mark.parametrize("usb", ["0403-6015", "403:6015", "0403:601F", "0403:60150", "0403:6015\n"])
def test_a_malformed_usb_id_is_refused(usb):
    with pytest.raises(ValueError, match=r"^usb\[0\] must be a vendor and product like 0403:6015, not '"):
        read(usb=[usb])


@pytest.mark.parametrize("baud", [0, -1, 1.5, "fast", True, 10**10 + 1])
def test_a_baud_rate_that_is_none_is_refused(baud):
    with pytest.raises(ValueError, match=r"^baud must be an integer from 1 to 10000000000, not "):
        read(baud=baud)
