"""Setting the installation up: organisations, forums, people with their roles and accounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField

from routes.ladders import KINDS, RECIPIENTS
from web.acting import perform
from web.forms.administration import EntryForm, ForumForm, OrganisationForm, PersonForm, filled, role_entry
from web.forms.base import DayField, number_seen
from web.forms.calendar_days import CalendarDayForm
from web.forms.entry_words import rows, whose
from web.reading import looking, person, reader, runtime, settings
from workflow import forecast
from workflow.accounts import account_of
from workflow.doing import Doing
from workflow.errors import AlreadyDecided, BeyondCalendar, Refused, Unknown
from workflow.heartbeats import heard
from workflow.known import KINDS_OF_DAYS
from workflow.plans import Plan
from workflow.queries import administration as queries
from workflow.runtime import Looking
from workflow.trial import Trial, tried
from workflow.use_cases import setting_up
from workflow.use_cases.setting_up import AccountAct, Setting

pages = Blueprint("administration", __name__, url_prefix="/administration")

Shown = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind of thing that administrators add and change."""

    word: str
    form: type[EntryForm]
    use_case: Callable[[Doing, Setting], Any]
    before: Callable[[Looking, str], Mapping[str, Any]]
    ids: Callable[[Looking], Any]
    seen: Callable[[Looking, str | None], int]
    listed: str  # the page that lists them


def _organisation(look: Looking, name: str) -> Mapping[str, Any]:
    found = look.known.organisations.get(name)
    if found is None:
        raise Unknown("There is no such organisation. Check the address, or look in the list of organisations.")
    return {"id": found.id, "name": found.name, "kind": found.kind, "rules": found.rules}


def _forum(look: Looking, name: str) -> Mapping[str, Any]:
    row = queries.forum_row(look, name)
    return {key: row[key] for key in ("id", "organisation", "name", "form", "rules", "quorum", "meets", "reminders")}


def _person(look: Looking, name: str) -> Mapping[str, Any]:
    found = queries.person_of(look, name)
    roles = [role_entry(f"{role}:{scope}") for role, scope in sorted(found.roles)]
    return {"id": found.id, "name": found.name, "email": found.email, "superior": found.superior, "roles": roles}


def _day(look: Looking, name: str) -> Mapping[str, Any]:
    found = look.known.days.get(name)
    if found is None:
        raise Unknown("There are no such days in the calendar. Check the address, or look in the calendar.")
    one = found.starts == found.ends
    days = {"date": found.starts} if one else {"from": found.starts, "until": found.ends}
    said = {"id": found.id, "what": found.what, "organisation": found.organisation, "reason": found.reason, **days}
    return {**said, "name": found.reason, "first": found.starts, "last": None if one else found.ends}


def _installation_seen(look: Looking, _name: str | None) -> int:
    return queries.newest_event(look)


def _forum_seen(look: Looking, name: str | None) -> int:
    return int(queries.forum_row(look, name)["seq"]) if name else 0


ORGANISATION = Subject(
    "organisation", OrganisationForm, setting_up.organisation, _organisation,
    lambda look: look.known.organisations, _installation_seen, "administration.organisations",
)  # fmt: skip
FORUM = Subject(
    "forum", ForumForm, setting_up.forum, _forum,
    lambda look: look.known.world.forums, _forum_seen, "administration.forums",
)  # fmt: skip
DAYS = Subject(
    "day of the calendar", CalendarDayForm, setting_up.calendar_day, _day,
    lambda look: look.known.days, _installation_seen, "administration.calendar",
)  # fmt: skip
PERSON = Subject(
    "person", PersonForm, setting_up.person, _person,
    lambda look: look.known.people, _installation_seen, "administration.people",
)  # fmt: skip


@pages.get("")
def index() -> Shown:
    """What there is to set up, with how many there are of each."""
    with looking() as look:
        known = look.known
        counts = {
            "organisations": len(known.organisations),
            "forums": len(known.world.forums),
            "people": len(known.people),
            "packs": len(known.world.packs),
            "days": len(known.days),
        }
        return render_template("administration/index.html", counts=counts, scheduler=heard(look))


