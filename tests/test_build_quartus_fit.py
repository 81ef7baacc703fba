import pytest
import quartus_texts as texts

from quantnn.build.quartus_fit import FitReport
from quantnn.build.result import Usage
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
    summary = (
        "Family : Cyclone V\nLogic utilization (in ALMs) : 1,234 / 32,070 ( 4 % )\n"
        "Total block memory bits : 9,216 / 4,065,280 ( < 1 % )\nTotal RAM Blocks : 3 / 397 ( < 1 % )\n"
        "Total DSP Blocks : 8 / 87 ( 9 % )\n"
    )
    rows = ("Resource", "Usage"), ("M10K blocks", "3 / 397 ( < 1 % )")
    fit = FitReport.read(summary, texts.table("Fitter Resource Usage Summary", *rows))
    assert fit.family == "Cyclone V"
    assert fit.resources == (
        Usage("ALM", 1234, 32070), Usage("M10K", 3, 397), Usage("memory bits", 9216, 4065280),
        Usage("DSP blocks", 8, 87),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("summary", "report"),
    [("", ""), (texts.fit_summary(), ""), ("Total logic elements : N/A until Partition Merge\n", "")],
)
def test_reports_that_say_nothing_of_block_ram(summary, report):
    with pytest.raises(ToolError, match="cannot be checked"):
        FitReport.read(summary, report)
