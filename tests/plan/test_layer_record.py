import json
from dataclasses import replace

import numpy as np
import pytest
from networks import plan_of, random_network, random_requantizer

from quantnn.arithmetic import IntegerRange
from quantnn.files.record import read_record, record_values
from quantnn.network.layers import Dense, Rescale
from quantnn.network.table import Table
from quantnn.plan.layer_record import LayerRecord

PLANS = [plan_of(random_network(seed, (5, 4, 3), rescale=True), multipliers=9) for seed in (1, 2, 5)]
ENGINES = [engine for plan in PLANS for engine in plan.engines]
DENSE = next(engine for engine in ENGINES if isinstance(engine.layer, Dense) and engine.layer.table is None)
TABULATED = next(engine for engine in ENGINES if engine.layer.table is not None)


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.layer.kind)
def test_json_brings_every_field_back(engine):
    record = LayerRecord.of(engine)
    entry = json.loads(json.dumps(record_values(record, whole=True)))
    assert read_record(LayerRecord, entry) == record


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.layer.kind)
def test_the_record_is_what_was_built(engine):
    record, layer = LayerRecord.of(engine), engine.layer
    assert record.shape == (layer.kind, layer.in_features, layer.out_features, layer.activation)
    assert (record.engine, record.fold, record.queue, record.input) == (
        engine.engine, engine.fold, engine.queue, engine.input
    )
    again = record.engine_plan(layer, engine.parameters.accumulators, ())
    assert type(again) is type(engine)
    for name in ("interval", "latency", "multipliers", "lanes", "word"):
        assert getattr(again, name) == getattr(engine, name), name


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.layer.kind)
def test_a_layer_is_no_other_than_itself_and_fits(engine):
    record = LayerRecord.of(engine)
    assert record.difference(engine.layer) == ""
    assert list(record.misfits(engine.layer, engine.parameters.accumulators)) == []


def test_other_weights_and_biases_are_no_difference():
    layer = DENSE.layer
    assert LayerRecord.of(DENSE).difference(replace(layer, weights=0 * layer.weights, bias=layer.bias + 1)) == ""


def test_the_first_difference_is_told():
    record, layer = LayerRecord.of(DENSE), DENSE.layer
    inputs, outputs = layer.in_features, layer.out_features
    requantizer = random_requantizer(np.random.default_rng(0), inputs, IntegerRange(0, 7))
    rescale = Rescale(np.zeros(inputs, np.int64), requantizer)
    own, there = f"rescale {inputs}→{inputs} {rescale.activation}", f"dense {inputs}→{outputs} {layer.activation}"
    assert record.difference(rescale) == f"it is {own}, the hardware {there}"
    wider = replace(layer, weight_range=IntegerRange(-500, 500))
    bits = layer.weight_range.width
    assert record.difference(wider) == f"its weights are 10 bits signed, those of the hardware {bits} bits signed"


def test_a_table_is_a_difference_where_there_is_none_and_the_other_way_round():
    index = DENSE.layer.requantizer.output
    table = Table(index, tuple(range(index.hi - index.lo + 1)), IntegerRange(0, 1023))
    pairs = ((DENSE, replace(DENSE.layer, table=table)), (TABULATED, replace(TABULATED.layer, table=None)))
    for engine, layer in pairs:
        assert "the hardware" in LayerRecord.of(engine).difference(layer)


def test_a_table_of_another_format_is_a_difference():
    layer = TABULATED.layer
    other = replace(layer.table, values=tuple(3 * v for v in layer.table.values), output=IntegerRange(-100, 100))
    difference = LayerRecord.of(TABULATED).difference(replace(layer, table=other))
    assert difference == "its activation table has other formats than the hardware's"


@pytest.mark.parametrize(("change", "message"), [
    ({"clips": [True]}, r"clips\[1\] must be a valid boolean, but is missing"),
    ({"clips": 3}, "clips must be a valid array, not 3"),
    ({"input": [3, 1]}, "input: An integer range must not be empty"),
    ({"input": [0, 1, 2]}, "input must have at most 2 items"),
    ({"fold": {"word": 1}}, "fold.lanes must be an integer from 1 to 16777216, but is missing"),
    ({"fold": {"word": 1, "lanes": 0}}, "fold.lanes must be an integer from 1 to 16777216, not 0"),
    ({"queue": {}}, "queue.elements must be an integer from 1 to 16777216, but is missing"),
    ({"in_features": "four"}, "in_features must be an integer from 1 to 16777216, not 'four'"),
    ({"table": [[0, 1]]}, r"table\[1\] must be a valid array, but is missing"),
    ({"fields": []}, r"fields must be an object, not \[\]"),
    ({"fields": {"bias": True}}, "fields.bias must be a valid integer, not True"),
    ({"kind": "pool"}, "kind must be one of dense, rescale, not 'pool'"),
    ({"engine": "steam"}, "engine must be one of folded, not 'steam'"),
    ({"fold": {"word": 1, "lanes": 1, "logic_memories": 1}}, "fold.logic_memories must be a valid boolean, not 1"),
    ({"out_features": 99}, "queue.elements must be out_features, 99, not "),
])  # fmt: skip
def test_what_is_no_record_is_refused(change, message):
    with pytest.raises(ValueError, match=f"^{message}") as caught:
        read_record(LayerRecord, record_values(LayerRecord.of(DENSE), whole=True) | change)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["kind", "engine", "weights", "table", "fold", "queue", "accumulator", "rounds"])
def test_every_field_is_needed(name):
    entry = record_values(LayerRecord.of(DENSE), whole=True)
    del entry[name]
    with pytest.raises(ValueError, match=f"^{name} must .*, but is missing$"):
        read_record(LayerRecord, entry)
