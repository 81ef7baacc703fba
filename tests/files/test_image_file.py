import builtins
import io
import os
import random
import struct
import zlib

import numpy as np
import pytest
from fuzzed import mutated
from pictures import picture
from PIL import Image

from quantnn.errors import InputError
from quantnn.files import image_file
from quantnn.files.image_file import ImageFile, is_image

GREY = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20
COLOURS = np.random.default_rng(1).integers(0, 256, (3, 4, 3)).astype(np.uint8)


@pytest.fixture
def saved(tmp_path):
    def save(content):
        (tmp_path / "x.png").write_bytes(content)
        return tmp_path / "x.png"

    return save


def refusal(path):
    with pytest.raises(InputError) as caught:
        ImageFile.of(path).pixels(1)
    assert "\n" not in str(caught.value) and str(caught.value).startswith(str(path))
    return str(caught.value)


def test_pixels(saved):
    image = ImageFile.of(saved(picture(GREY)))
    assert (image.width, image.height, image.grey) == (4, 3, True)
    assert image.pixels(1).dtype == np.uint8 and image.pixels(1).tolist() == GREY.tolist()
    assert image.pixels(3).tolist() == np.repeat(GREY[..., np.newaxis], 3, axis=2).tolist()


def test_colours(saved):
    image = ImageFile.of(saved(picture(COLOURS)))
    assert not image.grey and image.pixels(3).tolist() == COLOURS.tolist()
    luma = COLOURS @ [0.299, 0.587, 0.114]
    assert np.abs(image.pixels(1) - luma).max() <= 1


def test_transparency_is_left_out(saved):
    values = np.dstack([COLOURS, np.arange(12, dtype=np.uint8).reshape(3, 4)])
    image = ImageFile.of(saved(picture(values)))
    assert image.pixels(3).tolist() == COLOURS.tolist() and image.transparent
    assert not ImageFile.of(saved(picture(COLOURS))).transparent
    assert ImageFile.of(saved(picture(Image.fromarray(COLOURS).quantize(4), transparency=1))).transparent


@pytest.mark.parametrize(("orientation", "turned"), [(None, False), (1, False), (3, True), (6, True)])
def test_photos_are_not_turned(saved, orientation, turned):
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    image = ImageFile.of(saved(picture(np.full((8, 16), 9), "JPEG", exif=exif)))
    assert image.turned is turned and image.pixels(1).shape == (8, 16)


def test_damaged_exif_says_nothing(saved):
    content = picture(np.full((8, 8), 9), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff" + bytes(9))
    assert not ImageFile.of(saved(content)).turned


def test_a_palette_and_bits(saved):
    palette = Image.fromarray(COLOURS).quantize(12)
    assert ImageFile.of(saved(picture(palette))).pixels(3).tolist() == np.asarray(palette.convert("RGB")).tolist()
    bits = Image.fromarray(GREY > 100)
    assert ImageFile.of(saved(picture(bits))).pixels(1).tolist() == ((GREY > 100) * 255).tolist()


def test_jpeg(saved):
    image = ImageFile.of(saved(picture(np.full((8, 8), 77), "JPEG")))
    assert image.grey and np.abs(image.pixels(1).astype(int) - 77).max() <= 1


def test_smaller_is_averaged(saved):
    blocks = np.kron([[10, 200], [90, 40]], np.ones((8, 8), np.uint8))
    found = ImageFile.of(saved(picture(blocks))).pixels(1, (2, 2))
    assert found.shape == (2, 2) and found[0, 0] < found[1, 1] < found[1, 0] < found[0, 1]
    assert ImageFile.of(saved(picture(GREY))).pixels(1, (3, 4)).tolist() == GREY.tolist()


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, data, bits=8):
    head = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no PNG or JPEG"),
        (b"a,b\n1,2\n", "is no PNG or JPEG"),
        (picture(GREY, "GIF"), "is no PNG or JPEG"),
        (picture(GREY, "BMP"), "is no PNG or JPEG"),
        (picture(GREY)[:20], "is damaged"),
        (picture(GREY)[:-30], "is damaged"),
        (picture(np.full((40, 40), 9), "JPEG")[:300], "is damaged"),
        (picture(Image.fromarray(np.full((2, 2), 1000, np.uint16))), "has more than 8 bits per value (I;16)"),
        (png(20_000, 4_000, zlib.compress(b"")), "has 20000×4000 pixels, more than"),
        (png(60_000, 60_000, zlib.compress(b"")), "has far more than"),
        (png(4, 3, zlib.compress(b"")), "is damaged"),
    ],
)
def test_refused(saved, content, words):
    assert words in refusal(saved(content))


def test_large_files_links_and_what_is_no_file(saved, tmp_path, monkeypatch):
    path = saved(picture(GREY))
    (tmp_path / "link").symlink_to(path)
    assert "is a link, which is not followed" in refusal(tmp_path / "link")
    os.mkfifo(tmp_path / "pipe")
    assert "is no file" in refusal(tmp_path / "pipe")
    assert "cannot be read (No such file" in refusal(tmp_path / "missing")
    monkeypatch.setattr(image_file, "_MAX_BYTES", 20)
    assert "bytes, more than 20" in refusal(path)


def test_a_file_that_becomes_another(saved):
    image = ImageFile.of(saved(picture(GREY)))
    saved(picture(GREY.T))
    with pytest.raises(InputError, match="was changed while it was read"):
        image.pixels(1)


def test_without_pillow(saved, monkeypatch):
    real = builtins.__import__

    def without(name, *arguments):
        if name.startswith("PIL"):
            raise ModuleNotFoundError("No module named 'PIL'", name="PIL")
        return real(name, *arguments)

    path = saved(picture(GREY))
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"^PIL is missing: install .*quantnn-fpga\[images\]"):
        ImageFile.of(path)


def test_beginnings():
    assert is_image(picture(GREY)) and is_image(picture(GREY, "JPEG")) and not is_image(picture(GREY, "BMP"))


def test_mutations(saved):
    chance = random.Random(11)
    seeds = [picture(GREY), picture(COLOURS), picture(COLOURS, "JPEG"), picture(Image.fromarray(COLOURS).quantize(12))]
    for _ in range(1500):
        try:
            image = ImageFile.of(saved(mutated(chance.choice(seeds), chance)))
            assert image.pixels(3).shape == (image.height, image.width, 3)
        except InputError as error:
            assert "\n" not in str(error)


def test_a_jpeg_of_many_scans(saved):
    """A scan more is 33 bytes more, and takes as long as all that the image needs."""
    file = io.BytesIO()
    Image.fromarray(np.zeros((1024, 1024), np.uint8)).save(file, "JPEG", progressive=True)
    content = file.getvalue()
    assert ImageFile.of(saved(content)).pixels(1).shape == (1024, 1024)
    scan = content[content.rindex(b"\xff\xda") : -2]
    words = refusal(saved(content[:-2] + scan * 2000 + content[-2:]))
    assert "scans, far too many for its size" in words
