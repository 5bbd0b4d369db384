"""What attackers, the curious and the mistaken are let loose on: one's own item, one of strangers, and an exempt one.

Words that only stand in what is exempt or private are rare ones: wherever they turn up, something has leaked.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

from sqlalchemy import insert, select

from models.accounts import accounts
from tests.office import Office
from tests.web.site import PASSWORD
from workflow.files import checked, keep
from workflow.passwords import hashed

OWN = "options-appraisal-2023"  # Lancashire's, with the ICB as partner
STRANGERS = "marsh-harrier-survey"  # of a council that has nothing to do with anybody else
EXEMPT = "zinnia-farm-sale"  # Lancashire's, in Part II
EXEMPT_WORDS = ("zinnia", "quokka", "xylophone", "vermilion", "obsidian")
STRANGERS_WORDS = ("marsh-harrier", "marsh harrier")

CASE = """
decision_routes: 1
organisations:
  - {id: elsewhere, name: Elsewhere District Council, kind: council, rules: standard-council-committee}
forums:
  - {id: elsewhere-committee, organisation: elsewhere, name: Elsewhere Planning Committee, form: committee}
people:
  - {id: elsewhere-lead, name: Elsewhere governance lead, email: lead@elsewhere.example.org,
     roles: [{role: lead, organisation: elsewhere}]}
  - {id: elsewhere-secretary, name: Elsewhere committee secretary, email: committees@elsewhere.example.org,
     roles: [{role: secretary, forum: elsewhere-committee}]}
  - {id: elsewhere-author, name: Elsewhere author, email: author@elsewhere.example.org, roles: [{role: author}]}
  - {id: cabinet-member, name: Cabinet member for health, email: member@example.org,
     roles: [{role: member, forum: lcc-cabinet}]}
meetings:
  - {id: elsewhere-2023-08-03, forum: elsewhere-committee, date: 2023-08-03, time: "18:00"}
routes:
  - route: sale-of-land
    title: Sale of land
    for: [sale]
    stages:
      - {id: board, forum: lancashire-hwb, ask: note, title: Note the sale}
      - {id: cabinet, forum: lcc-cabinet, ask: decide, decisive: true, after: [], clearances: [finance, legal],
         title: Decide the sale}
  - route: after-the-sale
    title: After the sale
    for: [plan]
    stages:
      - {id: sold, kind: gate, waits_for: {item: $sale, stage: cabinet, outcome: decided},
         title: Sold before it is planned}
      - {id: cabinet, forum: lcc-cabinet, ask: agree, decisive: true, title: Agree the plan}
  - route: one-committee
    title: One committee
    for: [survey]
    stages:
      - {id: first, forum: elsewhere-committee, ask: note, title: Note}
      - {id: committee, forum: elsewhere-committee, ask: decide, decisive: true, clearances: [ecology], title: Decide}
items:
  - id: zinnia-farm-sale
    title: Sale of Zinnia Farm
    type: sale
    route: sale-of-land
    organisation: lcc
    owner: head-of-place
    part: II
    exemption: {basis: Local Government Act 1972 Schedule 12A, paragraphs: [3], reason: Quokka Holdings still bids}
    key_decision: true
    recommendations: [Sell for the xylophone price]
    steps: {cabinet: {meeting: cabinet-2023-10-05}, board: {meeting: hwb-2023-07-18, papers: verbal}}
  - id: plan-for-the-proceeds
    title: Plan for the proceeds
    type: plan
    route: after-the-sale
    forums: {sale: zinnia-farm-sale}
    organisation: lcc
    owner: head-of-place
    recommendations: [Agree the plan]
  - id: marsh-harrier-survey
    title: Marsh harrier survey
    type: survey
    route: one-committee
    organisation: elsewhere
    owner: elsewhere-author
    recommendations: [Commission the marsh harrier survey]
    steps: {committee: {meeting: elsewhere-2023-08-03}}
outcomes:
  - {item: options-appraisal-2023, step: place-partnership, outcome: endorsed, date: 2023-07-10, by: place-secretary,
     conditions: [{text: The costs are shown by place, owner: head-of-place, due: 2023-09-01}]}
  - {item: marsh-harrier-survey, step: first, outcome: noted, date: 2023-07-17, by: elsewhere-secretary,
     conditions: [{text: Count them, owner: elsewhere-author}]}
  - {item: zinnia-farm-sale, step: board, outcome: noted, date: 2023-07-18, by: hwb-secretary,
     text: The vermilion figure was noted.,
     conditions: [{text: Obsidian consents, owner: head-of-place, due: 2023-09-01}]}
"""


@dataclass(frozen=True)
class Kind:
    """A kind of user: who plays it, and the item that is theirs."""

    name: str
    person: str | None
    own: str = OWN
    others: str = STRANGERS


KINDS = (
    Kind("nobody", None),
    Kind("lead", "lcc-governance-lead"),
    Kind("secretary", "cabinet-secretary"),
    Kind("manager", "head-of-place"),
    Kind("clearer", "finance-officer"),
    Kind("member", "cabinet-member"),
    Kind("partner", "icb-governance-lead"),
    Kind("auditor", "internal-auditor"),
    Kind("administrator", "system-administrator"),
    Kind("stranger", "elsewhere-lead", STRANGERS, OWN),
)
#: Those who may not know that the exempt item is there.
NOT_FOR = ("partner", "auditor", "administrator", "stranger")


def set_the_scene(office: Office) -> dict[str, str]:
    """Load it, with an account for everybody, and a report with a file for each of the three; SHA-256 by item."""
    office.load(CASE)
    give_the_rest_an_account(office)
    owners = {OWN: "head-of-place", EXEMPT: "head-of-place", STRANGERS: "elsewhere-author"}
    return {item: attach(office, item, owner) for item, owner in owners.items()}


def give_the_rest_an_account(office: Office) -> None:
    """Whoever has come since the others got theirs."""
    kept = hashed(PASSWORD)
    with office.runtime.doing("decision-routes") as do:
        there = set(do.db.execute(select(accounts.c.person)).scalars())
        new = [
            {"person": p.id, "sign_in": p.email.lower(), "password_hash": kept, "disabled": False, "created_at": do.now}
            for p in do.known.people.values()
            if p.email and p.id not in there
        ]
        do.db.execute(insert(accounts), new)


def attach(office: Office, item: str, owner: str, name: str = "") -> str:
    """Put a file with the item's report; the SHA-256 of it is returned."""
    words = "The vermilion figure" if item == EXEMPT else f"About {item}"
    file = checked(name or f"{item}.docx", docx(words))
    with office.runtime.doing("decision-routes") as do:
        keep(do, file)
    said = {"name": file.name, "media_type": file.media_type, "size": file.size, "sha256": file.sha256}
    office.does("revise", owner, item=item, attachments=[said])
    return file.sha256


def docx(words: str = "A report", **more: bytes) -> bytes:
    """A small Word document; `more` are further parts of it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml", "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"
        )
        archive.writestr("word/document.xml", f"<w:document><w:body>{words}</w:body></w:document>")
        for part, content in more.items():
            archive.writestr(part, content)
    return made.getvalue()
