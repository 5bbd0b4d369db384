"""What a form about an item, or about one of its steps, is made of: for whoever is about to act on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import select

from models.reports import texts
from routes.spec import Stage
from workflow import authority
from workflow.dossiers import Dossier, Row
from workflow.due_dates import may_be_called_in, pack_in_force
from workflow.ending import when_done
from workflow.errors import Unknown, WorkflowError, day
from workflow.facts import Meeting
from workflow.known import Person
from workflow.ledger import REDACTED
from workflow.plans import Plan, PlannedStep
from workflow.queries.reports import Reports, reports_of
from workflow.queries.views import View, view
from workflow.runtime import Looking
from workflow.shelf import fetch_also
from workflow.visibility import Reader, may_see, may_see_texts_of_step, reader_keys_of, reader_of

_TEXTS: Final = ("agreed_by", "reason", "representations", "response")  # of a formality
MOST_PEOPLE: Final = 300  # in one list to choose from


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that an outcome is subject to."""

    number: int
    text: str
    owner: str
    due: date | None
    met_on: date | None


@dataclass(frozen=True, slots=True)
class AtHand:
    """An item in hand, with its plan as of today and its report in all versions."""

    look: Looking
    dossier: Dossier
    plan: Plan
    reports: Reports
    reads_texts: Mapping[str, bool]  # by the part of a step: whether the reader may read what was resolved there
    spelt: Mapping[str, str]
    seen: View

    @property
    def id(self) -> str:
        """The item's id."""
        return self.dossier.id

    @property
    def title(self) -> str:
        """The item's title."""
        return self.reports.title

    @property
    def around(self) -> Mapping[str, Dossier]:
        """The item with those that its gates look at."""
        return self.seen.dossiers

    def when_done(self, plan: Plan) -> list[str]:
        """By such a plan of it, when its decision takes effect and where its route ends, in sentences."""
        return when_done(self.dossier.case(), self.look.known.world, plan)

    def plan_if(self, step: str, on: date) -> Plan | None:
        """The plan with one open step on another day; None if it cannot be there."""
        try:
            return self.seen.plan(self.id, {step: on})
        except WorkflowError:
            return None

    @property
    def seq(self) -> int:
        """The number of its newest event: what somebody who looks at it now has seen."""
        return int(self.dossier.item["seq"])

    @property
    def organisation(self) -> str:
        """The name of the organisation whose item it is."""
        known = self.look.known.organisations.get(self.dossier.item["organisation"])
        return known.name if known else str(self.dossier.item["organisation"])

    def why_not(self, person: str, action: str, row: Row | None = None, **more: Any) -> str | None:
        """Why this person may not do it; None if they may."""
        matter = authority.Matter(item=self.dossier.item, **more)
        if row is not None:
            forums = (row["forum"],) if row["forum"] else ()
            stage = self.dossier.stage_of(row)
            matter = authority.Matter(item=self.dossier.item, stage=stage, forums=forums, **more)
        return authority.why_not(self.look.known, person, action, matter)

    def step(self, step: str) -> StepAtHand:
        """One of its steps; Unknown if it has none of that name."""
        return StepAtHand(self, self.dossier.step(step))

    def people(self) -> list[Person]:
        """Who could be given something to do for it: everybody, or in a large installation whoever may see it."""
        known = self.look.known
        every = sorted(known.people.values(), key=lambda person: (person.name.casefold(), person.id))
        if len(every) <= MOST_PEOPLE:
            return every
        part, keys = self.dossier.item["part"], reader_keys_of(self.dossier, known)
        return [person for person in every if may_see(reader_of(known, person), part, keys)]

    def person_name(self, person: str | None) -> str:
        """Somebody's post."""
        known = self.look.known.people.get(person or "")
        return known.name if known else (person or "")

    def text(self, row: Row, digest: str | None) -> str:
        """A text of a step's round, "" where there is none or where it is not for the reader."""
        if digest is None or not self.reads_texts[row["part"]]:
            return ""
        return self.spelt.get(digest, REDACTED)


