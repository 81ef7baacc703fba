import errno
import json
from dataclasses import replace

import pytest
from reports import damage

from quantnn.design.report import current_report, load_report, save_report
from quantnn.errors import InputError
from quantnn.files import whole_file


def test_a_saved_report_is_read_back(small, tmp_path):
    report = load_report(small)
    report = replace(report, notes=(*report.notes, "½"))
    save_report(report, tmp_path)
    assert load_report(tmp_path) == report


def refusal(folder):
    with pytest.raises(InputError) as caught:
        load_report(folder)
    assert str(folder) in str(caught.value) and "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "text, message",
    [
        (None, "is no exported design (report.json is missing): run quantnn export"),
        ("{", "report.json is damaged"),
        ("[]", "report.json is damaged"),
        ('"quantnn report"', "report.json is damaged"),
        ('{"version": 1}', "report.json is damaged (it is no report)"),
        ('{"format": "other", "version": 1}', "report.json is damaged (it is no report)"),
        ('{"format": "quantnn report"}', "report.json has version None, this quantnn reads 1: export the model again"),
        ('{"format": "quantnn report", "version": 2}', "report.json has version 2, this quantnn reads 1"),
        ("[" * 100_000, "report.json is damaged"),
    ],
)
def test_a_file_that_is_no_report(tmp_path, text, message):
    if text is not None:
        (tmp_path / "report.json").write_text(text)
    assert message in refusal(tmp_path)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"layers": 3}, "layers must be a valid array, not 3"),
        ({"layers": [{}]}, "layers[0].kind must be a non-empty string, but is missing"),
        ({"layers": []}, "layers must have at least 1 item, not []"),
        ({"totals": []}, "totals must be an object, not []"),
        ({"ii_cycles": {"planned": 3.5, "measured": None}}, "ii_cycles.planned must be an integer of at least 1"),
        ({"device_bound_cycles": 0}, "device_bound_cycles must be an integer of at least 1, not 0"),
        ({"clock_mhz": "fast"}, "clock_mhz must be a number above 0, not 'fast'"),
        ({"notes": None}, "notes must be a valid array, not None"),
        ({"notes": ...}, "notes must be a valid array, but is missing"),
        ({"estimates": ["bram"]}, "estimates[0] must be 'multipliers', 'm9k' or 'le', not 'bram'"),
        ({"files": ["report.json", "../x"]}, "files[1] must be a file in the folder, like board/quantnn_board.v"),
        ({"files": ["summary.txt"]}, "files must name report.json, and every file once"),
        ({"files": ["report.json", "report.json"]}, "files must name report.json, and every file once"),
        ({"model": "a\n\x1b[31m" * 3, "macs": -1}, "macs must be an integer of at least 0, not -1"),
        ({"board": "\x1b[31m" * 99, "quantnn": ""}, "quantnn must be a non-empty string, not ''"),
        ({"clock_mhz": "\x1b[31m"}, r"clock_mhz must be a number above 0, not '\x1b[31m'"),
        ({"macs": 1 << 63}, "its integers must have at most 64 bits"),
        ({"sqnr_db": float("nan")}, "its numbers must be finite, not NaN"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said(small, copy_of, changes, message):
    design = copy_of(small)
    damage(design, **changes)
    assert f"report.json is damaged ({message}" in refusal(design)


def test_a_field_that_is_not_known_is_passed_over(small, copy_of):
    design = copy_of(small)
    damage(design, later=[1])
    assert load_report(design) == load_report(small)


def test_what_was_written_is_written_again_to_the_byte(small, copy_of):
    design = copy_of(small)
    before = (small / "report.json").read_bytes()
    values = json.loads(before)
    assert before.decode() == json.dumps(values, indent=2) + "\n" and list(values)[:2] == ["format", "version"]
    save_report(load_report(small), design)
    assert (design / "report.json").read_bytes() == before


def test_a_full_disk_leaves_the_old_one(small, copy_of, monkeypatch):
    """While it is flushed, which is where a file system without room says so."""

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    design = copy_of(small)
    before = {path: path.read_bytes() for path in design.iterdir() if path.is_file()}
    monkeypatch.setattr(whole_file.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_report(replace(load_report(design), notes=("new",)), design)
    assert {path: path.read_bytes() for path in design.iterdir() if path.is_file()} == before


@pytest.mark.parametrize(("field", "value", "of_the_core"), [
    ("fingerprint", "0123456789abcdef", True), ("board", "another", False), ("clock_mhz", 7.0, False),
])
def test_another_design_than_at_the_start(small, field, value, of_the_core):
    """What was found of a core holds on any board and at any clock."""
    report = load_report(small)
    begun = replace(report, **{field: value}, notes=("at the start",))
    words = rf"must stay the design that it was at the start; its .* is {getattr(report, field)}, and was {value}: run"
    with pytest.raises(InputError, match=words):
        current_report(small, begun)
    if of_the_core:
        with pytest.raises(InputError, match=words):
            current_report(small, begun, core=True)
    else:
        assert current_report(small, begun, core=True) == report


def test_the_same_design_is_read_anew(small):
    report = load_report(small)
    assert current_report(small, replace(report, notes=("at the start",))) == report
