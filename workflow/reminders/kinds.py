"""The kinds of reminders: one entry each, with its rule, its ladder and its words.

A new kind is an entry here, its id in `routes/ladders.py` and a rule in `rules.py`. What a kind says:

- `name` is what it is called in settings and lists;
- `subject` heads a letter, `says` is its sentence, `overdue` and `overdue_subject` the same once the day is past;
- `asks` is what to do, as the link says it; `done` is why the reminder ends once that was done;
- `moved` is what says that its day is another one now.

Words in braces are filled in by `wording.py`, which knows no others: {title} {them} {forum} {day} {by_day} {on_day}
(of what is on a day, perhaps today) {old_day} {at_time} {at_place} {again} (of a report) {area} (of a clearance)
{number} (of a condition) {event} (what was to happen) {check} {the_check} (of a gate) {turn} {why} {who} {to_do} (whose
turn it is, why, and to do what). {title} is no sentence's subject: "these items" may stand there, and "them" for
{them}. A subject ends with the title, behind its only colon. Recipients are named by the ladder: `holder` is whoever
the rule says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from routes import ladders as data
from routes.ladders import Ladder, Rung
from workflow.reminders import rules
from workflow.reminders.matters import Matter
from workflow.reminders.rules import Facts


@dataclass(frozen=True, slots=True)
class Moved:
    """What has another day now: in a few words, in full, and how its day is spoken of, such as "due by".

    `off_subject` and `off` are said instead where it is off the old day and there is no new one to wait for.
    """

    label: str
    about: str
    falls: str
    off_subject: str = ""
    off: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of reminder. `tells_moves`: whoever was told a day is told when it moves."""

    id: str
    name: str
    rule: Callable[[Facts], Iterator[Matter]]
    ladder: Ladder
    subject: str
    says: str
    asks: str
    done: str  # why it is no longer wanted, once what it asks for was done
    overdue_subject: str = ""
    overdue: str = ""
    moved: Moved | None = None
    tells_moves: bool = True


def _before(days: int, *to: str) -> Rung:
    return Rung("before", days, to or ("holder",))


def _after(days: int, *to: str) -> Rung:
    return Rung("after", days, to or ("holder",))


def _waiting(days: int, *to: str) -> Rung:
    return Rung("waiting", days, to or ("holder",))


def _ladder(*rungs: Rung, at: str = "09:00") -> Ladder:
    return Ladder(rungs, at)


