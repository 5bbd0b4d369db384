"""An item as it is being described: what is answered so far, and what every page of questions does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Final

from flask import url_for

from web.acting import perform
from web.forms.base import Form
from web.forms.creating import Answers
from web.reading import person
from workflow import drafts
from workflow.drafts import Draft, Save
from workflow.errors import Refused
from workflow.queries import setting_out
from workflow.queries.setting_out import RouteChoice
from workflow.runtime import Looking

NEW: Final = "new-item"


@dataclass
class Flow:
    """One item being described: begun and not created yet, or a draft that is changed."""

    draft: Draft | None
    answers: Answers
    item: str | None = None
    seq: int | None = None  # of the item's newest event

    @property
    def form(self) -> str:
        """What the answers are kept as."""
        return f"edit-item:{self.item}" if self.item else NEW

    @property
    def about(self) -> str:
        """What all of these pages are about."""
        return "Change the draft" if self.item else "New item"

    def url(self, page: str | None = None) -> str:
        """Where a page is, or the list of answers."""
        if self.item and page:
            return url_for("creating.edit_page", item=self.item, page=page)
        if self.item:
            return url_for("creating.edit", item=self.item)
        draft = self.draft.id if self.draft else ""
        return url_for("creating.page", draft=draft, page=page) if page else url_for("creating.check", draft=draft)

    def keep(self, said: Answers) -> None:
        """Keep what was just answered."""
        self.answers = {**self.answers, **said}
        save = Save(person().id, self.form, self.answers, self.draft.id if self.draft else None)
        self.draft, _plans = perform(drafts.save, save)

    def route(self, look: Looking) -> RouteChoice | None:
        """The route chosen, if it can still be chosen."""
        try:
            return setting_out.route_named(look, str(self.answers.get("route", "")))
        except Refused:
            return None


class Page(ABC):
    """One page of questions."""

    name = ""
    template = "fields"
    heading = ""

    def applies(self, flow: Flow, look: Looking) -> bool:
        """Whether there is anything to ask."""
        return True

    @abstractmethod
    def answered(self, flow: Flow, look: Looking) -> bool:
        """Whether the answers that were given still do."""

    @abstractmethod
    def build(self, flow: Flow, look: Looking) -> Form:
        """The form, with what was answered before unless it has just been sent."""

    @abstractmethod
    def take(self, form: Any, flow: Flow, look: Looking) -> Answers:
        """The answers that the form gives."""

    def fits(self, form: Any, flow: Flow, look: Looking) -> bool:
        """What no single field can see is right too; else it is noted at a field."""
        return True

    def beside(self, flow: Flow, look: Looking) -> dict[str, Any]:
        """What the page shows beside the form."""
        return {}


def leads_something(of: Any) -> bool:
    """Whether somebody leads an organisation: then they may say that somebody else owns an item."""
    return any(role == "lead" for role, _scope in of.roles)
