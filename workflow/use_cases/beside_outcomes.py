"""What is kept beside an outcome: who agreed to waive call-in, and why it was decided without the notice due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from models.steps import formalities
from workflow.doing import Doing
from workflow.dossiers import Dossier, Row
from workflow.ledger import Change
from workflow.shelf import also

_TEXTS: Final = ("agreed_by", "reason", "representations", "response")


def waiver(do: Doing, dossier: Dossier, row: Row, act: Mapping[str, Any], on: date) -> list[Change]:
    """Who agreed to waive call-in, kept beside the reason; gone where a correction no longer says it."""
    agreed_by = act.get("waiver_agreed_by")
    if agreed_by is None and row["call_in_waived"] is None:
        return []  # there is none, and was none before
    key = (row["step"], row["round"], "call-in-waiver")
    known = key in also(do, dossier, "formalities")
    if agreed_by is None:
        return [Change(formalities, key, None)] if known else []
    values = dict.fromkeys(_TEXTS) | {"on": on, "agreed_by": agreed_by, "reason": act["call_in_waived"]}
    return [Change(formalities, key, values, new=not known)]


def breach(do: Doing, dossier: Dossier, row: Row, act: Mapping[str, Any], on: date) -> list[Change]:
    """Why it was decided although notice was not given as the rules ask, kept beside the outcome.

    A correction that does not speak of it leaves it, unless it takes it away or nothing was decided after all.
    """
    stands = stays_breached(row, act)
    if row["breach_on"] is None and not stands:
        return []  # there is none, and was none before
    key = (row["step"], row["round"], "breach")
    known = key in also(do, dossier, "formalities")
    if not stands:
        return [Change(formalities, key, None)] if known else []
    if "breach" not in act:
        return [Change(formalities, key, {"on": on})]
    return [Change(formalities, key, dict.fromkeys(_TEXTS) | {"on": on, "reason": act["breach"]}, new=not known)]


def stays_breached(row: Row, act: Mapping[str, Any]) -> bool:
    """Whether it is on record, with this outcome, that a rule on notice was knowingly not kept."""
    if act["outcome"] in ("deferred", "referred-back") or "breach" in act.get("cleared", ()):
        return False
    return "breach" in act or row["breach_on"] is not None
