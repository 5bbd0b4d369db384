"""Every act by its name: the same names serve the command line, the `events:` of case files and the web."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from workflow.doing import Doing
from workflow.use_cases import (
    call_ins,
    corrections,
    formalities,
    key_decisions,
    meetings,
    outcomes,
    papers,
    progress,
    redaction,
    reports,
)
from workflow.use_cases.acting import Act, Done


@dataclass(frozen=True, slots=True)
class Action:
    """An act: the form that it takes, the use case that does it, the kind of event that it leaves."""

    name: str
    form: type[Act]
    run: Callable[[Doing, Any], Done]
    kind: str


_ALL = (
    Action("record", outcomes.RecordOutcome, outcomes.record, "recorded"),
    Action("correct", corrections.CorrectOutcome, corrections.correct, "corrected"),
    Action("accept", outcomes.StepReason, outcomes.accept, "accepted"),
    Action("send-back", outcomes.StepReason, outcomes.send_back, "sent-back"),
    Action("bind", meetings.Bind, meetings.bind, "bound"),
    Action("unbind", meetings.Unbind, meetings.unbind, "unbound"),
    Action("agenda", papers.OnStep, papers.agenda, "put-on-agenda"),
    Action("notice", papers.OnStep, papers.notice, "notice-given"),
    Action("private-notice", formalities.Formality, formalities.private_notice, "private-notice-given"),
    Action(
        "private-notice-again",
        formalities.PrivateNoticeAgain,
        formalities.private_notice_again,
        "private-notice-given-again",
    ),
    Action("exception", formalities.Agreed, formalities.exception, "general-exception-noted"),
    Action("urgency", formalities.Agreed, formalities.urgency, "special-urgency-agreed"),
    Action("urgent-item", formalities.Agreed, formalities.urgent_item, "urgent-item-taken"),
    Action("publish", formalities.Formality, formalities.publish, "decision-published"),
    Action("documents", formalities.Formality, formalities.documents, "documents-given"),
    Action("submit", papers.Submit, papers.submit, "submitted"),
    Action("start", progress.OnItem, progress.start, "started"),
    Action("withdraw", progress.OnItem, progress.withdraw, "withdrawn"),
    Action("clear", papers.Clear, papers.clear, "cleared"),
    Action("open-gate", progress.OpenGate, progress.open_gate, "gate-opened"),
    Action("call-in", call_ins.CallIn, call_ins.call_in, "called-in"),
    Action("uphold", call_ins.CallIn, call_ins.uphold, "upheld"),
    Action("reconsider", call_ins.CallIn, call_ins.reconsider, "reconsidered"),
    Action("meet", progress.Meet, progress.meet, "condition-met"),
    Action("hold", progress.OnItem, progress.hold, "put-on-hold"),
    Action("resume", progress.OnItem, progress.resume, "resumed"),
    Action("material", papers.Material, papers.material, "material-declared"),
    Action("key-decision", key_decisions.KeyDecision, key_decisions.key_decision, "key-decision-answered"),
    Action("revise", reports.Revise, reports.revise, "revised"),
    Action("redact", redaction.Redact, redaction.redact, "redacted"),
    Action("meeting add", meetings.AddMeeting, meetings.add, "meeting-added"),
    Action("meeting move", meetings.MoveMeeting, meetings.move, "meeting-moved"),
    Action("meeting cancel", meetings.CancelMeeting, meetings.cancel, "meeting-cancelled"),
    Action("meeting held", meetings.MeetingAct, meetings.held, "meeting-held"),
)

ACTIONS: Final[dict[str, Action]] = {action.name: action for action in _ALL}
BY_KIND: Final[dict[str, Action]] = {action.kind: action for action in _ALL}