_ENTRIES: Final = (
    Kind(
        "report-due",
        "A report is due",
        rules.report_due,
        _ladder(_before(10), _before(3), _before(0), _after(1, "holder", "lead"), _after(3, "superior")),
        subject="Report due {day}: {title}",
        says="The report on {title} has to be with {forum}{again} by {day}.",
        overdue_subject="Report overdue since {day}: {title}",
        overdue="The report on {title} should have been with {forum}{again} by {day} and is not there.",
        moved=Moved("report", "the report on {title} for {forum}", "due by"),
        asks="Submit the report",
        done="The report is there.",
    ),
    Kind(
        "clearance",
        "A report waits for clearance",
        rules.clearance,
        _ladder(
            _waiting(0),
            _waiting(5),
            _before(2),
            _after(1, "holder", "owner", "lead"),
            _after(3, "superior"),
        ),
        subject="{area} clearance asked{by_day}: {title}",
        says="The report on {title} for {forum} waits for {area} clearance{by_day}.",
        overdue_subject="{area} clearance overdue since {day}: {title}",
        overdue="The report on {title} for {forum} should have had {area} clearance by {day}.",
        moved=Moved("{area} clearance", "{area} clearance of the report on {title} for {forum}", "due by"),
        asks="Clear the report",
        done="The area has answered, or the version is no longer before the forum.",
    ),
    Kind(
        "notice-due",
        "Notice of a key decision is to be published",
        rules.notice_due,
        _ladder(_before(10), _before(3), _before(0), _after(1, "holder", "lead", "forum-lead"), _after(2, "superior")),
        subject="Key decision notice to publish by {day}: {title}",
        says="Notice of the key decision on {title} has to be published by {day} for {forum} to take it.",
        overdue_subject="Key decision notice missed {day}: {title}",
        overdue="Notice of the key decision on {title} should have been published by {day} for {forum} to take it. "
        "A later meeting, general exception or special urgency is needed.",
        moved=Moved("key decision notice", "notice of the key decision on {title} by {forum}", "to be published by"),
        asks="Record the notice",
        done="Notice was given, or is no longer needed.",
    ),
    Kind(
        "private-notice-due",
        "Notice of a private meeting is to be published",
        rules.private_notice_due,
        _ladder(_before(10), _before(3), _before(0), _after(1, "holder", "lead", "forum-lead"), _after(2, "superior")),
        subject="Private meeting notice to publish by {day}: {title}",
        says="Notice that {forum} is to deal with {title} in private has to be published by {day}.",
        overdue_subject="Private meeting notice missed {day}: {title}",
        overdue="Notice that {forum} is to deal with {title} in private should have been published by {day}. "
        "A later meeting is needed, or the chair of scrutiny has to agree that it is urgent.",
        moved=Moved(
            "private meeting notice", "notice that {forum} is to deal with {title} in private", "to be published by"
        ),
        asks="Record the notice",
        done="Notice was given, or is no longer needed.",
    ),
    Kind(
        "private-notice-again-due",
        "Notice of a private meeting is to be published again",
        rules.private_notice_again_due,
        _ladder(_before(10), _before(3), _before(0), _after(1, "holder", "lead", "forum-lead"), _after(2, "superior")),
        subject="Second private meeting notice to publish by {day}: {title}",
        says="Notice that {forum} is to deal with {title} in private has to be published again by {day}, with what was "
        "said against it and the response.",
        overdue_subject="Second private meeting notice missed {day}: {title}",
        overdue="Notice that {forum} is to deal with {title} in private should have been published again by {day}, "
        "with what was said against it and the response. A later meeting is needed, or the chair of scrutiny has to "
        "agree that it is urgent.",
        moved=Moved(
            "second private meeting notice",
            "the second notice that {forum} is to deal with {title} in private",
            "to be published by",
        ),
        asks="Record the notice",
        done="Notice was given, or is no longer needed.",
    ),
    Kind(
        "agenda-due",
        "Agenda and reports are to be published",
        rules.agenda_due,
        _ladder(_before(2), _before(0), _after(1, "holder", "lead", "forum-lead"), _after(2, "superior")),
        subject="Agenda to publish by {day}: {title}",
        says="All is ready to put {title} on the agenda of {forum}. Agenda and reports have to be open to inspection "
        "by {day}.",
        overdue_subject="Agenda overdue since {day}: {title}",
        overdue="No agenda of {forum} with {title} is recorded. It had to be open to inspection with its reports "
        "by {day}.",
        moved=Moved("agenda", "the agenda of {forum} with the papers on {title}", "to be open to inspection by"),
        asks="Put it on the agenda",
        done="It is on the agenda, or no longer meant for it.",
    ),
    Kind(
        "meeting-tomorrow",
        "A meeting is tomorrow",
        rules.meeting_tomorrow,
        _ladder(_before(1)),
        subject="{forum} meets {on_day}: {title}",
        says="{forum} meets {on_day}{at_time}{at_place}, and deals with {title}.",
        overdue_subject="{forum} was to meet on {day}: {title}",
        overdue="{forum} was to meet on {day}{at_time}{at_place}, and to deal with {title}.",
        moved=Moved(
            "meeting of {forum}",
            "the meeting of {forum} that deals with {title}",
            "on",
            off_subject="No longer before {forum} on {old_day}: {title}",
            off="{forum} no longer deals with {title} at its meeting of {old_day}.",
        ),
        asks="See the item",
        done="The forum has met, or does not deal with it then.",
    ),
    Kind(
        "outcome-missing",
        "An outcome is not recorded",
        rules.outcome_missing,
        _ladder(_after(1), _after(3, "holder", "chair"), _after(5, "lead", "forum-lead"), _after(10, "superior")),
        subject="Outcome of {day} to record: {title}",
        says="{event} on {day}; its outcome is to be recorded.",
        overdue_subject="Outcome of {day} not recorded: {title}",
        overdue="{event} on {day}, and no outcome is recorded.",
        asks="Record the outcome",
        done="The outcome is recorded, or another day is meant.",
        tells_moves=False,
    ),
    Kind(
        "minutes-due",
        "Minutes are due",
        rules.minutes_due,
        _ladder(_before(1), _before(0)),
        subject="Minutes due {day}: {title}",
        says="The minutes of {forum} are due by {day}, and the words of its resolution on {title} are not recorded.",
        overdue_subject="Minutes overdue since {day}: {title}",
        overdue="The minutes of {forum} were due by {day}; the words of its resolution on {title} are not recorded.",
        asks="Add the words of the resolution",
        done="The words are recorded, or it is long ago.",
        tells_moves=False,
    ),
    Kind(
        "decision-to-publish",
        "A decision is to be published",
        rules.decision_to_publish,
        _ladder(_before(0), _after(1, "holder", "lead", "forum-lead"), _after(3, "superior")),
        subject="Decision to publish by {day}: {title}",
        says="The decision of {forum} on {title} has to be published by {day}.",
        overdue_subject="Decision not published since {day}: {title}",
        overdue="The decision of {forum} on {title} should have been published by {day}; no publication is recorded.",
        asks="Record when it was published",
        done="The publication is recorded, or it is long ago.",
        tells_moves=False,
    ),
    Kind(
        "call-in-ending",
        "A call-in window ends",
        rules.call_in_ending,
        _ladder(_before(0, "holder", "owner")),
        subject="Call-in ends on {day}: {title}",
        says="The decision of {forum} on {title} can be called in until the end of {day}; "
        "unless it is, it may be acted on from the next working day.",
        overdue_subject="Call-in ended on {day}: {title}",
        overdue="The decision of {forum} on {title} could be called in until the end of {day}.",
        moved=Moved("call-in window", "the call-in window of the decision of {forum} on {title}", "open until"),
        asks="See the item",
        done="The call-in window is over, or the decision was called in.",
    ),
    Kind(
        "condition-due",
        "A condition is to be met",
        rules.condition_due,
        _ladder(
            _before(10),
            _before(3),
            _before(0),
            _waiting(20),
            _after(1, "holder", "owner"),
            _after(5, "lead"),
            _after(10, "superior"),
            _waiting(40, "holder", "owner"),
            _waiting(60, "lead"),
        ),
        subject="Condition {number} to be met{by_day}: {title}",
        says="Condition {number} of what {forum} resolved on {title} is to be met{by_day}.",
        overdue_subject="Condition {number} overdue since {day}: {title}",
        overdue="Condition {number} of what {forum} resolved on {title} should have been met by {day}.",
        moved=Moved("condition {number}", "condition {number} of what {forum} resolved on {title}", "to be met by"),
        asks="Say that it is met",
        done="The condition is met, or no longer stands.",
    ),
    Kind(
        "evidence-due",
        "A check is to be made",
        rules.evidence_due,
        _ladder(_waiting(0), _waiting(10), _waiting(15, "holder", "lead"), _waiting(20, "superior")),
        subject="Check{check} to be made: {title}",
        says="{the_check} on {title} is to be made, and nothing behind it has a date until it is.",
        asks="Record the check",
        done="The check was made.",
        tells_moves=False,
    ),
    Kind(
        "consultation-closing",
        "A consultation closes",
        rules.consultation_closing,
        _ladder(_before(5, "holder", "owner"), _before(0, "holder", "owner")),
        subject="Consultation closes {day}: {title}",
        says="The consultation on {title} closes on {day}; its outcome is to be recorded then.",
        overdue_subject="Consultation closed {day}: {title}",
        overdue="The consultation on {title} closed on {day}, and its outcome is not recorded.",
        moved=Moved("consultation", "the consultation on {title}", "to close on"),
        asks="See the item",
        done="The consultation is over.",
    ),
    Kind(
        "calendar-ends",
        "A forum has no meeting that an item needs",
        rules.calendar_ends,
        _ladder(_waiting(0), _waiting(5, "holder", "lead", "forum-lead"), _waiting(15, "superior")),
        subject="No suitable meeting of {forum}: {title}",
        says="No meeting of {forum} is known at which it could deal with {title}. Add its next meetings, or put {them} "
        "on one of its meetings.",
        asks="See the forum and add meetings",
        done="The forum has a meeting for it.",
        tells_moves=False,
    ),
    Kind(
        "your-turn",
        "It is your turn",
        rules.your_turn,
        _ladder(_waiting(0), _waiting(5), _waiting(10, "holder", "lead"), _waiting(15, "superior")),
        subject="{turn}: {title}",
        says="About {title}: {why}, and it is now for {who} to {to_do}.",
        asks="See what is to be done",
        done="It was done.",
        tells_moves=False,
    ),
    Kind(
        "idle",
        "Nothing happens on an item",
        rules.idle,
        _ladder(_after(20), _after(30, "holder", "lead"), _after(40, "superior")),
        subject="Nothing has happened since {day}: {title}",
        says="Nothing has happened on {title} since {day}.",
        overdue_subject="Nothing has happened since {day}: {title}",
        overdue="Nothing has happened on {title} since {day}, and nothing is expected in the coming weeks.",
        asks="See what it waits for",
        done="Something has happened, or is expected.",
        tells_moves=False,
    ),
)

#: Every kind, by id.
KINDS: Final = {kind.id: kind for kind in _ENTRIES}

if tuple(KINDS) != data.KINDS:  # routes and forums may only speak of kinds that there are
    raise RuntimeError("The kinds of reminders and those that ladders may name are not the same.")
