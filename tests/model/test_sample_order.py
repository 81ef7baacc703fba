import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.model.sample_order import in_order, sides
from quantnn.model.sample_rows import ArrayRows


def ordered(own, model):
    """Values 0, 1, … in the shape of samples of two, as a model gets them, and what is said."""
    values = np.arange(2 * int(np.prod(own))).reshape(2, *own)
    rows, note = in_order(ArrayRows(values), model, "data/x.npy")
    return values, rows.read(0, 2).reshape(2, -1), note


@pytest.mark.parametrize("own", [(6,), (2, 3), (3, 2), (1, 2, 3), (2, 3, 1), (6, 1)])
@pytest.mark.parametrize("model", [(6,), (1, 6)])
def test_a_flat_model_takes_them_as_they_are(own, model):
    values, found, note = ordered(own, model)
    assert found.tolist() == values.reshape(2, 6).tolist()
    flat = sum(length > 1 for length in own) < 2
    assert note == ("" if flat else f"x.npy: samples of {sides(own)} are flattened with the last axis fastest")


def test_of_colours_for_a_flat_model_it_is_said_that_nothing_tells_the_axes():
    values, found, note = ordered((2, 2, 3), (12,))
    assert found.tolist() == values.reshape(2, 12).tolist()
    assert note.endswith("with the last axis fastest, as they are, for the model states no axes")


@pytest.mark.parametrize("own", [(6,), (2, 3), (1, 2, 3), (2, 3, 1)])
@pytest.mark.parametrize("model", [(2, 3), (1, 2, 3), (2, 3, 1)])
def test_an_axis_of_one_makes_no_difference(own, model):
    values, found, _ = ordered(own, model)
    assert found.tolist() == values.reshape(2, 6).tolist()


@pytest.mark.parametrize(
    ("own", "model", "axes", "words"),
    [
        ((4, 5, 3), (3, 4, 5), (0, 3, 1, 2), "samples of 4×5×3 are taken as 3×4×5, their channels first"),
        ((3, 4, 5), (4, 5, 3), (0, 2, 3, 1), "samples of 3×4×5 are taken as 4×5×3, their channels last"),
        ((3, 4, 5), (3, 4, 5), (0, 1, 2, 3), "samples of 3×4×5 are flattened with the last axis fastest"),
        ((3, 3, 3), (3, 3, 3), (0, 1, 2, 3), "are taken as they are, and nothing tells which axis the channels are"),
        ((4, 4, 3), (3, 4, 4), (0, 3, 1, 2), "channels first"),
    ],
)
def test_channels_go_where_the_model_has_them(own, model, axes, words):
    values, found, note = ordered(own, model)
    assert found.tolist() == values.transpose(axes).reshape(2, -1).tolist() and words in note


@pytest.mark.parametrize(
    ("own", "model"),
    [((3, 2), (2, 3)), ((4, 3, 5), (3, 4, 5)), ((2, 6), (3, 4)), ((8, 3, 8), (3, 8, 8)), ((2, 2, 3), (4, 3))],
)
def test_other_sides_are_refused(own, model):
    with pytest.raises(InputError) as caught:
        ordered(own, model)
    assert f"has samples of {sides(own)}, but the model takes {sides(model)}: bring" in str(caught.value)


@pytest.mark.parametrize(
    ("shape", "model", "words"),
    [
        ((2, 5), (6,), "must have shape (n, 6), not (2, 5): take samples made for this model"),
        ((12,), (6,), "must have shape (n, 6), not (12,): reshape it to (n, 6)"),
        ((28, 27), (28, 28, 1), "must have shape (n, 784) or (n, 28, 28, 1), not (28, 27): take"),
        ((28, 28), (1, 28, 28), "must have shape (n, 784) or (n, 1, 28, 28), not (28, 28): reshape it to (n, 784) or"),
    ],
)
def test_another_size_is_refused(shape, model, words):
    with pytest.raises(InputError) as caught:
        in_order(ArrayRows(np.zeros(shape)), model, "d/x.npz", "x")
    assert str(caught.value).startswith(f"d/x.npz: array x {words}")
