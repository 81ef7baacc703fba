# amaranth: UnusedElaboratable=no

import inspect

import pytest

from quantnn.hdl.core import core
from quantnn.hdl.core.engine import ENGINES, Engine
from quantnn.network.layers import LAYER_TYPES
from quantnn.plan.drained_engine import ENGINE_PLANS


def test_every_plan_has_its_gateware():
    assert inspect.ismodule(core)
    planned = {plan for plans in ENGINE_PLANS.values() for plan in plans}
    assert planned == set(ENGINES)
    assert all(engine.plan_type is plan for plan, engine in ENGINES.items())


def test_every_layer_type_has_an_engine():
    assert set(ENGINE_PLANS) == set(LAYER_TYPES.values())


def test_a_derived_class_registers_itself():
    class Plan:
        pass

    try:

        class Other(Engine):
            plan_type = Plan

        assert ENGINES[Plan] is Other
    finally:
        del ENGINES[Plan]


def test_an_engine_without_a_plan_type_is_refused():
    with pytest.raises(AttributeError, match="plan_type"):
        type("Nameless", (Engine,), {})
