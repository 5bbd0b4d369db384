"""Forms of administrators: organisations, forums, people with their roles, and files to be taken in.

Each form reads and writes one entry in the words of case files, so that pages and files mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, ClassVar, Final

from govuk_frontend_wtf.wtforms_widgets import GovFileInput
from pydantic import ValidationError
from wtforms import FileField
from wtforms.validators import Length

from routes.faults import FileFault
from routes.ladders import read_ladders, written_ladders
from web.acting import Mistyped, mistyped
from web.forms.base import Form, area, chosen, hidden, needed, pick, radios, text, tick, ticks
from web.forms.entry_words import FORMS, role_value
from web.words import ROLES
from workflow.choices import forums_to_choose, people_to_choose
from workflow.entries import ForumEntry, OrganisationEntry, PersonEntry
from workflow.known import MONTHS, NTH, WEEKDAYS, Known
from workflow.queries.administration import id_from, role_in_words
from workflow.shapes import LONGEST_ID, LONGEST_TEXT, LONGEST_TITLE, Shape
from workflow.use_cases.setting_up import given

Entry = Mapping[str, Any]

FOR_A_FORUM: Final = ("secretary", "member", "chair")
MOST_FAULTS: Final = 10  # of what is written in one field
NO_RULES: Final = ("", "No rules")

_ID_HINT: Final = (
    "Lower-case words joined by “-”. Leave it empty to have it made from the name. It never changes later."
)
_FRACTION: Final = re.compile(r"[1-9]\d{0,2}/[1-9]\d{0,2}")


def _short(label: str) -> Length:
    return Length(max=LONGEST_TITLE, message=f"{label} may have at most {LONGEST_TITLE} characters")


def _named(sentence: str) -> list[Any]:
    return [needed(sentence), _short("The name")]


class EntryForm(Form):
    """A form of one entry. `layout` are its headings with the fields below each."""

    shape: ClassVar[type[Shape]]
    layout: ClassVar[tuple[tuple[str | None, tuple[str, ...]], ...]]
    #: From the keys of the entry to the fields of this form, where they have other names.
    where: ClassVar[Mapping[str, str]] = {}
    is_new = True
    #: What was entered, by the entry's own keys; None where nothing was. Each kind of form has its own.
    _said: Callable[[], dict[str, Any]]

    def offer(self, known: Known, before: Entry | None) -> None:
        """Fill in what can be chosen; a form of something that is there already has no id to choose."""
        self.is_new = before is None
        if before is not None:
            del self._fields["id"]

    def entry(self, taken: Collection[str], before: Entry | None) -> Any:
        """The entry that was meant; Mistyped with a sentence for each field that is wrong."""
        said = {"id": before["id"] if before else self._id(taken), **self._said()}
        try:
            return given(self.shape, said, dict(before or {}))
        except ValidationError as error:
            raise mistyped(error, self.where) from None

    def _id(self, taken: Collection[str]) -> str:
        return str(self._fields["id"].data or "").strip() or id_from(self._fields["name"].data, taken, "new")


class OrganisationForm(EntryForm):
    """An organisation."""

    shape = OrganisationEntry
    layout = ((None, ("name", "kind", "rules", "id")),)

    name = text("Name", *_named("Enter the name of the organisation"))
    kind = text(
        "Kind", needed("Enter what kind of organisation it is"), hint="For example, council, nhs, trust, charity"
    )
    rules = pick("Rules", (), chosen("Choose a rule pack or none"), validate_choice=False,
                 hint="They hold for every forum of the organisation that has none of its own")  # fmt: skip
    id = text("Id", Length(max=LONGEST_ID), hint=_ID_HINT)
    seen = hidden()

    def offer(self, known: Known, before: Entry | None) -> None:
        super().offer(known, before)
        self.rules.choices = [NO_RULES, *_packs(known)]

    def _said(self) -> dict[str, Any]:
        return {
            "name": self.name.data.strip(),
            "kind": "-".join(self.kind.data.lower().split()),
            "rules": self.rules.data or None,
        }


class ForumForm(EntryForm):
    """A forum: what it is, and when it usually meets."""

    shape = ForumEntry
    layout = (
        (None, ("organisation", "name", "form", "rules", "quorum")),
        ("When it usually meets", ("meets_every", "meets_nth", "meets_day", "meets_time", "meets_except")),
        ("Reminders", ("reminders",)),
        (None, ("id",)),
    )
    where: ClassVar[Mapping[str, str]] = {"meets": "meets_every"}

    organisation = pick("Organisation", (), chosen("Choose the organisation"), validate_choice=False)
    name = text("Name", *_named("Enter the name of the forum"), hint="Such as Cabinet, without the organisation")
    form = radios("What form it has", FORMS.items(), chosen("Choose what form the forum has"),
                  hint="A consultative forum can endorse and recommend, and decide nothing")  # fmt: skip
    rules = pick("Rules", (), chosen("Choose a rule pack or the organisation’s"), validate_choice=False)
    quorum = text("Quorum", hint="A number such as 3, or a part of all seats such as 1/4. Leave it empty if unknown.")
    meets_every = pick(
        "How often",
        [("", "No fixed pattern"), ("week", "Every week"), ("month", "Every month"), ("quarter", "Every quarter")],
        chosen("Choose how often"),
        validate_choice=False,
        hint="For planning beyond the meetings that are known. Quarters begin in January, April, July and October.",
    )
    meets_nth = pick("Which of the month", [("", "Not needed"), *((n, n.capitalize()) for n in NTH)],
                     chosen("Choose which of the month"), validate_choice=False)  # fmt: skip
    meets_day = pick("Day", [("", "Choose a day"), *((d, d.capitalize()) for d in WEEKDAYS)],
                     chosen("Choose a day"), validate_choice=False)  # fmt: skip
    meets_time = text("Time", hint="On the 24-hour clock, such as 14:00. Leave it empty if it varies.")
    meets_except = ticks("Months in which it does not meet", [(m, m.capitalize()) for m in MONTHS])
    reminders = area(
        "Reminders otherwise than usual",
        Length(max=LONGEST_TEXT, message=f"The reminders may have at most {LONGEST_TEXT} characters"),
        hint="In place of the usual ones. Leave it empty for those.",
    )
    id = text("Id", Length(max=LONGEST_ID), hint=_ID_HINT)
    seen = hidden()

    def offer(self, known: Known, before: Entry | None) -> None:
        super().offer(known, before)
        by_name = sorted(known.organisations.values(), key=lambda o: (o.name.casefold(), o.id))
        self.organisation.choices = [("", "Choose an organisation"), *((o.id, o.name) for o in by_name)]
        self.rules.choices = [("", "Those of the organisation"), *_packs(known)]
        if before is not None:
            self.organisation.choices = [(before["organisation"], known.organisations[before["organisation"]].name)]

    def _said(self) -> dict[str, Any]:
        return {
            "organisation": self.organisation.data or "",
            "name": self.name.data.strip(),
            "form": self.form.data,
            "rules": self.rules.data or None,
            "quorum": self._quorum(),
            "meets": self._meets(),
            "reminders": self._reminders(),
        }

    def _reminders(self) -> dict[str, Any] | None:
        said = self.reminders.data or ""
        if not said.strip():
            return None
        try:
            return read_ladders(said)
        except FileFault as err:
            told = [f"Line {fault.line}: {fault.message}" for fault in err.faults[:MOST_FAULTS]]
            raise Mistyped({"reminders": ". ".join(told)}) from None

    def _quorum(self) -> int | dict[str, str] | None:
        said = "".join((self.quorum.data or "").split())
        if not said:
            return None
        if said.isascii() and said.isdigit() and 0 < int(said) <= 999:
            return int(said)
        if _FRACTION.fullmatch(said):
            return {"fraction": said}
        raise Mistyped({"quorum": "Write the quorum as a number such as 3 or a part of all seats such as 1/4"})

    def _meets(self) -> dict[str, Any] | None:
        if not self.meets_every.data:
            return None
        if not self.meets_day.data:
            raise Mistyped({"meets_day": "Choose the day on which it meets"})
        if self.meets_every.data == "week" and self.meets_nth.data:
            raise Mistyped({"meets_nth": "A forum that meets every week needs only a day: choose “Not needed” here"})
        said: dict[str, Any] = {
            "every": self.meets_every.data,
            "day": f"{self.meets_nth.data or ''} {self.meets_day.data}".strip(),
        }
        if time := (self.meets_time.data or "").strip():
            if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", time):
                raise Mistyped({"meets_time": f"“{time[:20]}” is no time of day: write it like 14:00"})
            said["time"] = time
        if self.meets_except.data:
            said["except"] = list(self.meets_except.data)
        return said


class PersonForm(EntryForm):
    """Somebody with all the roles that the post has: those ticked, and one that may be added at a time."""

    shape = PersonEntry
    layout = (
        (None, ("name", "email", "superior")),
        ("Roles", ("roles",)),
        ("Add a role", ("new_role", "new_forum", "new_organisation", "new_area")),
    )

    name = text("Name of the post", *_named("Enter the name of the post or person"), hint="Such as Cabinet secretary")
    email = text(
        "E-mail address", hint="They sign in with it and get reminders there. Leave it empty if there is none."
    )
    superior = pick("Superior", (), chosen("Choose the superior, or nobody"), validate_choice=False,
                    hint="Of a lead: who is told when what they lead on is long overdue")  # fmt: skip
    roles = ticks("Roles held", (), hint="A role that is not ticked is taken away")
    new_role = pick("Role", [("", "No further role"), *ROLES.items()], chosen("Choose a role"), validate_choice=False)
    new_forum = pick("Forum, for a secretary, member or chair", (), chosen("Choose a forum"), validate_choice=False)
    new_organisation = pick("Organisation, for a lead", (), chosen("Choose an organisation"), validate_choice=False)
    new_area = text("Area, for a clearer", Length(max=LONGEST_ID), hint="One word, such as finance, legal or equality")
    id = text("Id", Length(max=LONGEST_ID), hint=_ID_HINT)
    seen = hidden()

    def offer(self, known: Known, before: Entry | None) -> None:
        super().offer(known, before)
        by_name = sorted(known.organisations.values(), key=lambda o: (o.name.casefold(), o.id))
        self.new_forum.choices = [("", "Choose a forum"), *forums_to_choose(known, known.world.forums.values())]
        self.new_organisation.choices = [("", "Choose an organisation"), *((o.id, o.name) for o in by_name)]
        others = (one for one in known.people.values() if before is None or one.id != before["id"])
        self.superior.choices = [("", "Nobody"), *people_to_choose(known, others)]
        held = {role_value(role) for role in (before or {}).get("roles", ())} | set(self.roles.data or ())
        self._show_roles(known, held)

    def add_role(self, known: Known) -> bool:
        """Put the role that was chosen to the others, ticked; False if something is missing."""
        role = self.new_role.data or ""
        if not role:
            return True
        scope, field = "", None
        if role in FOR_A_FORUM:
            scope, field, missing = self.new_forum.data or "", "new_forum", f"Choose the forum of the {role}"
        elif role == "lead":
            scope, field, missing = (
                self.new_organisation.data or "",
                "new_organisation",
                "Choose the lead’s organisation",
            )
        elif role == "clearer":
            scope = "-".join((self.new_area.data or "").lower().split())
            field, missing = "new_area", "Enter the area that the clearer clears, such as finance"
        if field is not None and not scope:
            self.problem(field, missing)
            return False
        ticked = {*(self.roles.data or ()), f"{role}:{scope}"}
        self._show_roles(known, {value for value, _words in self.roles.choices} | ticked)
        self.roles.data = sorted(ticked)
        for name in ("new_role", "new_forum", "new_organisation", "new_area"):
            self._fields[name].data = ""
        return True

    def _show_roles(self, known: Known, values: Iterable[str]) -> None:
        """Only roles that there can be: nothing that was sent along unasked becomes a choice."""
        choices = []
        for value in set(values):
            role, _, scope = value.partition(":")
            if role in ROLES and _can_be(known, role, scope):
                choices.append((value, role_in_words(known, role, scope)))
        self.roles.choices = sorted(choices, key=lambda choice: choice[1])

    def _said(self) -> dict[str, Any]:
        email = (self.email.data or "").strip()
        if email and not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+", email):
            raise Mistyped({"email": "Write an e-mail address like name@example.org"})
        return {
            "name": self.name.data.strip(),
            "email": email or None,
            "superior": self.superior.data or None,
            "roles": [role_entry(value) for value in self.roles.data or ()],
        }


class FileForm(Form):
    """A definition of a route or a case file, pasted or chosen, to be checked and then taken in."""

    text = area(
        "Paste it here", hint="The definition of one route, or a case file that begins with “decision_routes: 1”"
    )
    file = FileField(
        "Or choose a file",
        description="YAML, up to 1 MB. It takes the place of what is pasted above.",
        widget=GovFileInput(),
    )
    update = tick("Change what is on record", hint="Without this, whatever differs from what is on record is a fault")


def role_entry(value: str) -> dict[str, str]:
    """A role as entries have it, from `secretary:lcc-cabinet`."""
    role, _, scope = value.partition(":")
    if role in FOR_A_FORUM:
        return {"role": role, "forum": scope}
    if role == "lead":
        return {"role": role, "organisation": scope}
    return {"role": role, "area": scope} if role == "clearer" else {"role": role}


def _can_be(known: Known, role: str, scope: str) -> bool:
    if role in FOR_A_FORUM:
        return scope in known.world.forums
    if role == "lead":
        return scope in known.organisations
    return bool(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", scope)) if role == "clearer" else scope == ""


def _packs(known: Known) -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(known.world.packs, key=lambda n: (n.startswith("standard-"), n))]


def filled(entry: Entry) -> dict[str, Any]:
    """What stands in a form of an entry when it is opened."""
    data = {key: value for key, value in entry.items() if key not in ("quorum", "meets", "reminders", "roles")}
    if told := entry.get("reminders"):
        data["reminders"] = written_ladders(told)
    if quorum := entry.get("quorum"):
        data["quorum"] = quorum["fraction"] if isinstance(quorum, Mapping) else str(quorum)
    if "roles" in entry:
        data["roles"] = [role_value(role) for role in entry["roles"]]
    if meets := entry.get("meets"):
        words = str(meets["day"]).split()
        data |= {
            "meets_every": meets["every"],
            "meets_nth": words[0] if len(words) == 2 else "",
            "meets_day": words[-1],
            "meets_time": meets.get("time", ""),
            "meets_except": list(meets.get("except") or ()),
        }
    return data
