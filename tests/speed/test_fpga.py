from dataclasses import replace

import pytest
from built import RESULT
from reports import remade

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.design.report import load_report
from quantnn.files.record import record_values
from quantnn.link.frame import Frame
from quantnn.plan.link import FrameType, LinkPlan
from quantnn.speed.fpga import FpgaSpeed, LinkSpeed, line_bytes

LINE = {"baud": 1_000_000, "usb": [], "sample_bytes": 45, "answer_bytes": 30, "window": 17}
BUILD = record_values(replace(RESULT, clock_mhz=130.0, fmax_mhz=138.2))


def cycles(planned, measured=None):
    return {"planned": planned, "measured": measured}


@pytest.fixture
def report(small):
    """Of a core of 10 and 69 cycles at 50 MHz, behind a line."""
    return remade(
        load_report(small), clock_mhz=50.0, ii_cycles=cycles(10), latency_cycles=cycles(69), link=LINE, board="own"
    )


def test_cycles_by_the_clock(report):
    """The figures of README.md: 10 and 69 cycles at 50 MHz."""
    speed = FpgaSpeed.of_report(report)
    assert speed == FpgaSpeed(50, built=False, interval=10, latency=69, measured=False)
    assert speed.samples_per_second == 5_000_000
    assert speed.latency_seconds == pytest.approx(1.38e-6)
    assert speed.seconds(1) == speed.latency_seconds
    assert speed.seconds(256) == pytest.approx((69 + 255 * 10) / 50e6)


def test_a_board_runs_at_the_clock_that_it_was_built_for_not_at_fmax(report):
    speed = FpgaSpeed.of_report(remade(report, build=BUILD))
    assert (speed.clock_mhz, speed.built, speed.fmax_mhz) == (130, True, 138.2)
    assert (speed.clock, FpgaSpeed.of_report(report).clock) == ("130 MHz", "50 MHz (target)")
    assert speed.samples_per_second == 13_000_000
    assert FpgaSpeed.of_report(remade(report, build=BUILD | {"fmax_mhz": None})).fmax_mhz is None


def test_what_was_measured_counts(report):
    half = remade(report, ii_cycles=cycles(10, 12))
    assert FpgaSpeed.of_report(half) == FpgaSpeed.of_report(report)  # the latency was not
    speed = FpgaSpeed.of_report(remade(half, latency_cycles=cycles(69, 70)))
    assert (speed.interval, speed.latency, speed.measured) == (12, 70, True)


@pytest.mark.parametrize("fields", [(0, 10, 69), (50, 0, 69), (50, 10, 0), (float("nan"), 10, 69)])
def test_a_core_without_clock_or_cycles_is_refused(fields):
    clock, interval, latency = fields
    with pytest.raises(ValueError, match="must have a clock and cycles"):
        FpgaSpeed(clock, False, interval, latency, False)


@pytest.mark.parametrize("payload", [b"", b"\7", b"\1" * 45, b"\0" * 45, b"\1" * 244, b"\1" * 500, b"\1" * 784])
def test_a_frame_is_never_longer_on_the_line(payload):
    lengths = {len(Frame(FrameType.SAMPLE, sequence, payload).encode()) for sequence in range(1, 0xFFFF, 997)}
    assert max(lengths) <= line_bytes(len(payload)) <= max(lengths) + len(payload) // 254
    if len(payload) < 200:
        assert lengths == {line_bytes(len(payload))}


@pytest.mark.parametrize(("sample", "milliseconds", "most"), [(45, 0.57, 1754), (784, 8, 125)])
def test_what_the_link_s_page_says(sample, milliseconds, most):
    """The table of docs/link.md, at 1 Mbaud."""
    link = LinkSpeed(FpgaSpeed(50, False, 10, 69, False), 1_000_000, sample, 30)
    assert 1e3 * link.sample_seconds == pytest.approx(milliseconds, rel=2e-3)
    assert int(link.samples_per_second) == most


def test_the_plan_counts_the_same_cycles():
    formats = BeatFormat(64, IntegerRange(0, 31), 13), BeatFormat(10, IntegerRange(-99, 99), 2)
    plan = LinkPlan(*formats, clock_hz=50_000_000, baud=10**6)
    link = LinkSpeed(FpgaSpeed(50, False, 10, 69, False), 10**6, plan.sample_bytes, plan.answer_bytes)
    assert 50e6 / link.samples_per_second == pytest.approx(plan.cycles_per_sample)


def test_latency_is_the_line_both_ways_and_the_board_between(report):
    link = LinkSpeed.of_report(report)
    assert link == LinkSpeed(FpgaSpeed.of_report(report), 1_000_000, 45, 30)
    assert (link.sample_seconds, link.answer_seconds) == pytest.approx((570e-6, 420e-6))
    assert link.core_seconds == pytest.approx((3 * 47 + 69) / 50e6)
    assert link.framing_seconds == pytest.approx(2 * 40 / 50e6)
    total = 990e-6 + (3 * 47 + 69 + 80) / 50e6
    assert link.latency_seconds == pytest.approx(total) and link.seconds(1) == link.latency_seconds
    assert link.seconds(256) == pytest.approx(total + 255 * 570e-6)


def test_a_core_that_is_slower_than_the_line_limits():
    core = FpgaSpeed(1, False, 10_000, 50_000, False)
    assert LinkSpeed(core, 1_000_000, 45, 30).samples_per_second == pytest.approx(1e6 / (50_000 + 3 * 47))


def test_answers_that_are_longer_than_samples_limit():
    link = LinkSpeed(FpgaSpeed(50, False, 10, 69, False), 1_000_000, 30, 45)
    assert link.samples_per_second == pytest.approx(1 / (570e-6 + 2 * 55 / 50e6))


def test_a_board_without_a_link(report):
    assert LinkSpeed.of_report(remade(report, link=None)) is None


@pytest.mark.parametrize("field", ["baud", "sample_bytes", "answer_bytes"])
def test_a_link_without_bits_or_bytes_is_refused(field):
    with pytest.raises(ValueError, match="must have bits and bytes"):
        replace(LinkSpeed(FpgaSpeed(50, False, 10, 69, False), 1_000_000, 45, 30), **{field: 0})
