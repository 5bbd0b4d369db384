"""A small world in which stories about rules are told, as text of a case file."""

from __future__ import annotations

from textwrap import dedent, indent

WORLD = """\
decision_routes: 1
organisations:
  - {id: council, name: Borough Council, kind: council, rules: executive}
  - {id: icb, name: Integrated Care Board, kind: nhs, rules: plain}
  - {id: trust, name: Community Trust, kind: nhs, rules: plain}
  - {id: place, name: Place, kind: partnership, rules: plain}
rules:
  - id: executive
    executive: true
    key_decision_notice: {days: 28, unit: clear-calendar-days}
    agenda_day: {days: 5, unit: clear-working-days}
    report_due: {days: 3, unit: working-days, before: agenda_day}
    call_in: {days: 3, unit: clear-working-days}
  - id: plain
    agenda_day: {days: 5, unit: working-days}
    report_due: {days: 2, unit: working-days, before: agenda_day}
forums:
  - {id: partnership, organisation: place, name: Partnership, form: consultative}
  - {id: hwb, organisation: council, name: Health and Wellbeing Board, form: committee, rules: plain}
  - {id: cabinet, organisation: council, name: Cabinet, form: committee}
  - {id: board, organisation: icb, name: ICB Board, form: committee}
  - {id: trust-board, organisation: trust, name: Trust Board, form: committee}
  - {id: director, organisation: council, name: Director of Adult Services, form: individual}
people:
  - {id: author, name: Report author, roles: [{role: author}]}
  - {id: lead, name: Governance lead, roles: [{role: lead, organisation: council}]}
  - {id: clerk, name: Council clerk, roles: [{role: secretary, forum: cabinet}, {role: secretary, forum: hwb}]}
  - {id: chair, name: Chair of the Board, roles: [{role: chair, forum: hwb}]}
  - {id: partnership-clerk, name: Partnership secretary, roles: [{role: secretary, forum: partnership}]}
  - {id: icb-clerk, name: ICB secretary, roles: [{role: secretary, forum: board}]}
  - {id: trust-clerk, name: Trust secretary, roles: [{role: secretary, forum: trust-board}]}
  - {id: finance, name: Finance officer, roles: [{role: clearer, area: finance}]}
  - {id: das, name: Director, roles: [{role: member, forum: director}]}
meetings:
  - {id: p-aug, forum: partnership, date: 2023-08-02, time: "10:00"}
  - {id: p-sep, forum: partnership, date: 2023-09-06, time: "10:00"}
  - {id: p-oct, forum: partnership, date: 2023-10-04, time: "10:00"}
  - {id: h-sep, forum: hwb, date: 2023-09-12, time: "14:00"}
  - {id: h-oct, forum: hwb, date: 2023-10-10, time: "14:00"}
  - {id: h-nov, forum: hwb, date: 2023-11-14, time: "14:00"}
  - {id: c-oct, forum: cabinet, date: 2023-10-12, time: "17:00"}
  - {id: c-nov, forum: cabinet, date: 2023-11-09, time: "17:00"}
  - {id: c-dec, forum: cabinet, date: 2023-12-14, time: "17:00"}
  - {id: b-oct, forum: board, date: 2023-10-25, time: "13:00"}
  - {id: b-nov, forum: board, date: 2023-11-29, time: "13:00"}
  - {id: t-oct, forum: trust-board, date: 2023-10-26, time: "09:30"}
"""

CHAIN = """\
- {id: partnership, forum: partnership, ask: endorse}
- {id: hwb, forum: hwb, ask: endorse}
- {id: cabinet, forum: cabinet, ask: agree, decisive: true, refer_back_to: partnership}
"""


def route(stages: str = CHAIN, name: str = "journey", types: str = "plan") -> str:
    """The `routes:` of a case file, with one route of these stages."""
    head = f"routes:\n  - route: {name}\n    title: A journey\n    for: [{types}]\n    stages:\n"
    return head + indent(dedent(stages).rstrip() + "\n", "      ")


def item(name: str = "plan", **more: str) -> str:
    """One entry of `items:`; keywords are further keys, their values as YAML."""
    said = {
        "id": name,
        "title": "A plan",
        "type": "plan",
        "route": "journey",
        "organisation": "council",
        "owner": "author",
        "recommendations": "[Endorse the plan, Agree the plan]",
    } | more
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in said.items()) + "}\n"


def case(*, stages: str = CHAIN, items: str | None = None, more: str = "") -> str:
    """The small world with one route and its items."""
    return WORLD + route(stages) + "items:\n" + (items or item()) + more
