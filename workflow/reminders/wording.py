"""What one reminder says, in sentences: for letters, pages and lists. Pure, and cheap.

The words of each kind stand in `kinds.py`; here is what its braces stand for, and why somebody is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from textwrap import shorten
from typing import Final

from workflow.errors import day
from workflow.letters import one_line
from workflow.reminders.kinds import KINDS
from workflow.reminders.told import Told

ITEMS: Final = "these items"  # in place of the title, where several items are spoken of at once
CHECK_IN_SUBJECT: Final = 60  # letters of a check that head a letter; the sentence says all of it

#: As what somebody is told: to the reader, and of somebody else behind "who is away and".
_AS: Final = {
    "secretary": ("you are secretary of {forum}", "is secretary of {forum}"),
    "chair": ("you chair {forum}", "chairs {forum}"),
    "member": ("you decide as {forum}", "decides as {forum}"),
    "lead": ("you lead for {organisation}", "leads for {organisation}"),
    "forum-lead": ("you lead for the organisation of {forum}", "leads for the organisation of {forum}"),
    "superior": ("the lead for {organisation} answers to you", "to whom the lead for {organisation} answers"),
    "clearer": ("you clear reports for {area}", "clears reports for {area}"),
    "owner": ("you own {the_item}", "owns {the_item}"),
    "condition-due": ("you have this condition to meet", "has this condition to meet"),
    "evidence-due": ("you are asked to make the check", "is asked to make the check"),
}

#: The same as a post, for those who must not read names.
_POSTS: Final = {
    "secretary": "the secretary of {forum}",
    "chair": "the chair of {forum}",
    "member": "{forum}",
    "lead": "the lead for {organisation}",
    "clearer": "the clearer for {area}",
    "owner": "the owner of {the_item}",
    "condition-due": "the owner of the condition",
    "evidence-due": "whoever makes the check",
}

#: Why it is somebody's turn, and to do what.
_TURNS: Final = {
    "bind": ("all that comes before {forum} is done{but_report}", "put it on a meeting"),
    "agenda": ("the report is in and cleared", "put it on the agenda of {forum}"),
    "record": ("all that is needed for a decision is in", "decide and have the decision recorded"),
    "submit": ("the report is needed now", "submit it to {forum}"),
    "accept": ("the outcome of {forum} falls short of what was asked", "accept it, or have {forum} asked again"),
    "send-back": ("the outcome of {forum} falls short of what was asked", "have {forum} asked again"),
    "uphold": ("the decision of {forum} was called in", "uphold it, or have it decided again"),
    "material": ("there is a new version of the report", "say whether the change is material"),
    "revise": ("clearance of the report was refused", "revise it"),
}
_TURN: Final = ("the next step can be taken", "take it")

_AGAIN: Final = {"again": " again", "newer": " in its newest version"}

#: Kinds that ask nothing of anybody.
INFORMS: Final = ("meeting-tomorrow", "call-in-ending")


def subject_of(told: Told, title: str = "") -> str:
    """One line: what, by when, and which item; `title` where something else stands for it."""
    return capital(_subject(told, title or told.title))


def label_of(told: Told) -> str:
    """What and by when, without the item, to stand behind other words; the name of a forum keeps its capital."""
    said = _subject(told, "").removesuffix(": ")
    is_name = bool(told.forum_name) and said.startswith(_places(told)["forum"])
    return said if is_name else said[:1].lower() + said[1:]


def sentence_of(told: Told, title: str = "") -> str:
    """What has to be done, for which item and forum, and by when; of what has moved, the old day and the new one."""
    kind, words = KINDS[told.kind], _words(told, title or told.title, in_full)
    if kind.moved is None or told.old_day is None:
        return capital(((told.overdue and kind.overdue) or kind.says).format_map(words))
    about, before = kind.moved.about.format_map(words), in_full(told.old_day)
    if told.day is None:
        off = kind.moved.off.format_map(words)
        return capital(off or f"{about} is no longer {kind.moved.falls} {before}; no new day is known yet.")
    passed = ", which has passed" if told.overdue else ""
    now = _falls(told, told.day, kind.moved.falls, in_full) + (passed or words["at_time"] + words["at_place"])
    old = f"it was {before} before" if told.old_day < told.today else f"you were told {before}"
    if told.old_day < told.today and not passed:
        old += ", which has passed"
    return capital(f"{about} is now {now}; {old}.")


def reason_of(told: Told, several: bool = False) -> str:
    """Why this, and why this person; `several` items are spoken of at once."""
    places = _places(told) | ({"the_item": "the items"} if several else {})
    is_vacant = told.because == "holder" and not told.holder_names  # the leads are told in place of nobody
    you, other = _AS["lead" if is_vacant else _role(told) if told.because == "holder" else told.because]
    if told.stands_in_for is None:
        because = you.format_map(places)
    else:
        because = f"you stand in for {one_line(told.stands_in_for)}, who is away and {other.format_map(places)}"
    return " ".join(filter(None, (meets(told), f"You are told because {because}{_with_others(told, places)}.")))


def meets(told: Told) -> str:
    """When the forum is expected to deal with it, unless that is said already or past, or the reader decides alone.

    Only beside a day of its own: who is told none is not told when the meeting moves either.
    """
    if told.day is None or told.meets_on is None or told.meets_on < told.today or not told.forum_name:
        return ""
    if told.kind == "meeting-tomorrow" or (_role(told) == "member" and _is_theirs(told)):
        return ""
    when = f"{in_full(told.meets_on)}{_at(told)}{_where(told)}."
    return f"{one_line(told.forum_name)} {'meets on' if told.meeting else 'is expected to deal with this on'} {when}"


def post_of(told: Told) -> str:
    """Whose turn it is, as a post and not by name."""
    return _POSTS[_role(told)].format_map(_places(told))


def asks_of(told: Told) -> str:
    """What the link is for: to whoever is told only because others have not acted, it shows the item or the forum."""
    if told.exempt:
        return "See My deadlines"
    if _is_theirs(told):
        return KINDS[told.kind].asks
    return "See the forum" if told.kind == "calendar-ends" else "See the item"


def in_full(value: date) -> str:
    """Thursday 5 October 2023."""
    return f"{value:%A} {day(value)}"


def at_time(value: str) -> str:
    """2pm, 10:30am, from a local time of day such as 14:00."""
    if value in ("12:00", "00:00"):
        return "midday" if value == "12:00" else "midnight"
    hours, minutes = (int(part) for part in value.split(":"))
    past = f":{minutes:02}" if minutes else ""
    return f"{hours % 12 or 12}{past}{'am' if hours < 12 else 'pm'}"


def listed(names: Sequence[str]) -> str:
    """One, two and three."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def capital(text: str) -> str:
    """A sentence begins with a capital."""
    return text[:1].upper() + text[1:]


