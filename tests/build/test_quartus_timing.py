import pytest
import quartus_texts as texts

from quantnn.build.quartus_timing import ClockSlack, PathEnds, TimingReport, read_path
from quantnn.errors import ToolError


def test_what_was_asked_and_what_is_possible():
    timing = TimingReport.read(texts.timing_report(fmax=("630.52 MHz", "250.0 MHz"), period="10.000"))
    assert (timing.constrained, timing.clocks, timing.fmax) == (True, {texts.CLOCK: 100.0}, {texts.CLOCK: 250.0})
    assert timing.critical_clock == texts.CLOCK and timing.unconstrained == ()


def test_the_slowest_corner_counts():
    report = texts.timing_report().replace("92.59 MHz ;", "92.59 MHz ;", 1)
    first, second = report.split("Slow 1200mV 0C Model Fmax Summary")
    timing = TimingReport.read(first + "Slow 1200mV 0C Model Fmax Summary" + second.replace("92.59", "81.00", 2))
    assert timing.fmax == {texts.CLOCK: 81.0}


def test_the_worst_slack_of_each_check():
    timing = TimingReport.read(texts.timing_report(slacks={"Recovery": 1.5, "Setup": -0.25}))
    assert timing.worst == (
        ClockSlack("setup", texts.CORNERS[0], texts.CLOCK, -0.25),
        ClockSlack("hold", texts.CORNERS[0], texts.CLOCK, 0.341),
        ClockSlack("recovery", texts.CORNERS[0], texts.CLOCK, 1.5),
        ClockSlack("minimum pulse width", texts.CORNERS[0], texts.CLOCK, 9.5),
    )


def test_the_summary_counts_too():
    summary = texts.timing_summary(check="Removal", slack=-1.25, corner=texts.CORNERS[2])
    worst = TimingReport.read(texts.timing_report(), summary).worst
    assert ClockSlack("removal", texts.CORNERS[2], texts.CLOCK, -1.25) in worst


def test_of_several_clocks_the_one_nearest_to_its_limit():
    timing = TimingReport(
        True, {"a": 50.0, "b": 25.0, "idle": 200.0, "altera_reserved_tck": 10.0},
        {"a": 106.7, "b": 40.0, "altera_reserved_tck": 11.0}, (), (),
    )  # fmt: skip
    assert timing.critical_clock == "b"


def test_without_constraints():
    assert not TimingReport.read(texts.timing_report(sdc=False)).constrained
    warning = "Critical Warning (332012): Synopsys Design Constraints File file not found\n"
    assert not TimingReport.read(texts.timing_report(messages=warning)).constrained


def test_constraints_of_which_only_a_message_tells():
    assert TimingReport.read(texts.timing_report(hidden=("SDC File List",))).constrained


def test_without_clocks():
    timing = TimingReport.read(texts.timing_report(clock=""))
    assert (timing.clocks, timing.fmax, timing.slacks, timing.critical_clock) == ({}, {}, (), None)


@pytest.mark.parametrize("text", ["", texts.timing_report(hidden=("Clocks",))])
def test_what_is_no_timing_report(text):
    with pytest.raises(ToolError, match=r"has no table 'Clocks'"):
        TimingReport.read(text)


def test_quartus_ii_names_a_table_otherwise():
    report = texts.timing_report(unconstrained={"Unconstrained Clocks": 1})
    older = report.replace("Unconstrained Paths Summary", "Unconstrained Paths        ")
    assert TimingReport.read(older) == TimingReport.read(report)


def test_one_table_for_all_corners():
    """As the Pro Edition has it."""
    corner = ("Worst-Case Operating Conditions", "Slow vid2 100C Model")
    report = texts.timing_report().replace(f"{texts.CORNERS[0]} Setup Summary", "-")
    report += texts.table("Fmax Summary", ("Restricted Fmax", "Clock Name", corner[0]), ("80 MHz", "c", corner[1]))
    report += texts.table("Setup Summary", ("Clock", "Slack", corner[0]), ("c", "-3.884", corner[1]))
    timing = TimingReport.read(report)
    assert timing.fmax["c"] == 80
    assert timing.worst[0] == ClockSlack("setup", corner[1], "c", -3.884)


@pytest.mark.parametrize("clock", [r"\strobe;[0] ", "pll|clk[0]", "a ; b"])
def test_names_of_clocks(clock):
    timing = TimingReport.read(texts.timing_report(clock=clock), texts.timing_summary(clock=clock))
    assert timing.clocks == {clock.strip(): 50.0} and timing.fmax == {clock.strip(): 92.59}
    assert {slack.clock.strip() for slack in timing.slacks} == {clock.strip()}


def test_what_does_not_apply():
    timing = TimingReport.read(texts.timing_report(fmax=("N/A", "N/A")))
    assert timing.fmax == {} and timing.critical_clock == texts.CLOCK


def test_a_clock_without_a_period_is_none():
    report = texts.timing_report(period="20.000").replace("20.000", " 0.000").replace("50.0 MHz", " 0.0 MHz")
    assert TimingReport.read(report).clocks == {}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("; 9.200 ", "; fast  ", "states 'fast' as Slack"),
        ("92.59 MHz", "92.5x MHz", "states '92.5x MHz' as Restricted Fmax"),
        ("; Slack ", "; Later ", "table '.* Setup Summary' is damaged"),
        ("; 9.200 ; 0.000 ", "; 9.200          ", "table '.* Setup Summary' is damaged"),
    ],
)
def test_a_damaged_report(old, new, told):
    report = texts.timing_report()
    assert old in report
    with pytest.raises(ToolError, match=told):
        TimingReport.read(report.replace(old, new))


def test_a_report_that_breaks_off_says_all_or_nothing():
    report = texts.timing_report(unconstrained={"Unconstrained Clocks": 1}, slacks={"Setup": -0.5})
    whole = TimingReport.read(report)
    for end in range(0, len(report), 3):
        try:
            timing = TimingReport.read(report[:end])
        except ToolError as error:
            assert "\n" not in str(error)
        else:
            assert (timing.clocks, timing.fmax, timing.slacks) == (whole.clocks, whole.fmax, whole.slacks)
            assert [told.partition(" (")[0] for told in timing.unconstrained] == ["1 unconstrained clocks"]


class TestPath:
    def test_the_worst_of_a_list(self):
        rows = "; -0.5 ; a ; b ; c ; c ; 20.0 ; 0 ; 20.25 ;\n"
        report = texts.path_report("x", "y", title="Slow 1200mV 85C Model Setup: 'c'")
        assert read_path(report) == PathEnds("x", "y", 10.659)
        cut = report.rindex("\n+") + 1
        assert read_path(report[:cut] + rows + report[cut:]) == PathEnds("a", "b", 20.25)

    def test_hold_paths_do_not_count(self):
        assert read_path(texts.path_report("x", "y", title="Slow 1200mV 85C Model Hold: 'c'")) is None

    def test_a_list_that_breaks_off(self):
        report = texts.path_report("x", "y")
        assert read_path(report[: report.rindex("\n+")]) is None

    def test_no_path(self):
        assert read_path("") is read_path(texts.timing_report()) is None
