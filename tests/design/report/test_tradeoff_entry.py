import json
from dataclasses import replace

import pytest

from quantnn.design.report import TradeoffEntry, TradeoffPoint
from quantnn.files.record import read_record, record_values

ENTRY = TradeoffEntry(
    "accuracy", 0.97, 1000, 0.5, 1,
    (TradeoffPoint(3, (4, 5), 100, 900, 0.9, 7.0), TradeoffPoint(4, (5, 5), 150, 1200, 0.97, 0.4)),
)  # fmt: skip


def test_it_goes_through_json():
    assert read_record(TradeoffEntry, json.loads(json.dumps(record_values(ENTRY)))) == ENTRY


def test_the_pick_is_a_point():
    with pytest.raises(ValueError, match="picked must be one of 2 points, not 2"):
        replace(ENTRY, picked=2)
