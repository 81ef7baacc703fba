import numpy as np
import pytest

from quantnn.adders.file import load_graphs, save_graphs
from quantnn.adders.linear_map import LinearMap
from quantnn.adders.logic_target import LOGIC_ELEMENTS
from quantnn.adders.pack import pack
from quantnn.adders.solve import solve
from quantnn.arithmetic import Box, IntegerRange
from quantnn.errors import InputError


def graph(seed):
    random = np.random.default_rng(seed)
    inputs = Box.uniform(IntegerRange(-8, 7), 4)
    wanted = LinearMap(random.integers(-9, 10, (4, 3)), inputs, random.integers(-9, 10, 3))
    return wanted, solve(wanted)


def test_graphs_come_back_by_their_numbers(tmp_path):
    known = {number: graph(number) for number in (0, 3, 12)}
    save_graphs({number: made for number, (_, made) in known.items()}, tmp_path / "graphs.npz")
    again = load_graphs(tmp_path / "graphs.npz")
    assert list(again) == [0, 3, 12]
    for number, (wanted, _) in known.items():
        assert again[number].proves(wanted)


def test_graphs_without_constants_or_sums_come_back(tmp_path):
    inputs = Box.uniform(IntegerRange(0, 1), 2)
    known = {
        0: LinearMap(np.array([[1, 2], [1, 0]]), inputs),
        1: LinearMap(np.array([[1, 0], [0, 4]]), inputs),
        2: LinearMap(np.array([[0, 0], [0, 0]]), inputs, np.array([0, 3])),
    }
    for make in (solve, lambda wanted: pack(wanted, LOGIC_ELEMENTS)):
        save_graphs({number: make(wanted) for number, wanted in known.items()}, tmp_path / "graphs.npz")
        again = load_graphs(tmp_path / "graphs.npz")
        for number, wanted in known.items():
            assert again[number].proves(wanted)


def spoiled(folder, change):
    path = folder / "graphs.npz"
    save_graphs({1: graph(1)[1]}, path)
    with np.load(path) as arrays:
        values = dict(arrays)
    change(values)
    np.savez(path, **values)
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: arrays.pop("1_adders"),
        lambda arrays: arrays.update({"x_adders": arrays["1_adders"]}),
        lambda arrays: arrays.update({"1_adders": arrays["1_adders"] + 0.5}),
        lambda arrays: arrays.update({"1_adders": arrays["1_adders"][:, :3]}),
        lambda arrays: arrays.update({"1_inputs": arrays["1_inputs"][:0]}),
        lambda arrays: arrays.update({"1_outputs": arrays["1_outputs"] + 1000}),
    ],
)
def test_damaged_files_are_refused(tmp_path, change):
    path = spoiled(tmp_path, change)
    with pytest.raises(InputError, match=r"graphs\.npz"):
        load_graphs(path)


def packed(seed):
    random = np.random.default_rng(seed)
    wanted = LinearMap(random.integers(-2, 3, (30, 3)), Box.uniform(IntegerRange(0, 1), 30), random.integers(-9, 10, 3))
    return wanted, pack(wanted, LOGIC_ELEMENTS)


def test_packings_come_back_beside_graphs(tmp_path):
    wanted, packing = packed(1)
    assert packing.identities
    save_graphs({0: packing, 1: graph(1)[1]}, tmp_path / "graphs.npz")
    again = load_graphs(tmp_path / "graphs.npz")
    assert again[0].nodes == packing.nodes and again[0].identities == packing.identities
    assert again[0].proves(wanted) and again[1].proves(graph(1)[0])


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: arrays.pop("0_values"),
        lambda arrays: arrays.update({"0_bits": arrays["0_bits"][:-1]}),
        lambda arrays: arrays.update({"0_bits": arrays["0_bits"][[*range(len(arrays["0_bits"])), 0]]}),
        lambda arrays: arrays.update({"0_values": arrays["0_values"][:-1]}),
        lambda arrays: arrays.update({"0_values": np.append(arrays["0_values"], 0)}),
        lambda arrays: arrays.update({"0_weights": arrays["0_weights"][:-1]}),
        lambda arrays: arrays.update({"0_weights": arrays["0_weights"] + [1 << 40, 0, 0]}),
        lambda arrays: arrays.update({"0_identities": arrays["0_identities"] * [0, 1, 1]}),
        lambda arrays: arrays.update({"0_nodes": arrays["0_nodes"] + [0, 60, 0]}),
        lambda arrays: arrays.update({"0_nodes": -arrays["0_nodes"] - 1}),
        lambda arrays: arrays.update({"0_nodes": arrays["0_nodes"][:, 0]}),
        lambda arrays: arrays.update({"0_bits": arrays["0_bits"] + [1 << 40, 0]}),
        lambda arrays: arrays.update({"0_outputs": arrays["0_outputs"] + 1}),
        lambda arrays: arrays.update({"0_outputs": arrays["0_outputs"][:0]}),
        lambda arrays: arrays.update({"0_ranges": arrays["0_ranges"][:, ::-1]}),
        lambda arrays: arrays.update({"0_ranges": arrays["0_ranges"][:0]}),
    ],
)
def test_damaged_packings_are_refused(tmp_path, change):
    path = tmp_path / "graphs.npz"
    save_graphs({0: packed(1)[1]}, path)
    with np.load(path) as arrays:
        values = dict(arrays)
    change(values)
    np.savez(path, **values)
    with pytest.raises(InputError, match=r"graphs\.npz"):
        load_graphs(path)
