import itertools
import json
import sys
from dataclasses import replace

import numpy as np
import pytest
from exported import save_model, small_board
from reports import damage
from told import Told

from quantnn.design.export import ExportOptions, export
from quantnn.design.report import load_report
from quantnn.errors import InputError, QuantnnError, VerificationError
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.speed import comparison
from quantnn.speed.accuracy import Share
from quantnn.speed.comparison import compare_speed
from quantnn.speed.contenders import IntegerReference, NumpyFloat32, OnnxRuntimeInt8
from quantnn.speed.cpu import Cpu
from quantnn.speed.cpu_speed import BATCH, CpuSpeed
from quantnn.speed.feed import SDRAM_BITS_PER_SECOND
from quantnn.speed.fpga import FpgaSpeed, LinkSpeed
from quantnn.speed.timing import Effort, Timing
from quantnn.system.extras import missing_package

QUICK = Effort(seconds=1e-6, run_seconds=1e-6, runs=3)


@pytest.fixture(autouse=True)
def two_threads(monkeypatch):
    monkeypatch.setattr(comparison.Cpu, "here", classmethod(lambda cls: Cpu("Fast 9000", 2)))


def compare(design, **others):
    """With a clock on which every run takes 1 ms."""
    ticks = itertools.count()
    return compare_speed(design, QUICK, clock=lambda: next(ticks) * 2.0**-10, **others)


def test_every_contender_with_one_thread_and_with_all(small):
    found = compare(small)
    names = ["numpy float32", "onnxruntime float32", "onnxruntime int8", "numpy exact integers"]
    assert [(s.name, s.threads) for s in found.on_cpu] == [(name, threads) for name in names for threads in (1, 2)]
    tick = Timing(2.0**-10, 2.0**-10, 2.0**-10, runs=3, calls=1)
    assert all(speed.single == speed.batch == speed.large == tick for speed in found.on_cpu)
    assert found.empty_call == tick
    assert found.on_cpu[0].samples_per_second == 8192 * 1024
    reason = "bits are sliced of inputs 0 and 1, but this network's are 0..255"
    assert (found.cpu.name, found.not_measured) == ("Fast 9000", (("numba bit-sliced", reason),))
    assert found.faults == ()


def test_what_is_timed_are_one_sample_and_batches_of_the_vectors(small, monkeypatch):
    seen = set()
    answer = NumpyFloat32.answer

    def watched(self, samples):
        seen.add((samples.shape, samples.dtype.name, tuple(samples[-1])))
        return answer(self, samples)

    monkeypatch.setattr(NumpyFloat32, "answer", watched)
    compare(small)
    vectors = np.load(small / "vectors" / "inputs.npy")
    last, last_of_many = (vectors[(count - 1) % len(vectors)] for count in (BATCH, 8192))
    assert seen == {
        ((1, 6), "float32", tuple(vectors[0])),
        ((BATCH, 6), "float32", tuple(last)),
        ((8192, 6), "float32", tuple(last_of_many)),
        (vectors.shape, "float32", tuple(vectors[-1])),  # for the agreement
        ((30, 6), "float32", tuple(vectors[29])),  # for the accuracy
    }


def test_beside_it_stands_what_the_report_says(small):
    report = load_report(small)
    found = compare(small)
    assert (found.model, found.board, found.macs) == ("small.npz", "de10-lite", 6 * 5 + 5 * 4 + 4 * 3)
    assert found.core == FpgaSpeed.of_report(report) and found.link == LinkSpeed.of_report(report)
    assert found.link is not None


def test_it_says_what_it_does(small):
    told = Told()
    compare(small, progress=told)
    step = "timing this computer"
    assert told.steps[0] == step and (told.totals[step], told.done[step]) == (24, 24)
    counts = (1, 256, 8192)
    timed = [f"numpy float32, {count} at a time, threads: {threads}" for threads in (1, 2) for count in counts]
    assert [note for note in told.notes if note][:6] == timed and told.notes[-1] == ""


