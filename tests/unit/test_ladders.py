"""Ladders of reminders as data: read, told when they are at fault, kept with their route, told in words."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from routes.drawing import as_json, text
from routes.faults import FileFault
from routes.ladders import KINDS, Ladder, Rung, ladders_of, read_ladders, written_ladders
from routes.loader import Definition, from_canonical, read_file, shipped, version
from routes.phrases import ladders
from workflow.case_reading import read_files
from workflow.reminders.kinds import KINDS as WITH_RULES

HEAD = "route: plan\ntitle: Plan\n"
STAGES = "stages:\n  - {id: end, forum: $end, ask: decide, decisive: true}\n"

SENSIBLE = """\
report-due:
  at: "08:30"
  ladder:
    - {before: 10}
    - {after: 1, to: [holder, lead]}
    - {after: 5, to: superior}
idle:
  ladder: []"""


def definition(reminders: str = "") -> Definition:
    told = f"reminders:\n{indent(dedent(reminders), '  ')}\n" if reminders else ""
    (found,) = read_file((HEAD + told + STAGES).encode(), "route.yaml")
    return found


def faults(reminders: str) -> list[str]:
    with pytest.raises(FileFault) as caught:
        definition(reminders)
    return [str(fault) for fault in caught.value.faults]


def test_a_route_says_where_its_items_are_reminded_of_otherwise() -> None:
    route = definition(SENSIBLE).route
    assert route.reminders == (
        ("report-due", Ladder((Rung("before", 10), Rung("after", 1, ("holder", "lead")),
                               Rung("after", 5, ("superior",))), "08:30")),
        ("idle", Ladder((), "09:00")),
    )  # fmt: skip
    assert definition().route.reminders == ()


def test_what_was_stored_is_read_as_it_was_written() -> None:
    written = definition(SENSIBLE)
    assert from_canonical(written.canonical) == written.route


def test_the_order_in_which_it_is_written_plays_no_part() -> None:
    one = definition("idle: {ladder: []}\nclearance: {ladder: [{after: 2}, {before: 3}, {waiting: 0}, {before: 9}]}")
    other = definition("clearance: {ladder: [{waiting: 0}, {before: 9}, {before: 3}, {after: 2}]}\nidle: {ladder: []}")
    assert one.route == other.route
    assert [rung.name for rung in one.route.reminders[0][1].rungs] == ["before-9", "before-3", "after-2", "waiting-0"]


def test_nobody_is_told_the_same_twice_at_one_rung() -> None:
    told = definition("idle: {ladder: [{after: 3, to: [lead, owner, lead]}]}").route.reminders
    assert told[0][1].rungs == (Rung("after", 3, ("lead", "owner")),)


def test_a_route_without_reminders_is_the_version_that_it_always_was() -> None:
    assert definition().version == "468f63c57ad82e0170652728138aad20a893578d645436e3946da9454a83b24d"
    assert definition(SENSIBLE).version != definition().version
    for one in shipped().values():
        assert "reminders" not in one.canonical, "a shipped route with other reminders is a new version of it"
        assert version(one.canonical) == one.version


def test_every_fault_is_told_at_once_with_its_line() -> None:
    found = faults("""\
        idel: {ladder: []}
        idle: {at: 05:30, ladder: []}
        report-due:
          at: "9:00"
          ladder:
            - {before: 3, after: 1}
            - {before: "3"}
            - {before: 2, to: bos}
            - {before: 4, to: [lead, bos]}
            - {befor: 2}
            - {before: 261}
            - {to: lead}
        agenda-due: {ladder: [{before: 3}, {before: 3, to: lead}]}
        clearance: nothing
        your-turn: {at: "10:00"}
    """)
    time = '“at” must be a time of day between 06:00 and 22:00, such as "09:00" in quotes'
    count = "needs one of “before”, “after” and “waiting”, with a number of working days"
    people = "must be holder, owner, lead, forum-lead, superior, secretary or chair, not “bos”"
    assert found == [
        f"route.yaml:4: “idel” is no kind of reminder; the kinds are {', '.join(KINDS)}",
        f"route.yaml:5: {time}",
        f"route.yaml:7: {time}",
        f"route.yaml:9: entry 1 of “ladder” {count}",
        "route.yaml:10: “before” must be a whole number, without quotes",
        f"route.yaml:11: “to” {people}",
        f"route.yaml:12: entry 2 of “to” {people}",
        "route.yaml:13: “befor” may not stand here; did you mean “before”?",
        "route.yaml:14: “before” must be 260 or less",
        f"route.yaml:15: entry 7 of “ladder” {count}",
        "route.yaml:16: “agenda-due” has “before: 3” twice; write one rung with everybody who is told then",
        "route.yaml:17: “clearance” must be a mapping of keys to values",
        "route.yaml:18: “ladder” is missing",
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("reminders: {}", "3: “reminders” must have at least one entry"),
        ("reminders: never", "3: “reminders” must be a mapping of keys to values"),
        ("reminders: {idle: }", "3: “idle” has no value; write one or leave the key out"),
        ("reminder: {idle: {ladder: []}}", "3: “reminder” may not stand here; did you mean “reminders”?"),
    ],
)
def test_reminders_that_say_nothing_are_a_fault(written: str, said: str) -> None:
    with pytest.raises(FileFault) as caught:
        read_file((HEAD + written + "\n" + STAGES).encode(), "route.yaml")
    assert [str(fault) for fault in caught.value.faults] == [f"route.yaml:{said}"]


def test_a_fault_of_the_reminders_hides_none_of_the_stages() -> None:
    written = HEAD + "reminders: {idel: {ladder: []}}\n" + STAGES.replace("decide", "nod")
    with pytest.raises(FileFault) as caught:
        read_file(written.encode(), "route.yaml")
    assert [fault.line for fault in caught.value.faults] == [3, 5]


def test_a_forum_of_a_case_file_is_told_the_same_faults() -> None:
    written = (
        "decision_routes: 1\nforums:\n  - id: cabinet\n    organisation: council\n    name: Cabinet\n"
        "    form: committee\n    reminders:\n      idel: {ladder: []}\n"
        "      idle: {at: 23:00, ladder: [{before: 1, after: 2}]}\n"
    )
    reading = read_files([("case.yaml", written.encode())])
    told = [fault for some in reading.partial for fault in some.faults] + reading.faults
    assert sorted(fault.line for fault in told) == [8, 9, 9]


def test_whatever_is_written_by_itself_comes_back_as_it_was() -> None:
    told = read_ladders(SENSIBLE)
    assert written_ladders(told) == SENSIBLE
    assert read_ladders(f"reminders:\n{indent(SENSIBLE, '  ')}") == told
    assert ladders_of(told) == definition(SENSIBLE).route.reminders
    with pytest.raises(FileFault, match="reminders:2: “befor” may not stand here; did you mean “before”"):
        read_ladders("idle:\n  ladder: [{befor: 1}]")


def test_a_route_is_shown_with_its_reminders_in_words() -> None:
    written = definition(SENSIBLE + "\nclearance: {ladder: [{waiting: 0}, {waiting: 3, to: chair}, {before: 0}]}")
    said = {
        "Report due": "10 working days before, to whoever has to act; 1 working day after, to whoever has to act "
        "and the lead; 5 working days after, to the superior; each at 08:30",
        "Clearance": "on the day, to whoever has to act; at once, to whoever has to act; "
        "after 3 working days of waiting, to the chair; each at 09:00",
        "Idle": "never",
    }
    assert dict(ladders(written.route.reminders)) == said
    shown = " ".join(text(written.route).split())
    assert "Reminders otherwise than usual:" in shown
    for kind, words in said.items():
        assert f"{kind}: {words}" in shown
    assert '"at": "08:30"' in as_json(written.canonical)
    assert "Reminders" not in text(definition().route)


def test_every_kind_that_can_be_written_has_a_rule() -> None:
    assert set(KINDS) == set(WITH_RULES)


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("report-due: {ladder: [{waiting: 2}]}", "report-due always has a day: count from it with"),
        ("your-turn: {ladder: [{before: 2}]}", "your-turn has no day: count with “waiting” from when it came up"),
    ],
)
def test_a_rung_that_would_never_come_is_refused(written: str, fault: str) -> None:
    with pytest.raises(FileFault, match=fault):
        read_ladders(written)
