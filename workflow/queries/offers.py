"""Which acts somebody is offered on one item: those that their roles entitle them to, each possible or with the reason
why it is not.

Whether an act is possible is not decided here: it is tried, with the checks of its own use case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import RowMapping, select

from models.ledger import events
from routes.spec import Stage
from workflow.actions import ACTIONS
from workflow.authority import Matter, entitled
from workflow.dossiers import Dossier, Row
from workflow.errors import WorkflowError
from workflow.known import Person
from workflow.plans import Plan
from workflow.queries.formalities import ACTS as FORMALITIES
from workflow.queries.formalities import AFTERWARDS, BEFOREHAND, are_asked_for, are_looked_for
from workflow.queries.item_events import OUTCOMES, Timeline
from workflow.queries.views import View
from workflow.runtime import Looking
from workflow.shelf import fetch_also
from workflow.tasks import holders_of, tasks_of
from workflow.trying import Trying, trying, why_not
from workflow.use_cases.acting import Act, matter
from workflow.use_cases.items import must_be_draft
from workflow.use_cases.redaction import Redact

SAID: Final = "–"  # stands for what somebody would write into the form

#: What the acts read besides the item and its steps.
NEEDED: Final = ("reports", "attachments", "clearances", "conditions", "formalities")


@dataclass(frozen=True, slots=True)
class Offer:
    """One act that somebody may do here: at `step`, or on the whole item.

    `detail` is what the act is about where the step does not say it: an area, the number of a condition or an
    event. `why_not` is the sentence with which it would be refused now. `primary`: it is what they have to do next.
    `usual`: somebody would look for it as things stand. `tried` is the act that was tried.
    """

    action: str
    step: str | None = None
    detail: str = ""
    why_not: str | None = None
    primary: bool = False
    usual: bool = True
    tried: Act | None = field(default=None, repr=False, compare=False)

    @property
    def possible(self) -> bool:
        """Whether it can be done now."""
        return self.why_not is None


_OPEN: Final = ("waiting", "ready", "scheduled", "submitted", "on-agenda")

#: What somebody would look for at a step, by where it stands.
_USUAL: Final[Mapping[str, tuple[str, ...]]] = {
    "open": ("record", "bind", "unbind", "agenda", "notice", "submit", "clear", "open-gate", *BEFOREHAND),
    "fell-short": ("accept", "send-back", "correct", *AFTERWARDS),
    "called-in": ("uphold", "reconsider", "correct", *AFTERWARDS),
    "passed": ("correct", "call-in", *AFTERWARDS),
}

#: What nobody looks for unless it is possible.
_QUIET: Final = ("call-in", "unbind", "material", "key-decision")

#: What somebody would look for on the whole item, by its state.
_USUAL_FOR_ITEM: Final[Mapping[str, tuple[str, ...]]] = {
    "draft": ("change", "revise", "start", "key-decision", "withdraw"),
    "in-progress": ("revise", "hold", "material", "key-decision", "withdraw"),
    "on-hold": ("resume", "withdraw"),
}

#: Every act on a step and every act on a whole item, in the order in which they are shown.
_AT_STEPS: Final = (
    "record", "open-gate", "uphold", "reconsider", "accept", "send-back", "submit", "clear", "agenda", "notice",
    *FORMALITIES, "bind", "unbind", "meet", "call-in", "correct",
)  # fmt: skip
_ON_ITEM: Final = ("start", "resume", "change", "revise", "material", "key-decision", "hold", "withdraw")


def offers(
    look: Looking, seen: View, item: str, person: Person, plan: Plan, outcomes: Sequence[RowMapping] | None = None
) -> tuple[Offer, ...]:
    """What this person is offered on an item and its steps; what they have to do next comes first.

    `outcomes` are the events that recorded or corrected outcomes, in order, where they have been read already.
    """
    dossier = seen.dossiers[item]
    for table in NEEDED:
        fetch_also(look.db, table, [dossier])
    recorders = _recorders(look, dossier) if outcomes is None else {one["step"]: _who(one) for one in outcomes}
    do = trying(look, seen.dossiers, person, recorders)
    found = [*_of_item(do, dossier, person, plan.item_state), *_of_steps(do, dossier, person, plan)]
    found = [replace(offer, usual=False) if offer.why_not and offer.action in _QUIET else offer for offer in found]
    return tuple(_next_first(found, dossier, plan, person))


def _recorders(look: Looking, dossier: Dossier) -> dict[str, str]:
    """Who recorded or corrected the newest outcome of each step."""
    query = select(events.c.step, events.c.on_behalf_of, events.c.actor)
    query = query.where(events.c.subject == dossier.subject, events.c.kind.in_(OUTCOMES)).order_by(events.c.seq)
    return {one["step"]: _who(one) for one in look.db.execute(query).mappings()}


def _who(event: RowMapping) -> str:
    return str(event["on_behalf_of"] or event["actor"])


def redactions(dossier: Dossier, person: Person, story: Timeline) -> tuple[Offer, ...]:
    """The events on this page of the history whose texts an administrator could blank."""
    if not entitled(person, "redact", matter(dossier)):
        return ()
    return tuple(
        Offer(
            "redact",
            detail=str(told.seq),
            tried=Redact(item=dossier.id, by=person.id, number=told.seq, reason=SAID),
        )
        for told in story.entries
        if told.has_text
    )


def _of_item(do: Trying, dossier: Dossier, person: Person, state: str) -> Iterator[Offer]:
    about = matter(dossier)
    usual = _USUAL_FOR_ITEM.get(state, ())
    for action in _ON_ITEM:
        if not entitled(person, action, about):
            continue
        if action == "change":
            yield Offer(action, why_not=_why_not_change(dossier), usual=action in usual)
            continue
        said: dict[str, Any] = {"item": dossier.id, "by": do.by, "reason": SAID}
        if action == "material":
            said["material"] = True
        elif action == "key-decision":
            said["key_decision"] = dossier.item["key_decision"]
        elif action == "revise":
            said["recommendations"] = [SAID] * max(_recommendations(dossier), 1)
        tried = ACTIONS[action].form.model_validate(said)
        yield Offer(action, why_not=why_not(do, action, tried), usual=action in usual, tried=tried)


def _why_not_change(dossier: Dossier) -> str | None:
    try:
        must_be_draft(dossier)
    except WorkflowError as err:
        return str(err)
    return None


def _of_steps(do: Trying, dossier: Dossier, person: Person, plan: Plan) -> Iterator[Offer]:
    for row in dossier.current():
        state = plan.step(row["step"]).state
        usual = _USUAL.get("open" if state in _OPEN else state, ())
        for action in _AT_STEPS:
            for detail, about in _matters(dossier, row, action):
                if action in FORMALITIES and not are_asked_for(do.known.world, dossier, row, action, plan.on):
                    continue
                if entitled(person, action, about):
                    offer = _at_step(do, dossier, row, action, detail)
                    expected = _is_expected(offer, dossier.stage_of(row), plan)
                    if action in FORMALITIES:
                        expected = are_looked_for(row, plan.step(row["step"]), action, plan.on)
                    yield replace(offer, usual=action == "meet" or (action in usual and expected))


def _is_expected(offer: Offer, stage: Stage, plan: Plan) -> bool:
    """An outcome may be recorded before its turn, and a notice that no rule asks for: nobody looks for that."""
    step = plan.step(offer.step or "")
    if offer.action == "record":
        is_now, over = step.step in plan.now, step.meeting is not None and step.meeting <= plan.on
        if stage.kind != "meeting" or step.meeting is None:
            return is_now
        return over if step.basis != "bound" else over or is_now
    if offer.action == "notice":
        return step.notice_by is not None
    return True


def _matters(dossier: Dossier, row: Row, action: str) -> Iterator[tuple[str, Matter]]:
    """What an act at a step could be about: each area to clear, each condition to meet, else the step itself."""
    stage = dossier.stage_of(row)
    if action == "clear":
        for area in stage.clearances:
            yield area, matter(dossier, row, area=area)
    elif action == "meet":
        counts = dossier.decided_round(row["step"])
        for _key, condition in sorted(dossier.table("conditions").items()):
            if condition["step"] == row["step"] and condition["round"] == counts:
                yield str(condition["number"]), matter(dossier, row, condition_owner=condition["owner"])
    elif stage.kind != "gate" or action == "open-gate":
        yield "", matter(dossier, row)


def _at_step(do: Trying, dossier: Dossier, row: Row, action: str, detail: str) -> Offer:
    said: dict[str, Any] = {"item": dossier.id, "step": row["step"], "by": do.by, "reason": SAID}
    if action == "bind":
        meeting = _a_meeting(do, row)
        if meeting is None:
            name = do.known.forum_name(row["forum"])
            refused = f"No meeting of {name} is known that it could be put on: add one first."
            return Offer(action, row["step"], why_not=refused)
        said["meeting"] = meeting
    elif action == "clear":
        said |= {"area": detail, "cleared": True}
    elif action == "meet":
        said |= {"number": int(detail), "evidence": SAID}
    elif action == "open-gate":
        said["evidence"] = SAID
    elif action in ("exception", "urgency", "urgent-item"):
        said["agreed_by"] = SAID
    elif action in ("record", "correct"):
        said["outcome"] = _an_outcome(dossier, row, action)
    tried = ACTIONS[action].form.model_validate(said)
    refused_now = why_not(do, action, tried)
    if refused_now and action == "record":
        tried, refused_now = _recorded_late(do, row, tried, refused_now)
    return Offer(action, row["step"], detail, refused_now, tried=tried)


def _an_outcome(dossier: Dossier, row: Row, action: str) -> str:
    """Some outcome; for a correction the same again: what can be corrected at all can be corrected in its words."""
    resolved = [one["outcome"] for one in dossier.rounds(row["step"]) if one["outcome"]]
    if action == "correct" and resolved:
        return str(resolved[-1])
    return "consulted" if dossier.stage_of(row).kind == "consultation" else "noted"


def _a_meeting(do: Trying, row: Row) -> str | None:
    """Some meeting of the step's forum, the next one if there is one."""
    known = [one for one in do.known.world.meetings.get(row["forum"] or "", ()) if one.state != "cancelled"]
    ahead = [one for one in known if one.date >= do.today and one.id != row["meeting"]]
    return (ahead or known)[0].id if known else None


