"""Letters say what, for which item and forum, by when, why, and why to this person; in text and as a page.

What they say is kept in `tests/snapshots/letters`, for somebody who knows the domain. After a change of words:

    WRITE_SNAPSHOTS=1 python -m pytest tests/unit/test_letters.py

and read what `git diff` shows.
"""

from __future__ import annotations

import os
import string
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import date
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import pytest

from tests.unit.told import (
    ADDRESS,
    IN_NOVEMBER,
    KINDS_TOLD,
    LEAD,
    OWNER,
    SECRETARY,
    TITLE,
    across,
    after_easter,
    exempt,
    moved,
    new_one,
    of_one_morning,
    off,
    overdue,
    told,
    written,
)
from workflow import letters
from workflow.known import Person
from workflow.letters import Letter
from workflow.reminders.kinds import KINDS
from workflow.reminders.told import Told
from workflow.reminders.writing import LONGEST, hook_letter, reason_of, sentence_of, subject_of

SNAPSHOTS = Path(__file__).parent.parent / "snapshots" / "letters"
CLERK = Person("clerk", "Cabinet clerk", "clerk@example.org", frozenset())
DEPUTY = Person("director-hci", "Director of Health and Care Integration", "director.hci@example.org", frozenset())
HOSTILE = "<script>alert(1)</script> {{ name }} {x} $x {% raw %} \r\nBcc: all@example.org & “more”"


def kept(name: str, text: str) -> None:
    """Compare with what is kept under this name, or keep it."""
    path = SNAPSHOTS / name
    if os.environ.get("WRITE_SNAPSHOTS"):
        SNAPSHOTS.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"{name} is not kept; the top of this file says how"
    assert text == path.read_text(encoding="utf-8")


CASES: dict[str, Callable[[], Letter]] = {
    **{kind: lambda kind=kind: written(_who(told(kind)), told(kind)) for kind in KINDS_TOLD},
    "overdue": lambda: written(OWNER, overdue("report-due")),
    "moved": lambda: written(OWNER, moved("report-due")),
    "off-the-meeting": lambda: written(SECRETARY, off("meeting-tomorrow")),
    "escalated-to-the-lead": lambda: written(LEAD, overdue("agenda-due", because="lead")),
    "escalated-to-the-superior": lambda: written(DEPUTY, overdue("agenda-due", because="superior")),
    "nobody-holds-the-post": lambda: written(LEAD, told("agenda-due", holder_names=())),
    "to-a-deputy": lambda: written(DEPUTY, told("report-due", stands_in_for="Head of Lancashire Place")),
    "in-part-ii": lambda: written(SECRETARY, exempt("meeting-tomorrow")),
    "merged": lambda: written(SECRETARY, *of_one_morning()),
    "daily": lambda: written(
        OWNER,
        told("report-due", day="2023-10-20", today="2023-10-05", **IN_NOVEMBER),
        told(
            "your-turn",
            detail="revise/2",
            item="place-deal",
            title="Place Integration Deal",
            **{
                "holder": "person:head-of-place",
                "holder_names": (OWNER.name,),
                "today": "2023-10-05",
                **IN_NOVEMBER,
            },
        ),
        daily=True,
    ),
    "catch-up": lambda: written(OWNER, *after_easter()),
    "catch-up-of-one": lambda: written(OWNER, after_easter()[0]),
    "catch-up-and-new": lambda: written(OWNER, *after_easter(), new_one()),
    "more-than-fits": lambda: written(SECRETARY, *across("meeting-tomorrow", 30), *across("agenda-due", 40)),
    "webhook": lambda: hook_letter(overdue("agenda-due", because="lead"), "teams"),
    "outcome": lambda: _outcome(),
    "meeting-moved": lambda: _meeting_moved(),
    "meeting-cancelled": lambda: _meeting_moved(cancelled=True),
    "invitation": lambda: letters.invitation(CLERK, "clerk@example.org", f"{ADDRESS}/invitation/x", "Lancashire"),
    "reset": lambda: letters.reset(CLERK, "clerk@example.org", f"{ADDRESS}/reset/x", "Lancashire"),
}


def _who(message: Told) -> Person:
    return Person("holder", message.holder_names[0], "post@example.org", frozenset())


