"""By when what is wanted: the whole item, or one step of it."""

from __future__ import annotations

from typing import Any

from web.forms.base import Form, day, needed, pick


class ReadyByForm(Form):
    """Asked in the address of a page, so that the answer can be sent to others; it changes nothing."""

    class Meta:
        csrf = False

    by = day("By when is it wanted?", needed("Write the day by which it is wanted, such as 17 3 2026"))
    step = pick("What has to be decided by then?", validate_choice=False)

    def offer(self, steps: list[tuple[str, str]]) -> None:
        """The whole item, or one of these steps."""
        self.step.choices = [("", "The whole item: every decision in effect"), *steps]
        self.step.data = self.step.data or ""

    def chosen_step(self) -> Any:
        """The step that was chosen; None for the whole item."""
        return self.step.data or None
