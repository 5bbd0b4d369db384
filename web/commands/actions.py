"""Acting: every act on an item or a meeting, each one use case in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import click
from pydantic import ValidationError

from routes.explain import explained
from web import options
from web.commands import opened, operator, print_json
from web.commands.effects import effect_json, show
from workflow.actions import ACTIONS
from workflow.effects import foreseen
from workflow.errors import Refused, day
from workflow.plans import Plan
from workflow.slip_reasons import REASONS
from workflow.use_cases.acting import Done
from workflow.use_cases.outcomes import Outcome

item = click.argument("item")
step = click.argument("step")
code = click.option("--code", type=click.Choice(list(REASONS)), metavar="CODE", help="Why it slips, from the list.")

OUTCOME = options.together(
    item,
    step,
    click.argument("outcome", type=click.Choice(list(get_args(Outcome))), metavar="OUTCOME"),
    click.option("--text", metavar="T", help="What was resolved, in the words of the minutes."),
    click.option("--amended", is_flag=True, help="As amended."),
    click.option("--condition", "conditions", multiple=True, type=options.CONDITION, metavar='"TEXT;OWNER;DUE"'),
    click.option("--until", type=options.UNTIL, metavar="DATE|MEETING", help="For a deferral."),
    click.option("--published", type=options.DAY, help="When the decision was published."),
    click.option("--waive-call-in", "call_in_waived", metavar="REASON"),
    click.option("--waiver-by", "waiver_agreed_by", metavar="WHO", help="Who agreed to waive it, by their office."),
    click.option("--breach", metavar="REASON", help="Why it was decided although a rule on notice was not kept."),
    code,
    options.acting,
)


dry_run = click.option("--dry-run", is_flag=True, help="Only show what it would change; nothing is kept.")


def act(name: str, db: str | None, as_json: bool, dry_run: bool = False, **said: Any) -> None:
    """Do one act and say what was done and what it means for the finish; as a dry run, only show what would change."""
    action = ACTIONS[name]
    given = {key: value for key, value in said.items() if _was_said(value) or key in ALWAYS_SAID}
    given = {key: list(value) if isinstance(value, tuple) else value for key, value in given.items()}
    if given.get("divisions") == ["all"]:
        given["divisions"] = "all"
    try:
        form = action.form.model_validate(given)
    except ValidationError as error:
        faults = [fault.message for fault in explained(error, None, "", ())]
        raise Refused("\n".join(dict.fromkeys(faults))) from None
    if dry_run:
        effect = foreseen(opened(db), name, action.run, form, operator(), on=form.on)
        print_json(effect_json(effect)) if as_json else show(effect)
        return
    done, plans = opened(db).do(action.run, form, operator())
    if as_json:
        finishes = {item: made.finish.isoformat() if made.finish else None for item, made in plans.items()}
        print_json({"action": name, "item": done.item, "done": done.sentence, "finish": finishes})
    else:
        click.echo(_sentence(done, plans))


ALWAYS_SAID = ("cleared", "material", "key_decision")


def _was_said(value: Any) -> bool:
    return value is not None and value is not False and value != ()


def _sentence(done: Done, plans: Mapping[str, Plan]) -> str:
    """What was done, and what it means for the item's end."""
    plan = plans.get(done.item or "")
    if plan is None or plan.item_state == "withdrawn":
        return done.sentence
    if plan.item_state in ("complete", "rejected"):
        return f"{done.sentence} {plan.item} is {plan.item_state}."
    if plan.finish is None:
        return f"{done.sentence} As of {day(plan.on)}, no date can be given for when {plan.item} will be done."
    return f"{done.sentence} As of {day(plan.on)}, {plan.item} is planned to be done by {day(plan.finish)}."


@click.command()
@OUTCOME
@dry_run
def record(**said: Any) -> None:
    """Record what a forum resolved."""
    act("record", **said)


@click.command()
@OUTCOME
@click.option("--decided", type=options.DAY, help="When it was resolved (default: --on, else as recorded before).")
@click.option(
    "--clear",
    "cleared",
    multiple=True,
    type=click.Choice(("conditions", "published", "until", "breach")),
    help="Take away what is on record of this.",
)
def correct(**said: Any) -> None:
    """Put right what was recorded wrongly; a reason is needed."""
    act("correct", **said)


def _on_step(name: str, help_text: str, *more: Any) -> click.Command:
    @click.command(name, help=help_text)
    @options.together(item, step, *more, options.acting)
    def command(**said: Any) -> None:
        act(name, **said)

    return command


