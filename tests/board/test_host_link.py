import pytest

from quantnn.board.host_link import HostLink
from quantnn.errors import InputError
from quantnn.files.toml_table import TomlTable

TABLE = {"baud": 115_200, "bridge": "FT231X", "source": ["here"]}


def read(**fields):
    return TomlTable(TABLE | fields, "own.toml", "link").read(HostLink.read)


def test_a_link():
    assert read() == HostLink(115_200, "FT231X", (), ("here",))
    assert read(usb=["0403:6015", "0d28:0204"]).usb == ("0403:6015", "0d28:0204")


@pytest.mark.parametrize("usb", ["0403-6015", "403:6015", "0403:601F", "0403:60150"])
def test_a_malformed_usb_id_is_refused(usb):
    with pytest.raises(InputError) as error:
        read(usb=[usb])
    assert str(error.value) == f"own.toml: link: usb must list vendors and products like 0403:6015, not {usb!r}"


def test_a_baud_rate_of_nothing_is_refused():
    with pytest.raises(InputError, match=r"^own\.toml: link\.baud must be an integer of at least 1, not 0$"):
        read(baud=0)
