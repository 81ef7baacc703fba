import numpy as np
import pytest
from pictures import folder, picture
from PIL import Image

from quantnn.errors import InputError
from quantnn.model.data_options import DataOptions, Expected
from quantnn.model.image_samples import folder_samples

RANDOM = np.random.default_rng(2)
GREYS = RANDOM.integers(0, 256, (4, 3, 5)).astype(np.uint8)
COLOURS = RANDOM.integers(0, 256, (2, 3, 5, 3)).astype(np.uint8)


def read(path, shape, resize=False, classes=2):
    return folder_samples(path, Expected(shape, classes), DataOptions(resize=resize))


def refusal(*arguments):
    with pytest.raises(InputError) as caught:
        read(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def greys(tmp_path):
    return folder(tmp_path / "p", {f"{'ab'[n % 2]}/{n}.png": picture(values) for n, values in enumerate(GREYS)})


@pytest.fixture
def colours(tmp_path):
    return folder(tmp_path / "p", {f"{n}.png": picture(values) for n, values in enumerate(COLOURS)})


@pytest.mark.parametrize("shape", [(15,), (3, 5), (1, 3, 5), (3, 5, 1)])
def test_grey_images(greys, shape):
    data = read(greys, shape)
    assert data.rows.shape == (4, 3, 5) and len(data.rows) == 4 and data.notes == ()
    assert data.rows.read(1, 4).tolist() == GREYS[[2, 1, 3]].tolist()
    assert data.labels.values.tolist() == ["a", "a", "b", "b"] and data.labels.named


@pytest.mark.parametrize("shape", [(45,), (3, 5, 3), (3, 3, 5)])
def test_colours(colours, shape):
    data = read(colours, shape)
    assert data.rows.shape == (2, 3, 5, 3) and data.labels is None and data.notes == ()
    assert data.rows.read(0, 2).tolist() == COLOURS.tolist()


def test_colours_for_a_model_of_grey(colours):
    data = read(colours, (3, 5))
    assert data.notes == ("p: 2 of 2 images are in colour, of which the network gets the grey",)
    assert np.abs(data.rows.read(0, 2) - COLOURS @ [0.299, 0.587, 0.114]).max() <= 1


def test_grey_for_a_model_of_colours(greys):
    data = read(greys, (3, 5, 3))
    assert data.notes == ("p: 4 of 4 images are grey, which is repeated for red, green and blue",)
    assert data.rows.read(0, 1)[0, :, :, 1].tolist() == GREYS[0].tolist()


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((5, 3), "0.png has 5×3 pixels, but the network takes 3×5 (width×height): give such images, or --resize"),
        ((4, 4, 3), "0.png has 5×3 pixels, but the network takes 4×4"),
        ((16,), "0.png has 5×3 pixels, but the network 16 inputs"),
        ((4, 5, 6), "p is a folder of images, but the network takes samples of 4×5×6"),
        ((1, 1, 3, 5), "the network takes samples of 1×1×3×5"),
    ],
)
def test_another_size(greys, shape, words):
    assert words in refusal(greys, shape)


def test_one_image_of_another_size(greys):
    folder(greys, {"b/9.png": picture(np.zeros((4, 5)))})
    assert "9.png has 5×4 pixels" in refusal(greys, (15,))
    data = read(greys, (15,), True)
    assert data.rows.shape == (5, 3, 5) and data.rows.read(0, 1).tolist() == GREYS[:1].tolist()
    assert data.notes == ("p: 1 of 5 images are resized to 5×3 pixels, bilinearly",)


@pytest.mark.parametrize(("shape", "found"), [((16,), (4, 4, 4)), ((6, 7), (4, 6, 7)), ((12,), (4, 2, 2, 3))])
def test_resized(greys, shape, found):
    assert read(greys, shape, True).rows.shape == found
    assert read(greys, shape, True).rows.read(1, 3).shape == (2, *found[1:])


def test_no_side_makes_so_many_pixels(greys):
    assert "has 5×3 pixels, but the network 17 inputs" in refusal(greys, (17,), True)


def test_the_order_of_numbers_is_said(tmp_path):
    path = folder(tmp_path, {f"{number}/x.png": picture(GREYS[0]) for number in range(11)})
    assert read(path, (15,)).notes[0].endswith(": the folders are in the order of their numbers, 0, 1, 2, …")


def test_what_is_left_out_of_images_is_said(tmp_path):
    clear = np.dstack([COLOURS[0], np.zeros((3, 5), np.uint8)])
    turned = Image.Exif()
    turned[0x0112] = 6
    grey = Image.fromarray(GREYS[0])
    files = {"1.png": picture(clear), "2.jpg": picture(grey, "JPEG", exif=turned), "3.jpg": picture(grey, "JPEG")}
    assert read(folder(tmp_path / "p", files), (15,)).notes[1:] == (
        "p: 1 of 3 images have transparency, which is left out",
        "p: 1 of 3 images are marked as turned, and taken as they are stored",
    )
