"""Administrators at their pages about letters and webhooks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from models.outbox import letters
from models.reminders import hooks, messages, reminders
from tests.web.crawling import crawl
from tests.web.scene import EXEMPT, EXEMPT_WORDS, OWN, set_the_scene
from tests.web.site import Client, Site
from workflow.letters import Letter
from workflow.outbox import enqueue

ADMIN = "system-administrator"
LETTERS = "/administration/letters"
WEBHOOKS = "/administration/webhooks"
CHAT = "https://chat.example.org/hooks/a-b-c"


@pytest.fixture
def admin(site: Site) -> Client:
    return site.as_(ADMIN)


def written(site: Site, **more: Any) -> str:
    """A letter to the Cabinet secretary; what else is said of it goes into its row."""
    fields = {"kind": "outcome", "subject": "Cabinet, agreed: The appraisal", "body": "Please look.\n"}
    said = {name: more.pop(name) for name in ("kind", "subject", "body", "secret", "item") if name in more}
    with site.office.runtime.doing("operator") as do:
        whole = Letter(person="cabinet-secretary", to="cabinet.secretary@example.org", **{**fields, **said})
        name = enqueue(do, whole)
        do.flush()
        if more:
            do.db.execute(update(letters).where(letters.c.id == name).values(**more))
    site.clock.at += timedelta(minutes=1)
    return name


def given_up(site: Site, **more: Any) -> str:
    """One that did not go out in the end."""
    at = site.clock.now()
    return written(site, given_up_at=at, failures=8, last_failure="550 No such post.", **more)


def says(site: Site, letter: str, item: str, **more: Any) -> None:
    """A letter says a reminder about an item."""
    row = {
        "key": f"{letter[:24]}{abs(hash(item)) % 10**8:08}", "reminder": "1" * 32, "person": "cabinet-secretary",
        "because": "holder", "kind": "agenda-due", "item": item, "step": "cabinet", "detail": "",
        "holder": "secretary:lcc-cabinet", "rung": "before-3", "due_at": site.clock.now(), "late": False,
        "send_at": site.clock.now(), "letter": letter, "day": site.clock.now().date(),
    }  # fmt: skip
    with site.office.runtime.doing("operator") as do:
        do.db.execute(insert(messages).values({**row, **more}))


def fails(site: Site, item: str, why: str) -> None:
    """A reminder about an item cannot be written."""
    at = site.clock.now()
    row = {
        "id": f"{abs(hash(item)):032}"[:32], "kind": "agenda-due", "item": item, "step": "cabinet", "round": 1,
        "detail": "", "holder": "secretary:lcc-cabinet", "by_day": at.date(), "since": at, "next_at": at,
        "sequence": 0, "reopened": 0, "changed_at": at, "failures": 3, "last_failure": why,
    }  # fmt: skip
    with site.office.runtime.doing("operator") as do:
        do.db.execute(insert(reminders).values(row))


# Letters


def test_an_administrator_sees_what_has_become_of_each_letter(site: Site, admin: Client) -> None:
    at = site.clock.now()
    written(site, subject="First", sent_at=at, sent_by="smtp")
    written(site, subject="Second", sent_at=at, sent_by="nobody")
    written(site, subject="Third", failures=2, last_failure="451 Later.", leased_until=at + timedelta(hours=1))
    given_up(site, subject="Fourth")
    written(site, subject="Fifth")
    written(site, subject="Sixth", leased_until=at + timedelta(days=1))
    page = admin.follow(admin.get("/administration"), "Letters")
    assert "3 wait to go out, 1 was given up" in page.text
    rows = {row["Letter"].split()[0]: row["What has become of it"] for row in page.rows}
    assert list(rows) == ["Sixth", "Fifth", "Fourth", "Third", "Second", "First"]
    assert rows["First"] == "Sent 18 July 2023 at 9am, through the mail server"
    assert "went to nobody" in rows["Second"]
    assert rows["Third"] == "Waiting Failed 2 times; tried next 18 July 2023 at 10am 451 Later."
    assert rows["Fourth"].endswith("after 8 failures 550 No such post.")
    assert rows["Fifth"] == "Waiting Goes out at once"
    assert rows["Sixth"] == "Waiting Not before 19 July 2023 at 9am"
    assert page.rows[0]["To"] == "Cabinet secretary cabinet.secretary@example.org"


def test_the_list_is_narrowed_and_walked(site: Site, admin: Client) -> None:
    names = [written(site, subject=f"Number {number}") for number in range(60)]
    written(site, kind="reset", subject="A link", secret=True)
    given_up(site, subject="Lost")
    page = admin.submit(admin.get(LETTERS), words="cabinet SECRETARY", kind="outcome", state="waiting")
    assert [row["Letter"] for row in page.rows] == [f"Number {n} Outcome recorded" for n in range(59, 9, -1)]
    page = admin.follow(page, "Next page")
    assert [row["Letter"] for row in page.rows] == [f"Number {n} Outcome recorded" for n in range(9, -1, -1)]
    assert page.form().value("kind") == "outcome"
    page = admin.follow(page, "Previous page")
    assert page.rows[0]["Letter"] == "Number 59 Outcome recorded"
    page = admin.submit(page, words="nobody of that name")
    assert "No letter fits" in page.text
    page = admin.follow(admin.get(LETTERS), "Look at those given up")
    assert [row["Letter"] for row in page.rows] == ["Lost Outcome recorded"]
    assert admin.get(f"{LETTERS}?after=nonsense~x&state=nonsense").rows[0]["Letter"].startswith("Lost")
    site.office.load("people:\n" + "".join(f"  - {{id: clerk-{n}, name: Clerk {n}}}\n" for n in range(31)))
    assert "More than 30 posts fit" in admin.get(f"{LETTERS}?words=clerk").text
    admin.get(f"{LETTERS}/{names[0]}")
    admin.get(f"{LETTERS}/nothing", status=404)


def test_a_letter_says_what_it_says_and_why(site: Site, admin: Client) -> None:
    name = written(site, kind="reminders", subject="2 reminders", calendar="BEGIN:VCALENDAR")
    says(site, name, OWN, late=True, because="lead", stands_in_for="head-of-place", old_day=site.clock.now().date())
    page = admin.get(f"{LETTERS}/{name}")
    assert (page.h1, page.facts["With it"]) == ("2 reminders", "An invitation for calendars (.ics)")
    assert "Please look." in page.text
    (row,) = page.table("The reminders")
    assert row["Item"] == site.where(OWN)["title"]
    assert row["Why this person"].startswith("They lead for the organisation of the item, in place of")
    assert row["When it fell due"].endswith("3 working days before the day; said late, as nobody looked at the time")
    assert row["Day"] == "18 July 2023 Before: 18 July 2023"


def test_a_given_up_letter_is_tried_again(site: Site, admin: Client) -> None:
    name = given_up(site)
    page = admin.submit(admin.get(f"{LETTERS}/{name}"), form="Try again")
    assert page.flashed == ["The letter is tried again at once."]
    assert page.facts["State"] == "Waiting Goes out at once"
    admin.post(f"{LETTERS}/{name}/again", status=409)


def test_all_given_up_letters_are_tried_again_after_a_look(site: Site, admin: Client) -> None:
    for number in range(3):
        given_up(site, subject=f"Number {number}")
    given_up(site, kind="reset", secret=True, body="https://decisions.example.org/reset/abc")
    page = admin.follow(admin.get(LETTERS), "try all given-up letters again")
    assert page.says("3 letters were given up", "550 No such post. (3)", "1 other cannot go again")
    page = admin.submit(page)
    assert page.flashed == ["3 letters are tried again, the oldest first."]
    assert "3 wait to go out, 1 was given up" in page.text
    admin.post(f"{LETTERS}/again", status=409)
    assert "no given-up letter" in admin.get(f"{LETTERS}/again").text


def test_a_link_that_lets_somebody_in_is_on_no_page(site: Site, admin: Client) -> None:
    name = given_up(site, kind="reset", secret=True, body="https://decisions.example.org/reset/hush-hush")
    page = admin.get(f"{LETTERS}/{name}")
    assert "hush-hush" not in page.html
    assert "holds a link that lets its holder in" in page.text
    admin.follow(page, "the page of Cabinet secretary")
    admin.post(f"{LETTERS}/{name}/again", status=422)


def test_an_administrator_meets_no_word_of_an_item_that_is_not_for_them(site: Site) -> None:
    set_the_scene(site.office)
    title = site.where(EXEMPT)["title"]
    link = f"https://decisions.example.org/items/{EXEMPT}"
    written(site, item=EXEMPT, subject=f"Cabinet, agreed: {title}", body=f"{title}\n{link}\n")
    both = written(site, kind="reminders", subject=f"Agenda: {title}", body=f"{title}\n{link}\n")
    says(site, both, EXEMPT, day=None)
    says(site, both, OWN)
    fails(site, EXEMPT, "Zinnia farm has no route.")
    pages = list(crawl(site.as_(ADMIN), (LETTERS,)))
    assert sum(page.path.startswith(f"{LETTERS}/0") for page in pages) >= 2
    for page in pages:
        assert not any(word.encode() in page.bytes.lower() for word in EXEMPT_WORDS), page.path
    page = site.as_(ADMIN).get(f"{LETTERS}/{both}")
    assert page.h1.startswith("Subject not shown")
    assert {row["Item"] for row in page.table("The reminders")} == {
        "An item that is not for you to see", site.where(OWN)["title"],
    }  # fmt: skip


def test_reminders_that_could_not_be_written_are_listed(site: Site, admin: Client) -> None:
    assert "Reminders that could not be written" not in admin.get(LETTERS).headings
    fails(site, OWN, "The route has no step cabinet.")
    page = admin.get(LETTERS)
    (row,) = page.table("Reminders that could not be written")
    assert row["Why"] == "The route has no step cabinet. Failed 3 times"


def test_what_a_letter_says_is_text_and_not_markup(site: Site, admin: Client) -> None:
    name = given_up(site, subject="<b>Bold</b>", body="<script>alert(1)</script>\n")
    page = admin.get(f"{LETTERS}/{name}")
    assert page.h1 == "<b>Bold</b>" and "<script>alert" not in page.html


# Webhooks


def test_a_webhook_is_added_and_its_secret_shown_once(site: Site, admin: Client) -> None:
    page = admin.follow(admin.get(WEBHOOKS), "Add a webhook")
    page = admin.submit(page, name="Cabinet channel", url=CHAT, forum="lcc-cabinet")
    secret = stored(site)["secret"]
    assert page.h1 == "Cabinet channel is added" and secret in page.text
    assert "Set-Cookie" not in page.response.headers or secret not in page.response.headers["Set-Cookie"]
    page = admin.follow(page, "Go on to the webhook")
    assert page.facts["Where"] == "chat.example.org"
    for address in (WEBHOOKS, page.path):
        shown = admin.get(address)
        assert secret not in shown.html and "a-b-c" not in shown.html
    (row,) = admin.get(WEBHOOKS).rows
    assert (row["Name"], row["Forum"], row["State"]) == ("Cabinet channel", "Cabinet of Lancashire County Council",
                                                         "Active")  # fmt: skip


def test_sending_the_form_again_makes_no_second_webhook(site: Site, admin: Client) -> None:
    page = admin.get(f"{WEBHOOKS}/new")
    admin.submit(page, name="Chat", url=CHAT)
    again = admin.submit(page, name="Chat", url=CHAT, status=422)
    assert "would be told twice" in again.error_summary[0]
    assert again.form().value("name") == "Chat"
    stored(site)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"name": " ", "url": CHAT}, "Enter a name"),
        ({"name": "x" * 101, "url": CHAT}, "at most 100"),
        ({"name": "Chat", "url": ""}, "Enter the address"),
        ({"name": "Chat", "url": "http://chat.example.org/"}, "https"),
        ({"name": "Chat", "url": "\u0000"}, "characters"),
    ],
)
def test_what_is_wrong_with_a_webhook_is_said(admin: Client, said: dict[str, str], why: str) -> None:
    page = admin.submit(admin.get(f"{WEBHOOKS}/new"), said, status=422)
    assert why in page.error_summary[0]
    admin.post(f"{WEBHOOKS}/new", {**said, "forum": "nowhere"}, status=422)


def test_a_webhook_is_tried_disabled_enabled_and_removed(site: Site, admin: Client) -> None:
    admin.submit(admin.get(f"{WEBHOOKS}/new"), name="Chat", url=CHAT)
    page = admin.follow(admin.get(WEBHOOKS), "Chat")
    page = admin.submit(page, form="Send a test")
    assert "A test is on its way" in page.flashed[0]
    (letter,) = admin.follow(page, "letters of tests").rows
    assert (letter["To"], letter["Letter"]) == ("Chat", "A test of the webhook “Chat” Test of a webhook")
    page = admin.submit(page, form="Disable")
    assert page.facts["State"] == "Disabled: nothing is sent there"
    admin.post(page.path, {"do": "test"}, status=422)
    page = admin.submit(page, form="Enable")
    assert page.facts["State"] == "Active"
    page = admin.submit(page, form="Remove")
    assert page.h1 == "Remove Chat?" and stored(site)
    gone = page.path
    page = admin.submit(page, button="Remove")
    assert page.flashed == ["Chat is removed. Its secret is no longer used."]
    assert "No other tool is told" in page.text
    admin.get(gone, status=404)
    admin.post(gone, {"do": "enable"}, status=404)
    (letter,) = admin.get(f"{LETTERS}?kind=webhook-test").rows
    assert "A webhook that is no longer there" in letter["To"]
    assert "The webhook was removed." in letter["What has become of it"]


def test_nothing_else_can_be_done_with_a_webhook(site: Site, admin: Client) -> None:
    admin.submit(admin.get(f"{WEBHOOKS}/new"), name="Chat", url=CHAT)
    admin.post(f"{WEBHOOKS}/{stored(site)['id']}", {"do": "explode"}, status=422)


def test_the_page_explains_what_is_told_and_how_it_is_signed(admin: Client) -> None:
    page = admin.get(WEBHOOKS)
    assert page.says("Only items in Part I", "webhook-signature", "HMAC-SHA256", "whsec_")


@pytest.mark.parametrize("person", ["cabinet-secretary", "internal-auditor"])
def test_these_pages_are_for_administrators(site: Site, person: str) -> None:
    name = given_up(site)
    other = site.as_(person)
    for path in (LETTERS, f"{LETTERS}/{name}", f"{LETTERS}/again", WEBHOOKS, f"{WEBHOOKS}/new"):
        other.get(path, status=403)
    for path in (f"{LETTERS}/{name}/again", f"{LETTERS}/again", f"{WEBHOOKS}/new"):
        other.post(path, {"name": "Chat", "url": CHAT}, status=403)


def stored(site: Site) -> dict[str, Any]:
    """The only webhook there is."""
    with site.office.runtime.looking() as look:
        return dict(look.db.execute(select(hooks)).mappings().one())
