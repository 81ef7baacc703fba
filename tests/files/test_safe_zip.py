import zipfile

import pytest

from quantnn.errors import InputError
from quantnn.files.safe_zip import SafeZip, zip_names


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_of_any_length(tmp_path, method):
    content = bytes(range(256)) * (3 << 12)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a", content)
        archive.writestr("b", b"")
    with SafeZip.opened(path) as archive:
        assert archive.names == ("a", "b") and archive.size("a") == len(content)
        assert archive.read("a", len(content)) == content and archive.read("b", 0) == b""
        with pytest.raises(InputError, match="member a unpacks to more than 3,145,727 bytes"):
            archive.read("a", len(content) - 1)
        with pytest.raises(InputError, match="has no member c"):
            archive.read("c", 1)


def test_names(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", b"")
    assert zip_names(path) == ("a",)
    path.write_bytes(path.read_bytes()[:-5])
    assert zip_names(path) is None


def test_a_damaged_member(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", b"content")
    path.write_bytes(path.read_bytes().replace(b"content", b"contend", 1))
    with SafeZip.opened(path) as archive, pytest.raises(InputError, match="member a is damaged"):
        archive.read("a", 10)