def _outcome() -> Letter:
    said = letters.worded(
        "outcome",
        name="Cabinet secretary",
        heading="Lancashire Health and Wellbeing Board, endorsed",
        title=TITLE,
        said="Lancashire Health and Wellbeing Board resolved “endorsed” on 5 September 2023:",
        follows=["Cabinet deals with it on 5 October 2023.", "The report is due by 22 September 2023."],
        link=f"{ADDRESS}/items/options-appraisal-2023",
        because="it now comes to Cabinet",
    )
    return Letter("outcome", "clerk", "clerk@example.org", said.subject, said.body, html=said.html)


def _meeting_moved(cancelled: bool = False) -> Letter:
    item = {
        "title": TITLE,
        "link": f"{ADDRESS}/items/options-appraisal-2023",
        "lines": [
            "Cabinet: 2 November 2023 instead of 5 October 2023; notice by 4 October 2023 instead of 6 September 2023.",
            "ICB Executives now decides first, on 10 October 2023, before Cabinet on 2 November 2023.",
            "Done: 8 November 2023 instead of 11 October 2023.",
        ],
    }
    gone = "Cabinet: no day is known now; it was 5 October 2023."
    exempt = {"title": "An item in Part II", "link": None, "lines": [gone]}
    done = "has cancelled the meeting of Cabinet on 5 October 2023" if cancelled else "has moved the meeting of Cabinet"
    said = letters.worded(
        "meeting-changed",
        name="Head of Lancashire Place",
        heading=f"Cabinet: the meeting of 5 October 2023 is {'cancelled' if cancelled else 'moved to 2 November 2023'}",
        said=[f"Cabinet secretary {done}{'' if cancelled else ' on 5 October 2023 to 2 November 2023'}."],
        why="Clash with another date",
        reason=None if cancelled else "The Leader is at a conference",
        items=[] if cancelled else [item, exempt],
        more=0 if cancelled else 3,
        whys=["owner", "leads for Lancashire County Council, and the finish changes"],
        link=f"{ADDRESS}/meetings/cabinet-2023-10-05",
    )
    return Letter("meeting-changed", "head", "head@example.org", said.subject, said.body, html=said.html)


@pytest.mark.parametrize("case", CASES)
def test_a_letter_reads_as_it_is_kept(case: str) -> None:
    letter = CASES[case]()
    kept(f"{case}.txt", f"Subject: {letter.subject}\n\n{letter.body}")
    if letter.channel == "mail":
        assert letter.html is not None
        kept(f"{case}.html", letter.html)


def variants(kind: str) -> Iterator[tuple[str, Told | None]]:
    yield "in time", told(kind)
    yield "overdue", overdue(kind)
    yield "moved", moved(kind) if KINDS[kind].tells_moves else None
    yield "moved to a day that is not known", off(kind) if KINDS[kind].tells_moves else None
    past = replace(moved(kind), today=date(2024, 1, 8))
    yield "moved to a day that has passed", past if KINDS[kind].tells_moves else None
    today = replace(told(kind), today=date(2023, 10, 5))
    yield "on the day itself", today if kind == "meeting-tomorrow" else None
    slid = replace(moved(kind), today=date(2023, 10, 20), because="lead")
    yield "moved because its day was missed", slid if kind in ("report-due", "agenda-due") else None
    yield "to the lead", overdue(kind, because="lead") or told(kind, because="lead")
    yield "to a superior", overdue(kind, because="superior") or told(kind, because="superior")
    yield "to a deputy", told(kind, stands_in_for=told(kind).holder_names[0])
    yield "in Part II", exempt(kind)


def test_what_every_kind_says_reads_as_it_is_kept() -> None:
    """One page for the reader: every kind, and in it every way in which it is said."""
    said: list[str] = []
    for kind, entry in KINDS.items():
        said.append(f"{entry.name} ({kind})\n{'=' * len(f'{entry.name} ({kind})')}\n")
        for name, message in variants(kind):
            if message is not None:
                said.append(f"{name}\n  {subject_of(message)}\n  {sentence_of(message)}\n  {reason_of(message)}\n")
    kept("every-kind.txt", "\n".join(said))


