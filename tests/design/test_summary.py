import re

import pytest
from rich.console import Console

from quantnn.design.report import Report, load_report
from quantnn.design.summary import render_summary, summary
from quantnn.files.record import read_record, record_values


@pytest.fixture
def report(digits):
    """As JSON values, which a test changes."""
    return record_values(load_report(digits))


def shown(report):
    return render_summary(read_record(Report, report))


def row(text, heading):
    """The one line of a table that begins with some words, without them."""
    (line,) = (line for line in text.splitlines() if line.strip().startswith(heading))
    return line.strip().removeprefix(heading).split()


def test_it_is_what_stands_in_the_folder(report, digits):
    text = shown(report)
    assert (digits / "summary.txt").read_text() == text
    lines = text.splitlines()
    assert lines[0] == "model.npz on de10-lite"
    assert all(len(line) <= 100 and line == line.rstrip() for line in lines)
    assert "\x1b" not in text


def test_every_layer_s_shape_and_formats(report):
    layer = report["layers"][0]
    layer |= {"in_features": 1234, "out_features": 77, "activation": "leaky_relu:0.01", "pe": 13, "simd": 17}
    layer["accumulator"] = {"lo": -345, "hi": 6789, "bits": 14, "signed": True}
    layer["input"] = {"lo": 0, "hi": 16, "bits": 5, "signed": False}
    layer["weights"] = {"lo": -7, "hi": 7, "bits": 4, "signed": True}
    layer["output"] = {"lo": 0, "hi": 255, "bits": 8, "signed": False, "scale": 1.0}
    text = shown(report)
    found = [line.split() for line in text.splitlines() if line.strip().startswith("0 dense")]
    assert found[0][:4] == ["0", "dense", "1234→77", "leaky_relu:0.01"]
    assert found[0][4:] == ["u5", "·", "s4", "→", "u8", "s14", "[-345,", "6789]"]
    assert found[1][2] == "13×17"


def test_a_layer_without_weights(report):
    report["layers"][0]["weights"] = None
    assert re.search(r"u5 · – → ", shown(report))


def test_resources_and_what_is_used_of_them(report):
    report["core"] = {"multipliers": 70, "m9k": 9, "le": 4000}
    report["board_top"] |= {"multipliers": 2, "m9k": 1, "le": 250}
    report["totals"] = {"multipliers": 72, "m9k": 10, "le": 4250}
    report["limits"] = {"multipliers": 288, "m9k": 80, "le": 8500}
    text = shown(report)
    assert row(text, "core") == ["70", "9", "4000"]
    assert row(text, "board top") == ["2", "1", "250"]
    assert row(text, "total") == ["72", "10", "4250"]
    assert row(text, "available") == ["288", "80", "8500"]
    assert row(text, "used") == ["25.0", "%", "12.5", "%", "50.0", "%"]
    assert "LE (estimate)" in text


def test_resources_go_by_the_board_s_own_words(report):
    report["units"] = {"multipliers": "SB_MAC16", "m9k": "EBR", "le": "LC"}
    text = shown(report)
    assert re.search(r"cycles +multipliers +EBR +LC \(estimate\)$", text, re.MULTILINE) and "M9K" not in text


def test_speed_before_and_after_it_was_measured(report):
    report |= {"device_bound_cycles": 40, "inferences_per_second": 1234567.8, "latency_us": 3.25, "clock_mhz": 62.5}
    report["ii_cycles"] = {"planned": 50, "measured": None}
    report["latency_cycles"] = {"planned": 203, "measured": 204}
    text = shown(report)
    assert "50 planned, not yet measured" in text and "203 planned, 204 measured" in text
    assert "40 (interval is 1.25 × the bound)" in text
    assert " ".join(row(text, "at 62.5 MHz")) == "1,234,568 inferences/s, 3.25 µs latency"


def test_quality(report):
    report |= {"accuracy": {"samples": 360, "float": 0.975, "integer": 0.9722222}, "sqnr_db": 31.4}
    text = shown(report)
    assert "float 0.9750, integer 0.9722 on 360 samples" in text and "31.4 dB" in text
    report["accuracy"] |= {"float": 0.975, "rounded": 0.5}
    text = " ".join(shown(report | {"sqnr_db_outputs": [61.2, None, 45.5]}).split())
    assert "float 0.9750 (0.5000 on inputs as the sensor rounds them), integer 0.9722 on 360 samples" in text
    assert "SQNR of each output 61.2, –, 45.5 dB" in text
    assert "SQNR of each output 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, … dB" in " ".join(
        shown(report | {"sqnr_db_outputs": [1.0] * 9}).split()
    )
    text = shown(report | {"accuracy": None, "sqnr_db": None})
    assert "accuracy" not in text and "SQNR" not in text


