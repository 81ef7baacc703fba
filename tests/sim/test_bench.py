"""The bench on cores that break every rule it watches over; all in one simulation, so each is judged by itself."""

import re

import numpy as np
import pytest
import toy_cores

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.sim.bench import checker_findings
from quantnn.sim.frames import Frames
from quantnn.sim.simulator import Run, Simulator
from quantnn.verify.findings import Difference, Findings

pytestmark = pytest.mark.xdist_group("toy cores")

COUNT, WARM = 20, 4
SEVEN_BITS = BeatFormat(2, IntegerRange(0, 127))
SAMPLES = np.random.default_rng(5).integers(0, 256, (COUNT, 2))
CORES = {
    "right": {},
    "slow": {"ready": "free && !valid && !filling"},
    "wrong": {"sum": "element + (taken == 13 ? 8'd3 : 8'd1)"},
    "wrong_after_tap": {"data": "given == 9 ? held ^ 8'h80 : held"},
    "withdrawing": {"valid": "valid && !waited"},
    "waiting": {"valid": "valid && m_axis_tready"},
    "changing": {"data": "m_axis_tready ? held : ~held"},
    "without_last": {"last": "0"},
    "last_early": {"last": "!last"},
    "silent": {"valid": "0"},
    "stopping": {"ready": "free && taken < 21"},
    "endless": {"valid": "1"},
    "losing": {"keep": "taken != 23"},
    "one_too_many": {"valid": "valid || (given == 40 && taken == 40)"},
    "deaf_to_reset": {"resets": "0"},
    "initialised": {"sum": "element + (taken[1] ? one : ones[taken[0]])"},
    "unset": {"sum": "element + (taken == 13 ? unset : 8'd1)"},
    "unset_memory": {"sum": "element + (taken == 13 ? unset_memory[1] : 8'd1)"},
    "unknown": {"sum": "element + (taken == 13 ? 8'hxx : 8'd1)"},
    "lost_without_reset": {"zero": ""},
    "right_of_seven_bits": {"input": SEVEN_BITS, "sum": "element[6:0] + 8'd1"},
    "peeping_at_padding": {"input": SEVEN_BITS},
    "deaf_to_early_tlast": {"early": "0"},
    "filling_with_what_stands_there": {"filler": "s_axis_tdata"},
    "deaf_to_late_tlast": {"cut": "s_axis_tvalid"},
    "ending_without_a_beat": {"cut": "s_axis_tlast"},
}
TWICE_RIGHT = ("right", "initialised", "right_of_seven_bits")
EVERY_VALUE = COUNT * 2 * 2
FIRST = "layer {layer}, neuron {neuron}, sample {sample}: got {got}, expected {expected}"


@pytest.fixture(scope="module")
def simulate(tmp_path_factory):
    """Run all cores; their findings by name."""
    folder = tmp_path_factory.mktemp("toys")
    devices = [toy_cores.device(folder, name, **changes) for name, changes in CORES.items()]
    simulator = Simulator(devices, optimize=False)

    def run(frames=Frames, **conditions):
        for device in devices:
            sent = frames(device.input, SAMPLES % (device.input.element.hi + 1))
            device.write_vectors(folder, sent, (toy_cores.answers(sent.answered),))
        raw = simulator.run(Run(COUNT, 50, WARM, **conditions), folder)
        numbers = enumerate(CORES)
        return {name: Findings.read(raw, n, toy_cores.INTERFACE, COUNT, WARM, 0) for n, name in numbers}

    return run


@pytest.fixture(scope="module")
def found(simulate):
    return simulate()


@pytest.fixture(scope="module")
def stalled(simulate):
    return simulate(stall_out=0.5)


@pytest.mark.parametrize("name", TWICE_RIGHT)
def test_a_right_core(found, name):
    assert found[name] == Findings(EVERY_VALUE, 0, (), toy_cores.PERIOD, toy_cores.LATENCY)


@pytest.mark.parametrize("stalls", [{"stall_in": 0.375}, {"stall_out": 0.375}, {"stall_in": 0.375, "stall_out": 0.375}])
def test_a_right_core_under_stalls(simulate, stalls):
    result = simulate(**stalls)["right"]
    assert (result.values, result.failures) == (EVERY_VALUE, ())
    assert result.interval > toy_cores.PERIOD, "the stalls must have slowed it down"


def test_what_a_slow_core_takes_is_measured(found):
    slow = found["slow"]
    assert slow.failures == () and (slow.interval, slow.latency) == (4, 3)
    wrong = slow.with_timing(toy_cores.INTERFACE).failures
    assert wrong == (
        "the initiation interval is 4 cycles, but 2 were planned", "the latency is 3 cycles, but 2 were planned"
    )


def test_a_wrong_value_is_named_by_layer_neuron_and_sample(found):
    wrong, right = int(SAMPLES[6, 1] + 3) % 256, int(SAMPLES[6, 1] + 1) % 256
    tap, answer = found["wrong"].failures
    assert str(tap) == FIRST.format(layer=0, neuron=1, sample=6, got=wrong, expected=right)
    assert str(answer) == f"answer of sample 6, neuron 1: got {wrong}, expected {right}"
    assert (found["wrong"].mismatches, found["wrong"].difference) == (2, tap)


def test_a_wrong_answer_behind_a_right_layer_is_the_answers(found):
    right = int(SAMPLES[4, 1] + 1) % 256
    expected = Difference(4, 1, 1, str(right ^ 0x80), str(right), "answer")
    assert found["wrong_after_tap"].failures == (expected,)


