"""Files that are not what they say they are, or that mean harm: none is kept, and none is ever shown as a page."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile

import pytest
from sqlalchemy import func, select

from models.items import items
from models.reports import attachments, files
from tests.web.pages import Page
from tests.web.scene import EXEMPT, OWN, STRANGERS, docx, set_the_scene
from tests.web.site import Client, Site

FILES = f"/items/{OWN}/reports/new/files"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def zipped(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


def bomb() -> bytes:
    """Some 300 kilobytes that unpack to 300 megabytes, in the part that has to be looked into."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", "<w:document/>")
        with archive.open("[Content_Types].xml", "w", force_zip64=True) as part:
            for _megabyte in range(300):
                part.write(b"\0" * 1_000_000)
    return made.getvalue()


EXECUTABLE = b"MZ\x90\x00\x03" + b"\0" * 400 + b"PE\0\0" + b"\0" * 400
REFUSED = {
    "a program as a Word document": ("report.docx", EXECUTABLE),
    "a program as a PDF": ("report.pdf", EXECUTABLE),
    "a program as a text": ("report.txt", EXECUTABLE),
    "a script as a program": ("report.exe", b"hello"),
    "a Unix program": ("report.docx", b"\x7fELF\x02\x01\x01" + b"\0" * 200),
    "a shell script": ("report.sh", b"#!/bin/sh\nrm -rf /\n"),
    "a page": ("report.html", b"<script>alert(1)</script>"),
    "a page as a text": ("report.txt", b"\n  <!doctype html><script>alert(1)</script>"),
    "a page as a CSV": ("report.csv", b"<html><script>alert(1)</script></html>"),
    "a drawing with a script": ("report.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "a drawing as a picture": ("report.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "a page as a PDF": ("report.pdf", b"<html>%PDF-1.7"),
    "a zip as a Word document": ("report.docx", zipped(a=b"b")),
    "a Java archive as a Word document": ("report.docx", zipped(**{"META-INF__MANIFEST.MF": b"x", "A.class": b"x"})),
    "a Word document with macros": ("report.docx", docx(**{"word/vbaProject.bin": b"x"})),
    "a Word document with macros by its name": ("report.docm", docx()),
    "a Word document after a page": ("report.docx", b"<script>alert(1)</script>" + docx()),
    "half a Word document": ("report.docx", docx()[:120]),
    "a zip bomb": ("report.docx", bomb()),
    "nothing": ("report.docx", b""),
    "no name": (".docx", docx()),
    "two endings": ("report.docx.exe", docx()),
    "an ending after a null": ("report.exe\0.docx", EXECUTABLE),
    "a rich text": ("report.txt", b"{\\rtf1 hello}"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_what_it_says_is_refused_with_a_sentence_and_not_kept(site: Site, what: str) -> None:
    name, content = REFUSED[what]
    manager = site.as_("head-of-place")

    page = upload(manager, (name, content), status=422)

    assert page.error_summary, "it says why"
    assert all(sentence.endswith((".", ")")) for sentence in page.error_summary)
    assert kept(site) == 0


def test_a_zip_bomb_is_never_unpacked(site: Site) -> None:
    manager = site.as_("head-of-place")
    page, content = manager.get(FILES), bomb()
    tracemalloc.start()
    began = time.process_time()

    upload(manager, ("bomb.docx", content), status=422, page=page)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40_000_000
    assert time.process_time() - began < 5


NAMES = {
    "../../../etc/passwd.pdf": "passwd.pdf",
    "..\\..\\windows\\system32\\report.pdf": "report.pdf",
    "/etc/cron.d/report.pdf": "report.pdf",
    "C:\\Users\\clerk\\report.pdf": "report.pdf",
    "report%0D%0ASet-Cookie: evil=1.pdf": None,
    'report".pdf; filename="evil.exe': None,
    "report\u202efdp.exe.pdf": None,
    "report;.pdf": None,
    "Bericht – “Entwurf” ä ß 東.pdf": "Bericht – “Entwurf” ä ß 東.pdf",
    "<img src=x onerror=alert(1)>.pdf": None,
    "%2e%2e%2freport.pdf": "%2e%2e%2freport.pdf",
    "a" * 3000 + ".pdf": None,
    "CON.pdf": "CON.pdf",
    "~$report.pdf": None,
    "=cmd|' !A0.pdf": None,
}


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:30].encode("ascii", "backslashreplace").decode())
def test_names_lead_nowhere_and_break_nothing(site: Site, name: str) -> None:
    manager = site.as_("head-of-place")
    page = upload(manager, (name, PDF), status=None)
    if page.status == 422:
        assert page.error_summary
        assert kept(site) == 0
        return
    sent(manager)

    answer = download(manager)

    said = answer.response.headers["Content-Disposition"]
    assert said.startswith("attachment; filename")
    assert not set(said) & set("\r\n\0\u202e")
    assert "evil=1" not in answer.response.headers.getlist("Set-Cookie")
    shown = answer.response.headers.get("Content-Disposition", "").split("filename=")[1].split(";")[0].strip('"')
    assert not set(shown) & set("/\\"), shown
    if NAMES[name]:
        assert manager.get(f"/items/{OWN}/reports/{newest(site)}").says(str(NAMES[name]))


def test_what_is_downloaded_cannot_be_a_page_of_this_site(site: Site) -> None:
    """A text that a browser could take for a page, a PDF with a page in it, a picture with a script at its end."""
    polyglots = {
        "a.pdf": PDF + b"<html><script>alert(document.cookie)</script></html>",
        "b.png": b"\x89PNG\r\n\x1a\n" + b"<script>alert(1)</script>",
        "c.txt": b"hello <script>alert(1)</script>",
        "d.csv": b"a,b\n=1+1,<script>alert(1)</script>",
        "e.docx": docx() + b"<script>alert(1)</script>",
    }
    manager = site.as_("head-of-place")
    taken = 0
    for name, content in polyglots.items():
        page = upload(manager, (name, content), status=None)
        taken += page.status == 200
    sent(manager)

    for number in range(1, taken + 1):
        answer = manager.get(f"/items/{OWN}/files/{newest(site)}/{number}")
        headers = answer.response.headers
        assert headers["Content-Disposition"].startswith("attachment")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in headers["Content-Security-Policy"]
        assert answer.response.mimetype not in ("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml")
    assert taken


def test_a_file_is_only_reached_by_the_item_whose_report_it_is_of(site: Site) -> None:
    """By number or by what is in it, from another item, of another organisation, exempt or in nobody's report."""
    set_the_scene(site.office)
    for person, item in (("head-of-place", OWN), ("elsewhere-author", STRANGERS), ("head-of-place", EXEMPT)):
        assert site.as_(person).get(f"/items/{item}/files/2/1").bytes.startswith(b"PK")
    for person in ("elsewhere-author", "internal-auditor", "icb-governance-lead", "system-administrator"):
        browser = site.as_(person)
        for item in (EXEMPT, OWN if person == "elsewhere-author" else STRANGERS):
            if person in ("internal-auditor", "system-administrator") and item == STRANGERS:
                continue  # an open item of anybody's is theirs to look at
            for address in (
                "reports",
                "reports/1",
                "files/1/1",
                "reports/new",
                "reports/new/files",
                "reports/new/check",
            ):
                browser.get(f"/items/{item}/{address}", status=404)
    manager = site.as_("head-of-place")
    for number in (0, 3, 99):
        manager.get(f"/items/{OWN}/files/2/{number}", status=404)
        manager.get(f"/items/{OWN}/files/{number}/1", status=404)


def test_nobody_gets_a_file_by_naming_what_is_in_it(site: Site) -> None:
    """Whoever learns the SHA-256 of a file does not get the file."""
    stolen = set_the_scene(site.office)[EXEMPT]
    author = site.as_("elsewhere-author")
    address = f"/items/{STRANGERS}/reports/new/files"
    page = author.get(address)
    said = [("sha256", stolen), ("files", stolen), ("attachments", stolen), ("name-1", "x.docx"), ("sha256-1", stolen)]
    fields = [(n, v) for n, v in page.form(address).filled({}) if not isinstance(v, tuple) and n not in dict(said)]
    author.post(address, [*fields, *said], status=None)
    author.post(f"/items/{STRANGERS}/reports/new/check", [("reason", ""), *said], status=None)

    with site.office.runtime.looking() as look:
        held = look.db.execute(select(attachments.c.item).where(attachments.c.sha256 == stolen)).scalars().all()
    assert set(held) == {EXEMPT}


def test_too_many_files_and_too_large_a_file_are_refused_with_a_sentence(site: Site) -> None:
    manager = site.as_("head-of-place")
    page = upload(manager, *[(f"{n}.pdf", PDF + b"%d" % n) for n in range(21)], status=422)
    assert "20 files" in " ".join(page.error_summary)
    page = upload(manager, ("large.pdf", PDF + b"x" * 20_000_001), status=422)
    assert "20 MB" in " ".join(page.error_summary)
    page = manager.get(FILES)
    page = upload(manager, *[(f"{n}.pdf", PDF + b"x" * 18_000_000) for n in range(3)], status=413)
    assert "50 MB" in page.text


def upload(browser: Client, *chosen: tuple[str, bytes], status: int | None, page: Page | None = None) -> Page:
    """Choose files on the page for the report's files and send them."""
    page = page or browser.get(FILES)
    fields = page.form(FILES).fields
    said = {"part": "I"} if "part" in fields else {}
    return browser.submit(page, {**said, "files": list(chosen)}, form=FILES, status=status)


def sent(browser: Client) -> Page:
    """Make the version of the report."""
    page = browser.get(f"/items/{OWN}/reports/new/check")
    return browser.submit(page, form=f"/items/{OWN}/reports/new/check")


def download(browser: Client) -> Page:
    return browser.get(f"/items/{OWN}/files/{newest(browser.site)}/1")


def newest(site: Site) -> int:
    with site.office.runtime.looking() as look:
        return int(look.db.execute(select(items.c.report_version).where(items.c.id == OWN)).scalar_one())


def kept(site: Site) -> int:
    """How many files are kept at all."""
    with site.office.runtime.looking() as look:
        return int(look.db.execute(select(func.count()).select_from(files)).scalar_one())
