"""Files that come with a report: which kinds are taken, and whether one is what its name says.

A file is judged by its name and by what is in it: `checked` refuses a program that calls itself a document, a
document with macros, and whatever a browser would run as a page. What is in a file is kept once, by its SHA-256.

For pages: `checked(name, data)`, then `keep(do, file)` within an act. `throw_away_unused` is for whoever tidies up.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select

from models.reports import attachments, files, texts
from models.sessions import replacing
from workflow.doing import Doing
from workflow.errors import Refused
from workflow.ledger import REDACTED

LARGEST: Final = 20 * 1000 * 1000  # bytes
MOST_FILES: Final = 20  # in one version of a report
LONGEST_NAME: Final = 200
KEPT_UNUSED: Final = timedelta(days=90)

#: What each kind of file is to a browser; every other kind is refused.
MEDIA_TYPES: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "txt": "text/plain",
    "csv": "text/csv",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
}
KINDS: Final = "PDF, Word, Excel, PowerPoint, OpenDocument, text, CSV, PNG or JPEG"

_MAIN_PART: Final = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
_LARGEST_LIST: Final = 1_000_000  # bytes of a document's own list of its parts
_MOST_PARTS: Final = 10_000
_RUNS_IN_A_BROWSER = re.compile(rb"\s*<(!doctype|html|head|body|script|svg|\?xml|iframe|!--)", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that may be kept: what it is called, what it is, and what is in it."""

    name: str
    media_type: str
    content: bytes
    sha256: str

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)


def checked(name: str, content: bytes) -> CheckedFile:
    """The file as it may be kept; Refused, with what to do about it, if it is none that can be taken."""
    called = clean_name(name)
    kind = called.rpartition(".")[2].lower() if "." in called else ""
    if kind not in MEDIA_TYPES:
        raise Refused(f"“{called}” is not a kind of file that can be taken: choose a {KINDS} file.")
    if not content:
        raise Refused(f"“{called}” is empty: choose the file again.")
    if len(content) > LARGEST:
        raise Refused(f"“{called}” is larger than {LARGEST // 1_000_000} MB: make it smaller, or split it.")
    if why_not := _JUDGES[kind](kind, content):
        raise Refused(f"“{called}” {why_not}")
    return CheckedFile(called, MEDIA_TYPES[kind], content, hashlib.sha256(content).hexdigest())


