from pathlib import Path

import pytest

from quantnn.errors import InputError
from quantnn.importers.arrays.order import ordered

SOURCE = Path("model.npz")


def square(*scopes):
    return dict.fromkeys(scopes, (6, 6))


def message(scopes):
    with pytest.raises(InputError) as caught:
        ordered(scopes, SOURCE)
    return str(caught.value).removeprefix("model.npz: the order of the layers is not clear, because ")


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        (["fc10", "fc2", "fc1"], ["fc1", "fc2", "fc10"]),
        (["4", "0", "2"], ["0", "2", "4"]),
        (["b2.fc1", "b1.fc2", "b10.fc1", "b1.fc1"], ["b1.fc1", "b1.fc2", "b2.fc1", "b10.fc1"]),
    ],
)
def test_by_number(scopes, expected):
    assert ordered(square(*scopes), SOURCE) == expected


@pytest.mark.parametrize(
    "scopes",
    [
        ["stem", "body", "head"],
        ["head", "body", "tail"],
        ["hidden2", "hidden10", "out"],
        ["dense", "dense_1", "dense_2"],
        ["first", "second", "third"],
        ["input", "hidden", "output"],
        ["block.in_proj", "block.out_proj", "mlp.in_proj", "mlp.out_proj"],
        ["encoder.fc", "encoder.out", "decoder.fc", "decoder.out"],
        ["features.0", "features.2", "classifier.0", "classifier.2"],
        ["policy", "critic", "plain"],
        ["fc", "out1", "out2"],
        ["model.embed", "model.mid"],
    ],
)
def test_the_order_of_the_file(scopes):
    assert ordered(square(*scopes), SOURCE) == scopes


@pytest.mark.parametrize(
    ("found", "meant"),
    [
        (["hidden", "input", "output"], ["input", "hidden", "output"]),
        (["fc_hidden", "fc_in", "fc_out"], ["fc_in", "fc_hidden", "fc_out"]),
        (["hiddenLayer", "inputLayer", "outputLayer"], ["inputLayer", "hiddenLayer", "outputLayer"]),
        (["body", "final", "stem"], ["stem", "body", "final"]),
        (["first", "fourth", "second", "third"], ["first", "second", "third", "fourth"]),
        (["layer_one", "layer_three", "layer_two"], ["layer_one", "layer_two", "layer_three"]),
        (["classifier.0", "features.0", "features.2"], ["features.0", "features.2", "classifier.0"]),
        (["net.decoder", "net.encoder"], ["net.encoder", "net.decoder"]),
        (["out", "hidden1", "hidden2"], ["hidden1", "hidden2", "out"]),
    ],
)
def test_names_that_contradict_the_order_of_the_file(found, meant):
    shown = ", ".join(found)
    assert message(square(*found)) == (
        f"{shown} stand in another order than their names say: save the layers from input to output"
        f" ({', '.join(meant)} would fit)"
    )


def test_an_order_that_does_not_fit_is_not_proposed():
    words = message({"output": (6, 3), "hidden": (8, 8), "input": (6, 6)})
    assert words.endswith("save the layers from input to output")


def test_an_order_that_contradicts_the_numbers():
    assert message(square("out", "hidden1", "hidden10", "hidden2")) == (
        "hidden1, hidden10, hidden2 stand in another order than their numbers: save the layers from input to output"
    )
