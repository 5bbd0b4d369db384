"""Meetings: what was resolved there, item after item on one page; and adding, moving, cancelling them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from web import foreseeing
from web.acting import act, read, tell
from web.forms.base import Form
from web.forms.meetings import NAMES, CancelMeeting, EndMeeting, MoveMeeting, NewMeeting
from web.reading import looking, person, reader, stop_looking
from web.recording import DONE, Turn, answers, sheet, to_send, turn
from web.recording_together import Block, block, record_block
from web.words import in_days
from workflow import authority
from workflow.actions import ACTIONS
from workflow.authority import Matter
from workflow.choices import forums_to_choose
from workflow.doing import Doing
from workflow.effects import Effect, Otherwise, UseCase
from workflow.errors import NotPermitted, Refused, Unknown, WorkflowError
from workflow.queries.at_hand import AtHand
from workflow.queries.forums import MeetingPage
from workflow.queries.forums import meeting as meeting_page
from workflow.queries.outcome_told import told_at, told_of_meeting_at

pages = Blueprint("meetings", __name__)

MOST_NAMED = 8  # posts that were told; of others it is said how many there are
MOST_TOLD = 5  # sentences about single items; of more it is said how many there are


@dataclass(frozen=True, slots=True)
class _Noted:
    """What was done with a meeting, and when it was written down."""

    sentence: str
    at: datetime


@pages.route("/meetings/<meeting>/record", methods=["GET", "POST"])
def record(meeting: str) -> Response:
    """Everything that was resolved at a meeting, one item after another."""
    with looking() as look:
        found = meeting_page(look, reader(), meeting)
        _must_be_recorder(found)
        mine = [(line.item, line.step) for line in (*found.bound, *found.expected) if _records(line.forum)]
    current = _current(found, mine)
    if current is None or found.on > _today():
        return _recording(found, None, mine)
    made = sheet("record", *current)
    if request.method == "GET":
        made.form.resolved_on.data = found.on
    played = turn(made)
    if not isinstance(played, Turn):
        return played
    if played.page == DONE:
        _tell(made.step.hand, played.sentence)
        assert played.at is not None
        _say_who_was_told([made.step.hand.id], played.at)
        return _to(url_for("meetings.record", meeting=meeting))
    if played.conflict:
        with looking() as look:
            found = meeting_page(look, reader(), meeting)
    return _recording(found, played, mine)


@pages.post("/meetings/<meeting>/record-together")
def record_together(meeting: str) -> Response:
    """Several items all as recommended: looked at once more, then recorded together."""
    with looking() as look:
        found = meeting_page(look, reader(), meeting)
        _must_be_recorder(found)
    chosen = block(found)
    if not chosen.lines:
        return _recording_again(found, Refused("Tick at least one item that went through as recommended."))
    if request.form.get("do") != "record":
        return _checking_together(found, chosen)
    try:
        done = record_block(chosen)
    except WorkflowError as err:
        stop_looking()
        return _recording_again(found, err)
    if isinstance(done, Response):
        return done
    recorded, at = done
    hands = {line.step.hand.id: line.step.hand for line in chosen.lines}
    if len(recorded) > MOST_TOLD:
        flash(f"{len(recorded)} items are recorded as recommended.", "success")
    for one in recorded if len(recorded) <= MOST_TOLD else ():
        _tell(hands[one.item or ""], one.sentence)
    _say_who_was_told(hands, at)
    return _to(url_for("meetings.record", meeting=meeting))


@pages.route("/forums/<forum>/meetings/new", methods=["GET", "POST"])
def new(forum: str) -> Response:
    """A new meeting."""
    with looking() as look:
        known = look.known.world.forums.get(forum)
        if known is None:
            raise Unknown("There is no such forum. Check the address, or look for it among the forums.")
        _must_be_allowed("meeting add", (forum,))
        form = NewMeeting()
        form.others.choices = forums_to_choose(
            look.known,
            (
                other
                for other in look.known.world.forums.values()
                if other.id != forum and (other.organisation == known.organisation or _keeps(other.id))
            ),
        )
        if not form.others.choices:
            del form.others
        name = _free_id(forum, form.meets_on.data, look.known.meetings) if request.method == "POST" else ""
    shown = {"heading": f"Add a meeting of {known.name}", "button": "Add the meeting", "back": ("forum", forum)}
    return _shown_first("meeting add", form, lambda: form.said(name, forum), name, None, shown)


@pages.route("/meetings/<meeting>/move", methods=["GET", "POST"])
def move(meeting: str) -> Response:
    """Another day, time or place."""
    found = _found(meeting, "meeting move")
    form = MoveMeeting()
    if request.method == "GET":
        form.begin(found.on, found.time, found.place)
    shown = {"heading": f"Move {_named(found)}", "button": "Move the meeting", "back": ("meeting", meeting)}

    def said() -> Mapping[str, Any]:
        return form.said(meeting, found.on, found.time, found.place)

    return _shown_first("meeting move", form, said, meeting, found, shown)


@pages.route("/meetings/<meeting>/cancel", methods=["GET", "POST"])
def cancel(meeting: str) -> Response:
    """It does not take place."""
    found = _found(meeting, "meeting cancel")
    form = CancelMeeting()
    shown = {"heading": f"Cancel {_named(found)}", "button": "Cancel the meeting", "back": ("meeting", meeting)}
    return _shown_first("meeting cancel", form, lambda: form.said(meeting), meeting, found, shown)


@pages.route("/meetings/<meeting>/held", methods=["GET", "POST"])
def held(meeting: str) -> Response:
    """It took place."""
    found = _found(meeting, "meeting held")
    form = EndMeeting()
    shown = {
        "heading": f"Record as held: {_named(found)}",
        "button": "Record that it was held",
        "back": ("meeting", meeting),
    }
    return _played("meeting held", form, lambda: form.said(meeting), meeting, found, shown)


def _current(found: MeetingPage, mine: list[tuple[str, str]]) -> tuple[str, str] | None:
    """The item that is open: the one that was asked for, else the next. Unknown for one that is not on the meeting."""
    wanted = (request.values.get("item", ""), request.values.get("step", ""))
    if request.method == "GET":
        return wanted if wanted in mine else next(iter(mine), None)
    recorded_meanwhile = [(line.item, line.step) for line in found.resolved if _records(line.forum)]
    if wanted not in mine and wanted not in recorded_meanwhile:
        raise Unknown("That is not on this meeting any more, or not for you to record. Look at the meeting again.")
    return wanted


def _played(
    action: str,
    form: Form,
    said: Callable[[], Mapping[str, Any]],
    meeting: str,
    found: MeetingPage | None,
    shown: Mapping[str, Any],
) -> Response:
    status = 200
    if request.method == "POST":
        if form.validate():
            try:
                done, _plans = act(action, said())
            except (NotPermitted, Unknown):
                raise
            except WorkflowError as err:
                form.refused(err, NAMES)
                status = err.status
            else:
                flash(done.sentence, "success")
                return _to(url_for("forums.meeting", meeting=meeting))
        else:
            status = Refused.status
    page = render_template("meetings/form.html", form=form, found=found, action=action, **shown)
    return make_response(page, status)


def _shown_first(
    action: str,
    form: Form,
    said: Callable[[], Mapping[str, Any]],
    meeting: str,
    found: MeetingPage | None,
    shown: Mapping[str, Any],
) -> Response:
    """The form, then what it would change, then it is done, exactly so or not at all."""
    status = 200
    wanted = request.form.get(foreseeing.DO)
    if request.method == "POST" and wanted != foreseeing.CHANGE:
        if form.validate():
            try:
                meant = read(ACTIONS[action].form, said())
                if wanted == foreseeing.KEEP:
                    done = foreseeing.do_as_shown(action, meant, _noting(action))
                    flash(done.sentence, "success")
                    _say_who_was_written_to(done.at)
                    return _to(url_for("forums.meeting", meeting=meeting))
                return _effect(action, foreseeing.foreseen(action, meant), shown)
            except Otherwise as err:
                return _effect(action, err.effect, shown, err)
            except (NotPermitted, Unknown):
                raise
            except WorkflowError as err:
                form.refused(err, NAMES)
                status = err.status
        else:
            status = Refused.status
    with looking():
        page = render_template("meetings/form.html", form=form, found=found, action=action, **shown)
    return make_response(page, status)


def _noting(action: str) -> UseCase:
    """The act, with the moment at which it was written down."""

    def run(do: Doing, form: Any) -> _Noted:
        return _Noted(ACTIONS[action].run(do, form).sentence, do.now)

    return run


def _effect(action: str, effect: Effect, shown: Mapping[str, Any], changed: Otherwise | None = None) -> Response:
    """What it would change, with the button that does it; `changed`: it was another effect when it was shown first."""
    kind, of = shown["back"]
    with looking():
        page = render_template(
            "meetings/effect.html",
            effect=effect,
            action=action,
            words=foreseeing.words(),
            carried=foreseeing.carried(),
            changed=changed,
            back_to=url_for("forums.forum", forum=of) if kind == "forum" else url_for("forums.meeting", meeting=of),
            **shown,
        )
    return make_response(page, changed.status if changed else 200)


def _found(meeting: str, action: str) -> MeetingPage:
    with looking() as look:
        found = meeting_page(look, reader(), meeting)
        _must_be_allowed(action, tuple(forum.id for forum in found.forums))
    return found


def _must_be_allowed(action: str, forums: tuple[str, ...]) -> None:
    with looking() as look:
        if why_not := authority.why_not(look.known, person().id, action, Matter(forums=forums)):
            raise NotPermitted(why_not)


def _must_be_recorder(found: MeetingPage) -> None:
    with looking() as look:
        forums = tuple(forum.id for forum in found.forums)
        if why_not := authority.why_not(look.known, person().id, "record", Matter(forums=forums)):
            raise NotPermitted(why_not)


def _records(forum: str) -> bool:
    return authority.entitled(person(), "record", Matter(forums=(forum,)))


def _keeps(forum: str) -> bool:
    return person().holds("secretary", forum)


def _today() -> date:
    with looking() as look:
        return look.today


def _recording_again(found: MeetingPage, err: WorkflowError) -> Response:
    with looking() as look:
        again = meeting_page(look, reader(), found.id)
    mine = [(line.item, line.step) for line in (*again.bound, *again.expected) if _records(line.forum)]
    return _recording(again, None, mine, refused=err)


def _recording(
    found: MeetingPage, played: Turn | None, mine: list[tuple[str, str]], refused: WorkflowError | None = None
) -> Response:
    checks = played is not None and played.page == "check"
    current = (played.sheet.step.hand.id, played.sheet.step.id) if played else None
    with looking() as look:
        page = render_template(
            "meetings/record.html",
            found=found,
            named=_named(found),
            turn=played,
            current=current,
            mine=mine,
            answers=answers(played.sheet) if played and checks else (),
            sent=to_send(played) if played and checks else (),
            refused=refused,
            address=url_for("meetings.record", meeting=found.id),
            ahead=found.on > look.today,
            keeps=any(_keeps(forum.id) for forum in found.forums),
        )
    return make_response(page, refused.status if refused else played.status if played else 200)


def _checking_together(found: MeetingPage, chosen: Block) -> Response:
    page = render_template("meetings/together.html", found=found, named=_named(found), block=chosen)
    return make_response(page, 200)


def _named(found: MeetingPage) -> str:
    return f"the meeting of {' and '.join(forum.name for forum in found.forums)} on {in_days(found.on)}"


def _free_id(forum: str, on: date | None, known: Mapping[str, Any]) -> str:
    """An id for a new meeting that nobody has to think of."""
    wanted = f"{forum[:80]}-{on.isoformat()}" if on else forum
    names = [wanted, *(f"{wanted}-{n}" for n in range(2, 100))]
    return next(name for name in names if name not in known)


def _tell(hand: AtHand, sentence: str) -> None:
    tell(f"{hand.title}: {sentence}", hand.dossier.item["part"], f"An item in Part II: {sentence}")


def _say_who_was_told(items: Collection[str], at: datetime) -> None:
    """Whoever was written to about what was recorded just now."""
    with looking() as look:
        names = told_at(look, items, at)
    if not names:
        flash("Nobody was told: those whom it concerns have no e-mail address, or recorded it themselves.", "message")
        return
    _say_names(names)


def _say_who_was_written_to(at: datetime) -> None:
    """Whoever was written to about what was done with a meeting just now."""
    with looking() as look:
        names = told_of_meeting_at(look, at)
    if names:
        _say_names(names)


def _say_names(names: Sequence[str]) -> None:
    more = len(names) - MOST_NAMED
    others = f", and {more} more" if more > 0 else ""
    flash(f"Who has been told: {', '.join(names[:MOST_NAMED])}{others}.", "message")


def _to(address: str) -> Response:
    response = redirect(address, 303)
    assert isinstance(response, Response)
    return response