def test_for_programs(small):
    found = compare(small)
    entry = json.loads(json.dumps(found.to_json()))
    tick = {"median": 2.0**-10, "low": 2.0**-10, "high": 2.0**-10, "runs": 3, "calls": 1}
    assert entry["on_cpu"][1] == {
        "name": "numpy float32",
        "model": "small.npz",
        "version": np.__version__,
        "threads": 2,
        "elements": "float32",
        "accuracy": {"equal": found.on_cpu[1].right.equal, "samples": 30},
        "single": tick,
        "batch": tick,
        "large": {"samples": 8192, **tick},
        "samples_per_second": 8192 * 1024,
        "counts": True,
    }
    assert entry["accuracy"] == {"equal": found.right.equal, "samples": 30}
    assert entry["feed"] == {
        "sample_bits": 48,
        "bits_per_second": found.feed.bits_per_second,
        "link_bits_per_second": found.feed.link_bits_per_second,
        "sdram_bits_per_second": SDRAM_BITS_PER_SECOND,
    }
    assert entry["cpu"] == {"name": "Fast 9000", "threads": 2} and entry["energy"] is None
    assert entry["core"]["interval"] == found.core.interval
    assert entry["core"]["latency_seconds"] == found.core.latency_seconds
    assert entry["link"]["samples_per_second"] == found.link.samples_per_second
    assert entry["verdicts"] == [*found.verdicts] and len(entry["verdicts"]) == 5
    assert entry["agreement"] == {"samples": found.agreement.samples, "equal": found.agreement.equal}


def test_the_verdicts_weigh_the_fastest(small):
    found = compare(small)
    slow, fast = (Timing(t, t, t, 3, 1) for t in (1.0, 1e-9))
    rows = (
        CpuSpeed("a", "1", 1, fast, slow, slow, 8192),
        CpuSpeed("b", "1", 2, slow, slow, fast, 8192),
        CpuSpeed("c", "1", None, slow, slow, slow, 8192),
    )
    latency, throughput, linked, most, _ = replace(found, on_cpu=rows).verdicts
    assert "of the FPGA core at 50 MHz (target)" in latency and "the FPGA core at 50 MHz (target)" in throughput
    assert "a with 1 thread wins" in latency and "a with 1 thread wins" in linked
    assert "b with 2 threads wins" in throughput and "b with 2 threads wins" in most
    assert str(rows[2]) == "c"


