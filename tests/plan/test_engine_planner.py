import time

import pytest
from networks import device, random_network
from unrolled import unrolled_plan

from quantnn.errors import DoesNotFitError
from quantnn.plan.planner import Goal, Planner


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


def share(plan, limits):
    """How much of the device a plan takes: shares of multipliers, block RAM and logic together."""
    cost = Planner(plan.network, device(**limits)).cost(plan)
    logic = int(0.8 * limits["logic"])
    return cost.multipliers / limits["multipliers"] + cost.block_ram / limits["blocks"] + cost.logic / logic


@pytest.mark.parametrize("limits", [(60, 400, 4000), (6, 400, 20_000), (200, 900, 2500)])
def test_auto_takes_least_of_the_device_for_a_given_interval(limits):
    limits = dict(zip(("multipliers", "blocks", "logic"), limits, strict=True))
    goal = Goal(interval=63)
    chosen, _ = unrolled_plan(NETWORK, "auto", goal=goal, **limits)
    assert chosen.timing.interval <= 63
    for names in ("folded", "unrolled", "folded,folded,unrolled"):
        other, _ = unrolled_plan(NETWORK, names, goal=goal, **limits)
        assert share(chosen, limits) <= share(other, limits)


def test_auto_unrolls_what_an_interval_of_one_needs():
    fast, _ = unrolled_plan(NETWORK, "auto", goal=Goal(interval=1), multipliers=10)
    assert "unrolled" in engines(fast) and fast.timing.interval == 1


def test_what_does_not_fit_is_refused_with_a_way_out():
    with pytest.raises(DoesNotFitError, match=r"logic elements|LE") as refusal:
        unrolled_plan(NETWORK, "unrolled", logic=400)
    assert "--engine auto or folded" in str(refusal.value) or "--engine folded or auto" in str(refusal.value)


def test_what_does_not_fit_by_far_is_refused_before_anybody_searches():
    network = random_network(1, (400, 300, 10), rescale=False)
    started = time.process_time()
    with pytest.raises(DoesNotFitError, match=r"unrolled, it takes .* at least up to layer 0"):
        unrolled_plan(network, "unrolled", logic=5000)
    assert time.process_time() - started < 20
