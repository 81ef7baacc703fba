"""Plans of networks of which some layers are unrolled."""

from networks import device

from quantnn.adders.solve import Effort
from quantnn.plan.engine_choice import EngineChoice
from quantnn.plan.engine_planner import EnginePlanner
from quantnn.plan.planner import Goal, Planner
from quantnn.plan.stage import layer_stages
from quantnn.plan.unrolled.schedule import Pipelining
from quantnn.plan.unroller import Unroller

ROOM = {"multipliers": 60, "blocks": 400, "logic": 1_000_000}


def unroller_of(network, every=2):
    return Unroller(network, layer_stages(network), Pipelining(every), Effort())


def unrolled_plan(network, names="unrolled", every=2, goal=Goal(), **limits):
    """The planner's core, and the graphs of its unrolled layers; ``names`` as ``--engine`` has them."""
    unroller = unroller_of(network, every)
    planner = Planner(network, device(**{**ROOM, **limits}), stages=unroller.folded)
    _, plan = EnginePlanner(planner, EngineChoice.parse(names), unroller).best(goal)
    return plan, unroller.graphs
