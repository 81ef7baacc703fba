from dataclasses import replace

import pytest

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.design.interface import CoreInterface, Stream, TapSignals
from quantnn.verify.findings import Difference, Findings

HIDDEN = BeatFormat(5, IntegerRange(-8, 7), per_beat=2)
OUTPUT = BeatFormat(3, IntegerRange(-100, 100), per_beat=1, class_width=2)
TAPS = [TapSignals.at("v", "d", form) for form in (HIDDEN, OUTPUT)]
INTERFACE = CoreInterface.of(HIDDEN, OUTPUT, TAPS, 3, 9, 12)
SAMPLES, WARM = 10, 4
VALUES = SAMPLES * (5 + 3 + 3 + 1)


def checker(form, **changes):
    beats = SAMPLES * form.beats
    same = {"beats": beats, "mismatches": 0, "first_beat": 0, "got": 0, "expected": 0, "surplus": False}
    return same | changes


def raw(hidden=None, logits=None, output=None, hung=False, **changes):
    """What the bench writes of a core without a fault, but for the changes."""
    core = {"samples": SAMPLES, "protocol_errors": 0, "first_input": 5, "first_output": 14}
    core |= {"warm_output": 26, "last_output": 26 + 3 * (SAMPLES - 1 - WARM)}
    core["layers"] = [checker(HIDDEN, **hidden or {}), checker(OUTPUT, **logits or {})]
    core["output"] = checker(OUTPUT, **output or {})
    return {"hung": hung, "duts": [{}, core | changes]}


def read(first=0, **changes):
    return Findings.read(raw(**changes), 1, INTERFACE, SAMPLES, WARM, first)


def tdata(form, *elements, chosen=0):
    packed = sum((value & (1 << form.element.width) - 1) << i * form.element.width for i, value in enumerate(elements))
    return packed | chosen << form.per_beat * form.element.width


def test_nothing_wrong():
    assert read() == Findings(VALUES, 0, (), 3, 9)


def test_a_network_that_does_not_classify_has_no_classes_to_compare():
    without = replace(INTERFACE, m_axis=Stream.of(replace(OUTPUT, class_width=0)))
    assert Findings.read(raw(), 1, without, SAMPLES, WARM, 0).values == VALUES - SAMPLES


@pytest.mark.parametrize("first", [0, 7])
def test_first_difference(first):
    hidden = {"mismatches": 2, "first_beat": 13, "got": tdata(HIDDEN, 3, -8), "expected": tdata(HIDDEN, 3, 7)}
    found = read(first, hidden=hidden)
    assert found.mismatches == 2
    assert str(found.failures[0]) == f"layer 0, neuron 3, sample {4 + first}: got -8, expected 7"


def test_the_first_sample_comes_first_and_then_the_first_layer():
    def differs(beat, got):
        return {"mismatches": 1, "first_beat": beat, "got": got, "expected": 0}

    found = read(hidden=differs(9, 1), logits=differs(3, 1), output=differs(3, 1))
    assert [(f.sample, f.layer) for f in found.failures] == [(1, 1), (1, 2), (3, 0)]
    assert found.difference == found.failures[0]
    assert found.named == {"what": "output", "sample": 1, "layer": 1, "neuron": 0, "got": 1, "expected": 0}


def test_a_wrong_class_is_a_difference():
    got, expected = tdata(OUTPUT, -5, chosen=1), tdata(OUTPUT, -5, chosen=2)
    found = read(output={"mismatches": 1, "first_beat": 2, "got": got, "expected": expected})
    assert str(found.failures[0]) == "answer of sample 0, neuron 2: got class 1, expected class 2"
    assert found.named == {"what": "answer", "sample": 0, "neuron": 2, "got": "class 1", "expected": "class 2"}


def test_a_surplus_beat_is_a_difference():
    found = read(hidden={"mismatches": 1, "first_beat": 30, "beats": 31, "surplus": True})
    assert [str(failure) for failure in found.failures] == [
        "layer 0, neuron 0, sample 10: got an output, expected none",
        "layer 0 gave 31 beats, but 30 were expected",
    ]
    assert found.values == VALUES


@pytest.mark.parametrize("got", ["0000xxxx", "zzzzzzzz"])
def test_x_and_z_are_differences(got):
    found = read(hidden={"mismatches": 1, "first_beat": 1, "got": got, "expected": tdata(HIDDEN, -3, 2)})
    assert str(found.failures[0]) == f"layer 0, neuron 2, sample 0: got {got.upper()}, expected -3"
    assert (found.named["got"], found.named["expected"]) == (got.upper(), -3)


