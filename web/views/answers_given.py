"""The answers about an item in words, each with the page on which it can be changed."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from web.forms.creating import Answers
from web.reading import reader
from web.views.describing import Flow
from web.views.item_pages import PAGES
from web.words import in_days, plain, pounds
from workflow.choices import forum_in_full
from workflow.queries import setting_out
from workflow.queries.feasibility import Feasible
from workflow.runtime import Looking

_KEY_DECISION: Final = {True: "Yes", False: "No", None: "Worked out from its value and the divisions that it affects"}

Row = tuple[str, Any, dict[str, str] | None]


def answers_in_words(flow: Flow, look: Looking, tried: Feasible | None = None) -> list[Row]:
    """One row for each answer, in the order of the questions; recommendations stand by themselves.

    `tried` is the item as it would set out: it says whether it would be a key decision where that is worked out.
    """
    answers = flow.answers
    known = look.known
    changes = {page.name: {"href": flow.url(page.name), "text": "Change"} for page in PAGES if page.applies(flow, look)}
    rows: list[tuple[str, Any, str]] = [
        ("Title", answers["title"], "what"),
        ("Kind", plain(answers["type"]), "what"),
        ("Organisation", known.organisations[answers["organisation"]].name, "whose"),
        ("Owner", known.people[answers["owner"]].name, "whose"),
    ]
    chosen = flow.route(look)
    rows.append(("Route", chosen.route.title if chosen else "", "route"))
    rows += [(plain(name), _filled(look, value), "forums") for name, value in (answers.get("forums") or {}).items()]
    if answers.get("parties"):
        rows.append(("Parties", "; ".join(_party(look, party) for party in answers["parties"]), "forums"))
    rows += _openness(answers)
    rows += _about(answers, tried)
    for question in setting_out.questions(chosen.route) if chosen else ():
        rows.append((plain(question.name.replace("_", "-")), _fact(answers["fields"].get(question.name)), "facts"))
    return [(label, value, changes.get(page)) for label, value, page in rows]


def _filled(look: Looking, value: str) -> str:
    forum = look.known.world.forums.get(value)
    return (
        forum_in_full(look.known, forum)
        if forum
        else setting_out.titles_of(look, reader(), [value]).get(value, "Another item")
    )


def _party(look: Looking, party: dict[str, str]) -> str:
    forum = look.known.world.forums.get(party.get("forum", ""))
    return forum_in_full(look.known, forum) if forum else look.known.organisations[party["organisation"]].name


def _openness(answers: Answers) -> list[tuple[str, Any, str]]:
    exemption = answers.get("exemption")
    if not exemption:
        return [("Open to the public", "Yes (Part I)", "openness")]
    numbers = ", ".join(str(number) for number in exemption["paragraphs"])
    paragraphs = f", paragraph{'s' if len(exemption['paragraphs']) > 1 else ''} {numbers}" if numbers else ""
    return [
        ("Open to the public", "No: exempt (Part II)", "openness"),
        ("Ground", f"{exemption['basis']}{paragraphs}", "openness"),
        ("Reason for keeping it private", exemption["reason"], "openness"),
    ]


def _key_decision(answers: Answers, tried: Feasible | None) -> str:
    said = _KEY_DECISION[answers["key_decision"]]
    if answers["key_decision"] is not None or tried is None:
        return said
    if tried.key_because is None:
        return f"{said}. The rules of its forums have nothing to compare with what is known, so it goes down as none"
    return f"{said}: it {'is a' if tried.key_decision else 'is no'} key decision, because {tried.key_because}"


def _about(answers: Answers, tried: Feasible | None) -> list[tuple[str, Any, str]]:
    divisions = answers.get("divisions")
    where = "All" if divisions == "all" else ", ".join(divisions or ()) or "No particular ones"
    worth, target = answers.get("value"), answers.get("target")
    return [
        ("Key decision", _key_decision(answers, tried), "facts"),
        ("Worth", "Not known" if worth is None else pounds(worth), "facts"),
        ("Divisions or wards", where, "facts"),
        ("To be decided by", in_days(date.fromisoformat(target)) if target else "No such day", "facts"),
    ]


def _fact(value: object) -> str:
    if value is None:
        return "Not known, or none of those"
    return (
        ("Yes" if value else "No")
        if isinstance(value, bool)
        else f"{value:,}"
        if isinstance(value, int)
        else str(value)
    )
