"""Stories of reports: revised in numbered versions, with files, and what each forum saw stays what it saw."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.builders import CHAIN, case, item
from tests.office import Office
from tests.properties.copies import copies_of
from workflow.errors import NotPermitted, Refused, Unknown
from workflow.files import CheckedFile, checked, clean_name, keep, throw_away_unused
from workflow.queries.reports import Reports, compared, file_content, reports_of

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
CLEARED = CHAIN.replace("decisive: true,", "decisive: true, clearances: [finance],")


def packed(parts: dict[str, bytes]) -> bytes:
    """A zip with these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def document(types: bytes = b"<Types/>", **more: bytes) -> bytes:
    """A Word document, as far as anybody looks."""
    parts = {"[Content_Types].xml": types, "word/document.xml": b"<w:document/>"}
    return packed(parts | {f"word/{name}.bin": content for name, content in more.items()})


def open_text(**more: bytes) -> bytes:
    """An OpenDocument text, as far as anybody looks."""
    odt = {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}
    return packed(odt | {f"Basic/{name}.xml": content for name, content in more.items()})


def uploaded(office: Office, name: str, content: bytes, part: str = "I") -> dict[str, object]:
    """A file kept, as a report names it."""
    file = checked(name, content)
    with office.runtime.doing("author") as do:
        keep(do, file)
    return named(file, part)


def named(file: CheckedFile, part: str = "I") -> dict[str, object]:
    return {"name": file.name, "media_type": file.media_type, "size": file.size, "sha256": file.sha256, "part": part}


def reports(office: Office, name: str = "plan", exempt: bool = True) -> Reports:
    with office.runtime.looking() as look:
        return reports_of(look, name, exempt)


def revises(office: Office, *recommendations: str, **more: object) -> str:
    return office.author.does("revise", item="plan", recommendations=list(recommendations), **more)


def test_the_owner_revises_what_nobody_has_dealt_with_yet(office: Office) -> None:
    office.load(case())
    before = reports(office).newest
    said = revises(office, "Endorse the plan", "Agree the plan and its costs")
    assert said == "Version 1 of the report is rewritten; nobody had dealt with it yet."
    after = reports(office)
    assert [version.number for version in after.versions] == [1]
    assert after.newest.recommendations == ("Endorse the plan", "Agree the plan and its costs")
    assert after.newest.sha256 != before.sha256
    assert office.kinds("plan") == ["created", "revised"]
    assert office.verify().ok


def test_what_a_forum_endorsed_stays_what_it_saw(office: Office) -> None:
    office.load(case())
    office.author.does("submit", item="plan", step="partnership")
    seen = reports(office).newest
    said = revises(office, "Endorse the plan", "Agree another plan", reason="Costs rose")
    assert said.startswith("Version 2 of the report is there. Forums that have version 1 keep it")
    now = reports(office)
    assert now.version(1).recommendations == seen.recommendations
    assert now.version(1).sha256 == seen.sha256
    assert [(use.where, use.what) for use in now.version(1).uses] == [("Partnership", "submitted")]
    assert now.newest.uses == ()
    office.author.does("submit", item="plan", step="hwb")
    assert [use.where for use in reports(office).newest.uses] == ["Health and Wellbeing Board"]
    assert "Report revised, version 2. Reason: Costs rose" in office.story("plan")


@pytest.mark.parametrize("deal", ["submit", "clear", "record", "material"])
def test_a_version_that_somebody_has_dealt_with_is_never_rewritten(desk: Office, deal: str) -> None:
    desk.load(case(stages=CLEARED, items=item(steps="{partnership: {papers: verbal}}")))
    if deal == "submit":
        desk.author.does("submit", item="plan", step="cabinet")
    elif deal == "clear":
        desk.finance.does("clear", item="plan", step="cabinet", area="finance", cleared=False)
    elif deal == "record":
        desk.partnership_clerk.records("plan", "partnership", "endorsed", "2023-07-18")
    else:
        desk.lead.does("material", item="plan", material=False, reason="Nothing has changed")
    revises(desk, "Endorse it", "Agree it")
    assert [version.number for version in reports(desk).versions] == [2, 1]
    revises(desk, "Endorse it all", "Agree it")
    assert [version.number for version in reports(desk).versions] == [2, 1]
    assert desk.verify().ok