def _subject(told: Told, title: str) -> str:
    kind, words = KINDS[told.kind], _words(told, title, day)
    if told.overdue and kind.overdue_subject:
        return kind.overdue_subject.format_map(words)
    if kind.moved is None or told.old_day is None:
        return kind.subject.format_map(words)
    label, falls = kind.moved.label.format_map(words), kind.moved.falls
    if told.day is not None:
        return f"{label} now {_falls(told, told.day, falls, day)}: {words['title']}"
    if kind.moved.off_subject:
        return kind.moved.off_subject.format_map(words)
    return f"{label} no longer {falls} {day(told.old_day)}: {words['title']}"


def _falls(told: Told, on: date, falls: str, dated: Callable[[date], str]) -> str:
    """How a day is spoken of: what is on this very day is today."""
    return f"{'today,' if falls == 'on' and on == told.today else falls} {dated(on)}"


def _words(told: Told, title: str, dated: Callable[[date], str]) -> dict[str, str]:
    """What the braces of a wording stand for; days are written as `dated` does."""
    why, to_do = _TURNS.get(told.detail.partition("/")[0], _TURN)
    places, check = _places(told), "" if told.exempt else one_line(told.detail)
    who, forum, item = _who(told), places["forum"], one_line(title)
    on = dated(told.day) if told.day else "a day that is not known"
    is_meeting = told.day is not None and told.day == told.meets_on
    return places | {
        "title": item,
        "them": "them" if title == ITEMS else "it",
        "day": on,
        "by_day": f" by {on}" if told.day else "",
        "on_day": _falls(told, told.day, "on", dated) if told.day else f"on {on}",
        "old_day": dated(told.old_day) if told.old_day else "",
        "at_time": _at(told) if is_meeting else "",
        "at_place": _where(told) if is_meeting else "",
        "check": f" “{shorten(check, CHECK_IN_SUBJECT, placeholder=' …')}”" if check else "",
        "the_check": f"the check “{check}”" if check else "a check",
        "again": _AGAIN.get(told.detail, ""),
        "number": told.detail,
        "event": f"{forum} was to deal with {item}" if told.forum_name else f"{forum} on {item} ended",
        "why": why.format_map(places),
        "to_do": to_do.format_map(places),
        "who": who,
        "turn": _turn(told, who),
    }


def _places(told: Told) -> dict[str, str]:
    """The forum, organisation, area and item of which posts speak."""
    area = told.holder.partition(":")[2] if told.holder.startswith("clearer:") else told.detail.partition("/")[0]
    return {
        "forum": one_line(told.forum_name) or "the consultation",
        "organisation": one_line(told.organisation),
        "area": area.replace("-", " "),
        "the_item": "the item",
        "but_report": ", its report is still to come" if told.awaits_report else "",
    }


def _role(told: Told) -> str:
    """What the holder is: a post at a forum, an organisation or an area, or somebody with a part in the item."""
    role = told.holder.partition(":")[0]
    if role != "person":
        return role
    return told.kind if told.kind in _AS else "owner"


def _is_theirs(told: Told) -> bool:
    """Whether the reader, or whom they stand in for, is who has to act: by the first rung or by a later one."""
    return bool(told.holder_names) and told.because in ("holder", _role(told))


def _who(told: Told) -> str:
    """Whose turn it is, to the reader."""
    if _is_theirs(told):
        return "you" if told.stands_in_for is None else one_line(told.stands_in_for)
    return listed([one_line(name) for name in told.holder_names]) or post_of(told)


def _turn(told: Told, who: str) -> str:
    if _is_theirs(told):
        return "your turn" if told.stands_in_for is None else f"your turn for {who}"
    return f"waiting for {who}"


def _with_others(told: Told, places: Mapping[str, str]) -> str:
    """Who has it in hand, where that is not why somebody is told."""
    if not told.holder_names:
        return f", and nobody {_AS[_role(told)][1].format_map(places)}"
    if _is_theirs(told) or told.kind in INFORMS:
        return ""
    return f", and it is with {_who(told)}"


def _at(told: Told) -> str:
    return f" at {at_time(told.meets_at)}" if told.meets_at else ""


def _where(told: Told) -> str:
    return f", {one_line(told.place)}" if told.place else ""
