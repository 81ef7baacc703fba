import errno
import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
from as_found import as_found
from exported import faulty_network, first_difference, flip_bit, flip_weight
from told import Told

from quantnn.design.report import load_report
from quantnn.errors import InputError, ToolError, VerificationError
from quantnn.network.file import load_network, save_network
from quantnn.verify import core_bench
from quantnn.verify import verify as module
from quantnn.verify.verify import VerifyOptions, verify

pytestmark = pytest.mark.xdist_group("exported designs")

STALLED = 64
"""Samples that go through again."""
AGAIN = 6
"""Times that they do: with stalls at either end and at both, with resets twice, and in frames of any length."""


def refused(error, design, options=VerifyOptions()):
    return str(raised(error, design, options))


def raised(error, design, options=VerifyOptions()):
    with pytest.raises(error) as caught:
        verify(design, options)
    assert "\n" not in str(caught.value)
    return caught.value


def values_compared(report, samples):
    """Every layer's outputs, the logits that left the core, and the class."""
    outputs = [layer.out_features for layer in report.layers]
    return (samples + AGAIN * min(samples, STALLED)) * (sum(outputs) + outputs[-1] + 1)


def edit(path, change):
    entry = json.loads(path.read_text())
    change(entry)
    path.write_text(json.dumps(entry))


@pytest.fixture
def unchecked(monkeypatch):
    """The core of a folder is simulated whatever it is: what a comparison of files finds is left to simulations."""
    as_found(monkeypatch)


@pytest.fixture(scope="module")
def verified(digits, tmp_path_factory):
    """A copy of the digits example that was verified; its folder and its report."""
    design = shutil.copytree(digits, tmp_path_factory.mktemp("verified") / "digits")
    return design, verify(design)


class TestDigits:
    def test_every_test_image_is_bit_exact(self, verified):
        design, report = verified
        found = report.verification
        count = len(np.load(design / "vectors" / "inputs.npy"))
        assert len(np.load(design / "vectors" / "labels.npy")) == 360 <= count
        assert (found.passed, found.mismatches, found.first_difference) == (True, 0, None)
        assert (found.samples, found.layers) == (count, 3)
        assert found.values_compared == values_compared(report, count)
        assert re.fullmatch(r"Verilator [0-9.]+", found.simulator) and found.seconds > 0

    def test_what_was_measured_is_what_was_planned(self, verified):
        for entry in (verified[1].ii_cycles, verified[1].latency_cycles):
            assert entry.measured == entry.planned > 0

    def test_report_and_summary_are_on_disk(self, verified):
        design, report = verified
        assert load_report(design) == report
        assert "bit-exact" in (design / "summary.txt").read_text()


@pytest.fixture(scope="module")
def network(small):
    return load_network(small / "network.npz")


@pytest.fixture(scope="module")
def samples(small):
    return np.load(small / "vectors" / "inputs.npy").astype(np.int64)


def test_steps_are_told(small, copy_of):
    told = Told()
    report = verify(copy_of(small), VerifyOptions(), told)
    assert report.verification.passed and len(told.steps) == len(set(told.steps)) == 4
    assert not any("recording" in step for step in told.steps)
    count = report.verification.samples
    simulated = count + AGAIN * min(count, STALLED)
    last = told.steps[-1]
    assert told.totals[last] == told.done[last] == simulated and told.units[last] == "samples"


@pytest.mark.parametrize("place", [(0, 3, 4, 1), (1, 4, 0, 0), (2, 0, 2, 2), (2, 3, 1, 7)])
def test_a_wrong_weight_is_named_by_what_it_makes_wrong(small, copy_of, network, samples, place, unchecked):
    """The first wrong output, as exact arithmetic with the wrong weight has it."""
    design = copy_of(small)
    flip_weight(design, load_report(small), *place)
    layer, neuron, sample, got, expected = first_difference(network, faulty_network(network, *place), samples)
    first = f"layer {layer}, neuron {neuron}, sample {sample}: got {got}, expected {expected}"
    error = raised(VerificationError, design)
    assert str(error) == f"The hardware differs from the reference: {first}"
    place = {"what": "output", "sample": sample, "layer": layer, "neuron": neuron}
    assert error.difference == {**place, "got": got, "expected": expected}

    found = load_report(design).verification
    assert (found.passed, found.first_difference) == (False, first)
    assert found.mismatches > 0
    assert f"FAILED: {first}" in (design / "summary.txt").read_text()


def test_a_mended_design_passes_again(small, copy_of, network):
    design, place = copy_of(small), (0, 0, 0, 6)
    flip_weight(design, load_report(small), *place)
    refused(VerificationError, design)
    flip_weight(design, load_report(small), *place)
    verify(design)
    assert load_report(design).verification.passed


