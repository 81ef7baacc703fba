import pytest
import quartus_texts as texts

from quantnn.build.quartus_fit import FitReport
from quantnn.design.report import Usage
from quantnn.errors import ToolError


def test_counts_with_thousands_and_below_one_percent():
    fit = FitReport.read(texts.fit_summary(le="13,259", multipliers=160), texts.fit_report(m9k=106))
    assert fit.resources == (
        Usage("LE", 13259, 49760), Usage("M9K", 106, 182), Usage("memory bits", 34567, 1677312),
        Usage("9-bit multiplier elements", 160, 288), Usage("registers", 120, 49760),
    )  # fmt: skip
    assert (fit.used("M9K"), fit.used("DSP blocks")) == (106, None)


@pytest.mark.parametrize(
    ("version", "tool"),
    [
        ("18.1.0 Build 625 09/12/2018 SJ Lite Edition", "Quartus 18.1.0 Lite Edition"),
        ("22.1std.2 Build 922 07/20/2023 SC Standard Edition", "Quartus 22.1std.2 Standard Edition"),
        ("24.1std.0 Build 1077 03/04/2025 SC Lite Edition", "Quartus 24.1std.0 Lite Edition"),
        ("25.1", "Quartus 25.1"),
        ("", "Quartus"),
    ],
)
def test_versions(version, tool):
    assert FitReport.read(texts.fit_summary(version=version), texts.fit_report()).tool == tool


def test_memories():
    fit = FitReport.read(texts.fit_summary(), texts.fit_report(memories=["a:b|memory", "memory"]))
    assert fit.memories == (
        "a:b|altsyncram:memory_rtl_0|altsyncram_ab0:auto_generated|ALTSYNCRAM",
        "|altsyncram:memory_rtl_0|altsyncram_ab1:auto_generated|ALTSYNCRAM",
    )


def test_a_family_with_other_words():
    """Cyclone V states the percentage in a cell of its own."""
    summary = (
        "Family : Cyclone V\nLogic utilization (in ALMs) : 1,234 / 32,070 ( 4 % )\n"
        "Total block memory bits : 9,216 / 4,065,280 ( < 1 % )\nTotal RAM Blocks : 3 / 397 ( < 1 % )\n"
        "Total DSP Blocks : 8 / 87 ( 9 % )\n"
    )
    report = texts.table(
        "Fitter Resource Usage Summary",
        ("Resource", "Usage", "%"),
        ("Logic utilization (ALMs needed / total ALMs on device)", "1,234 / 32,070", "4 %"),
        ("    [a] ALMs used for LUT logic", "17", ""),
        ("", "", ""),
        ("M10K blocks", "3 / 397", "< 1 %"),
    )
    fit = FitReport.read(summary, report)
    assert fit.family == "Cyclone V"
    assert fit.resources == (
        Usage("ALM", 1234, 32070), Usage("M10K", 3, 397), Usage("memory bits", 9216, 4065280),
        Usage("DSP blocks", 8, 87),
    )  # fmt: skip


def test_a_design_of_pins_alone():
    text = texts.fit_summary(le="0", multipliers=0).replace("34,567 /", "0 /")
    fit = FitReport.read(text, texts.fit_report(m9k=0))
    assert [fit.used(name) for name in ("LE", "M9K", "memory bits", "9-bit multiplier elements")] == [0, 0, 0, 0]


@pytest.mark.parametrize(("heading", "name"), [("M4Ks", "M4K"), ("M9K blocks", "M9K"), ("M20K blocks", "M20K")])
def test_blocks_of_other_families(heading, name):
    assert FitReport.read(texts.fit_summary(), texts.fit_report().replace("M9Ks", heading)).used(name) == 80


def test_a_family_without_block_ram():
    fit = FitReport.read("Family : MAX V\nTotal logic elements : 60 / 240 ( 25 % )\nUFM blocks : 0 / 1 ( 0 % )\n", "")
    assert fit.resources == (Usage("LE", 60, 240),)


def test_what_a_device_has_none_of():
    fit = FitReport.read(texts.fit_summary().replace("288 / 288 ( 100 % )", "0 / 0 ( 0 % )"), texts.fit_report())
    assert fit.used("9-bit multiplier elements") is None


def test_the_report_alone():
    rows = [line.strip().split(" : ") for line in texts.fit_summary().splitlines()]
    report = texts.table("Fitter Summary", *rows) + texts.fit_report()
    assert FitReport.read("", report) == FitReport.read(texts.fit_summary(), texts.fit_report())


def test_a_design_that_does_not_fit():
    with pytest.raises(ToolError, match=r"could not fit the design \(Failed - Thu .*\): see .*fit\.rpt"):
        FitReport.read(texts.fit_summary(le="62,003", status="Failed"), texts.fit_report())


@pytest.mark.parametrize(
    ("summary", "report"),
    [("", ""), (texts.fit_summary(), ""), ("Total logic elements : N/A until Partition Merge\n", "")],
)
def test_reports_that_say_nothing_of_block_ram(summary, report):
    with pytest.raises(ToolError, match="cannot be checked"):
        FitReport.read(summary, report)


def test_a_report_that_breaks_off_says_all_or_nothing():
    report = texts.fit_report()
    whole = FitReport.read(texts.fit_summary(), report)
    closed = report.rindex("\n+--")
    for end in range(closed):
        with pytest.raises(ToolError, match="cannot be checked"):
            FitReport.read(texts.fit_summary(), report[:end])
    assert FitReport.read(texts.fit_summary(), report[: closed + 4]) == whole


def test_a_list_of_memories_that_breaks_off():
    report = texts.fit_report(memories=["a:b|memory", "memory"])
    with pytest.raises(ToolError, match="cannot be checked"):
        FitReport.read(texts.fit_summary(), report[: report.rindex("M9K")])
