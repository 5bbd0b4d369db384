"""What a review found in the acts themselves."""

from __future__ import annotations

from sqlalchemy import select

from models.outbox import letters
from tests.office import LANCASHIRE, Office

ITEM = "options-appraisal-2023"
TITLE = "Lancashire Place governance options appraisal"


def test_a_redacted_title_does_not_go_on_standing_in_letters(office: Office) -> None:
    """Whether they were sent or not: the outbox keeps them."""
    office.load(LANCASHIRE)
    office.clock.to("2023-08-21 18:00")
    office.operator.records(ITEM, "place-partnership", "endorsed", on="2023-08-21")
    assert any(TITLE in subject and TITLE in body for subject, body in written(office))
    before = len(written(office))

    office.operator.does("redact", item=ITEM, number=1, reason="It names a person")

    assert len(written(office)) == before
    assert not any(TITLE in subject or TITLE in body for subject, body in written(office))
    assert any("(redacted)" in subject for subject, _body in written(office))
    assert office.verify().ok


def written(office: Office) -> list[tuple[str, str]]:
    with office.runtime.looking() as look:
        return [(row.subject, row.body or "") for row in look.db.execute(select(letters.c.subject, letters.c.body))]