def test_a_wrong_bias_is_found(small, copy_of, unchecked):
    design = copy_of(small)
    flip_bit(design, "layer_2_drain_parameters", 0, 0)
    assert "differs from the reference: layer 2, neuron 0, sample 0" in refused(VerificationError, design)


def test_fewer_samples(small, copy_of):
    report = verify(copy_of(small), VerifyOptions(samples=3))
    assert report.verification.samples == 3
    assert report.verification.values_compared == values_compared(report, 3)
    assert report.ii_cycles.measured is None, "three samples are no steady state"


def test_more_samples_than_there_are_is_all(small, copy_of, samples):
    assert verify(copy_of(small), VerifyOptions(samples=10**6)).verification.samples == len(samples)


@pytest.mark.parametrize("count", [0, -1])
def test_no_samples_are_refused(small, count):
    assert refused(InputError, small, VerifyOptions(samples=count)) == f"--samples must be at least 1, not {count}"


def test_several_simulations_find_what_one_finds(small, copy_of, samples, monkeypatch):
    one = verify(copy_of(small, "one"))
    monkeypatch.setattr(core_bench, "_SPLIT_CYCLES", 1)
    many = verify(copy_of(small, "many"), VerifyOptions(jobs=3))
    same = replace(many.verification, seconds=one.verification.seconds)
    assert one == replace(many, verification=same)


def test_a_difference_behind_the_split_has_its_own_sample_number(small, copy_of, network, samples, monkeypatch):
    """Only the last sample is made to differ."""
    design = copy_of(small)
    monkeypatch.setattr(core_bench, "_SPLIT_CYCLES", 1)
    monkeypatch.setattr(core_bench, "_STALLED_SAMPLES", 4)
    part = module.Vectors.part

    def changed(vectors, first, end):
        inputs, answer = part(vectors, first, end)
        if end == len(samples):
            answer.layers[1][-1, 2] ^= 1
        return inputs, answer

    monkeypatch.setattr(module.Vectors, "part", changed)
    message = refused(VerificationError, design, VerifyOptions(jobs=2))
    assert f"layer 1, neuron 2, sample {len(samples) - 1}: " in message


class TestWave:
    def test_a_failure_leaves_a_waveform_with_readable_names(self, small, copy_of, network, samples, unchecked):
        design, place = copy_of(small), (1, 2, 3, 7)
        flip_weight(design, load_report(small), *place)
        layer, _, sample, *_ = first_difference(network, faulty_network(network, *place), samples)
        message = refused(VerificationError, design, VerifyOptions(wave="failing"))
        assert f"layer {layer}, " in message and f"sample {sample}" in message
        text = (design / "wave.vcd").read_text()
        scopes = set(re.findall(r"\$scope module (\S+) \$end", text))
        names = set(re.findall(r"\$var \w+ +\d+ \S+ (\S+) ", text))
        assert scopes >= {"bench", "dut_0", "layer_0", "layer_1", "layer_2", "mac", "drain", "queue"}
        assert names >= {"clk", "rst", "s_axis_tdata", "m_axis_tvalid", "accumulator_0", "results"}
        assert "wave.vcd" in load_report(design).files, "or a new export would refuse the folder"

    def test_without_a_failure_there_is_none(self, small, copy_of):
        design = copy_of(small)
        verify(design, VerifyOptions(wave="failing"))
        assert not (design / "wave.vcd").exists()

    def test_a_sample_that_passes(self, small, copy_of):
        design = copy_of(small)
        report = verify(design, VerifyOptions(wave=5))
        assert report.verification.passed and "wave.vcd" in report.files
        assert "$var" in (design / "wave.vcd").read_text()

    def test_the_message_names_the_file(self, small, copy_of, unchecked):
        design = copy_of(small)
        flip_weight(design, load_report(small), 1, 2, 3, 7)
        message = refused(VerificationError, design, VerifyOptions(wave=1))
        assert message.endswith(f"; the waveform of sample 1 is {design / 'wave.vcd'}")

    @pytest.mark.parametrize("sample", [-1, 10**6])
    def test_a_sample_that_there_is_not(self, small, copy_of, samples, sample):
        message = refused(InputError, copy_of(small), VerifyOptions(wave=sample))
        assert message == f"--wave must be a sample from 0 to {len(samples) - 1}, not {sample}"


