"""What an act would change, printed before it is done: as text for people, as JSON for scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import click

from web.effects_in_words import changes, finish, lateness
from workflow.effects import Effect
from workflow.errors import day
from workflow.plan_changes import ItemEffect, StepDates
from workflow.plans import Problem
from workflow.whom_to_tell import How

WIDEST = 140
MOST = 50  # items, or lines of one list, printed as text; JSON has all of them

_DAYS = ("meeting", "notice_by", "report_due", "agenda_by", "effective")


def effect_json(effect: Effect) -> dict[str, Any]:
    """The effect with every item, whatever their number."""
    return {
        "act": effect.act,
        "done": effect.done,
        "dry_run": True,
        "on": effect.on.isoformat(),
        "today": effect.today.isoformat(),
        "items": [_item_json(item) for item in effect.items],
        "also_on": [
            {"item": other.item, "title": other.title, "step": other.step}
            | {"meeting": other.meeting, "on": other.on.isoformat()}
            for other in effect.also_on
        ],
        "people": [
            {"person": to.person, "name": to.name, "because": list(to.because), "how": to.how} for to in effect.people
        ],
        "hidden": effect.hidden,
        "hidden_also_on": effect.hidden_beside,
    }


def _item_json(item: ItemEffect) -> dict[str, Any]:
    return {
        "item": item.item,
        "title": item.title,
        "state": item.state,
        "was_state": item.was_state,
        "finish": {"was": _iso(item.was_finish), "becomes": _iso(item.finish)},
        "late": {"was": item.was_late, "becomes": item.late},
        "target": _iso(item.target),
        "steps": [
            {"step": step.step, "forum": step.forum, "name": step.name}
            | {"was": _dates_json(step.was), "becomes": _dates_json(step.becomes)}
            for step in item.steps
        ],
        "problems": {
            "new": [_problem_json(problem) for problem in item.new],
            "gone": [_problem_json(problem) for problem in item.gone],
        },
        "order": [turn.sentence for turn in item.order],
    }


def _dates_json(dates: StepDates) -> dict[str, Any]:
    days = {name: _iso(getattr(dates, name)) for name in _DAYS}
    return days | {"meeting_id": dates.meeting_id, "time": dates.time, "state": dates.state}


def _problem_json(problem: Problem) -> dict[str, Any]:
    return {"code": problem.code, "severity": problem.severity, "step": problem.step, "message": problem.message}


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None


def show(effect: Effect) -> None:
    """The effect in words, an item after another."""
    _say(effect.done)
    _say(f"Nothing of this is kept. It is what would change, as of {day(effect.on)}.")
    if effect.on < effect.today:
        _say(f"Done for good, everything is planned anew as of today, {day(effect.today)}.")
    if not effect.items:
        click.echo("\nNo plan would change.")
    for item in effect.items[:MOST]:
        click.echo()
        _show_item(item)
    _more(len(effect.items), "items would change")
    _listed("Also on these meetings, where nothing changes:", list(_beside(effect)))
    _listed("To be told:", list(_people(effect, "letter", "no-address", "nobody")))
    _listed("Not written to; what they are reminded of follows the new dates:", list(_people(effect, "reminders")))


def _show_item(item: ItemEffect) -> None:
    _say(f"{item.title} ({item.item})")
    if item.state != item.was_state:
        _say(f"{item.was_state} → {item.state}", 2)
    was, becomes = finish(item)
    _say(f"finish: {was} → {becomes}" if was != becomes else f"finish: {was}, as before", 2)
    if (said := lateness(item)) is not None:
        _say(said, 2)
    for turn in item.order[:MOST]:
        _say(f"{turn.sentence}.", 2)
    for step in item.steps:
        _say(f"{step.name} ({step.step})", 2)
        for words, old, new in changes(step):
            click.echo(f"    {words:<14}{old} → {new}")
    for problem in item.new:
        _say(f"new {problem.severity}: {problem.message} [{problem.code}]", 2)
    for problem in item.gone:
        _say(f"{problem.severity} that no longer applies: {problem.message} [{problem.code}]", 2)


def _beside(effect: Effect) -> Iterator[str]:
    for other in effect.also_on:
        yield f"{other.title} ({other.item}, {other.step}): {day(other.on)}"


def _people(effect: Effect, *how: How) -> Iterator[str]:
    for told in (told for told in effect.people if told.how in how):
        name = f"{told.name} ({told.person})" if told.person else told.name
        no_address = " [no e-mail address]" if told.how == "no-address" else ""
        yield f"{name}: {'; '.join(told.because)}{no_address}"


def _listed(heading: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    click.echo(f"\n{heading}")
    for line in lines[:MOST]:
        _say(line, 2)
    _more(len(lines), "are on this list")


def _more(number: int, what: str) -> None:
    if number > MOST:
        click.echo(f"\n{number - MOST} more {what}; --json prints all of them.")


def _say(sentence: str, indent: int = 0) -> None:
    margin = " " * indent
    click.echo(click.wrap_text(sentence, WIDEST, margin, f"{margin}  "))
