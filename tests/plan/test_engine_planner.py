import time

import pytest
from networks import random_network
from unrolled import unrolled_plan

from quantnn.errors import DoesNotFitError
from quantnn.plan.planner import Goal


def engines(plan):
    return [engine.engine for engine in plan.engines for _ in engine.layers]


NETWORK = random_network(5, (9, 7, 5, 3), rescale=False)


def test_auto_takes_what_is_fastest():
    plan, _ = unrolled_plan(NETWORK, "auto")
    assert engines(plan) == ["unrolled"] * 3 and plan.timing.interval == 1


def test_auto_folds_where_logic_is_short():
    plan, _ = unrolled_plan(NETWORK, "auto", multipliers=20, logic=1200)
    least, _ = unrolled_plan(NETWORK, "folded", multipliers=20, logic=1200)
    with pytest.raises(DoesNotFitError):
        unrolled_plan(NETWORK, "unrolled", multipliers=20, logic=1200)
    assert plan.timing.interval <= least.timing.interval


def test_auto_takes_least_of_the_device_for_a_given_interval():
    slow, _ = unrolled_plan(NETWORK, "auto", goal=Goal(interval=63), logic=4000)
    assert engines(slow) == ["folded"] * 3, "a multiplier for each layer is enough"
    fast, _ = unrolled_plan(NETWORK, "auto", goal=Goal(interval=1), multipliers=10)
    assert "unrolled" in engines(fast)


def test_what_does_not_fit_is_refused_with_a_way_out():
    with pytest.raises(DoesNotFitError, match=r"logic elements|LE") as refusal:
        unrolled_plan(NETWORK, "unrolled", logic=400)
    assert "--engine auto or folded" in str(refusal.value) or "--engine folded or auto" in str(refusal.value)


def test_what_does_not_fit_by_far_is_refused_before_anybody_searches():
    network = random_network(1, (400, 300, 10), rescale=False)
    started = time.process_time()
    with pytest.raises(DoesNotFitError, match=r"unrolled, layer 0 takes .* at least"):
        unrolled_plan(network, "unrolled", logic=5000)
    assert time.process_time() - started < 20
