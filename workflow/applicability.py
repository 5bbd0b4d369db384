"""Whether a stage applies to an item at all, judged by the item's own facts."""

from __future__ import annotations

from routes.spec import Condition, Stage
from workflow.facts import Item, Step

OF_THE_ITEM = ("key_decision", "value", "part", "type", "organisation", "divisions")


def step_applies(step: Step, stage: Stage, item: Item) -> bool:
    """As fixed when its papers or its outcome came in; until then as the item's facts are now."""
    if step.applies is not None:
        return step.applies
    return stage_applies(stage, item)


def stage_applies(stage: Stage, item: Item) -> bool:
    """Whether every line of the stage's `when` holds for the item as it is now."""
    return all(holds(condition, item) for condition in stage.when)


def holds(condition: Condition, item: Item) -> bool:
    """Whether one line of `when` holds. A fact that is missing satisfies nothing."""
    fact = getattr(item, condition.field) if condition.field in OF_THE_ITEM else item.fields.get(condition.field)
    if fact is None:
        return False
    if condition.test == "over":
        return _is_over(fact, condition.value)
    wanted = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    known = fact if isinstance(fact, tuple | list) else (fact,)
    return any(_same(one, other) for one in known for other in wanted)


def _is_over(fact: object, limit: object) -> bool:
    """A list, such as the divisions affected, counts by its length; all divisions are over any number."""
    if isinstance(limit, bool) or not isinstance(limit, int | float):
        return False
    if fact == "all":
        return True
    if isinstance(fact, tuple | list):
        return len(fact) > limit
    return isinstance(fact, int | float) and not isinstance(fact, bool) and fact > limit


def _same(one: object, other: object) -> bool:
    return isinstance(one, bool) is isinstance(other, bool) and one == other