def test_files_belong_to_a_version_and_go_on_into_the_next(office: Office) -> None:
    office.load(case())
    appendix = uploaded(office, "Appendix 1.pdf", PDF)
    costs = uploaded(office, "Costs.csv", b"year,pounds\n2024,5\n", part="II")
    revises(office, "Endorse the plan", "Agree the plan", attachments=[appendix, costs])
    bare = reports(office, exempt=False).newest
    assert [file.name for file in bare.attachments] == ["Appendix 1.pdf"]
    assert bare.hidden_files == 1
    assert "Report revised, version 1. Files: Appendix 1.pdf, 1 exempt file." in office.story("plan")
    office.author.does("submit", item="plan", step="partnership")
    office.author.does("submit", item="plan", step="hwb", version=2)
    newest = reports(office).newest
    assert newest.number == 2
    assert [(file.name, file.part, file.size) for file in newest.attachments] == [
        ("Appendix 1.pdf", "I", len(PDF)), ("Costs.csv", "II", 19),
    ]  # fmt: skip
    assert office.verify().ok


def test_the_seal_of_a_version_covers_its_files(desk: Office) -> None:
    desk.load(case())
    seals = [reports(desk).newest.sha256]
    for name, content, part in (("a.pdf", PDF, "I"), ("b.pdf", PDF, "I"), ("b.pdf", PDF + b"\n", "I"),
                                ("b.pdf", PDF + b"\n", "II")):  # fmt: skip
        revises(desk, "Endorse the plan", "Agree the plan", attachments=[uploaded(desk, name, content, part)])
        seals.append(reports(desk).newest.sha256)
    assert len(set(seals)) == len(seals)


def test_what_is_in_a_file_is_handed_out_only_through_its_report(desk: Office) -> None:
    desk.load(case(items=item() + item("other")))
    secret = uploaded(desk, "Tenders.pdf", PDF, part="II")
    revises(desk, "Endorse the plan", "Agree the plan", attachments=[secret])
    with desk.runtime.looking() as look:
        file, content = file_content(look, "plan", 1, 1, exempt=True)
        assert (file.name, content) == ("Tenders.pdf", PDF)
        for of, version, number, exempt in (
            ("plan", 1, 1, False), ("other", 1, 1, True), ("plan", 2, 1, True), ("plan", 1, 2, True),
        ):  # fmt: skip
            with pytest.raises(Unknown, match="no such report or file"):
                file_content(look, of, version, number, exempt)


def test_a_file_that_was_altered_is_not_handed_out(desk: Office) -> None:
    desk.load(case())
    revises(desk, "Endorse the plan", "Agree the plan", attachments=[uploaded(desk, "a.pdf", PDF)])
    with desk.runtime.engine.begin() as db:
        db.exec_driver_sql("UPDATE post_files SET content = x'00'")
    with desk.runtime.looking() as look, pytest.raises(Refused, match="is not what was uploaded"):
        file_content(look, "plan", 1, 1, exempt=True)


def test_only_the_owner_revises(desk: Office) -> None:
    desk.load(case())
    for who in (desk.lead, desk.clerk, desk.finance):
        with pytest.raises(NotPermitted, match="it is for Report author"):
            who.does("revise", item="plan", recommendations=["Mine"])


def test_a_report_that_cannot_be_revised_says_why(desk: Office) -> None:
    desk.load(case(stages=CHAIN.replace("ask: agree,", "ask: agree, recommendations: [2],")))
    with pytest.raises(Refused, match="Nothing differs from version 1"):
        revises(desk, "Endorse the plan", "Agree the plan")
    with pytest.raises(Refused, match="puts recommendation 2, and the report would have only 1"):
        revises(desk, "Agree the plan")
    with pytest.raises(Refused, match="becomes version 1, not 4"):
        revises(desk, "Other", "Words", version=4)
    desk.lead.does("hold", item="plan", reason="Election")
    with pytest.raises(Refused, match="on hold: resume it first"):
        revises(desk, "Other", "Words")
    desk.lead.does("resume", item="plan", reason="Over")
    desk.author.does("withdraw", item="plan")
    with pytest.raises(Refused, match="was withdrawn"):
        revises(desk, "Other", "Words")


