"""The pages on which an item is described, one thing at a time, and the answers that are kept of each.

Answers are what a draft holds: plain values by the names of a case file's item. `entry_of` makes the item of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from wtforms import Field
from wtforms.validators import StopValidation

from web.forms.base import Choices, Form, area, chosen, day, needed, pick, pounds_in, radios, text, ticks
from web.words import plain
from workflow.entries import ItemEntry
from workflow.queries.setting_out import Gap, Question
from workflow.shapes import LONGEST_ID, LONGEST_TITLE, Text, Title
from workflow.use_cases.creating import UNNAMED

Answers = dict[str, Any]

OTHER: Final = "other"
NOWHERE: Final = ("", "Choose one")
YES_NO: Final = (("yes", "Yes"), ("no", "No"))
WORK_OUT: Final = ("work-out", "Work it out from its value and the divisions that it affects")
BASIS: Final = "Local Government Act 1972, Schedule 12A"

_title, _text = TypeAdapter(Title), TypeAdapter(Text)


def fits(shape: TypeAdapter[Any]) -> Callable[[Any, Field], None]:
    """A text that can be kept: not too long, nothing invisible in it. Line ends are those of texts, not of forms."""

    def check(_form: Any, field: Field) -> None:
        field.data = (field.data or "").replace("\r\n", "\n").strip()
        if not field.data:
            return
        try:
            shape.validate_python(field.data)
        except ValidationError as error:
            first = error.errors()[0]
            if first["type"] == "string_too_long":
                raise StopValidation(
                    f"{field.label.text}: write at most {first['ctx']['max_length']:,} characters"
                ) from None
            raise StopValidation(f"{field.label.text} {first['msg']}") from None

    return check


class What(Form):
    """What it is called, and what kind of matter it is."""

    title = text(
        "Title", fits(_title), needed("Enter a title"),
        hint=f"As it will stand on agendas. At most {LONGEST_TITLE} characters",
    )  # fmt: skip
    kind = radios("What kind of matter is it?", (), chosen("Choose what kind of matter it is"))
    other_kind = text("What kind is it, in a word or two?", hint="Only if you chose “Something else”")

    def offer(self, kinds: Sequence[str], others: bool) -> None:
        """The kinds that there are routes for; `others`: there is a route for any kind."""
        self.kind.choices = [(kind, plain(kind)) for kind in kinds]
        if others:
            self.kind.choices.append((OTHER, "Something else"))
        else:
            del self.other_kind

    def fill(self, answers: Answers) -> None:
        """Show what was answered before."""
        self.title.data = answers.get("title", "")
        kind = answers.get("type")
        known = kind in {choice for choice, _words in self.kind.choices}
        self.kind.data = kind if known or not kind else OTHER
        if kind and not known and "other_kind" in self:
            self.other_kind.data = plain(kind)

    def validate_other_kind(self, field: Field) -> None:
        """An id can be made of it."""
        if self.kind.data == OTHER and not _as_id(field.data or ""):
            raise StopValidation("Say in a word or two what kind of matter it is")

    def take(self) -> Answers:
        """The answers given."""
        kind = _as_id(self.other_kind.data) if self.kind.data == OTHER else self.kind.data
        return {"title": self.title.data, "type": kind}


class Whose(Form):
    """Whose item it is, and who looks after it."""

    organisation = pick("Which organisation is it for?", (), chosen("Choose the organisation"), validate_choice=False)
    owner = pick(
        "Who owns it?", (), chosen("Choose who owns it"), validate_choice=False,
        hint="The manager who submits its report and is reminded of its dates",
    )  # fmt: skip

    def offer(self, organisations: Choices, people: Choices | None) -> None:
        """Those there are; without `people` it is one's own."""
        self.organisation.choices = [NOWHERE, *organisations]
        if people is None:
            del self.owner
        else:
            self.owner.choices = [NOWHERE, *people]

    def fill(self, answers: Answers, oneself: str) -> None:
        """Show what was answered before; the owner is oneself unless somebody else was named."""
        self.organisation.data = answers.get("organisation", "")
        if "owner" in self:
            self.owner.data = answers.get("owner", oneself)

    def validate_organisation(self, field: Field) -> None:
        """The empty choice is none."""
        if not field.data:
            raise StopValidation("Choose the organisation")

    def take(self, oneself: str) -> Answers:
        """The answers given."""
        return {"organisation": self.organisation.data, "owner": self.owner.data if "owner" in self else oneself}


