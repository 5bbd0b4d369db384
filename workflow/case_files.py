"""Case files taken in: one transaction over all files named, everything or nothing with every fault."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from routes.faults import FileFault
from routes.loader import canonical, read_route
from routes.yaml_marks import Marked
from workflow import forecast
from workflow.actions import ACTIONS
from workflow.bulk import uncollected
from workflow.case_reading import Place, Reading, Written, unsaid
from workflow.comparing import differences, outcome_differences, same_act, with_answer
from workflow.doing import Doing
from workflow.entries import SECTIONS, ItemEntry, MeetingEntry, OutcomeEntry
from workflow.errors import Faulty, Refused, Unknown, WorkflowError
from workflow.known import ALWAYS, CalendarDay
from workflow.ledger import moment
from workflow.loaded import EntryKey, Loaded, PastAct, entry_key, read_loaded
from workflow.locking import change_the_world, counted_over, depending_on, know_again, lock_in_order, open_at
from workflow.plans import Plan
from workflow.shelf import gates_of
from workflow.use_cases import installation, items, meetings, outcomes
from workflow.use_cases.acting import Act

SETTING_UP = ("rules", "organisations", "calendar", "forums", "people", "meetings")


@dataclass(frozen=True, slots=True)
class Taken:
    """How much was new or changed."""

    new: int
    changed: int
    acts: int
    plans: Mapping[str, Plan] = field(default_factory=dict, repr=False, compare=False)  # of the items that were touched


@uncollected()
def load(do: Doing, reading: Reading, update: bool = False) -> Taken:
    """Take in what the files say; Faulty with every fault, and then nothing may be kept."""
    if reading.unread:
        raise Faulty([str(fault) for fault in sorted(set(reading.faults))])
    change_the_world(do)
    _lock_what_it_concerns(do, reading, update)
    taking = _Taking(do, reading, update)
    taken = taking.take()
    if reading.faults:
        raise Faulty([str(fault) for fault in sorted(set(reading.faults))])
    return replace(taken, plans=forecast.refresh(do))


def _lock_what_it_concerns(do: Doing, reading: Reading, update: bool) -> None:
    """Lock the items that are acted on, and those that may be planned anew for what is set up otherwise."""
    acts = [*reading.outcomes, *reading.events]
    wanted = {item for written in acts if (item := getattr(written.entry, "item", None))}
    wanted |= open_at(do, {f for written in reading.entries["meetings"].values() for f in written.entry.sitting})
    said: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for written in reading.events:
        if written.raw["action"] == "update":
            said[written.raw["section"]].append(written.raw["entry"])
    for section in ("organisations", "rules", "forums"):
        entries = [w.raw for w in reading.entries[section].values()]
        entries += [some.raw for some in reading.partial if some.section == section]
        said[section] += entries if update else [raw for raw in entries if _may_be_new(do, section, raw)]
    ids = {section: {raw["id"] for raw in entries} for section, entries in said.items()}
    names = {raw["name"] for raw in said["forums"] if "name" in raw}
    wanted |= depending_on(do, ids["organisations"], ids["forums"], ids["rules"], names)
    wanted |= counted_over(do, _other_days(do, reading))
    lock_in_order(do, wanted)


def _other_days(do: Doing, reading: Reading) -> list[CalendarDay]:
    """The days that the calendar entries speak of, as they are and as they may become."""
    entries = [written.entry for written in reading.entries["calendar"].values()]
    entries += [w.entry for w in reading.events if w.raw.get("section") == "calendar"]
    named = {entry.id for entry in entries} | {some.key[1] for some in reading.partial if some.section == "calendar"}
    coming = [CalendarDay(e.id, e.what, e.organisation, e.first, e.last, e.reason) for e in entries]
    others = [one for one in coming if do.known.days.get(one.id) != one]
    return [*others, *(do.known.days[name] for name in named if name in do.known.days)]


def _may_be_new(do: Doing, section: str, raw: Mapping[str, Any]) -> bool:
    """Whether an entry may be there for the first time: rules from another day on, a forum of a known name."""
    if section == "rules":
        known = {(pack.starts or ALWAYS).isoformat() for pack in do.known.world.packs.get(raw["id"], ())}
        return str(raw.get("from") or ALWAYS) not in known
    return section == "forums" and raw["id"] not in do.known.world.forums


class _Taking:
    """One load in progress."""

    def __init__(self, do: Doing, reading: Reading, update: bool) -> None:
        self.do, self.reading, self.update = do, reading, update
        self.own_routes: dict[str, dict[str, str]] = defaultdict(dict)  # by file
        self.set_out: dict[str, Place] = {}  # items created or rewritten
        self.new = self.changed = self.acts = 0
        self.loaded = self._loaded_before()
        self._complete()
        self.updated = {
            entry_key(w.raw["section"], w.raw["entry"]) for w in reading.events if w.raw.get("action") == "update"
        }
        self.begun: set[EntryKey] = set()  # entries that only an event brings
        self.waiting: dict[str, list[Written]] = defaultdict(list)  # items, by the meeting that an event will add

    def take(self) -> Taken:
        """Everything, in the order in which things build on each other."""
        for section in SETTING_UP:
            self._section(section)
        self._check_rules()
        self._check_calendar()
        self._routes()
        self._section("items")
        self._outcomes()
        for written in self.reading.events:
            if not self._leans_on_a_fault(written.raw):
                self._event(written)
        self._check_superiors()
        self._gates()
        return Taken(self.new, self.changed, self.acts)

    def _loaded_before(self) -> Loaded:
        """What is on record of everything that the files speak of."""
        entries = self.reading.entries
        subjects = {"installation"}
        for some in self.reading.partial:
            known = self.do.known.meetings.get(some.key[1])
            forum = known.forums[0] if some.section == "meetings" and known else some.key[1]
            subjects |= {f"forum:{forum}", f"item:{some.key[1]}"}
        subjects |= {f"forum:{w.entry.id}" for w in entries["forums"].values()}
        subjects |= {f"forum:{w.entry.sitting[0]}" for w in entries["meetings"].values()}
        subjects |= {f"item:{w.entry.id}" for w in entries["items"].values()}
        subjects |= {f"item:{w.entry.item}" for w in self.reading.outcomes}
        for written in self.reading.events:
            if item := getattr(written.entry, "item", None):
                subjects.add(f"item:{item}")
            if meeting := self.do.known.meetings.get(getattr(written.entry, "meeting", None) or ""):
                subjects.add(f"forum:{meeting.forums[0]}")
        return read_loaded(self.do.db, sorted(subjects))

    def _complete(self) -> None:
        """Entries that name only some keys of what is known already stand for the whole."""
        for some in self.reading.partial:
            states = self.loaded.entries.get(some.key)
            entry = some.completed(states[-1]) if states else None
            if entry is None:
                self.reading.faults += some.faults
                self.reading.broken.add(some.key[1])
            else:
                self.reading.entries[some.section][some.key] = Written(some.place, some.raw, entry)

    def _section(self, section: str) -> None:
        for key, written in self.reading.entries[section].items():
            if not self._leans_on_a_fault(written.raw):
                take = self._takers(written.place)[section]
                self._contained(written.place, partial(self._entry, section, key, written, take), key[1])
        if section in SETTING_UP and self.reading.entries[section] and section != "meetings":
            know_again(self.do)

    def _entry(self, section: str, key: EntryKey, written: Written, take: Callable[[Any, bool], None]) -> None:
        _must_be_ours(section, key[1])
        states = self.loaded.entries.get(key)
        if not states:
            if section == "items" and (meeting := self._meeting_to_come(written.entry)):
                self.waiting[meeting].append(written)
                return
            take(written.entry, True)
            self.new += 1
            return
        compared = states if key in self.updated else states[-1:]
        named = [differences(section, written.entry, state) for state in compared]
        if not all(named):
            return
        if not self.update:
            self.reading.fault(
                written.place,
                f"{key[1]} differs from what was loaded before, in {', '.join(named[-1])}; "
                f"load it with --update to change it",
            )
            return
        self._replace(section, states[-1], written, named[-1], take)

    def _replace(
        self, section: str, last: Mapping[str, Any], written: Written, changed: list[str], take: Callable[..., None]
    ) -> None:
        said = written.entry.model_dump(mode="json", by_alias=True, exclude_unset=True)
        whole = {**unsaid(last, said), **said}
        if section == "items":
            whole = with_answer(whole, last, written.raw, changed)
        take(SECTIONS[section].model_validate(whole), False)
        self.changed += 1

    def _leans_on_a_fault(self, raw: Marked) -> bool:
        """Whether an entry names something that is faulty itself; its own faults would only repeat that."""
        if not self.reading.broken.intersection(_words(raw)):
            return False
        if isinstance(raw.get("id"), str):
            self.reading.broken.add(raw["id"])
        return True

    def _takers(self, place: Place) -> dict[str, Callable[[Any, bool], None]]:
        do = self.do
        return {
            "organisations": lambda entry, new: installation.organisation(do, entry, new),
            "rules": lambda entry, new: installation.rules(do, entry, new),
            "calendar": lambda entry, new: installation.calendar_day(do, entry, new),
            "forums": lambda entry, new: installation.forum(do, entry, new),
            "people": lambda entry, new: installation.person(do, entry, new),
            "meetings": self._meeting,
            "items": lambda entry, new: self._item(place, entry, new),
        }

    def _item(self, place: Place, entry: ItemEntry, new: bool) -> None:
        (items.create if new else items.change)(self.do, entry, self.own_routes[place.file])
        self.set_out[entry.id] = place

    def _meeting(self, entry: MeetingEntry, new: bool) -> None:
        for forum in entry.sitting:
            if forum not in self.do.known.world.forums:
                raise WorkflowError(f"there is no forum {forum}")
        if new:
            meetings.take_in(self.do, [entry], on=None)
        else:
            meetings.change_entry(self.do, entry)

    def _check_rules(self) -> None:
        """Every rule pack that is named is known, once organisations, rules and forums are in."""
        known = {*self.do.known.world.packs, *self.reading.broken}
        for of in ("organisations", "forums"):
            for written in self.reading.entries[of].values():
                if written.entry.rules is not None and written.entry.rules not in known:
                    self.reading.fault(written.place, f"there is no rule pack {written.entry.rules}")

    def _check_calendar(self) -> None:
        """No day is a bank holiday by one entry and none by another, once all of them are in."""
        places = {w.entry.id: w.place for w in self.reading.entries["calendar"].values()}
        for name, message in installation.days_at_fault(self.do.known, places):
            self.reading.fault(places[name], message)

    def _check_superiors(self) -> None:
        """Every superior that is named is known, once all people are in as the files leave them."""
        told = [*self.reading.entries["people"].values()]
        told += [w for w in self.reading.events if w.raw.get("section") == "people"]
        places = {w.entry.id: w.place for w in told if w.entry.id in self.do.known.people}
        for person, message in installation.superiors_at_fault(self.do.known, places):
            self.reading.fault(places[person], message)

    def _routes(self) -> None:
        forums = set(self.do.known.world.forums)
        for place, raw in self.reading.routes:
            try:
                route = read_route(raw, place.file, forums | self.reading.broken)
            except FileFault as fault:
                self.reading.faults += fault.faults
                self.reading.broken.add(str(raw.get("route")))
                continue
            if self.reading.broken.intersection(_words(raw)):
                self.reading.broken.add(route.id)
                continue
            known = len(installation.route_versions(self.do))
            self.own_routes[place.file][route.id] = installation.route(self.do, canonical(raw))
            self.new += len(self.do.route_texts) - known

    def _meeting_to_come(self, entry: ItemEntry) -> str | None:
        """A meeting that the item is bound to and that only an act in `events:` adds."""
        coming = {
            w.entry.meeting
            for w in self.reading.events
            if w.raw["action"] == "meeting add" and w.entry.meeting not in self.do.known.meetings
        }
        return next((f.meeting for f in entry.steps.values() if f.meeting in coming), None)

    def _outcomes(self) -> None:
        for written in self.reading.outcomes:
            if self._leans_on_a_fault(written.raw):
                continue
            entry: OutcomeEntry = written.entry
            known = self._outcome_on_record(entry)
            if known is None:
                form = _form(outcomes.RecordOutcome, entry)
                self._act(written, form, outcomes.record)
            elif differing := outcome_differences(entry, known.told):
                self.reading.fault(
                    written.place,
                    f"{entry.step} of {entry.item} is on record with another {', '.join(differing)} for "
                    f"{entry.date.isoformat()}; correct it with a reason, a file cannot change it",
                )

    def _outcome_on_record(self, entry: OutcomeEntry) -> PastAct | None:
        acts = self.loaded.acts.get(entry.item, [])
        named = {"action": "record", "step": entry.step, "date": entry.date.isoformat()}
        alike = [past for past in acts if all(past.told.get(name) == value for name, value in named.items())]
        alike.sort(key=lambda past: bool(outcome_differences(entry, past.told)))
        if not alike:
            return None
        acts.remove(alike[0])
        return alike[0]

    def _event(self, written: Written) -> None:
        if written.raw["action"] == "update":
            self._contained(written.place, partial(self._later_state, written))
            return
        action = ACTIONS[written.raw["action"]]
        told = {
            "action": action.name,
            **written.entry.model_dump(mode="json", by_alias=True, exclude_unset=True),
        }
        if written.entry.recorded_at is not None:
            told["recorded_at"] = moment(written.entry.recorded_at)
        about = getattr(written.entry, "item", None) or written.entry.meeting
        acts = self.loaded.acts.get(str(about), [])
        for past in acts:
            if same_act(told, past.told):
                acts.remove(past)
                return
        self._act(written, written.entry, action.run)
        if action.name == "meeting add":
            for item in self.waiting.pop(written.entry.meeting, []):
                self._contained(item.place, partial(self._item, item.place, item.entry, True))
                self.new += 1

    def _later_state(self, written: Written) -> None:
        """What a dump says of an entry that was changed after it had been loaded."""
        section, entry = written.raw["section"], written.entry
        key = entry_key(section, written.raw["entry"])
        states = self.loaded.entries.get(key, [])
        added = section == "meetings" and entry.id in self.do.known.meetings
        if section == "calendar" and not (states or key in self.begun or key in self.reading.entries[section]):
            self.begun.add(key)  # a dump tells days that came after the first act where they came
            self._takers(written.place)[section](entry, True)
            self._known_again(section)
            self.new += 1
            return
        if not (states or added or key in self.begun or key in self.reading.entries[section]):
            raise Unknown(f"there is no {entry.id} among the {section} that could be updated")
        _must_be_ours(section, entry.id)
        if all(differences(section, entry, state) for state in states):
            self._takers(written.place)[section](entry, False)
            self._known_again(section)
            self.changed += 1

    def _known_again(self, section: str) -> None:
        if section not in ("meetings", "items"):
            know_again(self.do)

    def _act(self, written: Written, form: Act, run: Callable[[Doing, Any], object]) -> None:
        def acting() -> None:
            self.do.by, self.do.recorded_at = form.by, form.recorded_at
            try:
                run(self.do, form)
                self.acts += 1
            finally:
                self.do.by = self.do.recorded_at = None

        self._contained(written.place, acting)

    def _gates(self) -> None:
        for item, message in items.check_gates(self.do, list(self.set_out)):
            if not self.reading.broken.intersection(gates_of(self.do.dossiers[item])):
                self.reading.fault(self.set_out[item], f"{item}: {message}")
        if not self.reading.faults:
            items.link_gates(self.do, list(self.set_out))

    def _contained(self, place: Place, act: Callable[[], None], name: str | None = None) -> None:
        """One entry's refusal is one fault; the others are still looked at."""
        try:
            act()
        except WorkflowError as err:
            self.reading.fault(place, str(err))
            if name is not None:
                self.reading.broken.add(name)


def _must_be_ours(section: str, name: str) -> None:
    if section == "rules" and name.startswith("standard-"):
        raise Refused(f"{name}: ids that begin with “standard-” belong to the product; use another")


def _form(form: type[Act], entry: OutcomeEntry) -> Any:
    return form.model_validate(entry.model_dump(by_alias=True, exclude_unset=True))


def _words(raw: object) -> Iterator[str]:
    """Every word that an entry names something with."""
    if isinstance(raw, str):
        yield raw
    elif isinstance(raw, Mapping):
        for value in raw.values():
            yield from _words(value)
    elif isinstance(raw, list):
        for value in raw:
            yield from _words(value)