@pages.get("/organisations")
def organisations() -> Shown:
    """Every organisation."""
    with looking() as look:
        return render_template("administration/organisations.html", page=queries.organisation_list(look, *_place()))


@pages.get("/forums")
def forums() -> Shown:
    """Every forum."""
    with looking() as look:
        return render_template("administration/forums.html", page=queries.forum_list(look, *_place()))


@pages.get("/people")
def people() -> Shown:
    """Everybody, or those who are looked for."""
    words, role = request.args.get("words", "")[:100], request.args.get("role", "")[:20]
    with looking() as look:
        page = queries.people_list(look, words, role, *_place())
        return render_template("administration/people.html", page=page, words=words, role=role)


@pages.route("/organisations/new", methods=["GET", "POST"])
def new_organisation() -> Shown:
    """Add an organisation."""
    return _edited(ORGANISATION, None)


@pages.route("/organisations/<organisation>", methods=["GET", "POST"])
def organisation(organisation: str) -> Shown:
    """Change an organisation."""
    return _edited(ORGANISATION, organisation)


@pages.route("/forums/new", methods=["GET", "POST"])
def new_forum() -> Shown:
    """Add a forum."""
    return _edited(FORUM, None)


@pages.route("/forums/<forum>", methods=["GET", "POST"])
def forum(forum: str) -> Shown:
    """Change a forum."""
    return _edited(FORUM, forum)


@pages.get("/calendar")
def calendar() -> Shown:
    """The days on which the calendar is not what was shipped."""
    with looking() as look:
        return render_template(
            "administration/calendar.html",
            page=queries.day_list(look, *_place()),
            whose=lambda organisation: whose(look.known, organisation),
            kinds=KINDS_OF_DAYS,
            known_until=look.calendar.known_until,
        )


@pages.route("/calendar/new", methods=["GET", "POST"])
def new_calendar_day() -> Shown:
    """Add a bank holiday announced late, a day that is none after all, or days on which offices are shut."""
    return _edited(DAYS, None)


@pages.route("/calendar/<days>", methods=["GET", "POST"])
def calendar_day(days: str) -> Shown:
    """Change such days, or take them back."""
    return _edited(DAYS, days)


@pages.route("/people/new", methods=["GET", "POST"])
def new_person() -> Shown:
    """Add somebody."""
    return _edited(PERSON, None)


@pages.route("/people/<person_id>/change", methods=["GET", "POST"])
def change_person(person_id: str) -> Shown:
    """Change somebody and the roles that they hold."""
    return _edited(PERSON, person_id)


@pages.get("/people/<person_id>")
def show_person(person_id: str) -> Shown:
    """Somebody with their roles and their account."""
    with looking() as look:
        found = queries.person_of(look, person_id)
        return render_template(
            "administration/person.html",
            found=found,
            roles=queries.roles_in_words(look.known, found.roles),
            superior=look.known.people.get(found.superior or ""),
            account=account_of(look, found.id),
            is_oneself=found.id == person().id,
        )


@pages.post("/people/<person_id>/account")
def account(person_id: str) -> Shown:
    """Give somebody an account, send them a link, or take the account away."""
    act = AccountAct(person().id, person_id, request.form.get("do", ""), settings().address, settings().name)
    done, _plans = perform(setting_up.account, act)
    flash(done.sentence, "success")
    return redirect(url_for("administration.show_person", person_id=person_id), 303)


def _place() -> tuple[str | None, str | None]:
    """After and before which row of a list to go on."""
    return request.args.get("after"), request.args.get("before")