class WhichRoute(Form):
    """The route that it takes."""

    route = radios("Which route does it take?", (), chosen("Choose a route"))


class Openness(Form):
    """Whether the public may know of it."""

    part = radios(
        "Is it open to the public?",
        (("I", "Yes: it is dealt with in public (Part I)"), ("II", "No: it is exempt (Part II)")),
        chosen("Say whether it is open to the public"),
    )
    basis = text("On what ground is it exempt?", fits(_text), hint=f"Only if it is exempt. For example, {BASIS}")
    paragraphs = text("Which paragraphs?", hint="Numbers with commas between them, such as 1, 3")
    reason = area("Why does the public interest lie in keeping it private?", fits(_text), hint="Only if it is exempt")

    def fill(self, answers: Answers) -> None:
        """Show what was answered before."""
        exemption = answers.get("exemption") or {}
        self.part.data = answers.get("part")
        self.basis.data, self.reason.data = exemption.get("basis", ""), exemption.get("reason", "")
        self.paragraphs.data = ", ".join(str(number) for number in exemption.get("paragraphs", ()))

    def validate_basis(self, field: Field) -> None:
        """What is exempt says on what ground."""
        if self.part.data == "II" and not field.data:
            raise StopValidation("Say on what ground it is exempt")

    def validate_paragraphs(self, field: Field) -> None:
        """A list of small numbers, or nothing."""
        numbers = _numbers(field.data or "")
        if self.part.data == "II" and (numbers is None or len(numbers) > 20):
            raise StopValidation("Write the paragraphs as numbers with commas between them, such as 1, 3")

    def validate_reason(self, field: Field) -> None:
        """What is exempt says why."""
        if self.part.data == "II" and not field.data:
            raise StopValidation("Say why the public interest lies in keeping it private")

    def take(self) -> Answers:
        """The answers given; what belongs to an exemption only counts for what is exempt."""
        if self.part.data == "I":
            return {"part": "I", "exemption": None}
        numbers = _numbers(self.paragraphs.data or "") or []
        return {
            "part": "II",
            "exemption": {"basis": self.basis.data, "paragraphs": numbers, "reason": self.reason.data},
        }


class Facts(Form):
    """What it is about, as far as rules and routes depend on it."""

    key_decision = radios(
        "Is it a key decision?", (*YES_NO, WORK_OUT), chosen("Say whether it is a key decision"),
        hint="One that costs or saves a significant sum, or that affects communities in two or more divisions",
    )  # fmt: skip
    value = text("What is it worth, in pounds?", hint="For example, 2,500,000. Leave it empty if nobody knows")
    where = radios(
        "Which divisions or wards does it affect?",
        (("none", "No particular ones"), ("all", "All of them"), ("some", "Some of them")),
        chosen("Say which divisions or wards it affects"),
    )
    divisions = area("Their names", hint="Only if it affects some of them. One on each line")
    target = day(
        "When does it have to be decided?", hint="Leave it empty if there is no such day. For example, 31 3 2026"
    )

    def fill(self, answers: Answers) -> None:
        """Show what was answered before."""
        known = answers.get("key_decision")
        if "key_decision" in answers:
            self.key_decision.data = {True: "yes", False: "no", None: WORK_OUT[0]}[known]
        worth = answers.get("value")
        self.value.data = "" if worth is None else f"{worth:,}"
        divisions = answers.get("divisions")
        if "key_decision" in answers:
            self.where.data = "all" if divisions == "all" else ("some" if divisions else "none")
        self.divisions.data = "\n".join(divisions) if isinstance(divisions, list) else ""
        self.target.data = date.fromisoformat(answers["target"]) if answers.get("target") else None

    def validate_value(self, field: Field) -> None:
        """A sum that can be kept."""
        if (field.data or "").strip() and pounds_in(field.data) is None:
            raise StopValidation("Write what it is worth as a number of pounds, such as 2,500,000")

    def validate_divisions(self, field: Field) -> None:
        """At least one, each a name."""
        if self.where.data == "some" and not _lines(field.data):
            raise StopValidation("Name the divisions or wards that it affects, one on each line")
        if any(len(line) > LONGEST_TITLE for line in _lines(field.data)):
            raise StopValidation("A division or ward has a name that is too long: write one on each line")

    def take(self) -> Answers:
        """The answers given."""
        divisions = {"all": "all", "some": _lines(self.divisions.data)}.get(self.where.data)
        return {
            "key_decision": {"yes": True, "no": False}.get(self.key_decision.data),
            "value": pounds_in(self.value.data or ""),
            "divisions": divisions,
            "target": self.target.data.isoformat() if self.target.data else None,
        }


