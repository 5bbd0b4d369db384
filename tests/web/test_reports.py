"""Pages of reports: versions, what changed, files up and down, a new version of it."""

from __future__ import annotations

import pytest

from tests.web.pages import Page
from tests.web.scene import EXEMPT, OWN, STRANGERS, docx, set_the_scene
from tests.web.site import Client, Site
from workflow.queries.reports import Reports, reports_of

OWNER = "head-of-place"
NEW = f"/items/{OWN}/reports/new"
DRAFT = """
decision_routes: 1
routes:
  - route: cabinet-alone
    title: Cabinet alone
    for: [building]
    stages: [{id: cabinet, forum: lcc-cabinet, ask: agree, decisive: true, title: Agree}]
items:
  - {id: new-day-centre, title: New day centre, type: building, route: cabinet-alone,
     organisation: lcc, owner: head-of-place, state: draft, recommendations: [Build it]}
"""
PDF = b"%PDF-1.7 a small one"


def report(site: Site, item: str = OWN) -> Reports:
    with site.office.runtime.looking() as look:
        return reports_of(look, item, exempt=True)


def submitted(site: Site) -> Client:
    """A browser of the owner, once the first version is with a forum: from then on it stays as it is."""
    site.office.does("submit", OWNER, item=OWN, step="cabinet")
    return site.as_(OWNER)


def as_sent(browser: Client, name: str, content: bytes) -> dict[str, object]:
    """A form with one open file as it goes over the wire: large ones are not for the client's temporary files."""
    fields = {"csrf_token": browser.csrf_token(), "part": "I"}
    parts = [f'--x\r\nContent-Disposition: form-data; name="{of}"\r\n\r\n{said}\r\n' for of, said in fields.items()]
    parts.append(f'--x\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n')
    body = "".join(parts).encode() + content + b"\r\n--x--\r\n"
    return {"data": body, "content_type": "multipart/form-data; boundary=x"}


def on_files(browser: Client, **recommendations: str) -> Page:
    """The page of files, once the recommendations are written."""
    return browser.submit(browser.get(NEW), recommendations, button="Continue")


def test_the_owner_makes_a_new_version_with_files(site_on_both: Site) -> None:
    site = site_on_both
    browser = submitted(site)
    before = report(site).newest
    page = browser.get(f"/items/{OWN}/reports")
    page = browser.submit(browser.follow(page, "Revise the report"), {"recommendation-1": "Endorse another option"})
    assert page.h1 == "Which files belong to it?"
    files = [("Appendix “A” – costs.docx", docx()), ("Tenders.pdf", PDF)]
    page = browser.submit(page, {"files": files, "part": "I"}, button="Add these files and stay here")
    page = browser.submit(page, {"stays-2": "II"}, button="Continue")
    assert page.h1 == "Check the report"
    assert page.says("Appendix “A” – costs.docx (DOCX", "Tenders.pdf (PDF, 1 kB, exempt)")
    made = browser.submit(page, {"reason": "The costs rose"}, form="Make it version 2")
    assert made.flashed[0].startswith("Version 2 of the report is there")
    now = report(site).newest
    assert (now.number, now.recommendations[0], before.number) == (2, "Endorse another option", 1)
    assert [(file.name, file.part) for file in now.attachments] == [
        ("Appendix “A” – costs.docx", "I"), ("Tenders.pdf", "II"),
    ]  # fmt: skip
    assert "The costs rose" in site.office.story(OWN)[-1]
    offered = [words for words, _address in made.links if words.startswith("Submit version")]
    assert offered == ["Submit version 2 to Cabinet of Lancashire County Council"], "it holds the first version"
    again = browser.submit(browser.follow(made, offered[0]), form="version")
    assert again.path == f"/items/{OWN}" and "version 2" in site.office.story(OWN)[-1]
    assert "Submit version" not in browser.get(f"/items/{OWN}/reports").text
    assert site.office.verify().ok


