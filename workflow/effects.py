"""The effect of an act before it is done: every plan, order and person that it touches, with old and new dates.

The act is carried out in a transaction that is rolled back, so that what is told is exactly what would happen, and
whatever it is refused for is raised. Only the facts are collected there, because others who write wait meanwhile.
Doing it for good repeats that, and keeps it only if the same comes out again.

Plans are compared as of today, as the act plans anew, on whatever day it was done in the world.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from workflow import forecast, telling
from workflow.doing import Doing
from workflow.errors import AlreadyDecided
from workflow.known import Known
from workflow.listing import placeholder
from workflow.plan_changes import ItemEffect, StepDates, changed_of, dates_of, item_effect
from workflow.plans import Plan, Problem
from workflow.queries.decisions import filled_in
from workflow.queries.effects import meeting_rows, readable_titles
from workflow.queries.views import View, view
from workflow.runtime import Looking, Runtime
from workflow.shelf import chunks, gates_of
from workflow.use_cases.acting import Act, Done
from workflow.visibility import Reader
from workflow.whom_to_tell import Changed, ToTell, whom_to_tell

_SETTLED: Final = ("passed", "skipped", "ended")

UseCase = Callable[[Doing, Any], Any]


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
    """What an act would change, as one reader may see it, reasoned from the day `on`: mostly today.

    `hidden` items would change and `hidden_beside` stand on its meetings without the reader being allowed to see them.
    """

    act: str
    done: str  # the sentence that is shown when it is done
    on: date
    today: date
    items: tuple[ItemEffect, ...]
    also_on: tuple[Beside, ...]
    people: tuple[ToTell, ...]
    hidden: int = 0
    hidden_beside: int = 0
    mark: str = field(default="", compare=False)  # stands for all of it, and for what is hidden


class Otherwise(AlreadyDecided):
    """What was shown is no longer what would happen; `effect` says what would now."""

    def __init__(self, effect: Effect) -> None:
        super().__init__(
            "Something has changed since this was shown, so nothing was done. Below is what it would change now."
        )
        self.effect = effect


def foreseen(
    runtime: Runtime,
    name: str,
    use_case: UseCase,
    form: Act,
    actor: str = "operator",
    reader: Reader | None = None,
    on: date | None = None,
) -> Effect:
    """What the act of this name would change; without a reader everything is told. Nothing of it is kept.

    `on` is another day than today to reason from: what happened later counts on neither side.
    """
    with ExitStack() as looks:
        with runtime.trying(actor) as do:
            do.by = form.by
            done = use_case(do, form)
            after = _after(do, on)
            before = looks.enter_context(runtime.looking())  # begins while nobody else can have changed anything
        return _Comparing(form, reader, before, after).effect(name, done)


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
        with runtime.looking() as before:
            effect = _Comparing(form, reader, before, _after(do)).effect(name, result)
        if effect.mark != mark:
            raise Otherwise(effect)
        return result

    return runtime.do(done, form, actor)


@dataclass(frozen=True, slots=True)
class _After:
    """Everything that plans need once an act is done: what is touched, so many items at a time."""

    on: date
    known: Known
    views: tuple[View, ...]
    by: tuple[str | None, ...]  # who does it
    letters: Mapping[str, str] | None  # whom the outcome's letters go to, with why; None: to all whom it concerns


def _after(do: Doing, on: date | None = None) -> _After:
    """The facts of what the act touches, read within its transaction."""
    day = min(on or do.today, do.today)
    touched = sorted(forecast.touched(do))
    look = Looking(do.db, do.known, do.calendar, do.now, do.today)
    views = tuple(view(look, chunk, day) for chunk in chunks(touched))
    at = {item: of for of in views for item in of.wanted}
    letters = None if do.rearranged else telling.recipients(do, lambda item: at[item].plan(item))
    return _After(day, do.known, views, (do.by, do.actor), letters)


@dataclass
class _Comparing:
    """The plans before an act, as others still see them, beside those after it."""

    form: Act
    reader: Reader | None
    look: Looking  # as it was before
    after: _After
    changed: list[tuple[ItemEffect, Changed]] = field(default_factory=list)
    steps: dict[tuple[str, str], tuple[StepDates, StepDates]] = field(default_factory=dict)  # of all that is touched

    def effect(self, name: str, done: Done) -> Effect:
        """All that would change."""
        for after in self.after.views:
            self._compare(view(self.look, after.wanted, self.after.on), after)
        return self._told(name, done)

    def _compare(self, before: View, after: View) -> None:
        _without_titles(before)
        _without_titles(after)
        for item in after.wanted:
            old, new = before.plan(item), after.plan(item)
            dossier = after.dossiers[item]
            case = dossier.case(placeholder(item), after.on)
            was = {step.step: dates_of(step) for step in old.steps}
            for step in new.steps:
                self.steps[item, step.step] = (was.get(step.step, StepDates("waiting")), dates_of(step))
            effect = item_effect(after.known, case, old, new)
            if effect is not None:
                self.changed.append((effect, changed_of(dossier, case, effect)))

    def _beside(self) -> list[Beside]:
        """Every step on a meeting of this act that stays as it is; titles are filled in later."""
        meetings = self._meetings()
        moving = {(effect.item, step.step) for effect, _ in self.changed for step in effect.steps}
        found = {
            (item, step): Beside(item, "", step, is_.meeting_id, is_.meeting)
            for (item, step), (_was, is_) in self.steps.items()
            if is_.meeting_id in meetings and is_.meeting and is_.meeting_id and is_.state not in _SETTLED
        }
        planned = {item for item, _step in self.steps}
        for row in meeting_rows(self.look.db, meetings):
            if row.item not in planned:
                found[row.item, row.step] = Beside(row.item, "", row.step, row.meeting, row.meets_on)
        return [found[key] for key in sorted(found) if key not in moving]

    def _meetings(self) -> set[str]:
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
        both = (self.look.known, self.after.known)
        sittings = [known.meetings[name] for known in both for name in own if name in known.meetings]
        for sitting in sittings:
            for forum in sitting.forums:
                theirs = self.after.known.world.meetings.get(forum, ())
                found |= {other.id for other in theirs if other.date == sitting.date and other.state != "cancelled"}
        return found

    def _told(self, name: str, done: Done) -> Effect:
        """Only what the reader may see, with titles; the mark stands for all the rest too."""
        beside = self._beside()
        ids = {effect.item for effect, _ in self.changed} | {other.item for other in beside}
        ids |= {gate for _effect, changed in self.changed for gate in gates_of(changed.dossier)}
        titles = readable_titles(self.look.db, self.reader, sorted(ids))
        shown = [(effect, changed) for effect, changed in self.changed if effect.item in titles]
        shown.sort(key=lambda pair: (not pair[0].gets_worse, titles[pair[0].item].casefold(), pair[0].item))
        items = tuple(_with_titles(effect, titles) for effect, _changed in shown)
        also_on = tuple(replace(other, title=titles[other.item]) for other in beside if other.item in titles)
        hidden = [effect for effect, _changed in self.changed if effect.item not in titles]
        hidden_beside = [other for other in beside if other.item not in titles]
        concerned = [replace(changed, title=titles[effect.item]) for effect, changed in shown]
        effect = Effect(
            name,
            done.sentence,
            self.after.on,
            self.look.today,
            items,
            also_on,
            self._people(concerned),
            len(hidden),
            len({other.item for other in hidden_beside}),
        )
        everything = repr((effect, hidden, hidden_beside))
        return replace(effect, mark=hashlib.sha256(everything.encode()).hexdigest())

    def _people(self, concerned: Sequence[Changed]) -> tuple[ToTell, ...]:
        """Whom it concerns. All hear of a meeting by letter, of anything else only those whom the outcome's go to."""
        known, letters = self.after.known, self.after.letters
        found = whom_to_tell(known, concerned, _forums_of(self.form, known), self.after.by)
        if letters is None:
            return found
        there = {to.person for to in found}
        more = [ToTell(name, known.people[name].name, (why,)) for name, why in letters.items() if name not in there]
        heard = [to if to.person in letters or to.how != "letter" else replace(to, how="reminders") for to in found]
        every = [*more, *heard]
        every.sort(key=lambda to: (to.person not in letters, to.person is None, to.name.casefold()))
        return tuple(every)


def _without_titles(seen: View) -> None:
    """Sentences name other items by placeholders: titles are filled in for those who may see them."""
    seen.titles = {item: placeholder(item) for item in seen.dossiers}


def _with_titles(effect: ItemEffect, titles: dict[str, str]) -> ItemEffect:
    def said(problems: Iterable[Problem]) -> tuple[Problem, ...]:
        return tuple(replace(one, message=filled_in(one.message, titles)) for one in problems)

    return replace(effect, title=titles[effect.item], new=said(effect.new), gone=said(effect.gone))


def _forums_of(form: Act, known: Known) -> tuple[str, ...]:
    """The forums whose meeting is added, moved or cancelled."""
    meeting = known.meetings.get(getattr(form, "meeting", None) or "")
    return meeting.forums if meeting is not None else ()