@pytest.mark.parametrize("package", ["onnxruntime", "onnx"])
def test_without_onnxruntime_the_rest_goes_on(small, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    found = compare(small)
    reason = missing_package(package, "bench")
    assert found.not_measured[:2] == (("onnxruntime float32", reason), ("onnxruntime int8", reason))
    assert found.empty_call is None
    assert {speed.name for speed in found.on_cpu} == {"numpy float32", "numpy exact integers"}
    assert found.to_json()["not_measured"][0] == {"name": "onnxruntime float32", "reason": reason}


def test_without_threadpoolctl_numpy_uses_what_it_likes(small, monkeypatch):
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    assert [speed.threads for speed in compare(small).on_cpu] == [None, 1, 2, 1, 2, None]


def test_how_often_the_float_network_agrees(small, monkeypatch):
    found = compare(small).agreement
    equal, count = found.equal, found.samples
    assert count == len(np.load(small / "vectors" / "inputs.npy")) and 0.8 * count < equal <= count
    monkeypatch.setattr(NumpyFloat32, "answer", lambda self, samples: np.full(len(samples), -1))
    assert compare(small).agreement == Share(0, count)


def test_a_network_without_a_float_form_is_still_compared(small, monkeypatch):
    def refuse(network):
        raise InputError("layer 0: no")

    monkeypatch.setattr("quantnn.speed.contenders.dequantize", refuse)
    found = compare(small)
    assert [name for name, _ in found.not_measured][:2] == ["numpy float32", "onnxruntime float32"]
    assert found.agreement is None
    assert {speed.name for speed in found.on_cpu} == {OnnxRuntimeInt8.name, IntegerReference.name}


def test_a_network_without_classes_has_no_agreement(tmp_path):
    random = np.random.default_rng(2)
    layer = FloatDense(random.normal(size=(6, 3)), np.zeros(3))
    model = FloatNetwork((layer,), calibration=random.integers(0, 256, (20, 6)), decision="none")
    export(model, tmp_path / "values", ExportOptions(small_board()))
    found = compare(tmp_path / "values")
    assert found.agreement is None and found.right is None and len(found.on_cpu) == 8


def changed(folder, **fields):
    """A design whose report has other fields."""
    damage(folder, **fields)
    return folder


VERIFICATION = {
    "passed": False, "samples": 1, "layers": 3, "values_compared": 9, "mismatches": 2, "first_difference": "here",
    "simulator": "Verilator", "seconds": 1.0,
}  # fmt: skip


def test_a_design_that_failed_its_verification(copy_of, small):
    design = changed(copy_of(small), verification=VERIFICATION)
    assert compare(design).faults == (
        "the design failed its verification: the FPGA's figures are those of a design that answers wrongly",
    )
    assert compare(changed(design, verification=VERIFICATION | {"passed": True})).faults == ()


def test_a_board_without_a_link(copy_of, small):
    found = compare(changed(copy_of(small), link=None))
    assert found.link is None and found.to_json()["link"] is None


@pytest.mark.parametrize(
    ("link", "what"),
    [
        ({"baud": 1}, "link.usb must be a valid array, but is missing"),
        ({"baud": "fast"}, "link.baud must be an integer of at least 1, not 'fast'"),
        ({"baud": 0}, "link.baud must be an integer of at least 1, not 0"),
        ([1], r"link must be an object, not \[1\]"),
        (..., "link must be there, but is missing"),
    ],
)
def test_a_damaged_link_is_one_line(copy_of, small, link, what):
    with pytest.raises(InputError, match=rf"report.json is damaged \(.*{what}.*\): export the model again") as caught:
        compare(changed(copy_of(small), link=link))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["report.json", "network.npz", "vectors/inputs.npy", "vectors/layer_1.npy"])
@pytest.mark.parametrize("damage", [None, b"", b"damaged"])
def test_a_damaged_folder_is_one_line(copy_of, small, name, damage):
    design = copy_of(small)
    (design / name).unlink() if damage is None else (design / name).write_bytes(damage)
    with pytest.raises(QuantnnError) as caught:
        compare(design)
    assert "\n" not in str(caught.value)


def test_no_folder_is_one_line(tmp_path):
    with pytest.raises(InputError, match="is no exported design"):
        compare(tmp_path / "nowhere")


def test_vectors_of_another_network_are_refused(copy_of, small):
    design = copy_of(small)
    layer = np.load(design / "vectors" / "layer_2.npy")
    layer[0, 0] += 1
    np.save(design / "vectors" / "layer_2.npy", layer)
    with pytest.raises(VerificationError, match="does not hold what the network answers"):
        compare(design)


def test_another_model_is_set_beside(small, tmp_path):
    path = save_model(tmp_path)
    found = compare(small, equal=path)
    beside = [speed for speed in found.on_cpu if speed.model]
    assert [(s.name, s.threads) for s in beside] == [
        (name, threads) for name in ("numpy float32", "onnxruntime float32") for threads in (1, 2)
    ]
    assert {speed.model for speed in beside} == {"small.npz"} and found.rival_macs == found.macs
    assert all(speed.right.samples == 30 for speed in found.on_cpu) and found.right.samples == 30
    assert found.counts(beside[0]) == (float(beside[0].right) >= float(found.right) - 0.01)
    assert found.to_json()["on_cpu"][-1]["model"] == "small.npz"


def test_a_model_of_another_size_is_refused_before_anything_is_timed(small, tmp_path):
    told = Told()
    with pytest.raises(InputError, match="must have the design's 6 inputs, not 7"):
        compare(small, equal=save_model(tmp_path, W0=np.ones((7, 5)), calibration=None), progress=told)
    assert not told.steps
