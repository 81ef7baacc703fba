import copy
import json
from dataclasses import replace

import numpy as np
import pytest
from networks import BYTE, random_network, random_samples, tabulated
from oracle import outputs

from quantnn.errors import InputError
from quantnn.network.file import FORMAT, VERSION, load_network, save_network
from quantnn.network.sensor import Sensor

WRONG = [None, "x", -1, 1.5, [], {}, [1], ["a", "b"], [1.5, 2.5], [2, 1], True, 10**400]


def with_table(network):
    """The network with a table behind its first layer's requantizer."""
    return replace(network, layers=(tabulated(np.random.default_rng(1), network.layers[0]), *network.layers[1:]))


def parts(path):
    with np.load(path) as file:
        arrays = dict(file)
    return json.loads(arrays.pop("header").tobytes()), arrays


def rewrite(path, header, arrays):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    np.savez(path, header=np.frombuffer(text, dtype=np.uint8), **arrays)


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "network.npz"
    save_network(with_table(random_network(4, (4, 3, 2), rescale=True)), path)
    return path


def refused(path, words):
    with pytest.raises(InputError, match=words) as caught:
        load_network(path)
    message = str(caught.value)
    assert "\n" not in message and str(path) in message


@pytest.mark.parametrize("seed", range(8))
def test_round_trip(seed, tmp_path):
    network = random_network(seed)
    if seed % 2:
        network = with_table(network)
    save_network(network, tmp_path / "network.npz")
    again = load_network(tmp_path / "network.npz")
    assert (again.input, again.classify, again.input_scale) == (network.input, network.classify, network.input_scale)
    for before, after in zip(network.layers, again.layers, strict=True):
        assert type(before) is type(after)
        assert (before.requantizer, before.table, before.scale, before.activation, before.extra()) == (
            after.requantizer,
            after.table,
            after.scale,
            after.activation,
            after.extra(),
        )
        for name, values in before.arrays().items():
            assert values.tolist() == after.arrays()[name].tolist()
    for sample in random_samples(network, 5).tolist():
        assert outputs(again, sample) == outputs(network, sample)


@pytest.mark.parametrize("weight", [2**62, -(2**63)])
def test_weights_whose_sums_would_wrap_are_refused(saved, weight):
    header, arrays = parts(saved)
    arrays["layer2.weights"][:] = weight
    header["layers"][2]["extra"]["weight_range"] = [-(2**63), 2**63]
    rewrite(saved, header, arrays)
    refused(saved, r"Layer 2: accumulators take about \d\d bits, and 62 are the most")


def test_metadata_is_kept(tmp_path):
    network = random_network(1, (3, 2), rescale=False)
    layers = tuple(replace(layer, scale=2**-5, activation="relu") for layer in network.layers)
    save_network(replace(network, layers=layers, input_scale=1 / 255), tmp_path / "network.npz")
    again = load_network(tmp_path / "network.npz")
    assert again.input_scale == 1 / 255
    assert [(layer.scale, layer.activation) for layer in again.layers] == [(2**-5, "relu")] * len(layers)


def test_a_scale_per_output_is_kept(tmp_path):
    network = random_network(1, (3, 2), rescale=False)
    last = replace(network.layers[-1], scale=np.array([2.0**-40, 3.0]))
    save_network(replace(network, layers=(*network.layers[:-1], last)), tmp_path / "network.npz")
    assert load_network(tmp_path / "network.npz").layers[-1].scale.tolist() == [2.0**-40, 3.0]


@pytest.mark.parametrize("scale", [[1.0], [1.0, 0.0], [1.0, "x"], [[1.0, 2.0]], -1, 0, None, "x", float("nan")])
def test_a_wrong_scale_is_refused(tmp_path, scale):
    save_network(random_network(1, (3, 2), rescale=False), tmp_path / "network.npz")
    header, arrays = parts(tmp_path / "network.npz")
    header["layers"][-1]["scale"] = scale
    rewrite(tmp_path / "network.npz", header, arrays)
    refused(tmp_path / "network.npz", "is damaged")


SENSORS = {
    "shared": Sensor(np.array(0.1), np.array(-1 / 3), BYTE),
    "each": Sensor(np.array([0.1, 2.0, 1e-9]), np.array([0.0, -5.0, 1e9]), BYTE),
}


def with_sensor(sensor):
    return replace(random_network(1, (3, 2), rescale=False), input=BYTE, sensor=sensor)


@pytest.mark.parametrize("sensor", SENSORS.values(), ids=SENSORS)
def test_the_sensor_is_kept(tmp_path, sensor):
    save_network(with_sensor(sensor), tmp_path / "network.npz")
    again = load_network(tmp_path / "network.npz").sensor
    assert (again.step.tolist(), again.zero.tolist(), again.output) == (
        sensor.step.tolist(),
        sensor.zero.tolist(),
        sensor.output,
    )
    values = np.random.default_rng(0).normal(size=(20, 3))
    assert again(values).tolist() == sensor(values).tolist()


def test_no_sensor_is_kept_too(tmp_path):
    save_network(with_sensor(None), tmp_path / "network.npz")
    assert parts(tmp_path / "network.npz")[0]["sensor"] is None
    assert load_network(tmp_path / "network.npz").sensor is None