def test_a_draft_keeps_its_files_when_it_is_rewritten(office: Office, prepared_sqlite: Path, tmp_path: Path) -> None:
    office.load(case(items=item(state="draft", steps="{partnership: {papers: submitted}}")))
    revises(office, "Endorse", "Agree", attachments=[uploaded(office, "a.pdf", PDF)])
    assert reports(office).newest.number == 1
    office.load("items:\n" + item(state="draft", title="Another plan"), update=True)
    assert [file.name for file in reports(office).newest.attachments] == ["a.pdf"]
    assert office.verify().faults == []
    with copies_of(prepared_sqlite, tmp_path) as fresh:
        other = fresh()
        other.load(office.dump())
        assert other.dump() == office.dump()
        assert [file.name for file in reports(other).newest.attachments] == ["a.pdf"]
    office.author.does("start", item="plan")
    assert office.verify().ok


def test_a_dump_names_files_and_carries_none(office: Office, prepared_sqlite: Path, tmp_path: Path) -> None:
    office.load(case())
    files = [uploaded(office, "Appendix 1.pdf", PDF), uploaded(office, "Costs.txt", b"5\n", part="II")]
    revises(office, "Endorse the plan", "Agree the plan", attachments=files)
    office.author.does("submit", item="plan", step="partnership")
    revises(office, "Endorse the plan", "Agree a better plan", "Note the costs", reason="As advised")
    office.author.does("submit", item="plan", step="hwb", version=3)
    text = office.dump()
    assert PDF.decode() not in text
    with copies_of(prepared_sqlite, tmp_path) as fresh:
        other = fresh()
        other.load(text)
        assert other.dump() == text
        assert other.kinds("plan") == office.kinds("plan")
        assert other.story("plan") == office.story("plan")
        assert other.verify().ok
        again = other.load(text)
        assert (again.new, again.changed, again.acts) == (0, 0, 0)
        came = reports(other)
        assert [version.recommendations for version in came.versions] == [
            version.recommendations for version in reports(office).versions
        ]
        assert [file.here for file in came.newest.attachments] == [False, False]
        with other.runtime.looking() as look, pytest.raises(Unknown, match="not kept in this installation"):
            file_content(look, "plan", 1, 1, exempt=True)


def test_a_redaction_blanks_the_name_of_a_file_in_every_version(office: Office) -> None:
    office.load(case())
    revises(office, "Endorse the plan", "Agree the plan", attachments=[uploaded(office, "Mr Nobody.pdf", PDF)])
    office.author.does("submit", item="plan", step="partnership")
    revises(office, "Endorse the plan", "Agree it")
    office.operator.does("redact", item="plan", number=2, reason="Names somebody")
    assert {file.name for version in reports(office).versions for file in version.attachments} == {"(redacted)"}
    assert "Mr Nobody" not in office.dump()
    assert office.verify().ok


def test_an_altered_row_of_a_file_is_found(desk: Office) -> None:
    desk.load(case())
    revises(desk, "Endorse the plan", "Agree the plan", attachments=[uploaded(desk, "a.pdf", PDF)])
    with desk.runtime.engine.begin() as db:
        db.exec_driver_sql("UPDATE attachments SET sha256 = 'ffff'")
    assert ["attachments plan/1/1: sha256" in fault.message for fault in desk.verify().faults] == [True]


def test_recommendations_of_two_versions_beside_each_other() -> None:
    found = compared(["Note it", "Agree the plan", "Thank all"], ["Agree the new plan", "Thank all", "Ask again"])
    assert [(d.kind, d.before_number, d.after_number) for d in found] == [
        ("changed", 1, 1), ("removed", 2, None), ("same", 3, 2), ("added", None, 3),
    ]  # fmt: skip
    (changed,) = compared(["Agree the plan"], ["Agree the new plan"])
    assert [(p.kind, p.text) for p in changed.after] == [("same", "Agree the "), ("in", "new "), ("same", "plan")]


