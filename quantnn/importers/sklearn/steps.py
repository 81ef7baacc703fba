"""From nested pipelines and searches to the steps that a sample passes, one after the other."""

from __future__ import annotations

from quantnn.errors import InputError
from quantnn.importers.sklearn.estimator import Estimator, Step

__all__ = ["SEARCHES", "steps_of"]

SEARCHES = ("GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV")
"""What keeps the best of several estimators, which is taken."""

_MOST_STEPS = 200


def steps_of(estimator: Estimator, source: str) -> list[Step]:
    """The steps of a pipeline and of those within it, without those that pass through.

    Raises
    ------
    InputError
        One is no estimator, or there are far too many.
    """
    found: list[Step] = []
    waiting: list[tuple[str, object]] = [("", estimator)]
    while waiting:
        name, value = waiting.pop()
        if value is None or (isinstance(value, str) and value == "passthrough"):
            continue
        if not isinstance(value, Estimator):
            raise InputError(f"{source}: step {name or 0} must be a fitted estimator, not {type(value).__name__}")
        step = Step(name, value, source)
        if value.kind in SEARCHES:
            waiting.append((name, step.fit_result("best_estimator_")))
        elif value.kind == "Pipeline":
            waiting += reversed(_inner(step))
        else:
            found.append(step)
        if len(found) + len(waiting) > _MOST_STEPS:
            raise InputError(f"{source} has more than {_MOST_STEPS} steps: fit a shorter pipeline")
    return found


def _inner(step: Step) -> list[tuple[str, object]]:
    pairs = step.get("steps")
    if not isinstance(pairs, list | tuple):
        raise step.bad("it must have a list of steps: save it again")
    inner = []
    for pair in pairs:
        if not isinstance(pair, list | tuple) or len(pair) != 2 or not isinstance(pair[0], str):
            raise step.bad("its steps must be pairs of a name and an estimator: save it again")
        inner.append((f"{step.name}.{pair[0]}" if step.name else pair[0], pair[1]))
    return inner
