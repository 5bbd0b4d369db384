"""An office in which stories are played: people act by their posts, and everybody can look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

from sqlalchemy import func, select

from config import demonstration
from models.outbox import letters
from models.reminders import messages, reminders
from workflow.actions import ACTIONS
from workflow.case_dump import dump
from workflow.case_files import Taken, load
from workflow.case_reading import read_files
from workflow.clock import LONDON, StoppedClock, business_date
from workflow.known import Known
from workflow.plans import Plan
from workflow.queries.history import history, in_words
from workflow.queries.verify import Verdict, verify
from workflow.queries.where import timetable, where
from workflow.reminders.sweep import sweep
from workflow.runs import bring_forward
from workflow.runtime import Runtime, open_runtime

CASES = Path(demonstration.__path__[0])
LANCASHIRE = CASES / "lancashire-2023.yaml"
WEST_LANCASHIRE = CASES / "west-lancashire-mou-2019.yaml"


class Office:
    """One installation with a clock that stands still until told."""

    def __init__(self, url: str, *, restart_between_steps: bool = False, ledger_key: bytes | None = None) -> None:
        self.url = url
        self.restart_between_steps = restart_between_steps
        self.ledger_key = ledger_key
        self.clock = StoppedClock(datetime(2023, 7, 18, 8, 0, tzinfo=UTC))
        self.runtime = self._opened()

    def _opened(self) -> Runtime:
        return open_runtime(self.url, ledger_key=self.ledger_key, clock=self.clock)

    def close(self) -> None:
        self.runtime.engine.dispose()

    def _next_step(self) -> None:
        if self.restart_between_steps:
            self.close()
            self.runtime = self._opened()

    def __getattr__(self, name: str) -> Post:
        """`office.cabinet_secretary` is the person with the id cabinet-secretary."""
        if name.startswith("_"):
            raise AttributeError(name)
        return Post(self, name.replace("_", "-"))

    @property
    def operator(self) -> Post:
        """Whoever runs the command, as administrator."""
        return Post(self, None)

    def load(self, *cases: str | Path, update: bool = False) -> Taken:
        """Take in case files, given as paths or as text (the first line `decision_routes: 1` may be left out)."""
        files = []
        for number, case in enumerate(cases, 1):
            if isinstance(case, Path):
                files.append((case.name, case.read_bytes()))
            else:
                text = dedent(case)
                if "decision_routes:" not in text:
                    text = "decision_routes: 1\n" + text
                files.append((f"case-{number}.yaml", text.encode()))
        with self.runtime.doing("operator") as do:
            taken = load(do, read_files(files), update)
        self._next_step()
        return taken

    def does(self, action: str, by: str | None, /, **said: Any) -> str:
        """One act; the sentence that is shown is returned."""
        done, _plans = self.runtime.do(
            ACTIONS[action].run, ACTIONS[action].form.model_validate({**said, "by": by}), by or "operator"
        )
        self._next_step()
        return str(done.sentence)

    def where(self, *items: str, **as_of: Any) -> list[dict[str, Any]]:
        with self.runtime.looking() as look:
            return where(look, items or None, **_days(as_of))

    def item(self, item: str, **as_of: Any) -> dict[str, Any]:
        return self.where(item, **as_of)[0]

    def step(self, item: str, step: str, **as_of: Any) -> dict[str, Any]:
        return next(s for s in self.item(item, **as_of)["steps"] if s["step"] == step)

    def states(self, item: str, **as_of: Any) -> dict[str, str]:
        return {step["step"]: step["state"] for step in self.item(item, **as_of)["steps"]}

    def plan(self, item: str, on: str | None = None, **ifs: str) -> Plan:
        """The plan as of a day; `cabinet="2023-11-02"` puts that step on that day."""
        with self.runtime.looking() as look:
            tried = {step: date.fromisoformat(day) for step, day in ifs.items()}
            made, _seen = timetable(look, item, on=date.fromisoformat(on) if on else None, ifs=tried)
            return made

    def problems(self, item: str, on: str | None = None) -> set[tuple[str, str | None]]:
        return {(problem.code, problem.step) for problem in self.plan(item, on).problems}

    def history(self, item: str) -> list[dict[str, Any]]:
        with self.runtime.looking() as look:
            return history(look, item)

    def story(self, item: str) -> list[str]:
        """What happened, a sentence each."""
        with self.runtime.looking() as look:
            return [sentence for _event, sentence in in_words(look, item, history(look, item))]

    def kinds(self, item: str) -> list[str]:
        return [event["kind"] for event in self.history(item)]

    def verify(self, *items: str) -> Verdict:
        with self.runtime.inspecting() as db:
            return verify(db, items or None, self.ledger_key)

    def dump(self) -> str:
        with self.runtime.inspecting() as db:
            return dump(db)

    def tick(self) -> None:
        """A scheduler wakes: the day's lists, then the reminders that are due. Nothing is handed over."""
        bring_forward(self.runtime, lambda: False)
        sweep(self.runtime)
        self._next_step()

    def plays_to(self, london: str) -> list[str]:
        """A scheduler runs until then, waking whenever something is due: the letters it writes, a line each."""
        end = StoppedClock(self.clock.at)
        end.to(london)
        before = len(self.post())
        self.tick()
        while (at := self._wakes()) <= end.at:
            self.clock.at = at
            self.tick()
        self.clock.at = end.at
        return self.post()[before:]

    def _wakes(self) -> datetime:
        """When a day begins in England, or something is due before that."""
        morrow = datetime.combine(business_date(self.clock.at) + timedelta(days=1), time(0), LONDON).astimezone(UTC)
        with self.runtime.looking() as look:
            due = (
                look.db.scalar(select(func.min(reminders.c.next_at)).where(reminders.c.next_at.is_not(None))),
                look.db.scalar(select(func.min(messages.c.send_at)).where(messages.c.settled_at.is_(None))),
            )
        return min([morrow, *(at for at in due if at is not None and at > self.clock.at)])

    def post(self) -> list[str]:
        """Every letter about reminders: when it was written, to whom, and its subject."""
        wanted = letters.c.kind.in_(("reminder", "reminders")) & (letters.c.channel == "mail")
        query = select(letters).where(wanted).order_by(letters.c.written_at, letters.c.person, letters.c.id)
        with self.runtime.looking() as look:
            return [
                f"{row.written_at.astimezone(LONDON):%a %d %b %Y %H:%M}  {row.person}: {row.subject}"
                for row in look.db.execute(query)
            ]

    def known(self) -> Known:
        with self.runtime.looking() as look:
            return look.known


@dataclass(frozen=True)
class Post:
    """Somebody in the office, by post."""

    office: Office
    id: str | None

    def does(self, action: str, /, **said: Any) -> str:
        return self.office.does(action, self.id, **said)

    def records(self, item: str, step: str, outcome: str, on: str | None = None, **more: Any) -> str:
        return self.does("record", item=item, step=step, outcome=outcome, on=on, **more)

    def corrects(self, item: str, step: str, outcome: str, because: str, on: str | None = None, **more: Any) -> str:
        return self.does("correct", item=item, step=step, outcome=outcome, reason=because, on=on, **more)


def _days(as_of: dict[str, Any]) -> dict[str, Any]:
    return {name: date.fromisoformat(v) if name == "on" and isinstance(v, str) else v for name, v in as_of.items()}
