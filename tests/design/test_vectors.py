import numpy as np
import pytest
from networks import random_network, random_samples
from oracle import elected, outputs

from quantnn.design.vectors import Vectors
from quantnn.errors import InputError, VerificationError


@pytest.fixture
def network():
    return random_network(6, (4, 3, 2), rescale=True, classify=True)


@pytest.fixture
def folder(network, tmp_path):
    samples = random_samples(network, 7)
    Vectors.make(network, samples, np.array([1, 0, 1])).save(tmp_path)
    return tmp_path


def test_round_trip(network, folder):
    vectors = Vectors.load(folder, network)
    assert np.array_equal(vectors.inputs, random_samples(network, 7))
    assert vectors.labels.tolist() == [1, 0, 1]
    for number, sample in enumerate(vectors.inputs.tolist()):
        expected = outputs(network, sample)
        assert [layer[number].tolist() for layer in vectors.expected.layers] == expected
        assert vectors.expected.classes[number] == elected(expected[-1])


def test_what_is_written(network, folder):
    names = ["classes", "inputs", "labels", *(f"layer_{n}" for n in range(len(network.layers)))]
    assert sorted(path.name for path in folder.iterdir()) == [f"{name}.npy" for name in names]
    for number in range(len(network.layers)):
        stored = np.load(folder / f"layer_{number}.npy")
        assert stored.tolist() == [outputs(network, x)[number] for x in np.load(folder / "inputs.npy").tolist()]


def test_without_labels_and_classes(tmp_path):
    network = random_network(6, (4, 2), classify=False)
    Vectors.make(network, random_samples(network, 3)).save(tmp_path)
    assert not (tmp_path / "labels.npy").exists() and not (tmp_path / "classes.npy").exists()
    vectors = Vectors.load(tmp_path, network)
    assert vectors.labels is None and vectors.expected.classes is None


@pytest.mark.parametrize(
    ("values", "dtype"),
    [([0, 255], "uint8"), ([0, 256], "uint16"), ([-1, 127], "int8"), ([-1, 128], "int16"), ([-129, 0], "int16")],
)
def test_the_smallest_type_that_holds_the_values(values, dtype, network, tmp_path):
    vectors = Vectors.make(network, random_samples(network, 2), np.array(values))
    vectors.save(tmp_path)
    labels = np.load(tmp_path / "labels.npy")
    assert labels.dtype == dtype and labels.tolist() == values


@pytest.mark.parametrize("name", ["layer_0", "layer_1", "layer_2", "classes"])
def test_a_changed_expectation_is_caught(name, network, folder):
    values = np.load(folder / f"{name}.npy").astype(np.int64)
    values.flat[3] += 1
    np.save(folder / f"{name}.npy", values)
    with pytest.raises(VerificationError, match=f"{name}.npy does not hold what the network answers"):
        Vectors.load(folder, network)


def test_another_network_is_caught(folder):
    other = random_network(16, (4, 3, 2), rescale=True, classify=True)
    with pytest.raises((VerificationError, InputError)):
        Vectors.load(folder, other)


@pytest.mark.parametrize("name", ["inputs", "layer_1", "classes"])
def test_missing_and_broken_files_are_one_line(name, network, folder):
    path = folder / f"{name}.npy"
    content = path.read_bytes()
    for break_it in (path.unlink, lambda: path.write_bytes(content[:-1]), lambda: np.save(path, np.ones((7, 4)) / 2)):
        break_it()
        with pytest.raises(InputError, match=f"{name}.npy") as caught:
            Vectors.load(folder, network)
        assert "\n" not in str(caught.value)


def test_inputs_that_do_not_suit_the_network(network, folder):
    np.save(folder / "inputs.npy", np.full((7, 4), network.input.hi + 1))
    with pytest.raises(InputError, match="does not suit the network"):
        Vectors.load(folder, network)
