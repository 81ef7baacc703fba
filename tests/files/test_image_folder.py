import pytest
from pictures import folder

from quantnn.errors import InputError
from quantnn.files import image_folder
from quantnn.files.image_folder import ImageFolder


def refusal(path):
    with pytest.raises(InputError) as caught:
        ImageFolder.of(path)
    assert "\n" not in str(caught.value) and str(caught.value).startswith(str(path))
    return str(caught.value).removeprefix(str(path))


def names(path, images):
    return [image.relative_to(path).as_posix() for image in images]


def test_images_alone(tmp_path):
    found = ImageFolder.of(folder(tmp_path, dict.fromkeys(["b.png", "10.png", "2.png", "a2x10.png", "a2x9.png"], b"")))
    assert found.classes == () and found.labels == ()
    assert names(tmp_path, found.images) == ["2.png", "10.png", "a2x9.png", "a2x10.png", "b.png"]


def test_a_folder_per_class(tmp_path):
    found = ImageFolder.of(folder(tmp_path, dict.fromkeys(["dog/1.png", "cat/1.png", "cat/0.png", "Ant/x.jpg"], b"")))
    assert found.classes == ("Ant", "cat", "dog") and found.labels == (0, 1, 1, 2)
    assert names(tmp_path, found.images) == ["Ant/x.jpg", "cat/0.png", "cat/1.png", "dog/1.png"]


def test_numbers_are_in_their_order(tmp_path):
    found = ImageFolder.of(folder(tmp_path, {f"{number}/x.png": b"" for number in range(12)}))
    assert found.classes == tuple(map(str, range(12))) and found.labels == tuple(range(12))


def test_what_systems_leave_is_no_image(tmp_path):
    files = [".DS_Store", "a/Thumbs.db", "a/x.png", ".git/x", "b/y"]
    found = ImageFolder.of(folder(tmp_path, dict.fromkeys(files, b"")))
    assert found.classes == ("a", "b") and len(found.images) == 2


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], " is an empty folder"),
        (["a/x.png", "labels.csv"], " holds files (labels.csv) beside folders (a)"),
        (["test/0/x.png", "train/0/x.png"], "/test holds folders (0): give the folder that has one of"),
        (["a/x.png", "b/.DS_Store"], "/b holds no images"),
    ],
)
def test_refused(tmp_path, files, words):
    assert refusal(folder(tmp_path, dict.fromkeys(files, b""))).startswith(words)


def test_links_are_not_followed(tmp_path):
    folder(tmp_path, {"a/x.png": b"", "b/x.png": b""})
    (tmp_path / "c").symlink_to(tmp_path / "a", target_is_directory=True)
    assert refusal(tmp_path).startswith("/c is a link")
    (tmp_path / "c").unlink()
    (tmp_path / "a" / "y.png").symlink_to(tmp_path / "b" / "x.png")
    assert refusal(tmp_path).startswith("/a/y.png is a link")


def test_many_images(tmp_path, monkeypatch):
    folder(tmp_path, {f"{kind}/{number}.png": b"" for kind in "ab" for number in range(3)})
    monkeypatch.setattr(image_folder, "_MAX_IMAGES", 5)
    assert "holds more than 5 images" in refusal(tmp_path)
    monkeypatch.setattr(image_folder, "_MAX_IMAGES", 2)
    assert "holds more than 2 files" in refusal(tmp_path)


def test_what_is_no_folder(tmp_path):
    assert "cannot be read (No such file" in refusal(tmp_path / "missing")
