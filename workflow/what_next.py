"""What happens next to an item, and who has to act: in sentences that name no other item."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from workflow.dossiers import Dossier
from workflow.ending import when_done
from workflow.facts import World
from workflow.known import Known
from workflow.listing import placeholder
from workflow.plans import Plan
from workflow.shelf import cases_for
from workflow.tasks import holders_of, tasks_of
from workflow.waiting import waiting_sentences

_ANOTHER_ITEM: Final = re.compile("⟦[^⟧]*⟧")


@dataclass(frozen=True, slots=True)
class NextAct:
    """One act that is waited for: by whom, at which forum, until when."""

    who: tuple[str, ...]
    act: str
    forum: str | None
    due: date | None


def what_next(dossier: Dossier, dossiers: Mapping[str, Dossier], world: World, plan: Plan) -> list[str]:
    """What the item waits for from now on, when its decision takes effect, and where it ends."""
    if plan.item_state in ("complete", "rejected"):
        return [f"The item is {plan.item_state}; nothing further is needed."]
    others = cases_for(dossier, dict(dossiers))
    unnamed = {name: replace(case, item=replace(case.item, title=placeholder(name))) for name, case in others.items()}
    case, around = dossier.case(), replace(world, cases=unnamed)
    sentences = waiting_sentences(case, around, plan)
    found = [f"{_ANOTHER_ITEM.sub('another item', sentence)}." for sentence in sentences]
    found += when_done(case, around, plan)
    return [sentence[:1].upper() + sentence[1:] for sentence in found]


def next_acts(dossier: Dossier, known: Known, plan: Plan) -> list[NextAct]:
    """What has to be done now, and by whom: the most urgent first, what has no day last."""
    holders = {name: person.name for name, person in sorted(known.people.items())}
    found = []
    for task in tasks_of(dossier, plan):
        if task.starts > plan.on and task.step not in plan.now:
            continue
        who = tuple(holders[name] for name in holders if task.holder in holders_of(known.people[name]))
        found.append(NextAct(who, task.act, known.forum_name(task.forum) if task.forum else None, task.due))
    return sorted(found, key=lambda act: act.due or date.max)
