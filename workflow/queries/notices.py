"""The draft of a notice for one step, filled from what is on record, for those who may publish it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import select

from models.reports import texts
from workflow import authority
from workflow.dossiers import Dossier, Row
from workflow.due_dates import GENERAL_EXCEPTION, before_meeting, calendar_at, may_be_called_in, pack_in_force
from workflow.errors import NotPermitted, Unknown, day
from workflow.facts import Forum, RulePack
from workflow.ledger import digests
from workflow.notice_periods import in_words
from workflow.notices import PUBLIC_DESCRIPTION, TITLES, Draft, Facts, drafted
from workflow.plans import PlannedStep
from workflow.queries.formalities import are_asked_for
from workflow.queries.views import View, view
from workflow.runtime import Looking
from workflow.shelf import fetch_also
from workflow.use_cases.acting import matter

#: The act that records what a notice is about: a step that knows the one can have the other drafted.
ACT_OF: Final = {
    "key-decision-notice": "exception",  # both are for key decisions of executives
    "private-notice": "private-notice",
    "private-notice-again": "private-notice-again",
    "general-exception": "exception",
    "special-urgency": "urgency",
    "urgent-item": "urgent-item",
}

#: Which of them print why the matter is exempt.
_WITH_GROUNDS: Final = tuple(kind for kind in TITLES if kind not in ("urgent-item", "call-in-waiver"))

_DAYS_OF_NOTICE: Final = 28  # SI 2012/2089 regulation 9, where a pack does not say


def notice(look: Looking, person: str | None, item: str, step: str, kind: str) -> Draft:
    """The draft of a notice about one step. `person` None: whoever runs the command.

    NotPermitted for those who neither keep the forum's record nor lead or own the item; Unknown where there is no
    such step, or its rules know no such notice.
    """
    seen = view(look, [item])
    dossier = seen.dossiers[item]
    if person is not None and not dossier.rounds(step):
        raise Unknown("This item has no such step. Check the address, or go to the item and choose from there.")
    row = _round(look, dossier, dossier.step(step), kind)
    if person is not None and (why_not := authority.why_not(look.known, person, "notice-text", matter(dossier, row))):
        raise NotPermitted(why_not)
    planned = seen.plan(item).step(step)
    forum = look.known.world.forums.get(row["forum"] or "")
    if forum is None or not _is_known(look, dossier, row, kind, planned):
        who, known = forum.name if forum else step, _known(look, dossier, row, planned)
        raise Unknown(f"There is no such notice to draft for {who}. Those there are: {', '.join(known) or 'none'}.")
    facts = _facts(seen, dossier, row, kind, forum, planned)
    return drafted(kind, facts, list(_cautions(look, dossier, facts, kind, planned)))


def drafts_at(look: Looking, item: str, step: str) -> tuple[str, ...]:
    """Which notices can be drafted for a step."""
    seen = view(look, [item])
    dossier = seen.dossiers[item]
    return _known(look, dossier, dossier.step(step), seen.plan(item).step(step))


def _known(look: Looking, dossier: Dossier, row: Row, planned: PlannedStep) -> tuple[str, ...]:
    return tuple(kind for kind in TITLES if row["forum"] and _is_known(look, dossier, row, kind, planned))


def _round(look: Looking, dossier: Dossier, row: Row, kind: str) -> Row:
    """The current round; once that is decided, the newest one in which such a formality is on record."""
    fetch_also(look.db, "formalities", [dossier])
    fetch_also(look.db, "attachments", [dossier])
    if row["decision"] == "open" and kind != "call-in-waiver":
        return row
    rounds = [key[1] for key in dossier.table("formalities") if (key[0], key[2]) == (row["step"], kind)]
    return dossier.table("steps")[(row["step"], max(rounds))] if rounds else row


def _is_known(look: Looking, dossier: Dossier, row: Row, kind: str, planned: PlannedStep) -> bool:
    world = look.known.world
    day_of_it = planned.meeting or look.today
    if kind in ACT_OF:
        return are_asked_for(world, dossier, row, ACT_OF[kind], day_of_it)
    pack = pack_in_force(world, world.forums.get(row["forum"]), row["outcome_on"] or day_of_it)
    called_in = pack is not None and pack.executive and pack.call_in is not None
    return kind == "call-in-waiver" and called_in and may_be_called_in(dossier.stage_of(row).ask)


def _facts(seen: View, dossier: Dossier, row: Row, kind: str, forum: Forum, planned: PlannedStep) -> Facts:
    look, item = seen.look, dossier.item
    formality = dossier.table("formalities").get((row["step"], row["round"], kind)) or {}
    digest_of = {name: formality.get(name) for name in ("agreed_by", "reason", "representations", "response")}
    if kind == "call-in-waiver":
        digest_of["reason"] = row["call_in_waived"]
    spelt = _spelt(look, dossier, digest_of.values())
    meeting = look.known.meetings.get(row["meeting"] or "")
    on = row["notice_given"] if kind == "key-decision-notice" else formality.get("on")
    pack = pack_in_force(look.known.world, forum, planned.meeting or look.today)
    length = (pack.general_exception if pack else None) or GENERAL_EXCEPTION
    calendar = calendar_at(look.known.world, forum, look.calendar)
    organisation = look.known.organisations[forum.organisation]
    exemption: Mapping[str, Any] = item["exemption"] or {}
    is_exempt = item["part"] == "II"
    description = (item["fields"] or {}).get(PUBLIC_DESCRIPTION)
    bound = meeting is not None and meeting.state != "cancelled"
    return Facts(
        organisation=organisation.name,
        is_council=organisation.kind == "council",
        forum=forum.name,
        decision_maker=_with_organisation(forum.name, organisation.name),
        is_individual=dossier.stage_of(row).kind == "individual",
        members=_members(look, forum.id),
        matter=(description if isinstance(description, str) else None) if is_exempt else seen.titles[dossier.id],
        is_key=bool(item["key_decision"]),
        is_private=is_exempt or row["part"] == "II",
        grounds=_grounds(exemption, spelt),
        exempt_reason=spelt.get(exemption.get("reason", "")),
        meets_on=meeting.date if bound and meeting else row["outcome_on"],
        time=meeting.time if bound and meeting else None,
        planned_on=planned.meeting,
        documents=tuple(_documents(dossier, row, spelt, seen.titles[dossier.id])),
        on=on,
        **{name: spelt.get(digest or "") for name, digest in digest_of.items()},
        days_of_notice=pack.key_decision_notice.days if pack and pack.key_decision_notice else _DAYS_OF_NOTICE,
        exception_days=in_words(length.days, length),
        earliest=calendar.forward(on, length) if on and kind == "general-exception" else None,
    )


def _spelt(look: Looking, dossier: Dossier, named: Iterable[str | None]) -> dict[str, str]:
    """The texts that a draft may need; what was redacted is a gap again."""
    wanted = {digest for digest in named if digest} | set(digests(dossier.item["exemption"] or {}))
    wanted |= {row["name"] for row in dossier.table("attachments").values() if row["part"] == "I"}
    query = select(texts.c.digest, texts.c.text).where(
        texts.c.subject == dossier.subject, texts.c.digest.in_(sorted(wanted)), texts.c.text.is_not(None)
    )
    return {row.digest: row.text for row in look.db.execute(query)} if wanted else {}


def _grounds(exemption: Mapping[str, Any], spelt: Mapping[str, str]) -> str | None:
    """The paragraph by which it is exempt, as it is published."""
    basis, numbers = spelt.get(exemption.get("basis", "")), exemption.get("paragraphs") or ()
    paragraphs = f"paragraph{'s' if len(numbers) > 1 else ''} {', '.join(str(n) for n in numbers)}" if numbers else None
    return ", ".join(part for part in (basis, paragraphs) if part) or None


def _with_organisation(forum: str, organisation: str) -> str:
    """A forum with whose it is, unless its name says so."""
    return forum if organisation in forum else f"{forum}, {organisation}"


def _members(look: Looking, forum: str) -> tuple[str, ...]:
    """The members of a forum, its chair first, as far as they are on record."""
    people = look.known.people.values()
    chairs = sorted(f"{person.name} (chair)" for person in people if person.holds("chair", forum))
    members = (p.name for p in people if p.holds("member", forum) and not p.holds("chair", forum))
    return (*chairs, *sorted(members))


def _documents(dossier: Dossier, row: Row, spelt: Mapping[str, str], title: str) -> Iterator[str]:
    """What is put before the forum; of an exempt item only that there is a report."""
    if row["verbal"] and row["version"] is None:
        return
    if dossier.item["part"] == "II":
        yield "Report (exempt)"
        return
    version = row["version"] or dossier.item["report_version"]
    yield f"Report: {title}, version {version}"
    for key, file in sorted(dossier.table("attachments").items()):
        if key[0] == version and file["part"] == "I" and file["name"] in spelt:
            yield spelt[file["name"]]


def _cautions(look: Looking, dossier: Dossier, facts: Facts, kind: str, planned: PlannedStep) -> Iterator[str]:
    """What whoever publishes it has to see to."""
    if (by := _last_day(look, facts, kind, planned)) is not None and facts.on is None:
        late = " That day has passed." if by < look.today else ""
        yield f"It has to be published by {day(by)}.{late}"
    if dossier.item["part"] == "II" and facts.matter is None:
        yield (
            "The title is exempt and does not stand in the draft. Write in its place what the matter is about, in "
            "words that may be public. So that every draft has them, ask who sets up items to enter them as its public "
            "description."
        )
    if facts.is_private and facts.exempt_reason is not None and kind in _WITH_GROUNDS:
        yield "The reason for the exemption is printed in this public notice: see that it says nothing that is exempt."
    if facts.members and kind not in ("urgent-item", "call-in-waiver"):
        yield "See that the list of members is complete: it names those who are on record here."
    if facts.is_private and any((facts.reason, facts.representations, facts.response)):
        yield "See that the reasons, representations and the response say nothing that is exempt."


def _last_day(look: Looking, facts: Facts, kind: str, planned: PlannedStep) -> date | None:
    forum = look.known.world.forums.get(planned.forum or "")
    meets_on = facts.meets_on or planned.meeting
    if forum is None or meets_on is None:
        return None
    pack: RulePack | None = pack_in_force(look.known.world, forum, meets_on)
    calendar = calendar_at(look.known.world, forum, look.calendar)
    if pack is None:
        return None
    if kind == "key-decision-notice":
        return before_meeting(pack, facts.is_key, meets_on, calendar).notice_by
    length = {
        "private-notice": pack.private_meeting_notice,
        "private-notice-again": pack.private_meeting_notice_again,
        "general-exception": pack.general_exception or GENERAL_EXCEPTION,
    }.get(kind)
    return calendar.back(meets_on, length) if length else None
