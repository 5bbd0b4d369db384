"""The council that these tests crowd: one cabinet, a partnership, four trusts and items that go through them."""

from __future__ import annotations

from datetime import date
from textwrap import dedent

from sqlalchemy import select

from models.forecasts import forecasts
from tests.concurrency.clerks import NOW
from tests.office import Office

COUNCIL = """\
    decision_routes: 1
    organisations:
      - {id: lcc, name: County Council, kind: council, rules: standard-council-executive}
      - {id: north, name: North Trust, kind: nhs}
      - {id: south, name: South Trust, kind: nhs}
      - {id: east, name: East Trust, kind: nhs}
      - {id: west, name: West Trust, kind: nhs}
    forums:
      - {id: partnership, organisation: lcc, name: Partnership, form: consultative}
      - {id: cabinet, organisation: lcc, name: Cabinet, form: committee}
      - {id: north-board, organisation: north, name: North Board, form: committee}
      - {id: south-board, organisation: south, name: South Board, form: committee}
      - {id: east-board, organisation: east, name: East Board, form: committee}
      - {id: west-board, organisation: west, name: West Board, form: committee}
    people:
      - {id: owner, name: Head of Place}
      - {id: ann, name: Ann Ashworth, roles: [{role: secretary, forum: cabinet}, {role: secretary, forum: partnership}]}
      - {id: bob, name: Bob Birtwistle, roles: [{role: chair, forum: cabinet}]}
    meetings:
      - {id: partnership-september, forum: partnership, date: 2023-09-05}
      - {id: cabinet-october, forum: cabinet, date: 2023-10-05}
      - {id: cabinet-november, forum: cabinet, date: 2023-11-09}
    routes:
      - route: two-forums
        title: Two forums
        for: [plan]
        stages:
          - {id: partnership, forum: partnership, ask: endorse}
          - {id: cabinet, forum: cabinet, ask: agree, decisive: true, refer_back_to: partnership}
      - route: partners
        title: All partners
        for: [mou]
        stages:
          - {id: partners, each: parties, ask: approve, join: all, decisive: true}
      - route: deal-first
        title: Cabinet after another item's decision
        for: [deal]
        stages:
          - {id: own, forum: cabinet, ask: agree, after: [], decisive: true}
          - {id: deal, kind: gate, after: [], waits_for: {item: $other, stage: own, outcome: agreed}}
          - {id: later, forum: cabinet, ask: agree, after: [deal], decisive: true}
"""

PLAN = "  - {{id: {id}, title: Plan {id}, type: plan, route: two-forums, organisation: lcc, owner: owner{more}}}"
MEMORANDUM = """\
  - {id: memorandum, title: Memorandum, type: mou, route: partners, organisation: lcc, owner: owner,
     parties: [north, south, east, west]}"""


def plans(*ids: str, meeting: str | None = None, section: str = "items") -> str:
    """A case file with these plans, bound to a meeting of Cabinet if one is named."""
    more = f", steps: {{cabinet: {{meeting: {meeting}}}}}" if meeting else ""
    return "decision_routes: 1\n" + "\n".join([f"{section}:", *(PLAN.format(id=i, more=more) for i in ids)])


def council(url: str, *cases: str) -> Office:
    """The council, on the morning of 1 November 2023, with these case files loaded."""
    office = Office(url)
    office.clock.at = NOW
    office.load(dedent(COUNCIL), *cases)
    return office


def forecast_of(office: Office, item: str) -> tuple[str, date | None]:
    """What lists show of an item: its state and finish, as they were written down by the last act."""
    with office.runtime.looking() as look:
        row = look.db.execute(select(forecasts).where(forecasts.c.item == item)).one()
    return row.state, row.finish