@dataclass(frozen=True, slots=True)
class StepAtHand:
    """One step of an item in hand, in its current round."""

    hand: AtHand
    row: Row

    @property
    def id(self) -> str:
        """The step's id."""
        return str(self.row["step"])

    @property
    def stage(self) -> Stage:
        """The stage of the route that it is an instance of."""
        return self.hand.dossier.stage_of(self.row)

    @property
    def planned(self) -> PlannedStep:
        """When it is expected, as of today."""
        return self.hand.plan.step(self.id)

    @property
    def who(self) -> str:
        """Who deals with it: the forum, those consulted, or what the step is called."""
        if self.row["forum"]:
            return self.hand.look.known.forum_name(self.row["forum"])
        return self.stage.body or self.stage.title or self.id

    @property
    def form(self) -> str | None:
        """The form of its forum; None where it has none."""
        forum = self.hand.look.known.world.forums.get(self.row["forum"] or "")
        return forum.form if forum else None

    @property
    def meeting(self) -> Meeting | None:
        """The meeting that it is on, unless that is cancelled."""
        found = self.hand.look.known.meetings.get(self.row["meeting"] or "")
        return found if found is not None and found.state != "cancelled" else None

    @property
    def recorded(self) -> Row | None:
        """The newest round that has an outcome."""
        number = self.hand.dossier.decided_round(self.id)
        return None if number is None else self.hand.dossier.table("steps")[(self.id, number)]

    @property
    def resolved(self) -> str:
        """What was resolved in the current round, as part of a sentence."""
        if self.row["outcome"] is None:
            return "has resolved nothing in this round"
        return f"resolved “{self.row['outcome'].replace('-', ' ')}” on {day(self.row['outcome_on'])}"

    @property
    def back_to(self) -> str | None:
        """To whom it would be referred back; None where that is the report's author."""
        if self.stage.refer_back_to is None:
            return None
        first = next(r for r in self.hand.dossier.current() if r["stage"] == self.stage.refer_back_to)
        return StepAtHand(self.hand, first).who

    @property
    def version(self) -> int:
        """The report version that is before it: the one submitted, else the newest."""
        return int(self.row["version"] or self.hand.dossier.item["report_version"])

    def recommendations(self, version: int | None = None) -> list[str]:
        """What is put to it, out of a version of the report."""
        every = self.hand.reports.version(version or self.version).recommendations
        wanted = self.stage.recommendations or range(1, len(every) + 1)
        return [every[number - 1] for number in wanted if number <= len(every)]

    def conditions(self, row: Row) -> list[Condition]:
        """What the outcome of a round was made subject to."""
        hand = self.hand
        found = sorted(
            (
                c
                for c in hand.dossier.table("conditions").values()
                if (c["step"], c["round"]) == (self.id, row["round"])
            ),
            key=lambda c: int(c["number"]),
        )
        return [Condition(c["number"], hand.text(row, c["text"]), c["owner"], c["due"], c["met_on"]) for c in found]

    def waiver_agreed_by(self, row: Row) -> str:
        """Who agreed to waive call-in in a round; "" if nobody is on record."""
        return (self.formality("call-in-waiver", row) or {}).get("agreed_by", "")

    def formality(self, kind: str, row: Row | None = None) -> dict[str, str] | None:
        """What was written about a formality in a round, the current one if none is named; None if it is not there."""
        row = row or self.row
        found = self.hand.dossier.table("formalities").get((self.id, row["round"], kind))
        return None if found is None else {name: self.hand.text(row, found[name]) for name in _TEXTS}

    def later_meetings(self, after: date) -> list[Meeting]:
        """The meetings of its forum that are still to come after a day."""
        known = self.hand.look.known.world.meetings.get(self.row["forum"] or "", ())
        return [meeting for meeting in known if meeting.date > after and meeting.state == "planned"]

    def may_be_called_in(self, on: date) -> bool:
        """Whether what it decides on a day could be called in, by the rules that hold then."""
        known = self.hand.look.known.world
        pack = pack_in_force(known, known.forums.get(self.row["forum"] or ""), on)
        if pack is None or not pack.executive or pack.call_in is None or self.row["no_call_in"]:
            return False
        return may_be_called_in(self.stage.ask)


def at_hand(look: Looking, reader: Reader, item: str) -> AtHand:
    """An item as one reader may have it in hand. Unknown if there is none of that id."""
    seen = view(look, [item])
    dossier = seen.dossiers[item]
    fetch_also(look.db, "clearances", [dossier])
    fetch_also(look.db, "formalities", [dossier])
    keys = reader_keys_of(dossier, look.known)
    part = dossier.item["part"]
    reads = {of: may_see_texts_of_step(reader, part, of, keys) for of in ("I", "II")}
    return AtHand(
        look=look,
        dossier=dossier,
        plan=seen.plan(item),
        reports=reports_of(look, item, exempt=may_see(reader, "II", keys)),
        reads_texts=reads,
        spelt=_spelt(look, dossier),
        seen=seen,
    )


def step_at_hand(look: Looking, reader: Reader, item: str, step: str) -> StepAtHand:
    """One step of an item in hand. Unknown if the item has no such step."""
    hand = at_hand(look, reader, item)
    if not hand.dossier.rounds(step):
        raise Unknown("This item has no such step. Check the address, or go to the item and choose from there.")
    return hand.step(step)


def _spelt(look: Looking, dossier: Dossier) -> dict[str, str]:
    wanted = [
        digest
        for row in dossier.table("steps").values()
        for digest in (row["wording"], row["reason"], row["call_in_waived"], row["evidence"])
        if digest is not None
    ]
    wanted += [row["text"] for row in dossier.table("conditions").values()]
    wanted += [row[name] for row in dossier.table("formalities").values() for name in _TEXTS if row[name]]
    if not wanted:
        return {}
    return _texts(look, dossier.subject, wanted)


def _texts(look: Looking, subject: str, digests: Sequence[str]) -> dict[str, str]:
    query = select(texts.c.digest, texts.c.text).where(
        texts.c.subject == subject, texts.c.digest.in_(digests), texts.c.text.is_not(None)
    )
    return {row.digest: row.text for row in look.db.execute(query)}
