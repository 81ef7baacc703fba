import sys

import numpy as np
import onnxruntime
import pytest
import threadpoolctl
from networks import random_network, random_samples

from quantnn.demo_files import demo_files
from quantnn.errors import InputError
from quantnn.importers.npz import load_model
from quantnn.network.reference import evaluate
from quantnn.quantization.post_training import quantize
from quantnn.speed.contenders import CONTENDERS, IntegerReference, NumpyFloat32, OnnxRuntime
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


@pytest.mark.parametrize("kind", CONTENDERS)
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


@pytest.mark.parametrize("kind", CONTENDERS)
def test_a_network_without_classes_answers_with_its_outputs(kind):
    network = random_network(3, widths=[5, 4, 3], classify=False)
    for layer in network.layers:
        assert layer.table is None
    samples = random_samples(network, 9).astype(np.float32)
    assert answers(kind(network), samples).shape == (9, 3)


@pytest.mark.parametrize("kind", CONTENDERS)
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
    assert [kind.name for kind in CONTENDERS] == ["numpy float32", "onnxruntime float32", "numpy exact integers"]


def test_and_its_version(network):
    versions = [kind(network).version for kind in CONTENDERS]
    assert versions == [np.__version__, onnxruntime.__version__, np.__version__]
