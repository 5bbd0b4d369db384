"""What commands print for people: tables and sentences that fit a terminal."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from routes.spec import Route
from workflow.clock import LONDON
from workflow.errors import day
from workflow.known import Known, Person
from workflow.plans import Plan
from workflow.queries.due import Due
from workflow.queries.history import Event
from workflow.queries.verify import Verdict
from workflow.reminders.writing import reason_of, subject_of

if TYPE_CHECKING:
    from workflow.accounts import Account

WIDEST = 140
WIDE = 110  # from here on a timetable fits on its lines


def where(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> None:
    """One row an item: where it is now, what it waits for, when it will be done."""
    if not rows:
        click.echo("No items.")
        return
    table = _table("Item", "Where it is now", "Waiting for", "Finish", "Late", apart=True)
    for row in rows:
        steps = {step["step"]: step for step in row["steps"]}
        now = [f"{_place(steps[name], names)} ({steps[name]['state']})" for name in row["now"]]
        state = "\n".join(now) or row["state"]
        if row["state"] in ("draft", "on-hold"):
            state = f"{row['state']}\n{state}"
        table.add_row(
            Text(f"{row['title']}\n{row['item']}"),
            Text(state),
            Text("\n".join(row["waiting_for"]) or "–"),
            _day(row["finish"]),
            "late" if row["late"] else "",
        )
    _print(table)


def due(listed: Sequence[Due], names: Mapping[str, str], sent: bool) -> None:
    """One row a message: when it is due, to whom, about what and why."""
    if not listed:
        click.echo("Nothing was sent: no reminders are due at this hour." if sent else "No reminders are due.")
        return
    table = _table("Was due" if sent else "Due", "Written to" if sent else "To", "About", "Why", apart=True)
    for one in listed:
        at = one.row["due_at"].astimezone(LONDON)
        to = names.get(one.row["person"], one.row["person"])
        address = one.address or "no e-mail address"
        table.add_row(
            f"{_day(at.date())} {at:%H:%M}",
            Text(f"{to}\n{address}"),
            Text(subject_of(one.told)),
            Text(reason_of(one.told)),
        )
    _print(table)


def sign_ins(shown: Sequence[tuple[str, Person]], password: str) -> None:
    """Whom to sign in as, and with what."""
    table = _table("To see it as", "Sign in as", "Post")
    for kind, person in shown:
        table.add_row(kind, Text(person.email or ""), Text(person.name))
    _print(table)
    click.echo(f"Everybody's password: {password}")


def accounts(found: Sequence[Account]) -> None:
    """Who may sign in, with what, and when they last were here."""
    if not found:
        click.echo("No accounts.")
        return
    table = _table("Person", "Name", "Signs in as", "State", "Last seen")
    for account in found:
        seen = f"{account.last_seen_at.astimezone(LONDON):%Y-%m-%d %H:%M}" if account.last_seen_at else "–"
        table.add_row(Text(account.person), Text(account.name), Text(account.sign_in), account.state, seen)
    _print(table)


def plan(made: Plan, title: str, names: Mapping[str, str]) -> None:
    """The timetable of one item."""
    state = f"Done by {day(made.finish)}" if made.finish else "No date can be given for when it will be done"
    target = f", wanted by {day(made.target)}" if made.target else ""
    _say(f"{title} ({made.item}), as of {day(made.on)}: {made.item_state}")
    _say(f"{state}{target}{' – late' if made.late else ''}.")
    if _width() < WIDE:
        _step_by_step(made, names)
    else:
        _timetable(made, names)
    if any(step.critical for step in made.steps):
        click.echo("* critical: if this slips to the next meeting, the finish slips.")
    for problem in made.problems:
        told = f"{problem.severity}: {problem.message} [{problem.code}]"
        _say(told)


def _timetable(made: Plan, names: Mapping[str, str]) -> None:
    table = _table("Step", "Asked to", "State", "Day", "Basis", "Notice by", "Report due", "Agenda by", "Effective")
    for step in made.steps:
        name = names.get(step.forum or "")
        said = f"{name}\n{step.step}" if name else step.step
        table.add_row(
            Text(f"* {said}" if step.critical else said),
            step.ask or "–",
            step.state,
            _day(step.meeting) + (f"\n{step.time}" if step.time else ""),
            step.basis,
            _day(step.notice_by),
            _day(step.report_due),
            _day(step.agenda_by),
            _day(step.effective),
        )
    _print(table)


def _step_by_step(made: Plan, names: Mapping[str, str]) -> None:
    """The same for narrow terminals: a few lines for each step."""
    for step in made.steps:
        asked = f", asked to {step.ask}" if step.ask else ""
        name = names.get(step.forum or "") or step.step
        _say(f"{'* ' if step.critical else ''}{name}{asked}: {step.state}")
        on = f"{_day(step.meeting)}{' ' + step.time if step.time else ''} ({step.basis})" if step.meeting else "no date"
        dues = [("notice by", step.notice_by), ("report due", step.report_due), ("agenda by", step.agenda_by)]
        said = [on, *(f"{word} {_day(due)}" for word, due in [*dues, ("effective", step.effective)] if due)]
        click.echo(click.wrap_text(f"{step.step}: {'; '.join(said)}", _width(), "  ", "  "))


def history(said: Sequence[tuple[Event, str]], known: Known) -> None:
    """The ledger of one item, a line each."""
    table = _table("", "Date", "Step", "What happened", "By", "Recorded")
    for event, sentence in said:
        person = known.people.get(event["on_behalf_of"] or "")
        who = person.name if person else (event["on_behalf_of"] or event["actor"])
        at = datetime.fromisoformat(event["at"]).astimezone(LONDON)
        recorded = f"{_day(at.date())} {at:%H:%M} by {event['actor']}"
        table.add_row(str(event["seq"]), _day(event["date"]), event["step"] or "–", Text(sentence), who, recorded)
    _print(table)


def verdict(found: Verdict) -> None:
    """Whether everything holds."""
    if found.ok:
        click.echo(f"{found.chains} chains with {found.events} events hold, and every row follows from them.")
        return
    for fault in found.faults:
        place = f"{fault.subject} event {fault.seq}" if fault.seq else fault.subject
        click.echo(f"{place}: {fault.message}", err=True)
    number = len(found.faults)
    click.echo(f"{number} {'fault' if number == 1 else 'faults'} in {found.chains} chains.", err=True)


def routes(listed: Sequence[Route]) -> None:
    """Routes, each with when to use it."""
    for number, route in enumerate(listed):
        if number:
            click.echo()
        click.echo(f"{route.id}: {route.title} (for {', '.join(route.types) or 'any item'})")
        if route.use_when:
            click.echo(click.wrap_text(route.use_when, 100, "  ", "  "))


def _place(step: Mapping[str, Any], names: Mapping[str, str]) -> str:
    return names.get(step["forum"] or "") or step["title"] or str(step["step"])


def _day(value: date | str | None) -> str:
    if value is None:
        return "–"
    found = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{found.day} {found:%b %Y}"


def _table(*headings: str, apart: bool = False) -> Table:
    below = 1 if apart else 0
    table = Table(box=None, pad_edge=False, show_edge=False, padding=(0, 2, below, 0), header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _print(table: Table) -> None:
    Console(width=_width(), highlight=False, markup=False).print(table)


def _say(sentence: str) -> None:
    click.echo(click.wrap_text(sentence, _width(), "", "  "))


def _width() -> int:
    return max(60, min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST))