def _on_item(name: str, help_text: str, *more: Any) -> click.Command:
    @click.command(name, help=help_text)
    @options.together(item, *more, options.acting)
    def command(**said: Any) -> None:
        act(name, **said)

    return command


version = click.option("--version", type=int, metavar="N", help="The report version (default: the newest).")
agreed_by = click.option("--agreed-by", "agreed_by", metavar="WHO", help="Who agreed, by their office.")
told_to = click.option("--to", "--agreed-by", "agreed_by", metavar="WHO", help="Who was given notice, by their office.")
evidence = click.option("--evidence", metavar="T", help="Where the evidence is.")


@click.group()
def meeting() -> None:
    """Meetings: added, moved, cancelled, held."""


def _on_meeting(name: str, help_text: str, *more: Any) -> None:
    @meeting.command(name, help=help_text)
    @options.together(click.argument("meeting", metavar="ID"), *more, options.acting)
    def command(**said: Any) -> None:
        act(f"meeting {name}", **said)


meets_on = click.option("--date", "meets_on", type=options.DAY, help="The day of the meeting.")
meets_on_needed = click.option("--date", "meets_on", type=options.DAY, required=True, help="The day of the meeting.")
time = click.option("--time", type=options.TIME, metavar="HH:MM")
place = click.option("--place", metavar="T")
forums = click.option("--forum", "forums", multiple=True, required=True, help="The forum; several for a joint meeting.")

_on_meeting("add", "Add a meeting.", forums, meets_on_needed, time, place, dry_run)
_on_meeting("move", "Move a meeting; the steps bound to it move with it.", meets_on, time, place, code, dry_run)
_on_meeting("cancel", "Cancel a meeting; its open steps are released.", code, dry_run)
_on_meeting("held", "Note that a meeting took place.")

COMMANDS = (
    record,
    correct,
    _on_step("accept", "Accept an outcome weaker than what was asked."),
    _on_step("send-back", "Ask the same forum again."),
    _on_step("bind", "Put a step on a meeting.", click.argument("meeting"), code),
    _on_step("unbind", "Take a step off its meeting.", code),
    _on_step("agenda", "Put the papers on the agenda."),
    _on_step("notice", "Note that notice of a key decision was given."),
    _on_step("private-notice", "Note that notice of a private meeting was given."),
    _on_step(
        "private-notice-again",
        "Note that notice of a private meeting was given again, with representations and the response.",
        click.option("--representations", metavar="T", help="What was said against meeting in private."),
        click.option("--response", metavar="T", help="What was answered."),
    ),
    _on_step("exception", "Note the notice of a general exception; a reason is needed.", told_to),
    _on_step("urgency", "Note who agreed that a decision is urgent, and why.", agreed_by),
    _on_step("urgent-item", "Note that the chair takes it as an urgent item, and why.", agreed_by),
    _on_step("publish", "Note that a decision was published."),
    _on_step("documents", "Note that members were given the documents of a private or individual decision."),
    _on_step("submit", "Hand the report in to the step's forum.", version),
    _on_item("start", "Start a draft."),
    _on_item("withdraw", "Take an item back."),
    _on_step(
        "clear",
        "Clear the report, or not.",
        click.argument("area"),
        click.argument("cleared", type=options.YES_NO),
        version,
    ),
    _on_step("open-gate", "Say that a gate's check is done.", evidence),
    _on_step("call-in", "Call a decision in."),
    _on_step("uphold", "Let a called-in decision stand."),
    _on_step("reconsider", "Have a called-in decision taken again."),
    _on_step("meet", "Say that a condition is met.", click.argument("number", type=int, metavar="N"), evidence),
    _on_item("hold", "Put an item on hold."),
    _on_item("resume", "Let an item go on."),
    _on_item(
        "material",
        "Say whether the new report version is material.",
        click.argument("material", type=options.YES_NO),
    ),
    _on_item(
        "key-decision",
        "Say whether it is a key decision, or what that is worked out from; a reason is needed.",
        click.argument("key_decision", type=options.YES_NO, required=False, metavar="[yes|no]"),
        click.option("--value", type=options.POUNDS, help="What it is worth, in pounds."),
        click.option(
            "--division", "divisions", multiple=True, metavar="NAME|all", help="A division that it affects, or all."
        ),
    ),
    _on_item(
        "revise",
        "Revise the report: its recommendations as they read now. Its files stay; the web takes new ones.",
        click.option("--recommendation", "recommendations", multiple=True, required=True, metavar="T"),
    ),
    _on_item(
        "redact",
        "Blank what was written in one event of the history; a reason is needed.",
        click.argument("number", type=int, metavar="EVENT"),
    ),
    meeting,
)