class TestTampering:
    """Whatever of the folder is changed, verify does not pass."""

    def test_a_weight_that_no_sample_shows(self, small, copy_of):
        """The file is read, not only simulated: fault and message are those of the word."""
        design = copy_of(small)
        flip_weight(design, load_report(small), 1, 2, 3, 0)
        message = refused(VerificationError, design)
        assert "core/quantnn_core_layer_1_mac_weights.mem, line " in message
        assert ": layer 1, weight of input 2, neuron 3 is " in message and " in network.npz: " in message

    @pytest.mark.parametrize("name", ["layer_0", "layer_2", "classes"])
    def test_expected_answers(self, small, copy_of, name):
        design = copy_of(small)
        path = design / "vectors" / f"{name}.npy"
        values = np.load(path)
        values[-1] = values[-1] ^ 1
        np.save(path, values)
        assert "does not hold what the network answers" in refused(VerificationError, design)

    @pytest.mark.parametrize("name", ["inputs", "layer_1"])
    def test_missing_vectors(self, small, copy_of, name):
        design = copy_of(small)
        (design / "vectors" / f"{name}.npy").unlink()
        assert f"{name}.npy does not exist" in refused(InputError, design)

    def test_inputs_that_do_not_suit_the_network(self, small, copy_of):
        design = copy_of(small)
        np.save(design / "vectors" / "inputs.npy", np.zeros((40, 7), np.uint8))
        assert "inputs.npy does not suit the network" in refused(InputError, design)

    def test_network(self, small, copy_of, network):
        """A weight of another network, nearer to 0, so that the hardware holds it."""
        design, last = copy_of(small), network.layers[2]
        weights = last.weights.copy()
        weights[1, 1] -= np.sign(weights[1, 1])
        assert weights[1, 1] != last.weights[1, 1]
        other = replace(network, layers=(*network.layers[:2], replace(last, weights=weights)))
        save_network(other, design / "network.npz")
        assert "layer 2, weight of input 1, neuron 1 is " in refused(VerificationError, design)

    def test_damaged_network(self, small, copy_of):
        design = copy_of(small)
        path = design / "network.npz"
        path.write_bytes(path.read_bytes()[:-30])
        assert "network.npz is a truncated or damaged .npz" in refused(InputError, design)

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"s_axis": 3}', '{"s_axis": {}}'])
    def test_damaged_interface(self, small, copy_of, content):
        design = copy_of(small)
        (design / "core" / "interface.json").write_text(content)
        assert "interface.json is damaged (" in refused(InputError, design)

    @pytest.mark.parametrize(("name", "words"), [("interval", "initiation interval"), ("latency", "latency")])
    def test_planned_timing(self, small, copy_of, name, words, unchecked):
        design = copy_of(small)
        path = design / "core" / "interface.json"
        planned = json.loads(path.read_text())[name]
        edit(path, lambda entry: entry.update({name: planned + 1}))
        error = raised(VerificationError, design)
        assert str(error).endswith(f"the {words} is {planned} cycles, but {planned + 1} were planned")
        assert error.difference is None

    def test_missing_report(self, small, copy_of):
        design = copy_of(small)
        (design / "report.json").unlink()
        assert "is no exported design (report.json is missing)" in refused(InputError, design)

    @pytest.mark.parametrize(("change", "words"), [
        ({"version": 0}, "has version 0, this quantnn reads 1"),
        ({"version": 99}, "has version 99"),
        ({"format": "another"}, "is damaged"),
    ])
    def test_another_report(self, small, copy_of, change, words):
        design = copy_of(small)
        edit(design / "report.json", lambda entry: entry.update(change))
        assert words in refused(InputError, design)

    def test_missing_memory(self, small, copy_of):
        design = copy_of(small)
        for path in (design / "core").glob("*_mac_weights*.mem"):
            path.unlink()
        assert re.search(r"core/\w+_mac_weights.mem is missing: export", refused(InputError, design))

    def test_verilog_that_does_not_compile(self, small, copy_of, unchecked):
        design = copy_of(small)
        path = design / "core" / "quantnn_core.v"
        path.write_text(path.read_text().replace("endmodule", "", 1))
        assert "verilator failed with exit code" in refused(ToolError, design)


class TestFullDisk:
    @pytest.fixture
    def full(self, monkeypatch):
        def write(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr("quantnn.files.whole_file.os.fsync", write)

    def test_a_good_core_is_no_different_one(self, small, copy_of, full):
        """Exit code 2, and the report of before is whole; 1 would say that the hardware differs."""
        design = copy_of(small)
        before = {path: path.read_bytes() for path in design.iterdir() if path.is_file()}
        message = refused(InputError, design, VerifyOptions(samples=3))
        assert message == (
            f"The core is bit-exact, but the report in {design} cannot be written (No space left on device), and is"
            " as it was: make room, and verify again"
        )
        assert {path: path.read_bytes() for path in design.iterdir() if path.is_file()} == before

    def test_a_changed_core_is_told_all_the_same(self, small, copy_of, full):
        design = copy_of(small)
        flip_weight(design, load_report(small), 0, 3, 4, 1)
        before = (design / "report.json").read_bytes()
        refused(VerificationError, design)
        assert (design / "report.json").read_bytes() == before and load_report(design)