def forums_form(gaps: Sequence[tuple[Gap, Choices]], parties: Choices | None) -> type[Form]:
    """A form that fills the $names of one route: `name-1` is the first of them."""
    fields: dict[str, Any] = {}
    for number, (gap, choices) in enumerate(gaps, 1):
        label, hint = gap_words(gap)
        fields[f"name-{number}"] = pick(
            label,
            [NOWHERE, *choices],
            _one_of_them(f"{label.removesuffix(': which forum is it?')}: choose which forum it is"),
            hint=hint,
            validate_choice=False,
        )
    if parties is not None:
        fields["parties"] = ticks(
            "Which parties have to agree, and which forum answers for each?", parties, _some("Choose the parties"),
            hint="One forum for each organisation", validate_choice=False,
        )  # fmt: skip
    return type("Forums", (Form,), fields)


def gap_words(gap: Gap) -> tuple[str, str]:
    """The question that a $name puts, and what hangs on it."""
    called = plain(gap.name)
    if gap.kind == "item":
        return f"{called}: which item does it wait for?", "It goes on once that item has been decided"
    asked = [f"{stage.title or plain(stage.id)} ({stage.ask})" for stage in gap.stages]
    return f"{called}: which forum is it?", "; ".join(asked)


def questions_form(questions: Sequence[Question]) -> type[Facts]:
    """The facts, with what one route asks besides: `asked-1` is the first of its questions."""
    fields: dict[str, Any] = {}
    for number, question in enumerate(questions, 1):
        label = f"{plain(question.name.replace('_', '-'))}?"
        if question.kind == "yes-no":
            fields[f"asked-{number}"] = radios(label, YES_NO, chosen(f"{label} Say yes or no"), hint=_ASKED)
        elif question.kind == "number":
            fields[f"asked-{number}"] = text(label, _a_number(label), hint=_ASKED)
        else:
            choices = [(str(place), str(value)) for place, value in enumerate(question.choices)]
            choices.append((OTHER, "Something else"))
            fields[f"asked-{number}"] = radios(label, choices, chosen(f"{label} Choose one"), hint=_ASKED)
    return type("FactsOfRoute", (Facts,), fields)


_ASKED: Final = "The route depends on it"


def show_answered(form: Form, questions: Sequence[Question], answers: Answers) -> None:
    """Fill in what the route asked before."""
    known = answers.get("fields") or {}
    for number, question in enumerate(questions, 1):
        if question.name not in known:
            continue
        value, field = known[question.name], form[f"asked-{number}"]
        if question.kind == "yes-no":
            field.data = "yes" if value is True else "no"
        elif question.kind == "number":
            field.data = "" if value is None else f"{value}"
        else:
            field.data = str(question.choices.index(value)) if value in question.choices else OTHER


