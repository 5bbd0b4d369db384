"""Text that must not be read any more is blanked, and the chain still holds."""

from __future__ import annotations

import pytest

from tests.builders import case, item
from tests.office import Office
from tests.stories.test_reports import PDF, reports, revises, uploaded
from workflow import drafts
from workflow.drafts import Save
from workflow.errors import NotPermitted, Refused, Unknown
from workflow.queries.reports import file_content


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


def kept_files(office: Office) -> set[str]:
    """The SHA-256 of every file of which there is more than the name."""
    with office.runtime.inspecting() as db:
        return set(db.exec_driver_sql("SELECT sha256 FROM post_files").scalars())


def begins(office: Office, person: str, form: str, **answers: object) -> None:
    """Somebody fills in a form and does not send it."""
    office.runtime.do(drafts.save, Save(person, form, answers), person)


def forms_begun(office: Office) -> set[tuple[str, str]]:
    with office.runtime.inspecting() as db:
        return {tuple(row) for row in db.exec_driver_sql("SELECT person, form FROM post_drafts")}


def test_what_somebody_has_begun_to_write_about_it_goes_with_it(office: Office) -> None:
    office.load(case(items=item() + item("other")))
    for person, form in (("author", "report:plan"), ("lead", "edit-item:plan"), ("author", "report:other"),
                         ("author", "new-item"), ("author", "report:plan-b")):  # fmt: skip
        begins(office, person, form, recommendations=["Jo Bloggs be moved"])
    office.operator.does("redact", item="plan", number=1, reason="It named a person")
    assert forms_begun(office) == {("author", "report:other"), ("author", "new-item"), ("author", "report:plan-b")}


def test_what_is_in_a_file_goes_with_its_name(office: Office) -> None:
    office.load(case())
    named, plain = uploaded(office, "Jo Bloggs.pdf", PDF), uploaded(office, "Costs.txt", b"5")
    revises(office, "Endorse the plan", "Agree the plan", attachments=[plain])
    office.author.does("submit", item="plan", step="partnership")
    revises(office, "Endorse the plan", "Agree the plan", attachments=[named])
    office.author.does("submit", item="plan", step="hwb", version=3)  # its files go on into the next version
    assert kept_files(office) == {named["sha256"], plain["sha256"]}
    office.operator.does("redact", item="plan", number=4, reason="A report on a person")
    assert kept_files(office) == {plain["sha256"]}, "what another version says by its name is untouched"
    for version in (2, 3):
        (file,) = reports(office).version(version).attachments
        assert (file.name, file.sha256, file.here) == ("(redacted)", named["sha256"], False)
        with office.runtime.looking() as look, pytest.raises(Unknown, match="was removed, because it was redacted"):
            file_content(look, "plan", version, 1, exempt=True)
    with office.runtime.looking() as look:
        assert file_content(look, "plan", 1, 1, exempt=True)[1] == b"5"
    assert office.verify().ok


def test_a_file_that_another_report_names_stays_there(office: Office) -> None:
    office.load(case(items=item() + item("other")))
    shared = uploaded(office, "Plan.pdf", PDF)
    for name in ("plan", "other"):
        office.author.does("revise", item=name, recommendations=["Endorse it", "Agree it"], attachments=[shared])
    office.operator.does("redact", item="plan", number=2, reason="It was not meant to be here")
    assert kept_files(office) == {shared["sha256"]}
    with office.runtime.looking() as look:
        assert file_content(look, "other", 1, 1, exempt=True)[1] == PDF
        with pytest.raises(Unknown, match="was removed"):
            file_content(look, "plan", 1, 1, exempt=True)
    office.operator.does("redact", item="other", number=2, reason="Nor here")
    assert kept_files(office) == set()


def test_a_file_that_is_part_of_an_unsent_form_of_another_item_stays(desk: Office) -> None:
    desk.load(case(items=item() + item("other")))
    shared = uploaded(desk, "Plan.pdf", PDF)
    revises(desk, "Endorse it", "Agree it", attachments=[shared])
    begins(desk, "author", "report:plan", files=[shared])
    begins(desk, "author", "report:other", files=[shared])
    desk.operator.does("redact", item="plan", number=2, reason="It was not meant to be here")
    assert kept_files(desk) == {shared["sha256"]}


def test_a_file_uploaded_again_does_not_come_back_where_it_was_redacted(desk: Office) -> None:
    desk.load(case())
    revises(desk, "Endorse it", "Agree it", attachments=[uploaded(desk, "Jo Bloggs.pdf", PDF)])
    desk.operator.does("redact", item="plan", number=2, reason="A report on a person")
    revises(desk, "Endorse it", "Agree it all")
    uploaded(desk, "Other.pdf", PDF)
    assert [file.here for file in reports(desk).newest.attachments] == [False]
    with desk.runtime.looking() as look, pytest.raises(Unknown, match="was removed"):
        file_content(look, "plan", 1, 1, exempt=True)
    assert desk.verify().ok
