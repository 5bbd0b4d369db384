"""Administrators look after letters: those given up go again, and other tools are told only of what they asked for."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from models.outbox import letters
from models.reminders import hooks, reminders
from tests.office import Office
from workflow.errors import AlreadyDecided, NotPermitted, Refused, Unknown, WorkflowError
from workflow.letters import Letter
from workflow.mail import AddressRefused
from workflow.outbox import deliver_waiting, enqueue, waiting
from workflow.queries import post as queries
from workflow.queries.paging import Cursor
from workflow.queries.post import Wanted
from workflow.queries.webhooks import hook_list, hooks_for
from workflow.runtime import Looking
from workflow.use_cases.post import HookAct, NewHook, TryAgain, add_webhook, address_fault, change_webhook, try_again
from workflow.visibility import reader_of

TOWN = """
organisations:
  - {id: town, name: Town Council, kind: council}
forums:
  - {id: board, organisation: town, name: Board, form: committee}
  - {id: cabinet, organisation: town, name: Cabinet, form: committee}
people:
  - {id: owner, name: Head of Plans, email: owner@example.org, roles: [{role: author}]}
  - {id: clerk, name: Board clerk, email: clerk@example.org, roles: [{role: secretary, forum: board}]}
  - {id: cabinet-clerk, name: Cabinet clerk, email: cabinet@example.org, roles: [{role: secretary, forum: cabinet}]}
  - {id: admin, name: Administrator, email: admin@example.org, roles: [{role: admin}]}
routes:
  - route: plan
    title: Plan
    stages:
      - {id: board, forum: board, ask: endorse}
      - {id: cabinet, forum: cabinet, ask: agree, decisive: true, refer_back_to: board}
items:
  - {id: plan, title: The open plan, type: plan, route: plan, organisation: town, owner: owner,
     recommendations: [Endorse the plan, Agree the plan]}
  - {id: sale-to-acme, title: Sale to Acme, type: plan, route: plan, organisation: town, owner: owner,
     part: II, exemption: {basis: "Schedule 12A", paragraphs: [3], reason: "Prices"},
     recommendations: [Endorse the sale, Agree the sale]}
