"""A scheduler at work in a small council, with a postman who takes what it sends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from email.message import EmailMessage
from threading import Event
from typing import Any

from sqlalchemy import select

from models.forecasts import forecasts
from models.reminders import heartbeats
from tests.office import Office
from workflow.heartbeats import Heart
from workflow.letters import Letter
from workflow.outbox import Delivered, deliver_waiting, enqueue
from workflow.reminders.sweep import Swept
from workflow.runs import Runs
from workflow.runtime import Runtime

COUNCIL = """
    organisations:
      - {id: lcc, name: County Council, kind: council, rules: standard-council-executive}
    forums:
      - {id: cabinet, organisation: lcc, name: Cabinet, form: committee}
    people:
      - {id: owner, name: Head of Place, email: owner@example.org}
    meetings:
      - {id: cabinet-april, forum: cabinet, date: 2026-04-15}
      - {id: cabinet-november, forum: cabinet, date: 2026-11-10}
    items:
      - {id: roads, title: Roads, type: plan, organisation: lcc, owner: owner,
         route: standard-single-forum-decision, forums: {forum: cabinet}}
"""


class Postman:
    """Takes letters; with the slow one each is in hand until `go_on`."""

    name = "postman"

    def __init__(self, slow: bool = False) -> None:
        self.taken: list[str] = []
        self.has_one, self.go_on = Event(), Event()
        if not slow:
            self.go_on.set()

    def send(self, message: EmailMessage) -> None:
        self.has_one.set()
        assert self.go_on.wait(20)
        self.taken.append(str(message["Subject"]))


def never() -> bool:
    return False


def nothing_due(_runtime: Runtime, _stop: Callable[[], bool]) -> Swept:
    return Swept(0, 0)


def runs(runtime: Runtime, postman: Any = None, **handed: Any) -> Runs:
    """A scheduler's work that always says that it is there, with a postman and whatever else is handed in."""

    def deliver(stop: Callable[[], bool]) -> Delivered:
        return deliver_waiting(runtime, postman or Postman(), stopping=stop)

    return Runs(runtime, Heart(runtime, every=0), **{"deliver": deliver, **handed})


def write(office: Office, *subjects: str) -> None:
    with office.runtime.doing("operator") as do:
        for subject in subjects:
            enqueue(do, Letter("notice", "owner", "owner@example.org", subject, "Please look.\n"))
        do.flush()


def beats(runtime: Runtime) -> list[Any]:
    with runtime.looking() as look:
        return list(look.db.execute(select(heartbeats).order_by(heartbeats.c.place)))


def planned_for(office: Office) -> date:
    with office.runtime.looking() as look:
        return look.db.execute(select(forecasts.c.computed_for)).scalar_one()