@pytest.mark.parametrize("wrong", [*[w for w in WRONG if w is not None], {"step": 1.0}, {"step": [], "zero": []}])
def test_a_damaged_sensor_is_refused(tmp_path, wrong):
    path = tmp_path / "network.npz"
    save_network(with_sensor(SENSORS["shared"]), path)
    header, arrays = parts(path)
    rewrite(path, {**header, "sensor": wrong}, arrays)
    refused(path, "is damaged")


def test_a_sensor_for_other_features_is_refused(tmp_path):
    path = tmp_path / "network.npz"
    save_network(with_sensor(SENSORS["each"]), path)
    header, arrays = parts(path)
    rewrite(path, {**header, "sensor": {"step": [1.0, 1.0], "zero": [0.0, 0.0]}}, arrays)
    refused(path, "A sensor must have 1 or 3 steps, not 2")


def test_the_same_network_gives_the_same_bytes(tmp_path):
    for name in ("a.npz", "b.npz"):
        save_network(random_network(3), tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    save_network(load_network(tmp_path / "a.npz"), tmp_path / "c.npz")
    assert (tmp_path / "c.npz").read_bytes() == (tmp_path / "a.npz").read_bytes()


def test_nothing_is_pickled(saved):
    with np.load(saved, allow_pickle=False) as file:
        assert all(file[name].dtype.kind in "iu" for name in file.files)


def test_another_version_is_told_apart(saved):
    header, arrays = parts(saved)
    rewrite(saved, {**header, "version": VERSION + 1}, arrays)
    refused(saved, f"has format version {VERSION + 1}, but this quantnn reads version {VERSION}: export")


@pytest.mark.parametrize("header", [{}, [], 3, {"format": "something else"}, b"\xff\xfe", b"{", b"[" * 100_000])
def test_a_foreign_header_is_told_apart(saved, header):
    rewrite(saved, header, parts(saved)[1])
    refused(saved, "is no saved integer network: make one with quantnn export")


def test_foreign_files_are_told_apart(tmp_path):
    path = tmp_path / "model.npz"
    np.savez(path, W0=np.ones((2, 2)), b0=np.zeros(2))
    refused(path, "is no saved integer network")
    path.write_bytes(b"no zip at all")
    refused(path, "is no .npz")
    refused(tmp_path / "missing.npz", "does not exist")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_truncated_files_are_refused(saved, share):
    content = saved.read_bytes()
    saved.write_bytes(content[: int(len(content) * share)])
    refused(saved, "truncated or damaged")


def test_every_missing_array_is_noticed(saved):
    header, arrays = parts(saved)
    for name in arrays:
        if not name.endswith(".table"):
            rewrite(saved, header, {n: values for n, values in arrays.items() if n != name})
            refused(saved, "is damaged")


def test_arrays_of_another_shape_or_type_are_refused(saved):
    header, arrays = parts(saved)
    for name, values in arrays.items():
        for wrong in (values + 0.5, values[:0], np.append(values, 1), values.astype(str)):
            rewrite(saved, header, {**arrays, name: wrong})
            refused(saved, "is damaged|is empty")


def places(value, path=()):
    """The paths of everything in a JSON value."""
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


def test_no_wrong_header_value_ends_in_anything_but_one_line(saved):
    """A changed value is either harmless metadata or refused; never a traceback, never a number that is none."""
    header, arrays = parts(saved)
    assert header["format"] == FORMAT
    refusals = 0
    for path in list(places(header))[1:]:
        for wrong in WRONG:
            changed = copy.deepcopy(header)
            place = changed
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = wrong
            rewrite(saved, changed, arrays)
            try:
                network = load_network(saved)
            except InputError as error:
                assert "\n" not in str(error)
                refusals += 1
                continue
            for value in (network.input, *(layer.output for layer in network.layers)):
                assert type(value.lo) is int and type(value.hi) is int, (path, wrong)
    assert refusals > 100


def test_names_and_shape_are_kept(tmp_path):
    network = replace(random_network(4, (4, 3, 2)), class_names=("no", "yes"), input_shape=(2, 2, 1))
    save_network(network, tmp_path / "network.npz")
    again = load_network(tmp_path / "network.npz")
    assert (again.class_names, again.input_shape) == (("no", "yes"), (2, 2, 1))


def test_a_file_without_names_and_shape_is_the_older_one(saved):
    header, _ = parts(saved)
    assert not {"class_names", "input_shape"} & header.keys()
    assert (load_network(saved).class_names, load_network(saved).input_shape) == ((), (4,))


@pytest.mark.parametrize("field", ["class_names", "input_shape"])
@pytest.mark.parametrize("value", [[3], ["a"], "ab", 7, ["a", "a"], [4, -1], [1.0, 4], [1] * 9 + [4], {"a": 1}, [None]])
def test_wrong_names_and_shapes(saved, field, value):
    header, arrays = parts(saved)
    rewrite(saved, header | {field: value}, arrays)
    refused(saved, "is damaged .*: export")


def test_a_table_of_more_values_than_any_index_has_is_refused(saved):
    header, arrays = parts(saved)
    name = next(name for name in arrays if name.endswith("table"))
    rewrite(saved, header, arrays | {name: np.zeros((1 << 20) + 1, np.uint8)})
    refused(saved, "table has 1048577 values, more than 1048576")
