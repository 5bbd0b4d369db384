"""Several items of a meeting that went through as recommended: one look at all of them, then recorded together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import Response, request

from web.acting import perform, read
from web.forms.base import number_seen
from web.noting import Unexplained
from web.reading import looking, person, reader
from web.signing_in import fresh_password_or_page
from workflow.authority import Matter, entitled
from workflow.doing import Doing
from workflow.queries.at_hand import StepAtHand, step_at_hand
from workflow.queries.forums import MeetingPage
from workflow.shelf import hand_over
from workflow.use_cases.acting import Done
from workflow.use_cases.outcomes import RecordOutcome, lacks_reason
from workflow.use_cases.together import Together, record_together
from workflow.wording_of_outcomes import OUTCOME_OF, wording_for

MOST = 50  # items in one go


@dataclass(frozen=True, slots=True)
class Line:
    """One of them: what would be recorded, and what its page has shown."""

    step: StepAtHand
    outcome: str
    wording: str
    on: date
    seen: int

    @property
    def value(self) -> str:
        """How a tick names it."""
        return f"{self.step.hand.id} {self.step.id}"


@dataclass(frozen=True, slots=True)
class Block:
    """Everything that was ticked."""

    meeting: str
    lines: tuple[Line, ...]


def block(found: MeetingPage) -> Block:
    """What was ticked on the page of a meeting; what is not on it is left out."""
    offered = {f"{line.item} {line.step}": line for line in found.bound if _mine(line.forum)}
    ticked = [value for value in dict.fromkeys(request.form.getlist("together")) if value in offered][:MOST]
    lines = []
    with looking() as look:
        for value in ticked:
            step = step_at_hand(look, reader(), offered[value].item, offered[value].step)
            outcome = OUTCOME_OF[step.stage.ask or "note"]
            wording = wording_for(outcome, step.stage.ask, step.recommendations())
            sent = request.form.get(f"seen {value}")
            seen = step.hand.seq if sent is None else number_seen(sent)
            lines.append(Line(step, outcome, wording, found.on, seen))
    return Block(found.id, tuple(lines))


def record_block(chosen: Block) -> tuple[list[Done], datetime] | Response:
    """Record all of them, or none, and when that was; the page that asks for the password where it is needed first."""
    if (page := fresh_password_or_page()) is not None:
        return page
    outcomes = []
    for line in chosen.lines:
        said = {"item": line.step.hand.id, "step": line.step.id, "outcome": line.outcome, "on": line.on}
        form = read(RecordOutcome, said | {"text": line.wording})
        assert isinstance(form, RecordOutcome)
        outcomes.append((form, line.seen))
    done, _plans = perform(_noting, Together(person().id, tuple(outcomes)))
    recorded, at = done
    return recorded, at


def _noting(do: Doing, form: Together) -> tuple[list[Done], datetime]:
    done = record_together(do, form)
    for outcome, _seen in form.outcomes:
        if lacks_reason(do, outcome):
            dossier = hand_over(do, outcome.item)
            who = do.known.forum_name(dossier.step(outcome.step)["forum"])
            raise Unexplained(
                f"{dossier.title or dossier.id}: notice was not given as the rules ask before {who} decided. "
                "Record it on its own, and say why it was decided all the same. Nothing was recorded."
            )
    return done, do.now


def _mine(forum: str) -> bool:
    return entitled(person(), "record", Matter(forums=(forum,)))