def test_nothing_is_kept_that_is_not_written() -> None:
    names = {path.name for path in SNAPSHOTS.iterdir()}
    assert names == {f"{case}.{ending}" for case in CASES for ending in ("txt", "html")} - {"webhook.html"} | {
        "every-kind.txt"
    }


def test_every_kind_has_a_letter_that_is_kept() -> None:
    assert set(KINDS_TOLD) == set(KINDS) <= set(CASES)


def test_every_kind_uses_words_that_are_known_and_can_say_that_it_moved() -> None:
    known = {
        "title", "them", "forum", "day", "by_day", "on_day", "old_day", "at_time", "at_place", "again", "area",
        "number", "event", "check", "the_check", "turn", "why", "who", "to_do",
    }  # fmt: skip
    for kind in KINDS.values():
        texts = [getattr(kind, field.name) for field in fields(kind) if isinstance(getattr(kind, field.name), str)]
        texts += [getattr(kind.moved, field.name) for field in fields(kind.moved)] if kind.moved else []
        used = {name for text in texts for _said, name, _format, _conversion in string.Formatter().parse(text) if name}
        assert used <= known, kind.id
        assert kind.moved is not None or not kind.tells_moves, kind.id
        for subject in filter(None, (kind.subject, kind.overdue_subject, kind.moved and kind.moved.off_subject)):
            assert subject.endswith(": {title}") and subject.count(": ") == 1, "it stands without its title too"


def test_several_are_merged_with_the_most_urgent_first_and_counted() -> None:
    letter = written(OWNER, told("report-due"), told("idle"), overdue("report-due", item="b", title="Budget"))
    assert letter.kind == "reminders" and letter.item is None and letter.step is None
    assert letter.subject == "3 reminders: report overdue since 22 September 2023, and more"
    assert letter.body.index("Budget") < letter.body.index("Report due 22") < letter.body.index("Nothing has happened")


def test_items_of_one_meeting_are_one_heading() -> None:
    letter = written(SECRETARY, *across("meeting-tomorrow", 12))
    assert letter.subject == "Cabinet meets on 5 October 2023: Place Integration Deal, part 1 and 11 more"
    assert letter.body.count("Cabinet meets on") == 1 and letter.body.count("- ") == 12
    for number in range(12):
        assert f"{ADDRESS}/items/item-{number + 1:02}\n" in letter.body


def test_other_forums_and_days_are_headings_of_their_own() -> None:
    letter = written(
        SECRETARY,
        told("meeting-tomorrow"),
        told("meeting-tomorrow", item="b", forum="hwb", forum_name="Health and Wellbeing Board"),
        told("meeting-tomorrow", item="c", day="2023-10-06"),
    )
    assert letter.subject == "3 reminders: Cabinet meets on 5 October 2023, and more"


def test_what_has_no_day_is_named_in_the_subject_of_several() -> None:
    turn = told("your-turn", title="Budget")
    assert written(SECRETARY, turn, told("your-turn", item="b")).subject == "Your turn: Budget and 1 more"
    letter = written(SECRETARY, turn, told("your-turn", item="b", detail="agenda"))
    assert letter.subject == "2 reminders: your turn (Budget), and more"


def test_what_two_posts_of_one_person_are_told_of_the_same_thing_is_told_once() -> None:
    twice = [told("your-turn", detail="uphold", holder=f"{role}:lcc-cabinet") for role in ("secretary", "chair")]
    letter = written(SECRETARY, *twice)
    assert letter.kind == "reminder" and letter.step == "cabinet"


def test_a_letter_is_never_too_long() -> None:
    letter = written(SECRETARY, *across("meeting-tomorrow", 300), *across("agenda-due", 300))
    assert len(letter.body.splitlines()) < LONGEST + 15
    listed = letter.body.count("\n- ")
    assert f"And {600 - listed} more: see My deadlines." in letter.body


def test_a_daily_letter_says_its_day() -> None:
    assert written(OWNER, told("report-due"), daily=True).subject == "Your reminders for Thursday 5 October 2023"


def test_late_ones_say_that_they_are_and_when_they_should_have_come() -> None:
    assert (
        "No reminders were sent for a while: these should have come between 7 and 17 April 2023."
        in written(OWNER, *after_easter()).body
    )
    mixed = written(OWNER, *after_easter(), new_one())
    assert "those that are marked late should have come" in mixed.body
    assert mixed.body.count("Late: ") == 3