"""
CHAT = "https://chat.example.org/hooks/abc"


class Postman:
    """Takes letters, except to an address that there is not."""

    name = "smtp"

    def __init__(self, refuses: str = "@") -> None:
        self.refuses = refuses
        self.taken: list[str] = []

    def send(self, message: EmailMessage) -> None:
        if self.refuses and self.refuses in message["To"]:
            raise AddressRefused("550 no such address.")
        self.taken.append(str(message["To"]))


@pytest.fixture
def town(office: Office) -> Iterator[Office]:
    office.load(TOWN)
    yield office


@pytest.fixture
def hall(desk: Office) -> Office:
    """The same, for the many small rules."""
    desk.load(TOWN)
    return desk


def written(office: Office, *whole: Letter) -> list[str]:
    """Letters that somebody has put into the outbox, a minute after one another."""
    ids = []
    for one in whole:
        with office.runtime.doing("operator") as do:
            ids.append(enqueue(do, one))
            do.flush()
        minutes_pass(office)
    return ids


def minutes_pass(office: Office) -> None:
    office.clock.at += timedelta(minutes=1)


def letter(to: str = "clerk@example.org", **more: Any) -> Letter:
    kind, subject = more.pop("kind", "outcome"), more.pop("subject", "Board, endorsed: The open plan")
    return Letter(kind, more.pop("person", "clerk"), to, subject, "Please look.\n", **more)


def given_up(office: Office, postman: Postman) -> None:
    """Days pass in which the postman comes by."""
    for _day in range(12):
        deliver_waiting(office.runtime, postman)
        office.clock.at += timedelta(days=1)


def looked(office: Office, what: Any, *said: Any, by: str = "admin") -> Any:
    with office.runtime.looking() as look:
        return what(look, reader_of(look.known, by), *said)


def listed(office: Office, cursor: Cursor | None = None, **wanted: Any) -> list[str]:
    return [row.id for row in looked(office, queries.letter_list, Wanted(**wanted), cursor).rows]


def act(office: Office, use_case: Any, form: Any) -> Any:
    done, _plans = office.runtime.do(use_case, form, form.by or "operator")
    return done


# Letters


def test_a_given_up_letter_goes_again_when_its_address_is_there_again(town: Office) -> None:
    one, other = written(town, letter(), letter("owner@example.org", person="owner"))
    postman = Postman(refuses="clerk@")
    given_up(town, postman)
    assert (listed(town, state="given-up"), listed(town, state="sent")) == ([one], [other])
    found = looked(town, queries.letter, one)
    assert (found.row.last_failure, found.why_not_again) == ("550 no such address.", None)
    postman.refuses = ""
    act(town, try_again, TryAgain("admin", one))
    assert listed(town, state="given-up") == [] and listed(town, state="waiting") == [one]
    deliver_waiting(town.runtime, postman)
    assert postman.taken == ["owner@example.org", "clerk@example.org"]
    with pytest.raises(AlreadyDecided, match="not given up"):
        act(town, try_again, TryAgain("admin", one))


def test_all_go_again_but_those_that_hold_nothing_any_more(town: Office) -> None:
    hook = act(town, add_webhook, NewHook("admin", "Chat", CHAT)).hook
    mail = written(town, letter(), letter("owner@example.org", person="owner"), letter(kind="reset", secret=True))
    gone = written(town, letter(hook, person=None, channel="webhook"))
    act(town, change_webhook, HookAct("admin", hook, "remove"))
    given_up(town, Postman())
    assert len(listed(town, state="given-up")) == 4
    again = looked_at(town, queries.to_try_again)
    assert (again.letters.number, again.left_out, again.reasons) == (2, 2, (("550 no such address.", 2),))
    assert act(town, try_again, TryAgain("admin")).sentence == "2 letters are tried again, the oldest first."
    assert listed(town, state="waiting") == [mail[1], mail[0]]
    for kept_back, why in ((mail[2], "link"), (gone[0], "webhook")):
        with pytest.raises(Refused, match=why):
            act(town, try_again, TryAgain("admin", kept_back))
    with pytest.raises(AlreadyDecided):
        act(town, try_again, TryAgain("admin"))


def looked_at(office: Office, what: Any) -> Any:
    with office.runtime.looking() as look:
        return what(look)


def test_letters_are_walked_by_key_from_the_newest_to_the_oldest_and_back(town: Office) -> None:
    ids = []
    with town.runtime.doing("operator") as do:  # several at the same moment
        ids += [enqueue(do, letter()) for _number in range(110)]
        do.flush()
    minutes_pass(town)
    ids += written(town, letter(), letter())
    ordered = sorted(ids[:110], reverse=True)
    expected = [ids[111], ids[110], *ordered]
    pages, cursor = [], None
    while True:
        page = looked(town, queries.letter_list, Wanted(), cursor)
        pages.append([row.id for row in page.rows])
        if page.later is None:
            break
        cursor = Cursor(page.later)
    assert [name for page_ids in pages for name in page_ids] == expected
    assert [len(page_ids) for page_ids in pages] == [50, 50, 12]
    back = looked(town, queries.letter_list, Wanted(), Cursor(page.earlier, backward=True))
    assert [row.id for row in back.rows] == pages[1]


def test_the_list_is_narrowed_by_state_kind_and_person(town: Office) -> None:
    one, two, three = written(
        town, letter(), letter("owner@example.org", person="owner", kind="reset"), letter(kind="invitation")
    )
    with town.runtime.doing("operator") as do:
        shown = update(letters).where(letters.c.id == three).values(sent_at=do.now, sent_by="nobody")
        do.db.execute(shown)
    assert listed(town) == [three, two, one]
    assert (listed(town, state="shown"), listed(town, state="sent")) == ([three], [])
    assert listed(town, kind="reset") == [two]
    assert listed(town, people=("clerk",)) == [three, one]
    assert listed(town, people=()) == []
    assert looked_at(town, queries.kinds) == ["invitation", "outcome", "reset"]
    assert looked_at(town, lambda look: queries.people_named(look, " OWNER@ ")) == (["owner"], False)
    assert looked_at(town, waiting) == (2, 0)


def test_an_administrator_reads_no_letter_about_an_item_that_is_not_for_them(town: Office) -> None:
    town.clerk.records("sale-to-acme", "board", "endorsed")
    minutes_pass(town)
    town.clerk.records("plan", "board", "endorsed")
    rows = looked(town, queries.letter_list, Wanted(people=("owner",))).rows
    assert [row.subject for row in rows] == ["Board, endorsed: The open plan", None]
    open_one, exempt_one = (looked(town, queries.letter, row.id) for row in rows)
    assert open_one.item == ("plan", "The open plan") and "The open plan" in open_one.body
    assert (exempt_one.item, exempt_one.body, exempt_one.withheld) == (None, None, "item")
    assert "acme" not in repr(exempt_one).lower()
    assert looked(town, queries.letter, rows[1].id, by="clerk").item == ("sale-to-acme", "Sale to Acme")


def test_nobody_reads_a_letter_that_lets_its_holder_in(hall: Office) -> None:
    (name,) = written(hall, letter(kind="reset", secret=True))
    found = looked(hall, queries.letter, name)
    assert (found.body, found.withheld) == (None, "secret")


def test_a_letter_of_another_address_by_now_says_so(hall: Office) -> None:
    (name,) = written(hall, letter("old@example.org"))
    assert looked(hall, queries.letter, name).address_now == "clerk@example.org"


def test_letters_are_for_administrators(hall: Office) -> None:
    (name,) = written(hall, letter())
    given_up(hall, Postman())
    for use_case, form in (
        (try_again, TryAgain("clerk", name)),
        (add_webhook, NewHook("clerk", "Chat", CHAT)),
        (change_webhook, HookAct("clerk", "x", "test")),
    ):
        with pytest.raises(NotPermitted, match="administrator"):
            act(hall, use_case, form)
    assert listed(hall, state="given-up") == [name]


PLANS = {
    "waiting": "ix_post_letters_waiting",
    "given-up": "ix_post_letters_given_up",
    "shown": "ix_post_letters_shown",
    None: "ix_post_letters_written",
}


@pytest.mark.parametrize("state", PLANS)
def test_a_list_is_read_in_the_order_of_its_index(hall: Office, state: Any) -> None:
    plans: list[str] = []

    def explain(look: Looking) -> None:
        where = queries._narrowed(Wanted(state))
        at = letters.c.given_up_at if state == "given-up" else letters.c.written_at
        query = queries.in_order(select(*queries._COLUMNS).where(*where), (at, letters.c.id), descending=True)
        sql = str(query.compile(look.db, compile_kwargs={"literal_binds": True}))
        plans.extend(str(row) for row in look.db.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}"))

    looked_at(hall, explain)
    assert PLANS[state] in plans[0] and "TEMP B-TREE" not in "".join(plans), plans


# Webhooks


def test_webhooks_are_told_of_their_forum_or_of_every_forum(town: Office) -> None:
    every = act(town, add_webhook, NewHook("admin", "Everybody", CHAT)).hook
    board = act(town, add_webhook, NewHook("admin", "Board", CHAT + "1", "board")).hook
    more = act(town, add_webhook, NewHook("admin", "Board again", CHAT + "2", "board")).hook
    assert hooks_by_forum(town) == {None: {every}, "board": {board, more}}
    act(town, change_webhook, HookAct("admin", board, "disable"))
    act(town, change_webhook, HookAct("admin", every, "disable"))
    assert hooks_by_forum(town) == {"board": {more}}
    act(town, change_webhook, HookAct("admin", board, "enable"))
    act(town, change_webhook, HookAct("admin", more, "remove"))
    assert hooks_by_forum(town) == {"board": {board}}


def hooks_by_forum(office: Office) -> dict[str | None, set[str]]:
    with office.runtime.looking() as look:
        return {forum: set(ids) for forum, ids in hooks_for(look.db).items()}


def test_a_secret_is_made_as_standard_webhooks_are_signed_with(hall: Office) -> None:
    made = act(hall, add_webhook, NewHook("admin", "Chat", CHAT))
    assert made.secret.startswith("whsec_")
    assert len(base64.b64decode(made.secret.removeprefix("whsec_"), validate=True)) == 32
    with hall.runtime.looking() as look:
        assert look.db.execute(select(hooks.c.secret)).scalar_one() == made.secret


def test_a_test_is_a_letter_to_the_webhook(town: Office) -> None:
    hook = act(town, add_webhook, NewHook("admin", "Chat", CHAT)).hook
    act(town, change_webhook, HookAct("admin", hook, "test"))
    (row,) = looked(town, queries.letter_list, Wanted(kind="webhook-test")).rows
    assert (row.channel, row.name, row.to, row.state) == ("webhook", "Chat", None, "waiting")
    act(town, change_webhook, HookAct("admin", hook, "disable"))
    with pytest.raises(Refused, match="disabled"):
        act(town, change_webhook, HookAct("admin", hook, "test"))
    act(town, change_webhook, HookAct("admin", hook, "remove"))
    assert looked(town, queries.letter, row.id).row.last_failure == "The webhook was removed."
    with pytest.raises(Unknown, match="no such webhook"):
        act(town, change_webhook, HookAct("admin", hook, "test"))


def test_nobody_is_told_twice_at_the_same_address(hall: Office) -> None:
    act(hall, add_webhook, NewHook("admin", "Board", CHAT, "board"))
    act(hall, add_webhook, NewHook("admin", "Cabinet", CHAT, "cabinet"))
    for forum in ("board", None):
        with pytest.raises(Refused, match="told twice"):
            act(hall, add_webhook, NewHook("admin", "Again", CHAT, forum))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://chat.example.org/x", "https"),
        ("ftp://chat.example.org/x", "no address"),
        ("chat.example.org", "no address"),
        ("https://", "no address"),
        ("https://[::1", "no address"),
        ("https://chat.example.org:99999/", "no address"),
        ("https://me:secret@chat.example.org/", "name and password"),
        ("https://chat.example.org/a b", "characters"),
        ("https://chat.example.org/\r\nX: y", "characters"),
        ("https://chat.example.org/" + "x" * 1000, "longer"),
        ("javascript:alert(1)", "no address"),
    ],
)
def test_what_cannot_be_an_address_says_why(hall: Office, url: str, said: str) -> None:
    with pytest.raises(WorkflowError, match=said):
        act(hall, add_webhook, NewHook("admin", "Chat", url))


@pytest.mark.parametrize("url", [CHAT, "https://10.0.0.1:8443/x?sig=%2F", "http://localhost:9/x", "http://[::1]:9/"])
def test_what_can_be_an_address_is_taken(url: str) -> None:
    assert address_fault(url) is None


@pytest.mark.parametrize("rest", ["", "?key=SECRET", "/SECRET", ":8443?key=SECRET", "#SECRET"])
def test_of_the_address_of_a_webhook_only_the_host_is_shown(hall: Office, rest: str) -> None:
    act(hall, add_webhook, NewHook("admin", "Chat", f"https://chat.example.org{rest}"))
    assert [hook.host for hook in looked_at(hall, hook_list)] == ["chat.example.org"]


def test_reminders_that_fail_are_listed_without_naming_what_is_exempt(town: Office) -> None:
    with town.runtime.doing("operator") as do:
        row = {
            "kind": "report-due", "step": "board", "round": 1, "detail": "", "holder": "person:owner",
            "by_day": do.today, "since": do.now, "next_at": do.now, "sequence": 0, "reopened": 0, "changed_at": do.now,
        }  # fmt: skip
        several = [
            {**row, "id": "1" * 32, "item": "plan", "failures": 2, "last_failure": "No such route."},
            {**row, "id": "2" * 32, "item": "sale-to-acme", "failures": 1, "last_failure": "Acme has no route."},
            {**row, "id": "3" * 32, "item": "plan", "failures": 0, "last_failure": None},
            {**row, "id": "4" * 32, "item": "plan", "failures": 1, "last_failure": "x", "ended_at": do.now},
        ]
        for one in several:
            do.db.execute(insert(reminders).values(one))
    found, number = looked(town, queries.failing)
    assert number.number == 2
    assert [(one.title, one.last_failure) for one in found] == [(None, None), ("The open plan", "No such route.")]