def test_missing_beats():
    found = read(logits={"beats": 28}, output={"beats": 25}, samples=8)
    assert found.failures == (
        "layer 1 gave 28 beats, but 30 were expected",
        "the core gave 25 beats, but 30 were expected",
    )
    assert found.values == VALUES - 2 - 5 - 2
    assert found.interval is None, "fewer samples are no measurement"


def test_hanging_is_the_fault_of_the_core_that_hangs():
    assert read(hung=True).failures == ()
    hanging = read(hung=True, samples=4)
    assert (hanging.failures, hanging.named) == (("the core stopped after 4 of 10 samples",), None)


def test_protocol_errors():
    assert read(protocol_errors=3).failures == ("m_axis broke the AXI4-Stream handshake in 3 cycles",)


def test_an_interval_that_is_no_integer_stays_visible():
    assert read(last_output=26 + 16).interval == 3.2


def test_too_few_samples_measure_nothing():
    found = Findings.read(raw(), 1, INTERFACE, SAMPLES, SAMPLES - 1, 0)
    assert found.interval is None
    assert read(samples=0).latency is None


def test_timing_must_be_the_planned():
    found = read()
    assert found.with_timing(INTERFACE) == found
    unmeasured = replace(found, interval=None, latency=None)
    assert unmeasured.with_timing(INTERFACE) == unmeasured
    assert replace(found, interval=3.2, latency=8).with_timing(INTERFACE).failures == (
        "the initiation interval is 3.2 cycles, but 3 were planned",
        "the latency is 8 cycles, but 9 were planned",
    )


class TestSum:
    early, late = Difference(1, 2, 0, "1", "2"), Difference(3, 0, 0, "1", "2")

    def test_counts(self):
        total = Findings(5, 1, (), 3, 9) + Findings(7, 2, (), 3, 8)
        assert total == Findings(12, 3, (), 3, 9)

    def test_differences_stand_before_texts_and_the_first_before_the_rest(self):
        total = Findings(1, 1, (self.late, "text")) + Findings(1, 1, (self.early,))
        assert total.failures == (self.early, self.late, "text")

    def test_the_timing_is_that_of_the_first(self):
        total = Findings(1, 0, (), 3, 9) + Findings(1, 0, (), 5, 11)
        assert (total.interval, total.latency) == (3, 9)

    def test_a_text_is_said_once(self):
        assert (Findings(1, 0, ("text", "b")) + Findings(1, 0, ("text",))).failures == ("text", "b")


class TestParts:
    """Of a run that is split, planned for an interval of 3 cycles and a latency of 9."""

    right = Findings(5, 0, (), 3, 9)

    def test_all_right(self):
        assert Findings.of_parts([self.right] * 3, INTERFACE) == Findings(15, 0, (), 3, 9)

    def test_nothing_measured(self):
        assert Findings.of_parts([Findings(5, 0, ())], INTERFACE) == Findings(5, 0, ())
        assert Findings.of_parts([Findings(5, 0, ()), self.right], INTERFACE) == Findings(10, 0, (), 3, 9)

    @pytest.mark.parametrize("wrong", [[0], [1], [3], [0, 1, 2], [1, 2, 3]])
    @pytest.mark.parametrize("interval", [2, 4, 3.2])
    def test_a_wrong_interval_in_any_part(self, wrong, interval):
        parts = [replace(self.right, interval=interval) if number in wrong else self.right for number in range(4)]
        text = f"the initiation interval is {interval} cycles, but 3 were planned"
        assert Findings.of_parts(parts, INTERFACE) == Findings(20, 0, (text,), interval, 9)

    @pytest.mark.parametrize("wrong", range(3))
    @pytest.mark.parametrize("latency", [8, 10])
    def test_a_wrong_latency_in_any_part(self, wrong, latency):
        parts = [replace(self.right, latency=latency) if number == wrong else self.right for number in range(3)]
        text = f"the latency is {latency} cycles, but 9 were planned"
        assert Findings.of_parts(parts, INTERFACE) == Findings(15, 0, (text,), 3, latency)


def test_classes_by_name():
    got, expected = tdata(OUTPUT, 4, chosen=2), tdata(OUTPUT, 4, chosen=1)
    found = read(output={"mismatches": 1, "first_beat": 2, "got": got, "expected": expected})
    assert "got class 2, expected class 1" in str(found.failures[0])
    named = found.with_class_names(("ant", "cat", "dog"))
    assert "got class 2 (dog), expected class 1 (cat)" in str(named.failures[0])
    assert found.with_class_names(()) == found
    text = replace(found, failures=("the core stopped", Difference(0, 0, 0, "X", "7")))
    assert text.with_class_names(("ant", "cat", "dog")) == text
