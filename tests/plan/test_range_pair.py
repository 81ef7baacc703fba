import json

import pytest
from pydantic import TypeAdapter, ValidationError

from quantnn.arithmetic import IntegerRange
from quantnn.plan.range_pair import RangePair

PAIR = TypeAdapter(RangePair)


@pytest.mark.parametrize("values", [IntegerRange(0, 255), IntegerRange(-8, 7), IntegerRange(3, 3)])
def test_there_and_back(values):
    text = PAIR.dump_json(values)
    assert json.loads(text) == [values.lo, values.hi]
    assert PAIR.validate_json(text) == values


def test_a_range_stays_what_it_is():
    values = IntegerRange(-1, 2)
    assert PAIR.validate_python(values) is values


@pytest.mark.parametrize("text", ["[1]", "[1, 2, 3]", '"1..2"', "3", "null", '[1, "a"]', "[1, 2.5]", "[5, 4]"])
def test_what_is_no_range_is_refused(text):
    with pytest.raises(ValidationError):
        PAIR.validate_json(text)
