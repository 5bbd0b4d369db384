"""Watching over an installation: is it up, does a scheduler run, does anything wait for longer than it should."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import generate_latest
from sqlalchemy import select, update

from models.outbox import letters
from models.reminders import messages
from tests.web.site import Site
from workflow.errors import Unavailable
from workflow.heartbeats import SILENT_AFTER, Heart
from workflow.letters import Letter
from workflow.outbox import deliver_waiting, enqueue
from workflow.runs import Ran, Runs
from workflow.runtime import Runtime

ADMINISTRATOR = "system-administrator"


class Postman:
    """Takes every letter."""

    name = "postman"

    def send(self, _message: object) -> None:
        """And throws it away."""


def scheduler(site: Site) -> Runs:
    """One that says that it is there with every run."""
    runtime = site.office.runtime
    return Runs(runtime, Heart(runtime, every=0), lambda stop: deliver_waiting(runtime, Postman(), stopping=stop))


def run(of: Runs) -> None:
    of.run(lambda: False)


def health(site: Site) -> dict[str, Any]:
    """What anybody who asks is told; decisions can be recorded all the while."""
    answer = site.anonymous.flask.get("/health", base_url=site.settings.address)
    assert answer.status_code == 200
    told: dict[str, Any] = answer.get_json()
    assert (told["ok"], told["database"]) == (True, "ready")
    return told


def measured(site: Site) -> dict[str, float]:
    """The numbers without labels, by their names."""
    said = site.as_(ADMINISTRATOR).get("/metrics").text
    found = re.findall(r"decision_routes_(\w+) ([0-9.e+-]+)", said)
    return {name: float(number) for name, number in found}


def write(site: Site, *subjects: str) -> None:
    with site.office.runtime.doing("operator") as do:
        for subject in subjects:
            enqueue(do, Letter("notice", "cabinet-secretary", "secretary@example.org", subject, "Please look.\n"))
        do.flush()


def test_no_scheduler_has_ever_run(site: Site) -> None:
    told = health(site)
    assert (told["scheduler"], told["last_beat"]) == ("none", None)
    assert measured(site)["schedulers"] == 0
    assert "scheduler_last_beat_seconds" not in measured(site)


def test_a_scheduler_runs_falls_silent_and_is_heard_again(site_on_both: Site) -> None:
    site = site_on_both
    one, other = scheduler(site), scheduler(site)
    run(one)
    run(other)
    site.clock.at += SILENT_AFTER
    told = health(site)
    assert told["scheduler"] == "running"
    assert told["last_beat"] == "2023-07-18T08:00:00+00:00"
    numbers = measured(site)
    assert (numbers["schedulers"], numbers["scheduler_last_beat_seconds"]) == (2, 300)

    site.clock.at += timedelta(seconds=1)
    assert health(site)["scheduler"] == "silent since 2023-07-18T08:00:00+00:00"
    numbers = measured(site)
    assert (numbers["schedulers"], numbers["scheduler_last_beat_seconds"]) == (0, 301)

    run(other)
    assert health(site)["scheduler"] == "running"
    assert measured(site)["schedulers"] == 1
    one.end()
    other.end()
    assert health(site)["scheduler"] == "none"


def test_anybody_may_ask_so_it_says_nothing_of_where_it_runs(site: Site) -> None:
    run(scheduler(site))
    said = site.anonymous.flask.get("/health", base_url=site.settings.address).text
    assert set(health(site)) == {"ok", "database", "scheduler", "last_beat", "overdue_seconds"}
    assert socket.gethostname() not in said and str(os.getpid()) not in said


def test_how_long_the_oldest_of_what_is_due_has_waited(site_on_both: Site) -> None:
    site = site_on_both
    for _turn in range(5):
        run(scheduler(site))
    assert (health(site)["overdue_seconds"], measured(site)["overdue_seconds"]) == (0, 0)
    write(site, "One")
    site.clock.at += timedelta(seconds=90)
    write(site, "Two")
    assert health(site)["overdue_seconds"] == 90, "and yet decisions can be recorded"
    assert measured(site)["overdue_seconds"] == 90
    run(scheduler(site))
    assert health(site)["overdue_seconds"] == 0


def test_what_waits_is_counted_in_the_whole_installation(site_on_both: Site) -> None:
    site = site_on_both
    before = measured(site)
    assert before["reminders_overdue"] > 0, "the first run of the living set has something to say"
    run(scheduler(site))
    done = measured(site)
    assert done["reminders_overdue"] == 0
    write(site, "One", "Two", "Three")
    with site.office.runtime.doing("operator") as do:
        now = do.now
        given_up = {"failures": 8, "given_up_at": now}
        do.db.execute(update(letters).where(letters.c.subject == "Three").values(given_up))
        one = do.db.execute(select(messages.c.key).limit(1)).scalar_one()
        later = {"settled_at": None, "letter": None, "send_at": now + timedelta(days=1)}
        do.db.execute(update(messages).where(messages.c.key == one).values(later))
    numbers = measured(site)
    assert numbers["letters_waiting"] - done["letters_waiting"] == 2
    assert numbers["letters_given_up"] == 1
    assert numbers["messages_waiting"] - done["messages_waiting"] == 1


def test_what_the_scheduler_inside_has_done_is_counted(site: Site) -> None:
    before = measured(site)
    count = site.app.extensions["decision-routes"]["runs"]
    count(Ran(messages=5, letters=3, sent=2, failed=1, sweep_seconds=0.25))
    count(Ran(failed=1))
    after = measured(site)
    grown = {name: round(after[name] - before[name], 3) for name in after if after[name] != before.get(name)}
    assert {name: by for name, by in grown.items() if name.split("_")[0] in ("messages", "letters", "sweep")} == {
        "messages_written_total": 5, "letters_written_total": 3, "letters_sent_total": 2, "letters_failed_total": 2,
        "sweep_seconds_sum": 0.25, "sweep_seconds_count": 1,
    }  # fmt: skip


def test_without_the_database_it_is_not_healthy_and_measures_what_it_can(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def unusable(_self: Runtime) -> Iterator[Any]:
        raise Unavailable("The database postgresql://clerk@db.internal/decisions cannot be reached.")
        yield

    monkeypatch.setattr(Runtime, "looking", unusable)
    answer = site.anonymous.flask.get("/health", base_url=site.settings.address)
    assert answer.status_code == 503
    assert answer.get_json() == {"ok": False, "database": "cannot be used"}
    said = generate_latest(site.app.extensions["decision-routes"]["metrics"]).decode()
    assert "decision_routes_requests_total" in said
    assert "decision_routes_schedulers" not in said


def test_administrators_are_told_that_no_scheduler_runs(site: Site) -> None:
    browser = site.as_(ADMINISTRATOR)
    assert "No scheduler runs. Until one does, nobody is reminded" in browser.get("/administration").text
    run(scheduler(site))
    assert "scheduler" not in browser.get("/administration").text.lower()
    site.clock.at += timedelta(minutes=6)
    browser = site.as_(ADMINISTRATOR)
    assert "last heard on 18 July 2023 at 9am." in browser.get("/administration").text