def test_versions_are_compared(site: Site) -> None:
    browser = submitted(site)
    old = report(site).newest.recommendations[0]
    page = on_files(browser, **{"recommendation-1": f"{old} in full"})
    browser.submit(browser.submit(page, {"files": ("Costs.csv", b"1;2\n"), "part": "I"}), form="Make it version 2")
    page = site.as_("cabinet-secretary").get(f"/items/{OWN}/reports/2")
    rows = page.table("Recommendations of version 1 and version 2")
    assert rows[0]["Change"] == "Changed"
    assert "[put in:" in rows[0]["Version 2"]
    assert page.says("New: Costs.csv")
    older = browser.get(f"/items/{OWN}/reports/1")
    assert older.says("Cabinet of Lancashire County Council: submitted, and not decided yet")
    assert browser.get(f"/items/{OWN}/reports/2?since=9").says("What changed")


def test_a_file_is_handed_over_as_a_file_and_as_nothing_else(site: Site) -> None:
    browser = submitted(site)
    page = browser.submit(on_files(browser), {"files": ("Käse & “Brot”;x.pdf", PDF), "part": "I"}, button="Continue")
    browser.submit(page, form="Make it version 2")
    got = site.as_("cabinet-secretary").get(f"/items/{OWN}/files/2/1")
    assert got.bytes == PDF
    headers = got.response.headers
    assert got.response.mimetype == "application/pdf"
    assert headers["Content-Disposition"].startswith("attachment; filename=")
    assert "filename*=UTF-8''K%C3%A4se" in headers["Content-Disposition"]
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_files_are_for_those_who_may_see_them(site: Site) -> None:
    set_the_scene(site.office)
    owner = site.as_(OWNER)
    page = owner.submit(on_files(owner), {"files": ("Tenders.pdf", PDF), "part": "II"}, button="Continue")
    owner.submit(page, form=0)
    newest = report(site).newest
    where = f"/items/{OWN}/files/{newest.number}/{len(newest.attachments)}"
    assert owner.get(where).bytes == PDF
    assert site.as_("cabinet-secretary").get(where).bytes == PDF
    auditor = site.as_("internal-auditor")
    auditor.get(where, status=404)
    shown = auditor.get(f"/items/{OWN}/reports/{newest.number}")
    assert "Tenders" not in shown.html
    assert newest.attachments[-1].sha256 not in shown.html
    assert shown.says("There is 1 exempt file")
    for stranger in ("elsewhere-lead", "icb-governance-lead"):
        site.as_(stranger).get(f"/items/{EXEMPT}/files/1/1", status=404)
    site.as_("elsewhere-lead").get(where, status=404)
    owner.get(f"/items/{STRANGERS}/files/1/1", status=404)
    owner.get(f"/items/{OWN}/files/99/1", status=404)
    site.anonymous.get(where, follow=False, status=302)


def test_what_is_no_document_is_not_taken_and_the_rest_is_kept(site: Site) -> None:
    browser = site.as_(OWNER)
    files = [("Good.pdf", PDF), ("Program.docx", b"MZ\x90\x00"), ("Page.html", b"<p>")]
    page = browser.submit(on_files(browser), {"files": files, "part": "I"}, button="Continue", status=422)
    assert "Program.docx" in page.error_summary[0]
    assert page.says("“Page.html” is not a kind of file that can be taken")
    assert page.says("Good.pdf")
    page = browser.submit(page, button="Continue")
    assert page.h1 == "Check the report"
    assert page.says("Good.pdf (PDF")


def test_files_need_to_be_open_or_exempt(site: Site) -> None:
    browser = site.as_(OWNER)
    page = browser.submit(on_files(browser), {"files": ("Good.pdf", PDF)}, button="Continue", status=422)
    assert page.error_summary == ["Say whether the files that you add are open or exempt"]


def test_a_file_is_taken_out_again(site: Site) -> None:
    browser = site.as_(OWNER)
    said = {"files": ("Good.pdf", PDF), "part": "I"}
    page = browser.submit(on_files(browser), said, button="Add these files and stay here")
    page = browser.submit(page, {"gone-1": True}, button="Continue")
    assert page.says("It has no files")