def clean_name(name: str) -> str:
    """A file's name without its folders and without invisible characters, at most 200 characters long."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in last if not _is_hidden(c))
    shown = " ".join(shown.replace('"', "'").split()).strip(". ")
    stem, dot, kind = shown.rpartition(".")
    if not stem:
        return shown[:LONGEST_NAME] or "document"
    return f"{stem[: LONGEST_NAME - len(kind) - 1].rstrip()}{dot}{kind}"[-LONGEST_NAME:]


def _is_hidden(character: str) -> bool:
    """Marks that change the direction of writing, and others that nobody sees."""
    return unicodedata.category(character) in ("Cf", "Cs", "Co", "Cn")


def is_clean_name(name: str) -> bool:
    """Whether a name could be one of a kept file."""
    return name == clean_name(name)


def keep(do: Doing, file: CheckedFile) -> None:
    """Keep what is in a file; the same content is kept once."""
    row = {"sha256": file.sha256, "content": file.content, "kept_at": do.now}
    do.db.execute(replacing(files, do.db.dialect), row)


def throw_away_unused(do: Doing, wanted: Collection[str]) -> int:
    """Remove what was uploaded long ago and is part of no report; `wanted` are those that drafts still name."""
    do.flush()
    old = select(files.c.sha256).where(files.c.kept_at < do.now - KEPT_UNUSED)
    used = select(attachments.c.sha256)
    found = set(do.db.execute(old.where(files.c.sha256.not_in(used))).scalars()) - set(wanted)
    for sha256 in sorted(found):
        still_old = files.c.kept_at < do.now - KEPT_UNUSED  # unless somebody uploads it again at this moment
        do.db.execute(delete(files).where(files.c.sha256 == sha256, still_old, files.c.sha256.not_in(used)))
    return len(found)


def throw_away_redacted(do: Doing, redacted: Collection[str], wanted: Collection[str]) -> None:
    """Remove what is in these files, of a text that was redacted, unless a report still names them.

    A report names a file as long as the file's name can be read there. `wanted` are those that drafts still name.
    """
    name = (texts.c.subject == "item:" + attachments.c.item) & (texts.c.digest == attachments.c.name)
    named = select(attachments.c.sha256).join(texts, name).where(texts.c.text.is_not(None), texts.c.text != REDACTED)
    for sha256 in sorted(set(redacted) - set(wanted)):
        do.db.execute(delete(files).where(files.c.sha256 == sha256, files.c.sha256.not_in(named)))


def _office(kind: str, content: bytes) -> str | None:
    """Word, Excel, PowerPoint: a zip with the part that makes it one, and no macros."""
    main = _MAIN_PART[kind]
    archive, parts = _unzipped(content)
    if archive is None or main not in parts or "[Content_Types].xml" not in parts:
        return f"is not a .{kind} document, whatever its name says: save it as .{kind} again."
    if any(part.lower().rpartition("/")[2].startswith("vba") or "/activex/" in part.lower() for part in parts):
        return "contains macros or controls: save it without them."
    listed = _part(archive, "[Content_Types].xml")
    if listed is None:
        return "is damaged: save it again."
    if b"macroenabled" in listed.lower() or b"vbaproject" in listed.lower():
        return "contains macros: save it without them."
    return None


def _open_document(kind: str, content: bytes) -> str | None:
    """OpenDocument: a zip that says first what it is, and no macros."""
    archive, parts = _unzipped(content)
    says = _part(archive, "mimetype") if archive is not None and parts[:1] == ["mimetype"] else None
    if says is None or says.strip() != MEDIA_TYPES[kind].encode() or "content.xml" not in parts:
        return f"is not a .{kind} document, whatever its name says: save it as .{kind} again."
    if any(part.startswith(("Basic/", "Scripts/")) for part in parts):
        return "contains macros: save it without them."
    return None


def _unzipped(content: bytes) -> tuple[zipfile.ZipFile | None, list[str]]:
    """A zip and the names in it; nothing of it is unpacked. What stands before a zip makes it something else."""
    if not content.startswith(b"PK\x03\x04"):
        return None, []
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None, []
    return (archive, parts) if len(parts) <= _MOST_PARTS else (None, [])


def _part(archive: zipfile.ZipFile | None, name: str) -> bytes | None:
    """One small part of a document; None if it cannot be read."""
    try:
        with (archive or zipfile.ZipFile(io.BytesIO())).open(name) as part:
            found = part.read(_LARGEST_LIST + 1)
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError, OSError, EOFError, ValueError):
        return None
    except Exception as err:  # zlib and lzma have errors of their own
        if type(err).__name__ in ("error", "LZMAError"):
            return None
        raise
    return found if len(found) <= _LARGEST_LIST else None


def _begins_with(*signs: bytes) -> Callable[[str, bytes], str | None]:
    def judge(kind: str, content: bytes) -> str | None:
        if content.startswith(signs):
            return None
        return f"is not a .{kind} file, whatever its name says: save it as .{kind} again."

    return judge


def _text(kind: str, content: bytes) -> str | None:
    if _RUNS_IN_A_BROWSER.match(content.removeprefix(b"\xef\xbb\xbf")):
        return "is a web page and not plain text: save it as a PDF."
    if _CONTROL.search(content) or content.startswith((b"MZ", b"%PDF-", b"{\\rtf")):
        return f"is not a .{kind} file, whatever its name says: save it as plain text (UTF-8)."
    return None


_JUDGES: Final[dict[str, Callable[[str, bytes], str | None]]] = {
    "pdf": _begins_with(b"%PDF-"),
    **dict.fromkeys(_MAIN_PART, _office),
    **dict.fromkeys(("odt", "ods", "odp"), _open_document),
    **dict.fromkeys(("txt", "csv"), _text),
    "png": _begins_with(b"\x89PNG\r\n\x1a\n"),
    **dict.fromkeys(("jpg", "jpeg"), _begins_with(b"\xff\xd8\xff")),
}
