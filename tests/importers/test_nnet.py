"""The expected values are those of the format's definition: clip (left out here), normalize, layers, un-normalize."""

import fuzzed
import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.importers.format import Hints
from quantnn.importers.formats import read_model


def written(
    layers, means=(1, 0, -2, 5), ranges=(2, 4, 0.5, 10), least=(0, 0, 0), most=(9, 9, 9), head="// a network\n"
):
    """A file as utilities of the format write it."""
    sizes = [layers[0][0].shape[1], *(len(bias) for _, bias in layers)]
    lines = [[len(layers), sizes[0], sizes[-1], max(sizes)], sizes, [0], least, most, means, ranges]
    for weights, bias in layers:
        lines += [*weights, *([value] for value in bias)]
    return (
        head
        + "\n".join(",".join(f"{float(v)!r}" if i > 2 else f"{v}" for v in line) + "," for i, line in enumerate(lines))
        + "\n"
    ).encode()


@pytest.fixture
def layers():
    rng = np.random.default_rng(5)
    return [(rng.normal(size=(n, m)), rng.normal(size=n)) for m, n in ((3, 4), (4, 2))]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model"


def test_a_network(path, layers):
    path.write_bytes(written(layers))
    reading = read_model(path, Hints(decision="none"))
    raw = np.random.default_rng(1).integers(0, 10, (20, 3))
    hidden = np.maximum((raw - [1, 0, -2]) / [2, 4, 0.5] @ layers[0][0].T + layers[0][1], 0)
    expected = (hidden @ layers[1][0].T + layers[1][1]) * 10 + 5
    np.testing.assert_allclose(reading.model.logits(raw), expected, rtol=1e-12, atol=1e-12)
    assert reading.format == "NNet" and [entry.became for entry in reading.entries] == [
        "input scaling",
        "layer 0",
        "relu of layer 0",
        "layer 1",
        "folded into layer 1",
    ]
    assert "0..9, 0..9, 0..9 in training" in reading.model.notes[0] and "--decision none" in reading.model.notes[1]


def test_weights_stay_bit_for_bit_where_nothing_is_scaled(path, layers):
    path.write_bytes(written(layers, (0,) * 4, (1,) * 4, (0,) * 3, (0,) * 3, head=""))
    network = read_model(path).model
    for layer, (weights, bias) in zip(network.layers, layers, strict=True):
        assert layer.weights.tobytes() == np.ascontiguousarray(weights.T).tobytes()
        assert layer.bias.tobytes() == bias.tobytes()
    assert network.decision == "argmax" and len(network.notes) == 1


def test_lines_without_a_last_comma_blank_lines_and_carriage_returns(path, layers):
    content = written(layers)
    path.write_bytes(content.replace(b",\n", b"\r\n\r\n"))
    assert len(read_model(path).model.layers) == 2


def test_comments_may_be_long(path, layers):
    path.write_bytes(written(layers, head="// no end of it\n" * 1000))
    assert len(read_model(path).model.layers) == 2


def lines_with(number, text):
    def change(content):
        lines = content.split(b"\n")
        lines[number] = text
        return b"\n".join(lines)

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lines_with(1, b"2,3,2"), "is of an unknown kind"),
        (lines_with(1, b"0,3,2,4"), "line 2 must hold integers of 1 or more, of layers, inputs"),
        (lines_with(1, b"2000,3,2,4"), "line 2 must state at most 1000 layers, not 2000"),
        (lines_with(2, b"4,4,2"), "line 3 must begin with 3 inputs and end with 2 outputs, .* not with 4 and 2"),
        (lines_with(2, b"3,2"), "line 3 must hold 3 numbers, the size of the input and of each layer, not 2"),
        (lines_with(2, b"3,4000000,2"), r"line 3 states 24,000,002 weights, but the file has \d+ bytes"),
        (lines_with(2, b"3,4000009,2"), r"line 3 states 24,000,056 weights, but the file has \d+ bytes"),
        (
            lines_with(6, b"1,2,x,4"),
            "line 7 must hold numbers with commas between them, the inputs' and the outputs' means",
        ),
        (lines_with(7, b"1,2,3"), "line 8 must hold 4 numbers, the inputs' and the outputs' ranges, not 3"),
        (lines_with(7, b"1,0,3,4"), "line 8 must hold ranges above 0"),
        (lines_with(8, b"1,nan,3"), "line 9 must hold finite numbers, a row of layer 0's weights"),
        (lines_with(12, b"1,2"), "line 13 must hold 1 numbers, a bias of layer 0, not 2"),
        (lambda content: content[: len(content) // 2], "ends before|must hold"),
        (lambda content: content.rsplit(b"\n", 2)[0], "ends before a bias of layer 1: copy or write it again"),
        (lambda content: content + b"1.0,\n", "line 21 must be the end, as all layers are there"),
        (lambda content: content + b"1" * ((1 << 22) + 1), "line 21 must have at most 4,194,304 bytes"),
    ],
)
def test_what_is_wrong(path, layers, change, words):
    path.write_bytes(change(written(layers)))
    with pytest.raises(InputError, match=words):
        read_model(path)


def test_more_weights_than_memory_are_refused_before_they_are_read(path):
    path.write_bytes(b"// big\n2,4000000,4,4\n4000000,4000000,4\n")
    with pytest.raises(InputError, match="states 16,000,020,000,004 weights, more than"):
        read_model(path)


def test_activations_are_the_formats(path, layers):
    path.write_bytes(written(layers))
    with pytest.raises(InputError, match="leave --activations out"):
        read_model(path, Hints(("tanh", "linear")))


def test_a_table_of_numbers_is_no_network(path):
    path.write_bytes(b"1,2,3,4\n5,6,7,8\n")
    with pytest.raises(InputError, match="of an unknown kind"):
        read_model(path)


def test_mutations(tmp_path, layers):
    found = fuzzed.check([written(layers), written(layers, head="")], tmp_path, 400)
    assert found["refused"] > 100


@pytest.mark.slow
def test_many_mutations(tmp_path, layers):
    fuzzed.check([written(layers), written(layers, head="")], tmp_path, 100_000)


@pytest.mark.parametrize("filler", [b"\n", b"// a comment\n"])
def test_millions_of_lines_without_numbers(path, layers, filler):
    first, rest = written(layers, head="").split(b"\n", 1)
    path.write_bytes(b"//\n" + first + b"\n" + rest.split(b"\n", 1)[0] + b"\n" + filler * 70_000 + rest)
    with pytest.raises(InputError, match="line 65539 is the 65,537th without numbers"):
        read_model(path)


def test_underlines_in_numbers(path, layers):
    path.write_bytes(written(layers).replace(b"9.0,9.0,9.0", b"9_9.0,9.0,9.0"))
    with pytest.raises(InputError, match="line 6 must hold numbers with commas between them"):
        read_model(path)
