import json
from dataclasses import replace

import pytest
from built import RESULT

from quantnn.design.report import BuildResult, CriticalPath, Usage
from quantnn.files.record import read_record, record_values


@pytest.mark.parametrize("result", [RESULT, replace(RESULT, fmax_mhz=None, critical_path=None, seed=None, slacks=())])
def test_it_goes_through_json(result):
    assert read_record(BuildResult, json.loads(json.dumps(record_values(result)))) == result


def test_as_it_stands_in_a_report():
    assert record_values(RESULT) == {
        "tool": "nextpnr-ecp5 0.9",
        "clock_mhz": 100,
        "fmax_mhz": 102.5,
        "resources": [
            {"name": "LUT4", "used": 1234, "available": 83640}, {"name": "EBR", "used": 0, "available": 208},
        ],
        "critical_path": {
            "delay_ns": 9.5, "start": "core|a", "end": "core|b", "where": "layer 0, the accumulators",
        },
        "seed": 3,
        "files": ["output_files/quantnn_board.bit", "output_files/log.txt"],
        "seconds": 61.25,
        "warnings": ["a", "b"],
        "slacks": [{"check": "setup", "ns": 0.25}, {"check": "hold", "ns": -0.1}],
    }  # fmt: skip


@pytest.mark.parametrize("field", record_values(RESULT))
def test_every_field_must_be_there(field):
    entry = record_values(RESULT)
    del entry[field]
    with pytest.raises(ValueError, match=rf"^{field} must .*, but is missing$"):
        read_record(BuildResult, entry)


@pytest.mark.parametrize(
    "wrong",
    [
        {"clock_mhz": 0}, {"clock_mhz": "fast"}, {"fmax_mhz": -1}, {"seconds": -0.1}, {"tool": ""},
        {"resources": [{"name": "LE", "used": 3}]}, {"resources": [{"name": "LE", "used": -1, "available": 5}]},
        {"critical_path": {"delay_ns": 1}}, {"slacks": [{"check": "", "ns": 0}]}, {"resources": 3},
        {"files": ["../report.json"]}, {"files": ["/etc/passwd"]}, {"files": ["a\\b"]}, {"files": [""]},
        {"files": [3]}, {"files": "quantnn_board.bit"}, {"warnings": [3]}, {"seed": "one"},
    ],
    ids=str,
)  # fmt: skip
def test_a_damaged_entry(wrong):
    (field,) = wrong
    with pytest.raises(ValueError, match=rf"^{field}.* must [^\n]*$"):
        read_record(BuildResult, record_values(RESULT) | wrong)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Usage("", 1, 2), lambda: Usage("LE", -1, 2), lambda: Usage("LE", 0, 0),
        lambda: CriticalPath(-1, "a", "b", "c"), lambda: CriticalPath(1, "a", "b", ""),
        lambda: replace(RESULT, clock_mhz=float("nan")),
        lambda: replace(RESULT, fmax_mhz=0.0), lambda: replace(RESULT, seconds=float("nan")),
    ],
)  # fmt: skip
def test_impossible_values(make):
    with pytest.raises(ValueError, match=r"\[type=(must|finite_number), input_value="):
        make()