@pytest.mark.parametrize("kind", KINDS_TOLD)
def test_what_people_write_stays_text(kind: str) -> None:
    hostile = {"title": HOSTILE, "forum_name": HOSTILE, "place": HOSTILE, "stands_in_for": HOSTILE}
    person = Person("x", HOSTILE, "x@example.org", frozenset())
    for message in (told(kind, **hostile), replace(moved(kind), **hostile)):
        for letter in (written(person, message), written(person, message, told(kind)), hook_letter(message, "teams")):
            assert "\n" not in letter.subject and "\r" not in letter.body
            assert "\nBcc" not in letter.body and "{{ name }} {x} $x {% raw %}" in letter.subject + letter.body
            assert "<script" not in (letter.html or "")


def test_other_tools_are_told_no_names() -> None:
    for kind in KINDS_TOLD:
        for message in (
            told(kind),
            overdue(kind, because="lead"),
            told(kind, stands_in_for="Head of Lancashire Place"),
        ):
            if message is not None:
                letter = hook_letter(message, "teams")
                assert (letter.channel, letter.to, letter.person, letter.item) == (
                    "webhook",
                    "teams",
                    None,
                    message.item,
                )
                for name in (
                    "Cabinet secretary",
                    "Head of Lancashire Place",
                    "Chief finance officer",
                    "governance lead",
                ):
                    assert name not in letter.subject + letter.body, kind


def test_a_letter_carries_the_invitation_to_its_meeting() -> None:
    message = told("meeting-tomorrow")
    assert written(SECRETARY, message, invitations={message.key: "BEGIN:VCALENDAR"}).calendar == "BEGIN:VCALENDAR"
    assert written(SECRETARY, message, invitations={"another": "BEGIN:VCALENDAR"}).calendar is None
    assert written(SECRETARY, message).calendar is None


class Page(HTMLParser):
    """What a letter is made of, as a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("case", [case for case in CASES if case != "webhook"])
def test_pages_are_simple_whole_and_load_nothing(case: str) -> None:
    letter = CASES[case]()
    page = Page(letter.html or "")
    assert page.open == [] and ("lang", "en-GB") in page.attributes
    assert page.tags.count("h1") == page.tags.count("title") == page.tags.count("main") == 1
    assert not {"img", "script", "link", "style", "table", "iframe", "form"} & set(page.tags)
    addresses = [value for name, value in page.attributes if name in ("src", "href", "background")]
    assert addresses and all(str(value).startswith(ADDRESS) for value in addresses)
    assert "url(" not in (letter.html or "")


def test_every_link_is_in_the_text_and_on_the_page() -> None:
    letter = CASES["merged"]()
    for number in range(12):
        link = f"{ADDRESS}/items/item-{number + 1:02}"
        assert link in letter.body and f'href="{link}"' in (letter.html or "")


def test_a_wording_wants_all_its_words() -> None:
    with pytest.raises(Exception, match="undefined"):
        letters.worded("reset", name="Somebody")


def test_letters_that_let_somebody_in_are_secret_and_keep_what_was_typed() -> None:
    for write in (letters.invitation, letters.reset):
        letter = write(CLERK, "clerk@example.org", "https://x.example/$link?a=1&b={{ c }}", HOSTILE)
        assert (letter.secret, letter.person) == (True, "clerk")
        assert "https://x.example/$link?a=1&b={{ c }}" in letter.body
        assert 'href="https://x.example/$link?a=1&amp;b={{ c }}"' in (letter.html or "")
        assert letter.subject.endswith(letters.one_line(HOSTILE)) and "<script" not in (letter.html or "")


def test_the_wordings_are_installed_with_the_package() -> None:
    folder = resources.files("workflow").joinpath("wording")
    names = {path.name for path in folder.iterdir()}
    listed = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert 'workflow = ["wording/*"]' in listed and all(path.is_file() for path in folder.iterdir())
    for kind in ("reminder", "reminders", "outcome", "invitation", "reset"):
        assert {f"{kind}.txt", f"{kind}.html"} <= names
