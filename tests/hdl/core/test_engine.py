# amaranth: UnusedElaboratable=no

import inspect

import pytest

from quantnn.hdl.core import core
from quantnn.hdl.core.engine import ENGINES, Engine
from quantnn.network.layers import LAYER_TYPES
from quantnn.plan.drained_engine import ENGINE_PLANS
from quantnn.plan.engine import EnginePlan


def concrete(kind):
    """The classes derived from one that objects can be made of."""
    derived = kind.__subclasses__()
    return {each for each in derived if not inspect.isabstract(each)}.union(*map(concrete, derived))


def test_every_plan_has_its_gateware():
    assert inspect.ismodule(core)
    assert concrete(EnginePlan) == set(ENGINES)
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
