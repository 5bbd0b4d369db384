"""Journeys at random: whatever is done, in whatever order, the product agrees with a plain model of it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.properties.copies import copies_of
from tests.properties.model import DECIDED, STRENGTHS, ItemModel, Model, Round, StepModel
from tests.properties.routes import cases, day_before, model_of
from tests.stories.test_dump_and_load import remembered
from workflow.errors import WorkflowError
from workflow.plans import Plan
from workflow.queries.where import plan_json, timetable, where

OUTCOMES = [*STRENGTHS, "deferred", "referred-back", "rejected"]
MANY = ["agreed", "endorsed", "deferred", "referred-back", *OUTCOMES]
AGO = st.sampled_from([0, 0, 0, 1, 3, 10, 40])
STATES = {
    "start": ("draft",),
    "hold": ("in-progress",),
    "resume": ("on-hold",),
    "withdraw": ("draft", "in-progress", "on-hold"),
}
EVER = datetime(2100, 1, 1, tzinfo=UTC)


class Journeys(RuleBasedStateMachine):
    """Two items in an office, the model beside them, and everything that people do."""

    prepared: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.copies = copies_of(self.prepared, self.folder)
        self.fresh = self.copies.__enter__()
        self.office = self.fresh()
        self.today = date(2023, 9, 18)
        self.case: dict[str, Any] = {}
        self.model = Model({}, {})
        self.guessed = False  # a material change: the model has followed the product from there
        self.meetings: dict[str, tuple[list[str], str, str]] = {}

    @initialize(case=cases())
    def begins(self, case: dict[str, Any]) -> None:
        self._clock()
        self.case, self.model = case, model_of(case)
        self.office.load(yaml.safe_dump(case))
        for meeting in case["meetings"]:
            forums = meeting.get("forums") or [meeting["forum"]]
            self.meetings[meeting["id"]] = (forums, meeting["date"], "planned")

    def _clock(self) -> None:
        self.office.clock.to(f"{self.today} 09:00")

    def _does(self, action: str, **said: Any) -> bool:
        try:
            self.office.does(action, None, **said)
        except WorkflowError as err:
            assert str(err).strip(), f"{action} was refused without a sentence"
            return False
        return True

    def _picks(self, data: st.DataObject, fits: Callable[[StepModel], bool]) -> tuple[ItemModel, StepModel]:
        """Mostly a step that the act is meant for, sometimes any."""
        every = [(item, step) for item in self.model.items.values() for step in item.steps.values()]
        fitting = [(item, step) for item, step in every if fits(step) and item.state == "in-progress"]
        astray = data.draw(st.integers(0, 7)) == 7
        return data.draw(st.sampled_from(every if astray or not fitting else fitting))

    @rule(days=st.sampled_from([1, 5, 20]))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)
        self._clock()

    @rule(data=st.data(), outcome=st.sampled_from(MANY), ago=AGO)
    def records(self, data: st.DataObject, outcome: str, ago: int) -> None:
        item, step = self._picks(data, _open)
        on = day_before(self.today, ago)
        more = {"conditions": [{"text": "Report back", "owner": "owner"}]} if outcome in STRENGTHS and ago else {}
        done = self._does("record", item=item.id, step=step.id, outcome=outcome, on=on, reason="As minuted", **more)
        if done:
            assert step.kind != "gate"
            assert item.state == "in-progress"
            assert step.now.decision == "open"
            item.resolve(step, outcome, on, self._sat(step, on))

    @rule(data=st.data())
    def records_all_that_is_ready(self, data: st.DataObject) -> None:
        for item in self.model.items.values():
            for step in item.steps.values():
                if self.office.step(item.id, step.id)["state"] in ("ready", "scheduled", "on-agenda"):
                    outcome = data.draw(st.sampled_from(["agreed", "endorsed"]))
                    on = self.today.isoformat()
                    if self._does("record", item=item.id, step=step.id, outcome=outcome, on=on):
                        item.resolve(step, outcome, on, self._sat(step, on))

    def _sat(self, step: StepModel, on: str) -> str | None:
        held = [
            (m, of) for m, of in self.meetings.items() if step.forum in of[0] and of[1] == on and of[2] != "cancelled"
        ]
        return held[0][0] if held else None

    @rule(data=st.data(), outcome=st.sampled_from(MANY), ago=AGO)
    def corrects(self, data: st.DataObject, outcome: str, ago: int) -> None:
        item, step = self._picks(data, lambda step: any(known.outcome for known in step.rounds))
        on = day_before(self.today, ago)
        had = [known for known in step.rounds if known.outcome]
        if not self._does("correct", item=item.id, step=step.id, outcome=outcome, on=on, reason="Misread"):
            return
        assert had
        last = had[-1]
        same_move = step.move_for(outcome) == step.move_for(str(last.outcome))
        if on != last.on:
            kept = last.meeting if last.meeting and self.meetings[last.meeting][1] <= on else None
            last.meeting = self._sat(step, on) or kept
        if same_move:
            last.outcome, last.on, last.meeting = outcome, on, last.meeting or self._sat(step, on)
            if last.decision == "called-in" and (STRENGTHS[outcome] == 0 or outcome == "recommended"):
                last.decision = "passed"
        else:
            item.take_back(step)
            item.resolve(step, outcome, on, self._sat(step, on))

    @rule(data=st.data(), action=st.sampled_from(["accept", "send-back"]))
    def leads_on(self, data: st.DataObject, action: str) -> None:
        item, step = self._picks(
            data, lambda step: step.now.decision == "fell-short" and not step.stage.get("decisive")
        )
        if self._does(action, item=item.id, step=step.id, reason="So be it"):
            assert step.now.decision == "fell-short"
            if action == "accept":
                assert not step.stage.get("decisive")
                step.now.decision, step.now.accepted = "passed", True
            else:
                step.now.decision = "over"
                step.rounds.append(Round(also_after=step.now.also_after))

    @rule(data=st.data(), action=st.sampled_from(["call-in", "call-in", "uphold", "reconsider"]), late=st.booleans())
    def calls_in(self, data: st.DataObject, action: str, late: bool) -> None:
        wanted = "passed" if action == "call-in" else "called-in"
        item, step = self._picks(data, lambda step: step.now.decision == wanted and step.forum == "cabinet")
        on = step.now.on if late and step.now.on else self.today.isoformat()
        if self._does(action, item=item.id, step=step.id, on=on):
            assert step.now.decision == ("passed" if action == "call-in" else "called-in")
            step.now.decision = {"call-in": "called-in", "uphold": "passed", "reconsider": "over"}[action]
            if action == "reconsider":
                step.rounds.append(Round(also_after=step.now.also_after))

    @rule(
        data=st.data(), action=st.sampled_from(["submit", "submit", "agenda", "agenda", "notice"]), newer=st.booleans()
    )
    def papers(self, data: st.DataObject, action: str, newer: bool) -> None:
        bound = action == "agenda"
        item, step = self._picks(data, lambda step: _open(step) and (step.now.meeting is not None or not bound))
        if bound and _open(step) and step.now.papers == "none":
            self.clears(data)
            if self._does("submit", item=item.id, step=step.id, on=day_before(self.today, 1)):
                step.now.papers = "submitted"
        more = {"version": 2} if action == "submit" and newer else {}
        if self._does(action, item=item.id, step=step.id, on=day_before(self.today, 1), **more):
            assert step.now.decision == "open"
            if action != "notice":
                step.now.papers = {"submit": "submitted", "agenda": "on-agenda"}[action]

    @rule(data=st.data())
    def clears(self, data: st.DataObject) -> None:
        item, step = self._picks(data, lambda step: _open(step) and "clearances" in step.stage)
        cleared = data.draw(st.sampled_from([True, True, False]))
        self._does("clear", item=item.id, step=step.id, area="finance", cleared=cleared, reason="Looked at")

    @rule(data=st.data())
    def meets_a_condition(self, data: st.DataObject) -> None:
        item, step = self._picks(data, lambda step: step.now.outcome is not None)
        self._does("meet", item=item.id, step=step.id, number=1, evidence="See the report")

    @rule(data=st.data())
    def binds(self, data: st.DataObject) -> None:
        item, step = self._picks(data, lambda step: _open(step) and step.now.meeting is None)
        suitable = [m for m, of in self.meetings.items() if step.forum in of[0]] or list(self.meetings)
        meeting = data.draw(st.sampled_from(suitable))
        if self._does("bind", item=item.id, step=step.id, meeting=meeting):
            assert self.meetings[meeting][2] != "cancelled"
            if step.now.papers == "on-agenda" and step.now.meeting != meeting:
                step.now.papers = "submitted"
            step.now.meeting = meeting

    @rule(data=st.data())
    def unbinds(self, data: st.DataObject) -> None:
        item, step = self._picks(data, lambda step: step.now.decision == "open" and step.now.meeting is not None)
        if self._does("unbind", item=item.id, step=step.id):
            self._released(step)

    def _released(self, step: StepModel) -> None:
        step.now.meeting = None
        if step.now.papers == "on-agenda":
            step.now.papers = "submitted"

    @rule(data=st.data(), action=st.sampled_from(["hold", "resume", "resume", "start", "start", "withdraw"]))
    def changes_course(self, data: st.DataObject, action: str) -> None:
        item = data.draw(st.sampled_from(list(self.model.items.values())))
        if action == "withdraw" and data.draw(st.integers(0, 3)):
            return
        if self._does(action, item=item.id, reason="For the record"):
            assert item.state in STATES[action]
            item.state = {"hold": "on-hold", "withdraw": "withdrawn"}.get(action, "in-progress")

    @rule(item=st.sampled_from(["deal", "matter"]), number=st.integers(1, 6))
    def redacts(self, item: str, number: int) -> None:
        self._does("redact", item=item, number=number, reason="It named a person")

    @rule(data=st.data(), ago=AGO)
    def opens_gates(self, data: st.DataObject, ago: int) -> None:
        item, step = self._picks(data, lambda step: "check" in step.stage.get("waits_for", {}))
        on = day_before(self.today, ago)
        if self._does("open-gate", item=item.id, step=step.id, on=on):
            assert "check" in step.stage["waits_for"]
            assert step.opened_on is None
            step.opened_on = on

    @rule(data=st.data(), material=st.booleans())
    def declares_material(self, data: st.DataObject, material: bool) -> None:
        item = data.draw(st.sampled_from(list(self.model.items.values())))
        if not self._does("material", item=item.id, material=material, reason="The text changed") or not material:
            return
        for step in item.steps.values():
            found = self.office.step(item.id, step.id)["round"]
            if found != len(step.rounds):
                assert step.now.decision in DECIDED
                assert found == len(step.rounds) + 1
                self.guessed = True
                step.now.decision = "over"
                step.rounds.append(Round(because=self._cause(item), also_after=step.now.also_after))

    def _cause(self, item: ItemModel) -> str | None:
        """The referral back that made the report change, if there was one."""
        referring = [s.now.because for s in item.steps.values() if s.now.also_after and s.now.decision == "open"]
        return referring[-1] if referring else None

    @rule(data=st.data(), ahead=st.sampled_from([-10, 3, 30, 90]))
    def adds_a_meeting(self, data: st.DataObject, ahead: int) -> None:
        forum = data.draw(st.sampled_from(["partnership", "cabinet", "board"]))
        day = (self.today + timedelta(days=ahead)).isoformat()
        name = f"extra-{len(self.meetings)}"
        assert self._does("meeting add", meeting=name, forums=[forum], meets_on=day, time="15:00")
        self.meetings[name] = ([forum], day, "planned")

    @precondition(lambda self: self.meetings)
    @rule(data=st.data(), action=st.sampled_from(["move", "cancel", "held"]), days=st.sampled_from([-7, 1, 28]))
    def changes_a_meeting(self, data: st.DataObject, action: str, days: int) -> None:
        name = data.draw(st.sampled_from(sorted(self.meetings)))
        forums, day, state = self.meetings[name]
        moved = (date.fromisoformat(day) + timedelta(days=days)).isoformat()
        before = self._finishes()
        more = {"meets_on": moved} if action == "move" else {}
        if not self._does(f"meeting {action}", meeting=name, **more):
            return
        assert state == "planned"
        steps = [step for item in self.model.items.values() for step in item.steps.values()]
        bound = [step for step in steps if step.now.meeting == name and step.now.decision == "open"]
        if action == "move":
            self.meetings[name] = (forums, moved, state)
        else:
            self.meetings[name] = (forums, day, {"cancel": "cancelled"}.get(action, action))
        if action == "cancel":
            for step in bound:
                self._released(step)
            if not bound:
                self._finishes_no_earlier(before, self._finishes())

    def _plans(self, on: date) -> dict[str, Plan]:
        with self.office.runtime.looking() as look:
            return {item: timetable(look, item, on=on)[0] for item in self.model.items}

    def _finishes(self) -> dict[str, date | None]:
        return {item: plan.finish for item, plan in self._plans(self.today).items()}

    def _finishes_no_earlier(self, before: dict[str, date | None], after: dict[str, date | None]) -> None:
        for item, finish in after.items():
            was = before[item]
            assert finish is None or (was is not None and was <= finish), f"{item}: {was} became {finish}"

    @invariant()
    def agrees_with_the_model(self) -> None:
        for found in self.office.where() if self.model.items else ():
            item, on = self.model.items[found["item"]], self.today.isoformat()
            state = found["state"]
            if item.state != "in-progress":
                assert state == item.state
            else:
                assert (state == "rejected") == item.lost()
                assert state != "complete" or self.model.all_met(item, on)
                assert state in ("in-progress", "rejected", "complete")
            for shown in found["steps"]:
                step = item.steps[shown["step"]]
                assert shown["round"] == len(step.rounds), shown
                label = self.model.label(item, step, on)
                ended = state in ("withdrawn", "rejected", "complete") and label not in (*DECIDED, "skipped")
                assert shown["state"] == ("ended" if ended else label), shown

    def teardown(self) -> None:
        try:
            if self.model.items:
                self._everything_holds()
        finally:
            self.copies.__exit__(None, None, None)
            shutil.rmtree(self.folder)

    def _everything_holds(self) -> None:
        assert self.office.verify().faults == []
        with self.office.runtime.looking() as look:
            assert where(look) == where(look, known_at=EVER), "the ledger tells it otherwise than the rows"
            for item in self.model.items:
                rows, fold = timetable(look, item)[0], timetable(look, item, known_at=EVER)[0]
                assert plan_json(rows) == plan_json(fold)
                for silent in breaches(self.model.items[item], rows):
                    raise AssertionError(f"no problem says {silent}")
        later = {item: plan.finish for item, plan in self._plans(self.today + timedelta(days=35)).items()}
        self._finishes_no_earlier(self._finishes(), later)
        self._comes_back()

    def _comes_back(self) -> None:
        dumped, other = self.office.dump(), self.fresh()
        other.clock.to(f"{self.today} 09:00")
        other.load(dumped)
        assert other.dump() == dumped
        assert other.verify().faults == []
        for ago in (0, 1, 3, 40, 150):
            on = self.today - timedelta(days=ago)
            with self.office.runtime.looking() as look, other.runtime.looking() as elsewhere:
                assert where(look, on=on) == where(elsewhere, on=on)
                for item in self.model.items:
                    plans = [plan_json(timetable(one, item, on=on)[0]) for one in (look, elsewhere)]
                    assert plans[0] == plans[1]
        for item in self.model.items:
            assert remembered(self.office, item) == remembered(other, item)
        for again in (other.load(dumped), other.load(yaml.safe_dump(self.case)), self.office.load(dumped)):
            assert (again.new, again.changed, again.acts) == (0, 0, 0)
        assert other.dump() == dumped


def _open(step: StepModel) -> bool:
    return step.now.decision == "open" and step.kind != "gate"


def breaches(item: ItemModel, plan: Plan) -> Iterator[str]:
    """What is overdue or out of order and has no problem that says so, worked out plainly."""
    if plan.item_state in ("withdrawn", "rejected"):
        return
    said = {(problem.code, problem.step) for problem in plan.problems}
    for planned in plan.steps:
        step = item.steps[planned.step]
        if planned.state in (*DECIDED, "skipped", "ended") or step.kind == "gate" or planned.meeting is None:
            continue
        codes = {code for code, of in said if of == planned.step}
        if planned.meeting < plan.on and "outcome-missing" not in codes:
            yield f"{planned.step} is over and nothing recorded"
        report_missing = planned.report_due and planned.report_due < plan.on and step.now.papers == "none"
        if report_missing and "report-due-passed" not in codes:
            yield f"the report for {planned.step} is overdue"
        agenda_missing = planned.agenda_by and planned.agenda_by < plan.on and step.now.papers != "on-agenda"
        if agenda_missing and not {"agenda-day-passed", "report-due-passed"} & codes:
            yield f"the agenda of {planned.step} is overdue"
        for earlier in step.stage["after"]:
            days = [plan.step(s.id).meeting for s in item.of(earlier) if "each" not in s.stage]
            if any(day and planned.meeting < day for day in days) and "out-of-order" not in codes:
                yield f"{planned.step} is before {earlier}"


def test_journeys(prepared_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Journeys, "prepared", prepared_sqlite, raising=False)
    run_state_machine_as_test(
        Journeys,
        settings=settings(
            max_examples=18,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,  # the same journeys in every run
            suppress_health_check=list(HealthCheck),
        ),
    )
