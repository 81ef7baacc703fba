import os

import pytest

from quantnn.errors import InputError
from quantnn.files.regular_file import opened


def test_it_is_read_as_bytes(tmp_path):
    (tmp_path / "file").write_bytes(b"\x00\xff")
    with opened(tmp_path / "file") as file:
        assert file.read() == b"\x00\xff"
    assert file.closed


def test_nothing_there(tmp_path):
    with pytest.raises(InputError, match=r"none does not exist: check the path"), opened(tmp_path / "none"):
        pass


def test_a_folder(tmp_path):
    with pytest.raises(InputError, match=r"is a folder: give a file inside it"), opened(tmp_path):
        pass


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match=r"is a device or pipe: give a regular file"), opened(tmp_path / "pipe"):
        pass