def _edited(subject: Subject, name: str | None) -> Shown:
    """The form, then what it would do, then done: each step keeps what was entered."""
    with looking() as look:
        before = subject.before(look, name) if name is not None else None
        seen = subject.seen(look, name)
        form = subject.form(data=filled(before) if before and request.method == "GET" else None)
        form.offer(look.known, before)
        if request.method == "GET":
            form.seen.data = seen
            return _form_page(subject, form, before)
        step = request.form.get("do", "check")
        if step == "change":
            return _form_page(subject, form, before)
        if isinstance(form, PersonForm) and not form.add_role(look.known):
            return _form_page(subject, form, before, 422)
        if step == "add-role":
            return _form_page(subject, form, before)
        if not form.validate():
            return _form_page(subject, form, before, 422)
        try:
            entry = form.entry(subject.ids(look), before)
            setting = Setting(person().id, entry, before is None, _number(form.seen.data))
            if step == "save":
                return _saved(subject, setting)
            return _check_page(look, subject, form, setting, before)
        except AlreadyDecided as err:
            form.seen.data = seen
            return _form_page(subject, form, before, err.status, conflict=str(err))
        except (BeyondCalendar, Refused, Unknown) as err:
            form.refused(err)
            return _form_page(subject, form, before, 422)


def _form_page(
    subject: Subject,
    form: EntryForm,
    before: Mapping[str, Any] | None,
    status: int = 200,
    conflict: str | None = None,
) -> tuple[str, int]:
    article = "an" if subject.word[0] in "aeiou" else "a"
    heading = f"Change {before['name']}" if before else f"Add {article} {subject.word}"
    page = render_template(
        "administration/form.html",
        form=form, heading=heading, listed=url_for(subject.listed), conflict=conflict, word=subject.word,
        kinds=KINDS, recipients=RECIPIENTS,
    )  # fmt: skip
    return page, status


def _check_page(
    look: Looking, subject: Subject, form: EntryForm, setting: Setting, before: Mapping[str, Any] | None
) -> str:
    """What would be saved, what it was before, and what it would mean for items that are under way."""
    by = person().id

    def run(do: Doing) -> dict[str, Plan]:
        subject.use_case(do, setting)
        return forecast.refresh(do)

    trial = tried(runtime(), by, run)
    said = setting.entry.model_dump(mode="json", by_alias=True)
    old = dict(rows(look.known, before)) if before else {}
    return render_template(
        "administration/check.html",
        heading=f"Check before {setting.entry.name} is {'added' if setting.new else 'changed'}",
        rows=[(label, words, old.get(label)) for label, words in rows(look.known, said)],
        is_new=setting.new,
        touches_items=(not setting.new or subject is DAYS) and subject is not PERSON,
        warnings=_warnings(look, subject, setting),
        running=queries.running_at(look, reader(), setting.entry.id) if subject is FORUM and before else None,
        trial=trial,
        carried=_carried(form, setting),
        changes=before is None or _changes(trial),
    )


def _changes(trial: Trial) -> bool:
    return any(line.differences for line in trial.lines)


def _warnings(look: Looking, subject: Subject, setting: Setting) -> list[str]:
    if setting.new:
        return []
    if subject is PERSON:
        wanted = {(role.role, role.scope) for role in setting.entry.roles}
        return queries.person_warnings(look, queries.person_of(look, setting.entry.id), wanted)
    if subject is FORUM:
        return queries.forum_warnings(look, setting.entry.id, setting.entry.form)
    return []


def _carried(form: EntryForm, setting: Setting) -> list[tuple[str, str]]:
    """Everything that was entered, to go along to the next page; the id as it will be."""
    found = []
    for field in form:
        if field.name in ("csrf_token", "id"):
            continue
        values = field.data if isinstance(field.data, list) else [field.data]
        if isinstance(field, DayField):
            values = field.parts if any(field.parts) else []
        elif isinstance(field, BooleanField):
            values = ["y"] if field.data else []
        found += [(field.name, str(value)) for value in values if value is not None]
    return [*found, ("id", setting.entry.id)] if setting.new else found


def _saved(subject: Subject, setting: Setting) -> Response:
    done, _plans = perform(subject.use_case, setting)
    flash(done.sentence, "success")
    if subject is PERSON:
        return redirect(url_for("administration.show_person", person_id=setting.entry.id), 303)
    return redirect(url_for(subject.listed), 303)


def _number(said: Any) -> int:
    return number_seen(str(said or ""))