@pytest.mark.parametrize("name", ["withdrawing", "changing"])
def test_a_beat_that_does_not_wait_breaks_the_handshake(found, stalled, name):
    assert found[name].failures == ()
    assert any("broke the AXI4-Stream handshake" in str(failure) for failure in stalled[name].failures)


def test_a_valid_that_waits_for_ready_stops_the_sink_that_waits_for_valid(found, stalled):
    assert found["waiting"].failures == ()
    assert "the core stopped after 0 of 20 samples" in stalled["waiting"].failures


@pytest.mark.parametrize("name", ["without_last", "last_early"])
def test_tlast_anywhere_but_at_a_samples_end_breaks_the_handshake(found, name):
    cycles = {"without_last": COUNT, "last_early": 2 * COUNT}[name]
    assert found[name].failures == (f"m_axis broke the AXI4-Stream handshake in {cycles} cycles",)


def test_a_core_that_never_answers(found):
    assert "the core stopped after 0 of 20 samples" in found["silent"].failures
    assert (found["silent"].interval, found["silent"].latency) == (None, None)


def test_a_core_that_stops(found):
    assert found["stopping"].failures == (
        "layer 0 gave 21 beats, but 40 were expected",
        "the core gave 21 beats, but 40 were expected",
        "the core stopped after 10 of 20 samples",
    )


def test_a_core_that_never_stops(found):
    """It does not keep the simulation from ending."""
    assert any(re.search("gave [0-9]{2,4} beats, but 40", str(failure)) for failure in found["endless"].failures)


def test_a_lost_beat(found):
    lost = found["losing"].difference
    assert (lost.what, lost.sample, lost.neuron, lost.expected) == ("answer", 11, 1, str((SAMPLES[11, 1] + 1) % 256))
    assert "the core stopped after 19 of 20 samples" in found["losing"].failures


def test_a_surplus_beat(found):
    first, count, *_ = found["one_too_many"].failures
    assert str(first) == "answer of sample 20, neuron 0: got an output, expected none"
    assert count == "the core gave 41 beats, but 40 were expected"


def test_a_core_that_does_not_reset(found, simulate):
    assert found["deaf_to_reset"].failures == ()
    reset = simulate(resets=(17, 60))
    assert reset["right"].failures == ()
    assert reset["deaf_to_reset"].failures != ()


@pytest.mark.parametrize("name", ["unset", "unset_memory", "unknown"])
def test_what_nobody_initialised_shows(found, simulate, name):
    """Verilator knows no X; random bits stand in for it, others for another seed, the same for the same one."""
    tap, answer = found[name].failures
    assert (tap.layer, tap.sample, tap.neuron) == (0, 6, 1) and answer.what == "answer"
    assert simulate(seed=1)[name] == found[name]
    assert len({simulate(seed=seed)[name].failures[0].got for seed in range(1, 5)}) > 1


@pytest.mark.parametrize("name", TWICE_RIGHT)
def test_what_is_initialised_keeps_its_values(simulate, name):
    for seed in (2, 3):
        assert simulate(seed=seed)[name].failures == ()


def test_a_core_that_needs_a_reset_is_found_where_there_is_none(found, simulate):
    assert found["lost_without_reset"].failures == ()
    results = [simulate(reset=False, seed=seed) for seed in range(1, 4)]
    assert all(result["right"].failures == () for result in results)
    assert all(result["lost_without_reset"].failures for result in results)


def test_padding_is_anything(found):
    assert found["right_of_seven_bits"].failures == ()
    assert found["peeping_at_padding"].difference is not None


FRAMED = ("deaf_to_early_tlast", "filling_with_what_stands_there", "deaf_to_late_tlast", "ending_without_a_beat")


@pytest.mark.parametrize("stalls", [{}, {"stall_in": 0.375}, {"stall_in": 0.375, "stall_out": 0.375}])
def test_frames_of_any_length(simulate, stalls):
    result = simulate(Frames.of_any_length, **stalls)
    assert [result[name].failures for name in TWICE_RIGHT] == [()] * len(TWICE_RIGHT)
    faulty = FRAMED if "stall_in" in stalls else FRAMED[:3]
    assert all(result[name].failures for name in faulty)


def test_one_cores_fault_is_no_others(found):
    assert {name for name in CORES if not found[name].failures} == {
        *TWICE_RIGHT, "slow", "withdrawing", "waiting", "changing", "deaf_to_reset", "lost_without_reset", *FRAMED
    }


class Handle:
    """A signal as cocotb shows it."""

    def __init__(self, bits):
        self.value = self
        self.bits = bits

    @property
    def is_resolvable(self):
        return set(self.bits) <= {"0", "1"}

    def to_unsigned(self):
        return int(self.bits, 2)

    def __str__(self):
        return self.bits

    def __bool__(self):
        return self.bits == "1"


class Checker:
    beats, mismatches, first_beat = Handle("101000"), Handle("1"), Handle("101")
    first_expected, first_surplus = Handle("00000111"), Handle("0")

    def __init__(self, got):
        self.first_got = Handle(got)


def test_x_on_an_output_is_a_difference():
    """What a simulator with X says of a beat; Verilator itself has none."""
    raw = {"layers": [checker_findings(Checker("0000X111"))], "output": checker_findings(Checker("00001111"))}
    raw |= {"samples": COUNT, "protocol_errors": 0, "first_input": 1, "first_output": 3}
    raw |= {"warm_output": 11, "last_output": 41}
    read = Findings.read({"hung": False, "duts": [raw]}, 0, toy_cores.INTERFACE, COUNT, WARM, 0)
    assert [str(failure) for failure in read.failures] == [
        FIRST.format(layer=0, neuron=1, sample=2, got="0000X111", expected=7),
        "answer of sample 2, neuron 1: got 15, expected 7",
    ]