@pytest.mark.parametrize("passed", [True, False])
def test_verification(report, passed):
    assert "not yet: run quantnn verify" in shown(report)
    first = "layer 1, neuron 2, sample 3: got 4, expected 5"
    report["verification"] = {
        "passed": passed, "samples": 390, "layers": 3, "values_compared": 123456, "mismatches": 0 if passed else 7,
        "first_difference": None if passed else first, "simulator": "Verilator 5", "seconds": 8.1,
    }  # fmt: skip
    text = " ".join(shown(report).split())
    assert "123,456 values of 3 layers, 390 samples" in text and "(Verilator 5, 8.1 s)" in text
    assert (f"FAILED: {first}; " in text) is not passed
    assert ("bit-exact; " in text) is passed
    assert f"{0 if passed else 7} mismatches" in text


@pytest.fixture
def built(report):
    report["ii_cycles"] = {"planned": 20, "measured": None}
    report["latency_cycles"] = {"planned": 150, "measured": None}
    report["build"] = {
        "tool": "Maker 3.1", "clock_mhz": 50.0, "fmax_mhz": 62.5, "seed": None, "files": [], "seconds": 1234.5,
        "resources": [{"name": "LE", "used": 12345, "available": 49380}], "warnings": ["one", "two"],
        "critical_path": {"delay_ns": 15.8, "start": "a|b", "end": "a|c", "where": "from the weights to the sums"},
        "slacks": [{"check": "setup", "ns": 4.25}],
    }  # fmt: skip
    return report


def test_a_build(built):
    text = shown(built)
    assert " ".join(row(text, "built by")) == "Maker 3.1, 1,234 s"
    assert " ".join(row(text, "clock asked for")) == "50 MHz: 2,500,000 inferences/s, 3 µs latency"
    assert " ".join(row(text, "clock reached")) == "62.5 MHz: 3,125,000 inferences/s, 2.4 µs latency"
    assert " ".join(row(text, "LE")) == "12,345 of 49,380 (25.0 %)"
    assert " ".join(row(text, "slowest path")) == "15.8 ns, from the weights to the sums"
    assert " ".join(row(text, "slack, setup")) == "4.25 ns"
    assert all(len(line) <= 100 for line in text.splitlines())
    warnings = [line for line in text.splitlines() if line.startswith("warning: ")]
    assert warnings == ["warning: one", "warning: two"]


def test_what_a_build_used_takes_the_place_of_the_estimate(built):
    """Per part it is still one; in total the tool says 5100 of 8500, 60 %."""
    built["core"]["le"], built["layers"][0]["le"] = 4000, 3210
    built["totals"] = {"multipliers": 72, "m9k": 10, "le": 4250}
    built["limits"] = {"multipliers": 288, "m9k": 80, "le": 8500}
    built["build"]["resources"] = [
        {"name": "M9K", "used": 11, "available": 80}, {"name": "LE", "used": 5100, "available": 8500},
    ]  # fmt: skip
    text = shown(built)
    assert "LE (≈ estimate)" in text and row(text, "core")[-1] == "≈4000" and " ≈3210" in text
    assert row(text, "total") == ["72", "10", "5100"]
    assert row(text, "used") == ["25.0", "%", "12.5", "%", "60.0", "%"]


def test_logic_that_a_tool_counts_otherwise_takes_no_place(built):
    built["build"]["resources"] = [{"name": "ALM", "used": 1, "available": 2}]
    assert "LE (estimate)" in shown(built) and row(shown(built), "total")[-1] == str(built["totals"]["le"])


def test_a_build_counts_the_cycles_that_were_measured(built):
    built["ii_cycles"]["measured"], built["latency_cycles"]["measured"] = 25, 200
    assert " ".join(row(shown(built), "clock asked for")) == "50 MHz: 2,000,000 inferences/s, 4 µs latency"


def test_a_build_without_a_limit_or_a_path(built):
    built["build"] |= {"fmax_mhz": None, "critical_path": None}
    text = shown(built)
    assert row(text, "clock reached") == ["no", "path", "limits", "it"]
    assert "slowest path" not in text


def test_notes(report):
    report["notes"] = ["softmax was dropped", "zeros are taken"]
    assert shown(report).splitlines()[-2:] == ["note: softmax was dropped", "note: zeros are taken"]


@pytest.mark.parametrize("text", ["[red]", "[/red]", "a[/]"])
def test_brackets_are_shown_as_they_are(report, text):
    report |= {"model": text, "notes": [text]}
    report["layers"][0]["activation"] = text
    assert shown(report).count(text) == 3


def test_numbers_stand_below_their_headings_on_a_wide_terminal(report):
    console = Console(width=160, color_system=None, markup=False)
    with console.capture() as capture:
        console.print(summary(read_record(Report, report)))
    (total,) = (line for line in capture.get().splitlines() if line.strip().startswith("total"))
    (heading,) = (line for line in capture.get().splitlines() if "LE (estimate)" in line)
    assert total.rstrip().endswith(str(report["totals"]["le"]))
    assert len(total.rstrip()) == heading.index("LE (estimate)") + len("LE (estimate)")
