"""What commands print for people: tables and sentences that fit a terminal."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from routes.spec import Route
from workflow import odds_in_words as odds
from workflow.backwards import Backwards, LastSafe
from workflow.clock import LONDON
from workflow.clocks.words import ABOUT, standing_in_words, when_in_words
from workflow.errors import day
from workflow.known import Known, Person
from workflow.plans import Plan
from workflow.queries.clocks import ClockTold
from workflow.queries.due import Due
from workflow.queries.history import Event
from workflow.queries.ready_by import answer
from workflow.queries.slips import Dates
from workflow.queries.uncertainty import Uncertainty
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


def last_safe_dates(found: Backwards, title: str, names: Mapping[str, str]) -> None:
    """By when everything has to be ready for a wanted date, and what stands against it."""
    step = found.of_step(found.target_step).last if found.target_step else None
    _say(f"{title} ({found.item}), as of {day(found.on)}: {found.item_state}")
    _say(answer(found, (names.get(step.forum or "") or step.step) if step else None))
    for clash in found.clashes:
        _say(f"clash: {clash.message} [{clash.code}]")
    if _width() < WIDE:
        _last_days_step_by_step(found, names)
    else:
        _last_days(found, names)
    click.echo("Slack: working days from the planned day to the last safe one.")
    for problem in found.problems:
        _say(f"{problem.severity}: {problem.message} [{problem.code}]")


def _last_days(found: Backwards, names: Mapping[str, str]) -> None:
    table = _table("Step", "Last safe day", *(word.capitalize() for word in _DAYS_OF_A_STEP), "Slack")
    for one in found.steps:
        name = names.get(one.last.forum or "")
        on = "\n".join(part for part in (_last_day(one), one.last.time) if part)
        said = f"{name}\n{one.step}" if name else one.step
        slack = "–" if one.slack is None else str(one.slack)
        table.add_row(Text(said), on, *(_day(of(one)) for of in _DAYS_OF_A_STEP.values()), slack)
    _print(table)


def _last_days_step_by_step(found: Backwards, names: Mapping[str, str]) -> None:
    """The same for narrow terminals: a few lines for each step."""
    for one in found.steps:
        _say(f"{names.get(one.last.forum or '') or one.step}{f', asked to {one.last.ask}' if one.last.ask else ''}")
        days = [(word, of(one)) for word, of in _DAYS_OF_A_STEP.items()]
        said = [_last_day(one), *(f"{word} {_day(due)}" for word, due in days if due)]
        said += [f"slack {one.slack}"] if one.slack is not None else []
        click.echo(click.wrap_text(f"{one.step}: {'; '.join(said)}", _width(), "  ", "  "))


def _last_day(one: LastSafe) -> str:
    if one.last.meeting is None:
        return "none" if one.needed else "not needed"
    return _day(one.last.meeting) + (f", opens by {_day(one.opens_by)}" if one.opens_by else "")


#: What falls due for a step, in the words that stand before it.
_DAYS_OF_A_STEP: Final[Mapping[str, Callable[[LastSafe], date | None]]] = {
    "notice by": lambda one: one.last.notice_by,
    "report due": lambda one: one.last.report_due,
    "clear by": lambda one: one.clear_by,
    "agenda by": lambda one: one.last.agenda_by,
    "effective": lambda one: one.last.effective,
    "planned": lambda one: one.planned,
}


def forecast(made: Uncertainty, title: str, names: Mapping[str, str]) -> None:
    """By when an item is done how surely, and the rates that this rests on."""
    found = made.simulated
    _say(f"{title} ({made.item}), as of {day(made.on)}: {made.state}")
    if made.state in ("complete", "withdrawn", "rejected"):
        _say(f"It has been done since {day(found.finish)}." if found.finish else "It will not be done.")
        return
    if found.finish is None:
        _say("The plan has no date for when it will be done, so there is no forecast either: see decision-routes plan.")
        return
    for sentence in odds.sentences(found, names) or [f"Done by {day(found.finish)}; nothing about that is uncertain."]:
        _say(sentence)
    if made.target and found.by_target is not None:
        _say(f"The target of {day(made.target)} is met by {odds.in_a_hundred(found.by_target)}.")
    if found.unfinished:
        later = odds.in_a_hundred(found.unfinished)
        _say(f"Later than {day(found.horizon)}, up to which meetings can be foreseen: {later}.")
    if found.spread:
        shares = [f"{names.get(forum, forum)} {share:.0%}" for forum, share in found.spread]
        _say(f"Of the uncertainty: {', '.join(shares)}.")
        _rates(made, names)
    _say(f"Seed {found.seed}, {found.runs:,} runs.")


def _rates(made: Uncertainty, names: Mapping[str, str]) -> None:
    table = _table("Forum", "What", "Seen", "Rate", "Assumed beside it")
    for rate in made.rates:
        name = Text(names.get(rate.forum, rate.forum))
        table.add_row(name, odds.WHATS[rate.what], odds.seen_of(rate), f"{rate.rate:.1%}", rate.prior.in_words)
    _print(table)
    for one in made.going_on:
        _say(
            f"No meeting of {names.get(one.forum, one.forum)} is known after {day(one.last_known)}; from then on it is "
            f"taken to meet {odds.how_often(one.meets)}."
        )


def clocks(found: Sequence[ClockTold], item: str, on: date) -> None:
    """A row for each rule; below, what is missed or about to be, with the ways out."""
    _say(f"{item}, as of {day(on)}")
    if not found:
        click.echo("No rule binds it on a day that is known.")
        return
    table = _table("Step", "Rule", "When", "How it stands")
    for one in found:
        clock = one.clock
        rule = f"{ABOUT[clock.kind]}\n{clock.rule}" if clock.rule else ABOUT[clock.kind]
        row = (f"{one.name}\n{clock.step}", rule, when_in_words(clock) or "–", standing_in_words(clock))
        table.add_row(*(Text(cell) for cell in row))
    _print(table)
    for one in found:
        if one.clock.needs_somebody:
            about = f"{ABOUT[one.clock.kind]}, {one.name}. {standing_in_words(one.clock)}."
            _say(f"{about} {one.clock.because or ''}".rstrip())
        for way in one.ways:
            what = way.what if way.possible else f"Not possible now: {way.what[:1].lower()}{way.what[1:]}"
            _say(f"– {' '.join(part for part in (f'{what}.', way.consequence, way.why_not) if part)}")


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


def slips(dates: Dates) -> None:
    """What was first planned beside what is planned now and what happened; then every change, the newest first."""
    if not dates.lines:
        click.echo("Nothing has been planned yet.")
        return
    table = _table("Step", "First planned", "Planned now", "Took place", "Difference")
    for line in dates.lines:
        table.add_row(Text(line.name), _day(line.first), _day(line.last), _day(line.actual), line.difference or "–")
    _print(table)
    for slip in dates.changes.rows:
        why = " ".join(f"{one}." for one in (slip.cause, slip.because, slip.reason) if one)
        was, becomes = (_day(one) if one else "no day that is known" for one in (slip.was, slip.becomes))
        difference = f", {slip.difference}" if slip.difference else ""
        who = f" By {slip.by}{f': “{slip.said}”' if slip.said else '.'}" if slip.by else ""
        _say(f"{_day(slip.on)}, {slip.name}: from {was} to {becomes}{difference}. {why}{who}")


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