def test_a_file_cannot_be_had_by_its_digest(site: Site) -> None:
    digests = set_the_scene(site.office)
    browser = site.as_(OWNER)
    page = on_files(browser)
    stolen = digests[STRANGERS]
    sent = {"part": "I", "files": "x.docx", "sha256": stolen, "attachments": stolen, "name": "x.docx", "size": "5"}
    browser.post(page.path, sent, status=None)
    page = browser.get(f"{NEW}/check")
    browser.submit(page, form=0, status=None)
    assert stolen not in {file.sha256 for version in report(site).versions for file in version.attachments}


def test_only_the_owner_revises(site: Site) -> None:
    for who in ("lcc-governance-lead", "cabinet-secretary", "internal-auditor"):
        browser = site.as_(who)
        browser.get(NEW, status=403)
        browser.post(f"{NEW}/check", {}, status=403)
        assert "Revise the report" not in [words for words, _href in browser.get(f"/items/{OWN}/reports").links]


def test_a_revision_is_gone_on_with_or_discarded(site: Site) -> None:
    browser = site.as_(OWNER)
    on_files(browser, **{"recommendation-1": "Something else"})
    page = browser.get(f"/items/{OWN}/reports")
    assert page.says("You have begun to revise the report")
    assert browser.follow(page, "Go on with it").value("recommendation-1") == "Something else"
    done = browser.submit(page, form="/discard")
    assert "the report is as it was" in done.flashed[0]
    assert browser.get(NEW).value("recommendation-1") == report(site).newest.recommendations[0]


def test_a_report_that_changed_meanwhile_is_not_overwritten(site: Site) -> None:
    browser = site.as_(OWNER)
    page = browser.submit(on_files(browser, **{"recommendation-1": "Mine"}), button="Continue")
    site.office.does("revise", OWNER, item=OWN, recommendations=["Written elsewhere"])
    second = browser.submit(page, form=0, status=409)
    assert "revised since you began" in second.text
    again = browser.submit(second, form="Go on with mine all the same")
    browser.submit(again, form=0)
    assert report(site).newest.recommendations[0] == "Mine"


def test_what_differs_in_nothing_is_no_version(site: Site) -> None:
    browser = submitted(site)
    page = browser.submit(on_files(browser), button="Continue")
    page = browser.submit(page, form="Make it version 2", status=422)
    assert page.error_summary == [
        "Nothing differs from version 1: change a recommendation or a file, or leave it as it is."
    ]


def test_too_much_at_once_is_refused(site: Site) -> None:
    browser = site.as_(OWNER)
    page = on_files(browser)
    large = browser.open(page.path, "POST", 422, **as_sent(browser, "Large.pdf", PDF + b" " * 20_000_000))
    assert "larger than 20 MB" in large.error_summary[0]
    for path, length in ((page.path, 200_000_000), (NEW, 1_100_000)):
        said = {"CONTENT_LENGTH": str(length), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
        refused = browser.open(path, "POST", 413, data=b"--x", environ_overrides=said)
        assert refused.h1 == "That is too large"


@pytest.mark.parametrize("path", ["reports/99", "reports/0", "files/1/99", "files/1/0"])
def test_what_is_not_there_is_not_found(site: Site, path: str) -> None:
    site.as_(OWNER).get(f"/items/{OWN}/{path}", status=404)


def test_files_are_attached_to_a_draft_from_its_page(site: Site) -> None:
    site.office.load(DRAFT)
    browser = site.as_(OWNER)
    page = browser.follow(browser.get("/items/new-day-centre"), "Attach files to the report")
    page = browser.submit(page, {"files": ("Tenders.pdf", PDF), "part": "I"}, button="Continue")
    browser.submit(page, form=0)
    assert [file.name for file in report(site, "new-day-centre").newest.attachments] == ["Tenders.pdf"]
    page = site.as_("internal-auditor").get("/items/new-day-centre")
    assert not any(words.startswith("Attach files") for words, _address in page.links)


def test_whoever_only_reads_is_not_told_what_they_may_not_do(site: Site) -> None:
    page = site.as_("democratic-services").get("/items/extra-care-housing/reports")
    assert "may not" not in page.text and not page.says("Revise the report")
    assert site.as_("head-of-commissioning").get("/items/extra-care-housing/reports").says("Revise the report")