def _recorded_late(do: Trying, row: Row, tried: Act, refused: str) -> tuple[Act, str | None]:
    """An outcome may be refused today and taken for the day of the meeting, which was earlier."""
    meeting = do.known.meetings.get(row["meeting"] or "")
    if meeting is None or meeting.date >= do.today:
        return tried, refused
    earlier = tried.model_copy(update={"on": meeting.date})
    return (earlier, None) if why_not(do, "record", earlier) is None else (tried, refused)


def _recommendations(dossier: Dossier) -> int:
    return len(dossier.table("reports")[(dossier.item["report_version"],)]["recommendations"])


def _next_first(found: list[Offer], dossier: Dossier, plan: Plan, person: Person) -> list[Offer]:
    """The offers with what the person has to do next marked and in front."""
    first = _next_of(found, dossier, plan, person)
    if first is None:
        return found
    return [replace(first, primary=True), *(offer for offer in found if offer is not first)]


def _next_of(found: Sequence[Offer], dossier: Dossier, plan: Plan, person: Person) -> Offer | None:
    holders = holders_of(person)
    mine = [task for task in tasks_of(dossier, plan) if task.holder in holders and task.starts <= plan.on]
    for task in sorted(mine, key=lambda task: task.due or date.max):
        detail = task.detail if task.act in ("clear", "meet") else ""
        step = None if task.act == "revise" else task.step or None
        wanted = (task.act, step, detail)
        for offer in found:
            if offer.possible and (offer.action, offer.step, offer.detail) == wanted:
                return offer
    return None