def take_answered(form: Form, questions: Sequence[Question], answers: Answers) -> Answers:
    """What was answered to the route's own questions, beside facts that were there before."""
    found = dict(answers.get("fields") or {})
    for number, question in enumerate(questions, 1):
        said = form[f"asked-{number}"].data
        if question.kind == "yes-no":
            found[question.name] = said == "yes"
        elif question.kind == "number":
            found[question.name] = pounds_in(said or "")
        else:
            found[question.name] = None if said == OTHER else question.choices[int(said)]
    return found


def recommendations_form(count: int) -> type[Form]:
    """As many recommendations as there are to be written; one that is left empty is none."""
    fields: dict[str, Any] = {
        f"recommendation-{number}": area(f"Recommendation {number}", fits(_text)) for number in range(1, count + 1)
    }
    return type("Recommendations", (Form,), fields)


def recommendations_in(form: Form) -> list[str]:
    """Those that were written, in their order."""
    return [field.data for name, field in form._fields.items() if name.startswith("recommendation-") and field.data]


def entry_of(answers: Answers, item: str | None = None) -> ItemEntry:
    """The item that the answers describe; an item that is there already keeps its steps' facts on the same route."""
    told: dict[str, Any] = {"id": item or UNNAMED, "state": "draft"}
    for name in ("title", "type", "route", "organisation", "owner", "part", "recommendations"):
        told[name] = answers[name]
    if answers.get("key_decision") is not None:
        told["key_decision"] = answers["key_decision"]
    for name in ("exemption", "value", "divisions", "target", "forums", "parties"):
        if answers.get(name):
            told[name] = answers[name]
    if fields := {name: value for name, value in (answers.get("fields") or {}).items() if value is not None}:
        told["fields"] = fields
    if answers.get("steps") and answers.get("steps_on") == on_which(answers):
        told["steps"] = answers["steps"]
    return ItemEntry.model_validate(told)


def on_which(answers: Answers) -> list[Any]:
    """The route with its forums and parties: where it is another, what was known of its steps counts no more."""
    return [answers.get("route"), answers.get("forums") or {}, answers.get("parties") or []]


def answers_from(told: Mapping[str, Any]) -> Answers:
    """The answers that describe a draft as it is, from what its last entry says."""
    entry = ItemEntry.model_validate(dict(told))
    dumped = entry.model_dump(mode="json", by_alias=True)
    answers: Answers = {name: dumped[name] for name in dumped if name not in ("id", "state")}
    answers["parties"] = [party.model_dump(exclude_none=True) for party in entry.party_list()]
    answers["steps"] = {step: facts.model_dump(mode="json", exclude_unset=True) for step, facts in entry.steps.items()}
    answers["steps_on"] = on_which(answers)
    return answers


def _as_id(words: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", words.lower()))[:LONGEST_ID].strip("-")


def _numbers(written: str) -> list[int] | None:
    parts = [part.strip() for part in re.split(r"[,;\s]+", written) if part.strip()]
    return [int(part) for part in parts] if all(re.fullmatch(r"[1-9]\d{0,2}", part) for part in parts) else None


def _lines(written: str | None) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in (written or "").splitlines() if line.strip()))


def _one_of_them(sentence: str) -> Callable[[Any, Field], None]:
    def check(_form: Any, field: Field) -> None:
        if not field.data or field.data not in {str(value) for value, _words in field.choices}:
            raise StopValidation(sentence)

    return check


def _some(sentence: str) -> Callable[[Any, Field], None]:
    def check(_form: Any, field: Field) -> None:
        if not field.data or not set(field.data) <= {str(value) for value, _words in field.choices}:
            raise StopValidation(sentence)

    return check


def _a_number(label: str) -> Callable[[Any, Field], None]:
    def check(_form: Any, field: Field) -> None:
        if (field.data or "").strip() and pounds_in(field.data) is None:
            raise StopValidation(f"{label} Write a number")

    return check
