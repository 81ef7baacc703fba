import numpy as np
import pytest
from networks import random_network, random_samples
from oracle import elected, outputs

from quantnn.design.vectors import Vectors
from quantnn.errors import InputError, VerificationError
from quantnn.network import samples
from quantnn.network.reference import evaluate


@pytest.fixture
def network():
    return random_network(6, (4, 3, 2), rescale=True, classify=True)


@pytest.fixture
def folder(network, tmp_path):
    Vectors(network, random_samples(network, 7), np.array([1, 0, 1])).save(tmp_path)
    return tmp_path


def test_round_trip(network, folder):
    vectors = Vectors.load(folder, network)
    assert np.array_equal(vectors.inputs, random_samples(network, 7))
    assert vectors.labels.tolist() == [1, 0, 1]
    for number, sample in enumerate(vectors.inputs[:].tolist()):
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
    Vectors(network, random_samples(network, 3)).save(tmp_path)
    assert not (tmp_path / "labels.npy").exists() and not (tmp_path / "classes.npy").exists()
    vectors = Vectors.load(tmp_path, network)
    assert vectors.labels is None and vectors.expected.classes is None


@pytest.mark.parametrize(
    ("values", "dtype"),
    [([0, 255], "uint8"), ([0, 256], "uint16"), ([-1, 127], "int8"), ([-1, 128], "int16"), ([-129, 0], "int16")],
)
def test_the_smallest_type_that_holds_the_values(values, dtype, network, tmp_path):
    vectors = Vectors(network, random_samples(network, 2), np.array(values))
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


@pytest.mark.parametrize("count", [1, 6, 7, 8, 23])
def test_blocks_make_no_difference(count, network, tmp_path, monkeypatch):
    """The same bytes as ``np.save`` writes of whole arrays, whatever the blocks."""
    monkeypatch.setattr(samples, "BLOCK", 7)
    inputs = random_samples(network, count)
    answer = evaluate(network, inputs)
    Vectors(network, inputs).save(tmp_path)
    whole = {"inputs": inputs, "classes": answer.classes} | {f"layer_{n}": v for n, v in enumerate(answer.layers)}
    for name, values in whole.items():
        kinds = ("i1", "i2", "i4") if values.min() < 0 else ("u1", "u2", "u4")
        narrow = next(values.astype(kind) for kind in kinds if np.array_equal(values.astype(kind), values))
        np.save(tmp_path / "expected.npy", narrow)
        assert (tmp_path / f"{name}.npy").read_bytes() == (tmp_path / "expected.npy").read_bytes(), name
    again = Vectors.load(tmp_path, network)
    assert len(again.inputs) == count and again.expected.logits.tolist() == answer.logits.tolist()


def test_a_change_behind_the_first_block_is_caught(network, tmp_path, monkeypatch):
    monkeypatch.setattr(samples, "BLOCK", 7)
    Vectors(network, random_samples(network, 23)).save(tmp_path)
    values = np.load(tmp_path / "layer_1.npy").astype(np.int64)
    values[-1, -1] += 1
    np.save(tmp_path / "layer_1.npy", values)
    with pytest.raises(VerificationError, match=r"layer_1\.npy does not hold what the network answers"):
        Vectors.load(tmp_path, network)


def test_a_part_and_the_first(network, folder):
    vectors = Vectors.load(folder, network)
    inputs, answer = vectors.part(2, 5)
    assert inputs.tolist() == random_samples(network, 7)[2:5].tolist()
    assert [layer.tolist() for layer in answer.layers] == [layer[2:5].tolist() for layer in vectors.expected.layers]
    head = vectors.head(2)
    assert len(head.inputs) == 2 and head.labels.tolist() == [1, 0]
    assert len(vectors.head(99).inputs) == 7


def test_integers_beyond_63_bits_do_not_wrap(network, folder):
    """2**64 - 1 would be -1, which may well be an input."""
    np.save(folder / "inputs.npy", np.full((7, 4), 2**64 - 1, dtype=np.uint64))
    with pytest.raises(InputError, match=r"inputs\.npy must hold integers of up to 63 bits"):
        Vectors.load(folder, network)
