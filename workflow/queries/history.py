"""All that ever happened to an item, as data and in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from models.ledger import events
from models.reports import texts
from workflow.actions import BY_KIND
from workflow.errors import Unknown
from workflow.ledger import moment
from workflow.loaded import spelt_out
from workflow.runtime import Looking
from workflow.slip_reasons import reason_in_words

Event = Mapping[str, Any]
Say = Callable[[Mapping[str, Any]], str]


def _outcome(act: Mapping[str, Any]) -> str:
    said = f"“{act['outcome']}”{' as amended' if act.get('amended') else ''}"
    said += f", until {act['until']}" if act.get("until") else ""
    said += f": {act['text']}" if act.get("text") else "."
    said += _chosen(act)
    if conditions := act.get("conditions"):
        said += f" Subject to: {'; '.join(condition['text'] for condition in conditions)}."
    if waived := act.get("call_in_waived"):
        agreed_by = act.get("waiver_agreed_by")
        said += f" Call-in waived{f', agreed by {agreed_by}' if agreed_by else ''}: {waived}"
    if breach := act.get("breach"):
        said = f"{said.removesuffix('.')}, although notice was not given as the rules ask: {breach}"
    return said


_TAKEN_AWAY: Final = {
    "conditions": "the conditions",
    "published": "the day of publication",
    "until": "until when it was deferred",
    "breach": "why it was decided although notice was not given as the rules ask",
}


def _taken_away(act: Mapping[str, Any]) -> str:
    away = ", ".join(_TAKEN_AWAY[name] for name in act.get("cleared", ()))
    return f" Taken away: {away}." if away else ""


def _because(act: Mapping[str, Any]) -> str:
    return f" Reason: {act['reason']}" if act.get("reason") else ""


def _chosen(act: Mapping[str, Any]) -> str:
    """Why it slips, as somebody chose it from the list."""
    return f" Why: {reason_in_words(act['code'])}." if act.get("code") else ""


def _files(act: Mapping[str, Any]) -> str:
    """The names of files, but of none that is exempt: those who may read a history may not all know of it."""
    files = act.get("attachments", ())
    said = [file["name"] for file in files if file["part"] == "I"]
    if exempt := len(files) - len(said):
        said.append("1 exempt file" if exempt == 1 else f"{exempt} exempt files")
    return f" Files: {', '.join(said)}." if said else ""


def _representations(act: Mapping[str, Any]) -> str:
    """What was said against meeting in private, and what was answered."""
    named = (("representations", "Representations"), ("response", "Response"))
    return "".join(f" {words}: {act[name]}" for name, words in named if act.get(name))


def _plainly(sentence: str) -> Say:
    return lambda act: sentence + _chosen(act) + _because(act)


def _key_decision(act: Mapping[str, Any]) -> str:
    """What was said of an item: that it is a key decision or none, and what it is worked out from."""
    said = []
    if "key_decision" in act:
        said.append("Down as a key decision." if act["key_decision"] else "Down as no key decision.")
    if "value" in act:
        said.append(f"Worth £{act['value']:,}.")
    if "divisions" in act:
        where = "all divisions" if act["divisions"] == "all" else ", ".join(act["divisions"]) or "no divisions"
        said.append(f"It affects {where}.")
    return " ".join(said)


#: A sentence for every kind of event of an item; one without a sentence is a defect found at import.
WORDS: Final[dict[str, Say]] = {
    "created": lambda act: f"Created: {act['entry']['title']}",
    "changed": lambda act: f"Rewritten while a draft: {act['entry']['title']}",
    "recorded": lambda act: f"Recorded {_outcome(act)}{_because(act)}",
    "corrected": lambda act: f"Corrected to {_outcome(act)}{_taken_away(act)}{_because(act)}",
    "accepted": _plainly("Accepted though weaker than what was asked."),
    "sent-back": _plainly("Sent back to be asked again."),
    "bound": lambda act: f"Bound to the meeting {act['meeting']}.{_chosen(act)}{_because(act)}",
    "unbound": _plainly("Taken off its meeting."),
    "released": _plainly("Released, because its meeting was cancelled."),
    "put-on-agenda": _plainly("Put on the agenda."),
    "notice-given": _plainly("Notice of the decision given."),
    "private-notice-given": _plainly("Notice given that the meeting is to be private."),
    "private-notice-given-again": lambda act: (
        f"Notice given again that the meeting is to be private.{_representations(act)}{_because(act)}"
    ),
    "general-exception-noted": lambda act: (
        f"General exception: notice given to {act.get('agreed_by', 'the chair of scrutiny')}.{_because(act)}"
    ),
    "special-urgency-agreed": lambda act: f"Special urgency agreed by {act['agreed_by']}.{_because(act)}",
    "urgent-item-taken": lambda act: f"Taken as an urgent item by {act['agreed_by']}.{_because(act)}",
    "decision-published": _plainly("Decision published."),
    "documents-given": _plainly("Documents of the decision given to members."),
    "submitted": lambda act: f"Report submitted, version {act['version']}.{_because(act)}",
    "started": _plainly("Started."),
    "withdrawn": _plainly("Withdrawn."),
    "cleared": lambda act: (
        f"{'Cleared' if act['cleared'] else 'Not cleared'} by {act['area']}, version {act['version']}.{_because(act)}"
    ),
    "gate-opened": lambda act: (
        f"Gate opened.{' Evidence: ' + act['evidence'] if act.get('evidence') else ''}{_because(act)}"
    ),
    "called-in": _plainly("Called in."),
    "upheld": _plainly("Upheld after the call-in."),
    "reconsidered": _plainly("To be decided again after the call-in."),
    "condition-met": lambda act: (
        f"Condition {act['number']} met.{' Evidence: ' + act['evidence'] if act.get('evidence') else ''}{_because(act)}"
    ),
    "put-on-hold": _plainly("Put on hold."),
    "resumed": _plainly("Resumed."),
    "revised": lambda act: f"Report revised, version {act['version']}.{_files(act)}{_because(act)}",
    "redacted": lambda act: f"Texts of event {act['number']} redacted.{_because(act)}",
    "key-decision-answered": lambda act: f"{_key_decision(act)}{_because(act)}",
    "material-declared": lambda act: (
        f"The change of the report is {'material' if act['material'] else 'not material'}.{_because(act)}"
    ),
}

if _unspoken := {kind for kind, action in BY_KIND.items() if not action.name.startswith("meeting ")} - set(WORDS):
    raise RuntimeError(f"no sentence for events of the kinds {sorted(_unspoken)}")


def history(look: Looking, item: str, known_at: datetime | None = None) -> list[dict[str, Any]]:
    """The item's ledger as `history --json` prints it, the first event first."""
    query = select(events).where(events.c.subject == f"item:{item}").order_by(events.c.seq)
    if known_at is not None:
        query = query.where(events.c.at <= known_at)
    rows = look.db.execute(query).mappings().all()
    if not rows:
        raise Unknown(f"There is no item {item}. decision-routes where lists those there are.")
    return [
        {
            "seq": row["seq"],
            "at": moment(row["at"]),
            "date": row["date"].isoformat() if row["date"] else None,
            "actor": row["actor"],
            "on_behalf_of": row["on_behalf_of"],
            "kind": row["kind"],
            "step": row["step"],
            "data": row["data"],
            "hash": row["hash"],
        }
        for row in rows
    ]


def in_words(look: Looking, item: str, told: list[dict[str, Any]]) -> list[tuple[Event, str]]:
    """Each event with its sentence; a wrong outcome says that it was corrected."""
    subject = f"item:{item}"
    query = select(texts.c.digest, texts.c.text).where(texts.c.subject == subject)
    spelt = {(subject, row.digest): row.text for row in look.db.execute(query)}
    said: list[tuple[Event, str]] = []
    for place, event in enumerate(told):
        sentence = WORDS[event["kind"]](spelt_out(event["data"].get("act", {}), subject, spelt))
        if event["kind"] in ("recorded", "corrected") and _was_corrected(event, told[place + 1 :]):
            sentence += " (corrected later)"
        said.append((event, sentence))
    return said


def _was_corrected(event: Event, later: list[dict[str, Any]]) -> bool:
    """Whether the next outcome of the step is a correction."""
    following = [e["kind"] for e in later if e["step"] == event["step"] and e["kind"] in ("recorded", "corrected")]
    return following[:1] == ["corrected"]
