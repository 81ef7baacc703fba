import sys

import numba
import numpy as np
import onnxruntime
import pytest
import threadpoolctl
from networks import random_network, random_samples, unsaturated
from ternary import ternary_network

from quantnn.arithmetic import IntegerRange, Requantizer
from quantnn.demo_files import demo_files
from quantnn.errors import InputError
from quantnn.importers.npz import load_model
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import evaluate
from quantnn.quantization.post_training import quantize
from quantnn.speed.contenders import (
    CONTENDERS,
    FLOATS,
    BitSliced,
    IntegerReference,
    NumpyFloat32,
    OnnxRuntime,
    OnnxRuntimeInt8,
)
from quantnn.speed.float_steps import dequantize
from quantnn.system.extras import missing_package


@pytest.fixture(scope="module")
def network():
    with demo_files() as files:
        return quantize(load_model(files.model))


@pytest.fixture(scope="module")
def samples():
    with demo_files() as files:
        return np.load(files.inputs).reshape(-1, 64).astype(np.float32)[:100]


def answers(contender, samples, threads=1):
    with contender.ready(samples, threads) as answer:
        return np.array(answer())


SIGNED = IntegerRange(-128, 127)
BYTES = [kind for kind in CONTENDERS if kind is not BitSliced]


@pytest.mark.parametrize("kind", BYTES)
@pytest.mark.parametrize("count", [1, 100])
def test_each_answers_with_the_network_s_classes(network, samples, kind, count):
    expected = evaluate(network, samples[:count].astype(np.int64)).classes
    got = answers(kind(network), samples[:count]).reshape(-1)
    assert got.shape == (count,) and (got == expected).mean() >= 0.97


@pytest.mark.parametrize("seed", range(20))
def test_the_reference_is_exact(seed):
    network = random_network(seed)
    samples = random_samples(network, 30, seed)
    expected = evaluate(network, samples)
    got = answers(IntegerReference(network), samples.astype(np.float32))
    np.testing.assert_array_equal(got, expected.classes if network.classify else expected.logits)


@pytest.mark.parametrize("kind", [NumpyFloat32, OnnxRuntime, IntegerReference])
def test_a_network_without_classes_answers_with_its_outputs(kind):
    network = random_network(3, widths=[5, 4, 3], classify=False)
    for layer in network.layers:
        assert layer.table is None
    samples = random_samples(network, 9).astype(np.float32)
    assert answers(kind(network), samples).shape == (9, 3)


@pytest.mark.parametrize("kind", [NumpyFloat32, OnnxRuntime, IntegerReference])
def test_each_looks_at_its_samples_when_it_is_asked(network, samples, kind):
    changing = samples[:1].copy()
    with kind(network).ready(changing, 1) as answer:
        found = set()
        for sample in samples:
            changing[0] = sample
            found.add(int(np.array(answer()).item()))
    assert found == set(range(10))


@pytest.mark.parametrize("kind", [NumpyFloat32, IntegerReference])
def test_numpy_keeps_to_its_threads(network, samples, kind):
    with kind(network).ready(samples, 1):
        pools = threadpoolctl.threadpool_info()
    assert {pool["num_threads"] for pool in pools if pool["user_api"] == "blas"} == {1}


@pytest.mark.parametrize(("threads", "told"), [(1, 1), (2, 2), (None, 0)])
def test_onnxruntime_is_told_its_threads(network, samples, monkeypatch, threads, told):
    seen = []

    class Session(onnxruntime.InferenceSession):
        def __init__(self, model, options, **others):
            seen.append((options.intra_op_num_threads, options.inter_op_num_threads))
            super().__init__(model, options, **others)

    monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
    answers(OnnxRuntime(network), samples, threads)
    assert seen == [(told, 1)]


def test_an_empty_call_gives_the_samples_back(network, samples):
    np.testing.assert_array_equal(answers(OnnxRuntime(network, empty=True), samples), samples)


@pytest.mark.parametrize("package", ["onnxruntime", "onnx"])
def test_a_missing_package_is_named(network, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError) as caught:
        OnnxRuntime(network)
    assert str(caught.value) == missing_package(package, "bench")


def test_each_names_what_it_is():
    assert [(kind.name, kind.elements) for kind in CONTENDERS] == [
        ("numpy float32", "float32"),
        ("onnxruntime float32", "float32"),
        ("onnxruntime int8", "bytes"),
        ("numpy exact integers", "float32"),
        ("numba bit-sliced", "bits"),
    ]


def test_and_its_version(network):
    versions = [kind(network).version for kind in BYTES]
    assert versions == [np.__version__, onnxruntime.__version__, onnxruntime.__version__, np.__version__]
    assert BitSliced(ternary_network(0, (9, 3))).version == numba.__version__


@pytest.mark.parametrize("kind", [OnnxRuntimeInt8, IntegerReference, BitSliced])
@pytest.mark.parametrize("threads", [1, 2])
def test_integers_of_few_bits_are_exact(kind, threads):
    network = ternary_network(5, (70, 20, 8, 4))
    samples = random_samples(network, 1300, 6)
    expected = evaluate(network, samples).classes
    got = answers(kind(network), samples.astype(np.float32), threads)
    np.testing.assert_array_equal(got, expected)


def test_bytes_with_a_sign():
    random = np.random.default_rng(8)
    weights = random.integers(-9, 10, (6, 4))
    layer = Dense(np.zeros(4, int), Requantizer.make(4, SIGNED), weights=weights, weight_range=SIGNED)
    network = unsaturated(IntegerNetwork(SIGNED, (layer,), classify=False))
    samples = random_samples(network, 40)
    got = answers(OnnxRuntimeInt8(network), samples.astype(np.float32))
    np.testing.assert_array_equal(got, samples @ weights)


def test_threads_of_numba_are_put_back():
    network = ternary_network(5, (9, 3))
    before = numba.get_num_threads()
    for samples, threads in ((1, 1), (1, before), (5000, before)):
        with BitSliced(network).ready(np.zeros((samples, 9), np.float32), threads):
            assert numba.get_num_threads() == (threads if samples > 1 else 1)
    assert numba.get_num_threads() == before


@pytest.mark.parametrize("kind", FLOATS)
def test_a_float_form_answers_too(network, samples, kind):
    np.testing.assert_array_equal(answers(kind(dequantize(network)), samples), answers(kind(network), samples))


def test_without_numba_bits_are_not_sliced(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(InputError) as caught:
        BitSliced(ternary_network(5, (9, 3)))
    assert str(caught.value) == missing_package("numba", "bench")
