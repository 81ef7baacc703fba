import os
from pathlib import Path

import pytest

from quantnn.errors import InputError
from quantnn.files.whole_file import whole_file


def test_it_appears_at_the_end(tmp_path):
    place = tmp_path / "figures.json"
    with whole_file(place) as file:
        file.write_text("figures")
        assert not place.exists()
    assert place.read_text() == "figures" and list(tmp_path.iterdir()) == [place]


def test_an_earlier_one_stays_until_then_and_keeps_its_rights(tmp_path):
    place = tmp_path / "figures.json"
    place.write_text("old")
    place.chmod(0o640)
    with pytest.raises(ZeroDivisionError), whole_file(place) as file:
        file.write_text("half")
        raise ZeroDivisionError
    assert place.read_text() == "old"
    with whole_file(place) as file:
        file.write_text("new")
    assert place.read_text() == "new" and place.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to("target")
    with whole_file(tmp_path / "link") as file:
        file.write_text("new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "target").read_text() == "new"


def test_what_is_no_file_is_written_as_it_is():
    with whole_file(Path(os.devnull)) as file:
        file.write_text("nobody reads this")
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize(("name", "reason"), [
    ("missing/file", "No such file or directory"),
    ("folder", "it is a folder"),
    ("a" * 300, "File name too long"),
    ("file/inside", "Not a directory"),
])  # fmt: skip
def test_a_place_that_cannot_be_written_is_noticed_before_the_work(tmp_path, name, reason):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(InputError) as caught, whole_file(tmp_path / name):
        raise AssertionError("not reached")
    assert str(caught.value) == f"{tmp_path / name} cannot be written ({reason}): choose another file"


def test_a_disk_that_fills_up_meanwhile(tmp_path):
    with pytest.raises(InputError, match="No space left on device"), whole_file(tmp_path / "file"):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []
