"""A small council and its health board, in the words of case files, for tests about files and chains."""

from __future__ import annotations

COUNCIL = """
organisations:
  - {id: council, name: Westshire Council, kind: council, rules: executive}
  - {id: health, name: Westshire Health Board, kind: nhs}
rules:
  - id: executive
    executive: true
    key_decision_notice: {days: 28, unit: clear-calendar-days}
    agenda_day: {days: 5, unit: clear-working-days}
    report_due: {days: 3, unit: working-days, before: agenda_day}
    call_in: {days: 3, unit: clear-working-days}
forums:
  - {id: cabinet, organisation: council, name: Cabinet, form: committee}
  - {id: partnership, organisation: council, name: Partnership, form: consultative}
  - {id: board, organisation: health, name: Health Board, form: committee}
people:
  - {id: lead, name: Governance lead, roles: [{role: lead, organisation: council}]}
  - {id: owner, name: Head of Place}
  - {id: cabinet-clerk, name: Cabinet clerk, roles: [{role: secretary, forum: cabinet}]}
  - {id: other-clerk, name: Other clerk,
     roles: [{role: secretary, forum: partnership}, {role: secretary, forum: board}]}
  - {id: finance, name: Finance officer, roles: [{role: clearer, area: finance}]}
meetings:
  - {id: partnership-june, forum: partnership, date: 2023-06-06, time: "10:00"}
  - {id: cabinet-june, forum: cabinet, date: 2023-06-15, time: "14:00"}
  - {id: cabinet-july, forum: cabinet, date: 2023-07-06, time: "14:00"}
  - {id: cabinet-september, forum: cabinet, date: 2023-09-07, time: "14:00"}
  - {id: board-october, forum: board, date: 2023-10-03}
"""

ROUTE = """
routes:
  - route: two-forums
    title: Two forums
    for: [plan]
    stages:
      - {id: partnership, forum: partnership, ask: endorse}
      - {id: cabinet, forum: cabinet, ask: agree, decisive: true, clearances: [finance], refer_back_to: partnership}
"""

PLAN = """
items:
  - id: roads
    title: Roads plan
    type: plan
    route: two-forums
    organisation: council
    owner: owner
    recommendations: [Endorse the plan, Agree its cost]
"""

ENDORSED = """
outcomes:
  - {item: roads, step: partnership, outcome: endorsed, date: 2023-06-06, by: other-clerk, text: As set out.}
"""