# Which files are taken


GOOD = {
    "Report.pdf": PDF,
    "Report.docx": document(),
    "Sheet.xlsx": packed({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<x/>"}),
    "Slides.PPTX": packed({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<x/>"}),
    "Text.odt": open_text(),
    "Text.txt": "Wörter – in UTF-8\r\n".encode(),
    "List.csv": b"a;b\r\n\xa35;6\r\n",
    "Map.png": b"\x89PNG\r\n\x1a\n....",
    "Photo.jpeg": b"\xff\xd8\xff\xe0....",
}

BAD = {
    "Program.docx": (b"MZ\x90\x00\x03" + b"\0" * 50, "is not a .docx document, whatever its name says"),
    "Hidden.docx": (b"MZ" + document(), "is not a .docx document"),
    "Macros.docx": (document(vbaProject=b"x"), "contains macros"),
    "Named.docx": (document(types=b"application/vnd.ms-word.document.macroEnabled.main+xml"), "contains macros"),
    "Sheet.docx": (GOOD["Sheet.xlsx"], "is not a .docx document"),
    "Broken.docx": (document()[:80], "is not a .docx document"),
    "Zip.odt": (document(), "is not a .odt document"),
    "Macros.odt": (open_text(module=b"x"), "contains macros"),
    "Page.html": (b"<p>Hello</p>", "is not a kind of file that can be taken"),
    "Drawing.svg": (b"<svg/>", "is not a kind of file that can be taken"),
    "Macros.docm": (document(), "is not a kind of file that can be taken"),
    "Report": (PDF, "is not a kind of file that can be taken"),
    "Page.txt": (b" <!DOCTYPE html><script>1</script>", "is a web page"),
    "Program.txt": (b"MZ\x00\x01", "is not a .txt file"),
    "Program.pdf": (b"MZ\x00\x01%PDF-", "is not a .pdf file"),
    "Page.png": (b"<html>", "is not a .png file"),
    "Empty.pdf": (b"", "is empty"),
    "Large.pdf": (PDF + b" " * 20_000_000, "is larger than 20 MB"),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_a_document_is_taken(name: str) -> None:
    file = checked(name, GOOD[name])
    assert file.sha256 == hashlib.sha256(GOOD[name]).hexdigest()
    assert file.size == len(GOOD[name])


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_document_is_refused(name: str) -> None:
    content, why = BAD[name]
    with pytest.raises(Refused, match=why):
        checked(name, content)


def test_names_are_cleaned() -> None:
    assert clean_name("C:\\Users\\me\\Report.pdf") == "Report.pdf"
    assert clean_name("../../etc/passwd.txt") == "passwd.txt"
    assert clean_name('Re"port\r\nSet-Cookie: x.pdf') == "Re'port Set-Cookie: x.pdf"
    assert clean_name("report\u202efdp.pdf") == "reportfdp.pdf"
    assert clean_name(" .. ") == "document"
    long = clean_name("x" * 300 + ".docx")
    assert len(long) == 200
    assert long.endswith("x.docx")


def test_files_that_no_report_came_to_use_are_thrown_away(office: Office) -> None:
    office.load(case())
    used = uploaded(office, "a.pdf", PDF)
    in_a_form = uploaded(office, "b.pdf", PDF + b"b")
    uploaded(office, "c.pdf", PDF + b"c")
    revises(office, "Endorse the plan", "Agree the plan", attachments=[used])
    office.clock.at = datetime(2023, 12, 1, tzinfo=UTC)
    fresh = uploaded(office, "d.pdf", PDF + b"d")
    with office.runtime.doing("author") as do:
        assert throw_away_unused(do, {str(in_a_form["sha256"])}) == 1
    with office.runtime.looking() as look:
        left = set(look.db.exec_driver_sql("SELECT sha256 FROM post_files").scalars())
    assert left == {used["sha256"], in_a_form["sha256"], fresh["sha256"]}
