import os

import pytest

from quantnn.errors import InputError
from quantnn.files.plain_file import check_plain, read_plain


def refused(path, limit=100):
    with pytest.raises(InputError) as caught:
        read_plain(path, limit)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_plain_file_up_to_its_limit(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    assert read_plain(tmp_path / "a", 5) == b"12345"
    assert check_plain(tmp_path / "a").st_size == 5
    assert "must have at most 4 bytes, not 5" in refused(tmp_path / "a", 4)


def test_what_is_not_there(tmp_path):
    assert "is missing: " in refused(tmp_path / "a")
    assert "cannot be read" in refused(tmp_path / "a\0b")


@pytest.mark.parametrize("target", ["a", "nowhere", "/etc/passwd"])
def test_symbolic_links(tmp_path, target):
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "link").symlink_to(target)
    assert "must be a plain file, not a symbolic link" in refused(tmp_path / "link")


def test_hard_links(tmp_path):
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    assert "not a hard link" in refused(tmp_path / "a") and "not a hard link" in refused(tmp_path / "b")


def test_folders_pipes_and_devices(tmp_path):
    """Nobody waits for a pipe's other end."""
    os.mkfifo(tmp_path / "pipe")
    assert "not a device or a pipe" in refused(tmp_path / "pipe")
    assert "not a device or a pipe" in refused(tmp_path.__class__("/dev/zero"))
    assert "not a folder" in refused(tmp_path)


def test_a_file_that_became_a_link_after_it_was_looked_at(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "link").symlink_to("a")
    found = check_plain(tmp_path / "a")
    monkeypatch.setattr("quantnn.files.plain_file.check_plain", lambda _: found)
    assert "cannot be read (Too many levels of symbolic links)" in refused(tmp_path / "link")


def test_a_file_that_grows_after_it_was_looked_at(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"123")
    found = check_plain(tmp_path / "a")
    (tmp_path / "a").write_bytes(b"123456")
    monkeypatch.setattr("quantnn.files.plain_file.check_plain", lambda _: found)
    assert refused(tmp_path / "a", 5) == f"{tmp_path / 'a'} must have at most 5 bytes: export the model again"
