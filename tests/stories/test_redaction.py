"""Text that must not be read any more is blanked, and the chain still holds."""

from __future__ import annotations

import pytest

from tests.builders import case
from tests.office import Office
from workflow.errors import NotPermitted, Refused, Unknown


def test_a_resolution_that_named_a_patient_is_blanked(office: Office) -> None:
    office.load(case())
    office.clock.to("2023-08-03 09:00")
    office.partnership_clerk.records(
        "plan", "partnership", "endorsed", on="2023-08-02", text="Jo Bloggs was discussed."
    )
    assert any("Jo Bloggs" in sentence for sentence in office.story("plan"))
    with pytest.raises(NotPermitted, match="an administrator"):
        office.lead.does("redact", item="plan", number=2, reason="Personal data")
    with pytest.raises(Refused, match="A reason is needed"):
        office.operator.does("redact", item="plan", number=2)
    office.operator.does("redact", item="plan", number=2, reason="It named a person")
    assert not any("Jo Bloggs" in sentence for sentence in office.story("plan"))
    assert "Jo Bloggs" not in office.dump()
    assert office.verify().ok, "the chain holds without the text"
    with pytest.raises(Refused, match="no text that could be redacted"):
        office.operator.does("redact", item="plan", number=2, reason="Again")
    with pytest.raises(Unknown, match="has no event 9"):
        office.operator.does("redact", item="plan", number=9, reason="Which?")
