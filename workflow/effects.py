"""The effect of an act before it is done: every plan, order and person that it touches, with old and new dates.

The act is carried out in a transaction that is rolled back, so that what is told is exactly what would happen, and
whatever it is refused for is raised. Doing it for good repeats that, and keeps it only if the same comes out again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from workflow import forecast
from workflow.doing import Doing
from workflow.dossiers import Dossier
from workflow.errors import AlreadyDecided
from workflow.facts import Case
from workflow.known import Known
from workflow.listing import placeholder
from workflow.naming import step_name
from workflow.plans import Plan, PlannedStep, Problem
from workflow.queries.decisions import filled_in
from workflow.queries.effects import meeting_rows, readable_titles
from workflow.queries.views import View, view
from workflow.runtime import Looking, Runtime
from workflow.shelf import chunks, gates_of
from workflow.turned_round import Turn, turned_round
from workflow.use_cases.acting import Act, Done
from workflow.visibility import Reader
from workflow.whom_to_tell import Changed, ToTell, whom_to_tell

_SETTLED: Final = ("passed", "skipped", "ended")

UseCase = Callable[[Doing, Any], Any]


@dataclass(frozen=True, slots=True)
class StepDates:
    """Where a step stands and the days that people go by; None where there is none."""

    state: str
    meeting: date | None = None
    meeting_id: str | None = None
    time: str | None = None
    notice_by: date | None = None
    report_due: date | None = None
    agenda_by: date | None = None
    effective: date | None = None


@dataclass(frozen=True, slots=True)
class StepEffect:
    """One step that would have other days, or be in another state. `name` is who deals with it."""

    step: str
    name: str
    forum: str | None
    was: StepDates
    becomes: StepDates


@dataclass(frozen=True, slots=True)
class ItemEffect:
    """One item whose plan would be another one: `new` and `gone` are problems, `order` the steps that change places.

    Titles of other items in its sentences are filled in as the reader may see them.
    """

    item: str
    title: str
    was_state: str
    state: str
    was_finish: date | None
    finish: date | None
    was_late: bool
    late: bool
    target: date | None
    steps: tuple[StepEffect, ...]
    new: tuple[Problem, ...]
    gone: tuple[Problem, ...]
    order: tuple[Turn, ...]

    @property
    def gets_worse(self) -> bool:
        """It would become late, or finish later or on a day that nobody knows."""
        if self.late and not self.was_late:
            return True
        later = self.finish is None or (self.was_finish is not None and self.finish > self.was_finish)
        return self.finish != self.was_finish and later


@dataclass(frozen=True, slots=True)
class Beside:
    """A step on one of the meetings that are concerned, of which nothing would change."""

    item: str
    title: str
    step: str
    meeting: str
    on: date


@dataclass(frozen=True, slots=True)
class Effect:
    """What an act would change, as one reader may see it, reasoned from the act's business date.

    `hidden` items would change and `hidden_beside` stand on its meetings without the reader being allowed to see them.
    """

    act: str
    done: str  # the sentence that is shown when it is done
    on: date
    items: tuple[ItemEffect, ...]
    also_on: tuple[Beside, ...]
    people: tuple[ToTell, ...]
    hidden: int = 0
    hidden_beside: int = 0
    mark: str = field(default="", compare=False)  # stands for all of it


class Otherwise(AlreadyDecided):
    """What was shown is no longer what would happen; `effect` says what would now."""

    def __init__(self, effect: Effect) -> None:
        super().__init__(
            "Something has changed since this was shown, so nothing was done. Below is what it would change now."
        )
        self.effect = effect


class _Undone(Exception):
    """Ends a transaction of which nothing is to be kept."""


def foreseen(
    runtime: Runtime, name: str, use_case: UseCase, form: Act, actor: str = "operator", reader: Reader | None = None
) -> Effect:
    """What the act of this name would change; without a reader everything is told. Nothing of it is kept."""
    found: list[Effect] = []

    def tried(do: Doing, form: Act) -> None:
        done = use_case(do, form)
        found.append(_Comparing(runtime, do, form, reader).effect(name, done))
        raise _Undone

    with suppress(_Undone):
        runtime.do(tried, form, actor)
    return found[0]


def kept(
    runtime: Runtime,
    name: str,
    use_case: UseCase,
    form: Act,
    mark: str,
    actor: str = "operator",
    reader: Reader | None = None,
) -> tuple[Any, dict[str, Plan]]:
    """Do what was shown, in one transaction; Otherwise if by now it would change anything else."""

    def done(do: Doing, form: Act) -> Any:
        result = use_case(do, form)
        effect = _Comparing(runtime, do, form, reader).effect(name, result)
        if effect.mark != mark:
            raise Otherwise(effect)
        return result

    return runtime.do(done, form, actor)


@dataclass
class _Comparing:
    """An act that is done but not kept: the plans before it, by another connection, beside those after it."""

    runtime: Runtime
    do: Doing
    form: Act
    reader: Reader | None
    changed: list[tuple[ItemEffect, Changed]] = field(default_factory=list)
    steps: dict[tuple[str, str], tuple[StepDates, StepDates]] = field(default_factory=dict)  # of all that is touched

    def effect(self, name: str, done: Done) -> Effect:
        """All that would change."""
        touched = sorted(forecast.touched(self.do))
        on = min(getattr(self.form, "on", None) or self.do.today, self.do.today)
        with ExitStack() as stack:
            before = stack.enter_context(self.runtime.looking())
            after = Looking(self.do.db, self.do.known, self.do.calendar, self.do.now, self.do.today)
            for chunk in chunks(touched):
                self._compare(view(before, chunk, on), view(after, chunk, on), chunk)
            beside = self._beside(before.known)
        return self._told(name, done, on, beside)

    def _compare(self, before: View, after: View, ids: Sequence[str]) -> None:
        _without_titles(before)
        _without_titles(after)
        for item in ids:
            old, new = before.plan(item), after.plan(item)
            dossier = after.dossiers[item]
            case = dossier.case(placeholder(item), after.on)
            was = {step.step: _dates(step) for step in old.steps}
            for step in new.steps:
                self.steps[item, step.step] = (was.get(step.step, StepDates("waiting")), _dates(step))
            effect = _item_effect(after.known, case, old, new)
            if effect is not None:
                self.changed.append((effect, _changed(dossier, case, effect)))

    def _beside(self, before: Known) -> list[Beside]:
        """Every step on a meeting of this act that stays as it is; titles are filled in later."""
        meetings = self._meetings(before)
        moving = {(effect.item, step.step) for effect, _ in self.changed for step in effect.steps}
        found = {
            (item, step): Beside(item, "", step, is_.meeting_id, is_.meeting)
            for (item, step), (_was, is_) in self.steps.items()
            if is_.meeting_id in meetings and is_.meeting and is_.meeting_id and is_.state not in _SETTLED
        }
        planned = {item for item, _step in self.steps}
        for row in meeting_rows(self.do.db, meetings):
            if row.item not in planned:
                found[row.item, row.step] = Beside(row.item, "", row.step, row.meeting, row.meets_on)
        return [found[key] for key in sorted(found) if key not in moving]

    def _meetings(self, before: Known) -> set[str]:
        """The meeting of the act, those of its forums on its old and its new day, and those that steps come from or go
        to because of it."""
        item, step = getattr(self.form, "item", None), getattr(self.form, "step", None)
        named = getattr(self.form, "meeting", None)
        own = {named} if named else set()
        own |= {of.meeting_id for of in self.steps.get((item or "", step or ""), ()) if of.meeting_id}
        found = set(own)
        for was, becomes in self.steps.values():
            if was.meeting_id != becomes.meeting_id and own.intersection((was.meeting_id, becomes.meeting_id)):
                found |= {of for of in (was.meeting_id, becomes.meeting_id) if of}
        sittings = [known.meetings[name] for known in (before, self.do.known) for name in own if name in known.meetings]
        for sitting in sittings:
            for forum in sitting.forums:
                theirs = self.do.known.world.meetings.get(forum, ())
                found |= {other.id for other in theirs if other.date == sitting.date and other.state != "cancelled"}
        return found

    def _told(self, name: str, done: Done, on: date, beside: Iterable[Beside]) -> Effect:
        """Only what the reader may see, with titles."""
        beside = list(beside)
        ids = {effect.item for effect, _ in self.changed} | {other.item for other in beside}
        ids |= {gate for _effect, changed in self.changed for gate in gates_of(changed.dossier)}
        titles = readable_titles(self.do.db, self.reader, sorted(ids))
        shown = [(effect, changed) for effect, changed in self.changed if effect.item in titles]
        shown.sort(key=lambda pair: (not pair[0].gets_worse, titles[pair[0].item].casefold(), pair[0].item))
        items = tuple(_with_titles(effect, titles) for effect, _changed in shown)
        also_on = tuple(replace(other, title=titles[other.item]) for other in beside if other.item in titles)
        concerned = [replace(changed, title=titles[effect.item]) for effect, changed in shown]
        forums = _forums_of(self.form, self.do.known)
        effect = Effect(
            name,
            done.sentence,
            on,
            items,
            also_on,
            whom_to_tell(self.do.known, concerned, forums),
            len(self.changed) - len(shown),
            len({other.item for other in beside if other.item not in titles}),
        )
        return replace(effect, mark=hashlib.sha256(repr(effect).encode()).hexdigest())


def _without_titles(seen: View) -> None:
    """Sentences name other items by placeholders: titles are filled in for those who may see them."""
    seen.titles = {item: placeholder(item) for item in seen.dossiers}


def _dates(step: PlannedStep) -> StepDates:
    return StepDates(
        step.state,
        step.meeting,
        step.meeting_id,
        step.time,
        step.notice_by,
        step.report_due,
        step.agenda_by,
        step.effective,
    )


def _item_effect(known: Known, case: Case, old: Plan, new: Plan) -> ItemEffect | None:
    """What would be otherwise with one item; None if nothing that people go by."""
    was = {step.step: step for step in old.steps}
    names = {step.id: step_name(case, known.world, step) for step in case.steps}
    steps = tuple(
        StepEffect(step.step, names[step.step], step.forum, _dates(was[step.step]), _dates(step))
        for step in new.steps
        if step.step in was and _dates(was[step.step]) != _dates(step)
    )
    known_before = {(problem.code, problem.step) for problem in old.problems}
    known_after = {(problem.code, problem.step) for problem in new.problems}
    arisen = tuple(problem for problem in new.problems if (problem.code, problem.step) not in known_before)
    gone = tuple(problem for problem in old.problems if (problem.code, problem.step) not in known_after)
    same = (old.item_state, old.finish, old.late) == (new.item_state, new.finish, new.late)
    if same and not (steps or arisen or gone):
        return None
    return ItemEffect(
        item=new.item,
        title="",
        was_state=old.item_state,
        state=new.item_state,
        was_finish=old.finish,
        finish=new.finish,
        was_late=old.late,
        late=new.late,
        target=new.target,
        steps=steps,
        new=arisen,
        gone=gone,
        order=turned_round(case, names, old, new),
    )


def _changed(dossier: Dossier, case: Case, effect: ItemEffect) -> Changed:
    finish = (effect.was_state, effect.was_finish, effect.was_late) != (effect.state, effect.finish, effect.late)
    steps = tuple(step.step for step in effect.steps)
    in_order = tuple({step: None for turn in effect.order for step in (turn.first, turn.second) if step not in steps})
    return Changed(dossier, case, "", steps, in_order, finish)


def _with_titles(effect: ItemEffect, titles: dict[str, str]) -> ItemEffect:
    def said(problems: Iterable[Problem]) -> tuple[Problem, ...]:
        return tuple(replace(one, message=filled_in(one.message, titles)) for one in problems)

    return replace(effect, title=titles[effect.item], new=said(effect.new), gone=said(effect.gone))


def _forums_of(form: Act, known: Known) -> tuple[str, ...]:
    """The forums whose meeting is added, moved or cancelled."""
    meeting = known.meetings.get(getattr(form, "meeting", None) or "")
    return meeting.forums if meeting is not None else ()
